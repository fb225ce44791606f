"""The files to load: found by name, identified by content, opened as text."""

import gzip
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zlib import error as ZlibError

from loader.errors import LoaderError, UsageError
from loader.feed import FEEDS, Feed

_CHUNK_BYTES = 1024 * 1024
_LINE_ENDS = (b"\n", b"\r")
_LONGEST_LINE = 16 * 1024 * 1024
"""What a varchar holds; also bounds the memory."""


class FileError(LoaderError):
    """This file cannot be loaded; others can."""


@dataclass(frozen=True)
class FeedFile:
    """A snapshot of a feed. (feed, content_hash, as_of) is its identity, whatever its name."""

    path: Path
    feed: Feed
    content_hash: str
    """SHA-256 of the uncompressed bytes, in hex."""
    as_of: datetime
    """UTC, naive, to the second."""
    read_at: tuple[int, int]
    """Modification time and size when the hash was taken."""


def find_files(paths: Iterable[Path]) -> tuple[list[tuple[Path, Feed]], list[Path]]:
    """Return (files to load with their feeds, files of unknown feeds skipped in folders).

    UsageError names every path that is not there and every named file that is no feed.
    """
    found: list[tuple[Path, Feed]] = []
    skipped: list[Path] = []
    problems: list[str] = []
    for path in paths:
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if _feed_name(file) is not None)
            known = [(file, FEEDS[name]) for file in files if (name := _feed_name(file)) in FEEDS]
            skipped += [file for file in files if _feed_name(file) not in FEEDS]
            found += known
            if not known:
                problems.append(f"{path}: holds no file of a known feed")
        elif not path.exists():
            problems.append(f"{path}: there is no such file or folder")
        elif (name := _feed_name(path)) not in FEEDS:
            problems.append(f"{path}: is no known feed")
        else:
            found.append((path, FEEDS[name]))
    if problems:
        known_names = ", ".join(f"{name}.csv" for name in FEEDS)
        raise UsageError("\n  ".join([*problems, f"feeds are {known_names} (or .csv.gz)"]))
    return found, skipped


def identify(path: Path, feed: Feed, as_of: datetime | None) -> FeedFile:
    """Read the file once, in constant memory, and return it with its identity.

    Without `as_of` the snapshot is as of the file's modification time. FileError if it cannot be
    read as a whole or has a line longer than raw can hold.
    """
    digest = hashlib.sha256()
    line_bytes = 0
    try:
        read_at = modified(path)
        if as_of is None:
            as_of = datetime.fromtimestamp(read_at[0] // 10**9, UTC).replace(tzinfo=None)
        with _open_bytes(path) as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                first, *others = chunk.splitlines()  # a chunk's own lines are short enough
                if line_bytes + len(first) > _LONGEST_LINE:
                    raise FileError(f"{path}: has a line longer than 16 MB")
                if others or chunk.endswith(_LINE_ENDS):
                    line_bytes = 0 if chunk.endswith(_LINE_ENDS) else len(others[-1])
                else:
                    line_bytes += len(first)
    except (OSError, EOFError, ZlibError) as error:
        raise FileError(f"{path}: cannot be read as a whole ({_reason(error)})") from error
    return FeedFile(path, feed, digest.hexdigest(), as_of, read_at)


def modified(path: Path) -> tuple[int, int]:
    """Return when the file was last changed (nanoseconds since 1970) and its size."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def open_text(file: FeedFile) -> io.TextIOWrapper:
    """Open the file as lines with their ends, undecodable bytes as surrogate escapes, no BOM."""
    return io.TextIOWrapper(
        _open_bytes(file.path),  # type: ignore[arg-type]  # a name is not needed
        encoding="utf-8-sig",
        errors="surrogateescape",
        newline="",
    )


def _open_bytes(path: Path) -> io.BufferedIOBase:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    return path.open("rb")


def _feed_name(path: Path) -> str | None:
    """Return `hospitals` for hospitals.csv and hospitals.csv.gz, None for what is no CSV file."""
    name = path.name.lower().removesuffix(".gz")
    return name.removesuffix(".csv") if name.endswith(".csv") else None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
