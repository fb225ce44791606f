"""Reads the files of a stage: each record a row of `$1`, `$2`, ..."""

from __future__ import annotations

import bz2
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.file_format import FileFormat
from sandbox.warehouse.names import literal

_BOM = "\ufeff"


@dataclass
class Records:
    """The records of a file as text; of JSON and Parquet, whose type is VARIANT, one column."""

    rows: list[tuple[str | None, ...]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """The line each row stands in."""
    header: list[str] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    """Line and reason of what is no record."""
    is_variant: bool = False

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)


def read(file: Path, form: FileFormat) -> Records:
    """All records of a file. What is no record is in `errors`."""
    if form.type == "PARQUET":
        return _parquet(file)
    text = _content(file, str(form.options["COMPRESSION"]).upper())
    if form.type == "JSON":
        return _json(text, bool(form.options["STRIP_OUTER_ARRAY"]))
    return _csv(text, form)


def _content(file: Path, compression: str) -> str:
    data = file.read_bytes()
    if compression == "GZIP" or (compression == "AUTO" and data[:2] == b"\x1f\x8b"):
        data = gzip.decompress(data)
    elif compression == "BZ2" or (compression == "AUTO" and file.suffix == ".bz2"):
        data = bz2.decompress(data)
    elif compression not in {"AUTO", "NONE"} or file.suffix in {".zst", ".br", ".deflate"}:
        raise unsupported(f"compression {compression} of {file.name}.")
    try:
        return data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError:
        raise sql_error(f"Invalid UTF8 detected in file {file.name}.", 100144, "22000") from None


def _parquet(file: Path) -> Records:
    with duckdb.connect() as duck:
        rows = duck.execute(
            f"select to_json(r)::varchar from read_parquet({literal(str(file))}) as r"  # noqa: S608
        ).fetchall()
    return Records(rows, list(range(1, len(rows) + 1)), is_variant=True)


def _json(text: str, strips_array: bool) -> Records:
    found, decoder, place = Records(is_variant=True), json.JSONDecoder(), 0
    while True:
        while place < len(text) and text[place] in " \t\r\n,":
            place += 1
        if place >= len(text):
            return found
        line = text.count("\n", 0, place) + 1
        try:
            value, end = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            found.errors.append((line, f"Error parsing JSON: {error.msg}"))
            return found
        if strips_array and isinstance(value, list):
            found.rows += [(json.dumps(v, ensure_ascii=False),) for v in value]
            found.lines += [line] * len(value)
        else:
            found.rows.append((text[place:end],))
            found.lines.append(line)
        place = end


def _csv(text: str, form: FileFormat) -> Records:
    found, skipped = Records(), int(form.options["SKIP_HEADER"])
    has_header = bool(form.options["PARSE_HEADER"])
    for line, fields in _split(text, form):
        if skipped:
            skipped -= 1
        elif has_header:
            has_header, found.header = False, [value for value, _ in fields]
        elif len(fields) == 1 and fields[0] == ("", False):
            if not form.options["SKIP_BLANK_LINES"]:
                found.rows.append((_field("", False, form),))
                found.lines.append(line)
        else:
            found.rows.append(tuple(_field(value, quoted, form) for value, quoted in fields))
            found.lines.append(line)
    return found


def _field(value: str, is_quoted: bool, form: FileFormat) -> str | None:
    if form.options["TRIM_SPACE"]:
        value = value.strip()
    if value in form.nulls:
        return None
    if value == "" and not is_quoted and form.options["EMPTY_FIELD_AS_NULL"]:
        return None
    return value


def _split(text: str, form: FileFormat) -> Iterator[tuple[int, list[tuple[str, bool]]]]:
    """Line number and fields of each record, and whether a field was enclosed."""
    delimiter, record_end = form.text("FIELD_DELIMITER"), form.text("RECORD_DELIMITER") or "\n"
    quote, escape = form.text("FIELD_OPTIONALLY_ENCLOSED_BY"), form.text("ESCAPE")
    unenclosed = escape or form.text("ESCAPE_UNENCLOSED_FIELD")
    place, line = 0, 1
    while place < len(text):
        first, fields = line, []
        while True:
            start = place
            if form.options["TRIM_SPACE"]:
                while text[place : place + 1] == " ":
                    place += 1
            if quote and text.startswith(quote, place):
                value, place = _enclosed(text, place + 1, quote, escape)
                fields.append((value, True))
                rest, place = _plain(text, place, delimiter, record_end, None)
                if rest.strip(" \r"):
                    fields[-1] = (value + rest, True)
            else:
                value, place = _plain(text, start, delimiter, record_end, unenclosed)
                fields.append((value.removesuffix("\r") if record_end == "\n" else value, False))
            line += text.count("\n", start, place)
            if delimiter and text.startswith(delimiter, place):
                place += len(delimiter)
                continue
            break
        if text.startswith(record_end, place):
            place, line = place + len(record_end), line + record_end.count("\n")
        yield first, fields


def _enclosed(text: str, place: int, quote: str, escape: str | None) -> tuple[str, int]:
    """The value up to the closing quote, and the place behind it."""
    value = ""
    while place < len(text):
        if escape and text[place] == escape and place + 1 < len(text):
            value, place = value + text[place + 1], place + 2
        elif text[place] != quote:
            value, place = value + text[place], place + 1
        elif text[place + 1 : place + 2] == quote:
            value, place = value + quote, place + 2
        else:
            return value, place + 1
    raise sql_error("Found an enclosed field without an end in a CSV file.", 100066, "22000")


def _plain(
    text: str, place: int, delimiter: str | None, record_end: str, escape: str | None
) -> tuple[str, int]:
    """The value up to the next delimiter, and the place of that."""
    value = ""
    while place < len(text):
        if delimiter and text.startswith(delimiter, place):
            break
        if text.startswith(record_end, place):
            break
        if escape and text[place] == escape and place + 1 < len(text) and text[place + 1] != "N":
            value, place = value + _ESCAPED.get(text[place + 1], text[place + 1]), place + 2
        else:
            value, place = value + text[place], place + 1
    return value, place


_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
