"""Reading a Synthea CSV folder by column name, plain or gzipped, whatever its version."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from producer.errors import UsageError


def read_columns(folder: Path, table: str, columns: Sequence[str]) -> Iterator[list[str]]:
    """The named columns of every row of `table`.csv or `table`.csv.gz, in file order.

    Column names are matched without regard to case, other columns are passed over, and a row that
    ends early has empty text for what is missing. Raises UsageError, naming folder, file or
    column, for whatever cannot be read.
    """
    path = _path_of(folder, table)
    try:
        with _open(path) as lines:
            rows = csv.reader(lines)
            positions = _positions(path, next(rows, []), columns)
            last = max(positions)
            for row in rows:
                if len(row) <= last:
                    if not row:
                        continue
                    row += [""] * (last + 1 - len(row))
                yield [row[position] for position in positions]
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: export the folder again") from error
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise UsageError(f"{path} cannot be read ({error}): check or export it again") from error


def _path_of(folder: Path, table: str) -> Path:
    if not folder.is_dir():
        raise UsageError(
            f"folder {folder} does not exist: give a Synthea CSV folder, or write one with"
            f" `carefloe-producer files --to {folder}`"
        )
    for name in (f"{table}.csv", f"{table}.csv.gz"):
        if (folder / name).is_file():
            return folder / name
    raise UsageError(
        f"{folder} has neither {table}.csv nor {table}.csv.gz: give a Synthea CSV folder with"
        f" {table}"
    )


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _positions(path: Path, header: list[str], columns: Sequence[str]) -> list[int]:
    found = {name.strip().upper(): position for position, name in enumerate(header)}
    missing = [column for column in columns if column.upper() not in found]
    if missing:
        raise UsageError(
            f"{path} has no column {', '.join(missing)}: its header must name"
            f" {', '.join(columns)} (found {', '.join(header) or 'an empty file'})"
        )
    return [found[column.upper()] for column in columns]
