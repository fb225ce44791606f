"""The files to load: found by name, identified by content, opened as text."""

import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TextIO, cast
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
    line_count: int
    """Physical lines, or more: a CR and its LF may count as two."""


@dataclass(frozen=True)
class OpenFile:
    """A file's text, and how far its reading is."""

    text: TextIO
    """Lines with their ends, undecodable bytes as surrogate escapes, no byte order mark."""
    _on_disk: BinaryIO

    def bytes_read(self) -> int:
        """Bytes of the file on disk (compressed, if it is) that have been read so far."""
        return self._on_disk.tell()


def find_files(paths: Iterable[Path]) -> tuple[list[tuple[Path, Feed]], list[Path]]:
    """Return (files to load with their feeds, files of unknown feeds skipped in folders).

    In the order given; of a folder its own files by name, then its folders by name, and so on down:
    so nights named by their dates come one after the other. UsageError names every path that is not
    there, every named file that is no feed and every named folder without any.
    """
    found: list[tuple[Path, Feed]] = []
    skipped: list[Path] = []
    problems: list[str] = []
    for path in paths:
        if path.is_dir():
            files = list(_csv_files(path))
            known = [(file, FEEDS[name]) for file, name in files if name in FEEDS]
            skipped += [file for file, name in files if name not in FEEDS]
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
    line_bytes = line_count = 0
    try:
        read_at = modified(path)
        if as_of is None:
            as_of = datetime.fromtimestamp(read_at[0] // 10**9, UTC).replace(tzinfo=None)
        with _open_bytes(path) as (content, _):
            while chunk := content.read(_CHUNK_BYTES):
                digest.update(chunk)
                first, *others = chunk.splitlines()  # a chunk's own lines are short enough
                line_count += len(others) + chunk.endswith(_LINE_ENDS)
                if line_bytes + len(first) > _LONGEST_LINE:
                    raise FileError(f"{path}: has a line longer than 16 MB")
                if others or chunk.endswith(_LINE_ENDS):
                    line_bytes = 0 if chunk.endswith(_LINE_ENDS) else len(others[-1])
                else:
                    line_bytes += len(first)
    except (OSError, EOFError, ZlibError) as error:
        raise FileError(f"{path}: cannot be read as a whole ({_reason(error)})") from error
    return FeedFile(path, feed, digest.hexdigest(), as_of, read_at, line_count + bool(line_bytes))


def modified(path: Path) -> tuple[int, int]:
    """Return when the file was last changed (nanoseconds since 1970) and its size."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def size_on_disk(path: Path) -> int:
    """Return the bytes of the file, 0 if it cannot be told."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


@contextmanager
def open_file(path: Path) -> Iterator[OpenFile]:
    """Open the file, uncompressed on the way if its name ends in .gz."""
    with _open_bytes(path) as (content, on_disk):
        text = io.TextIOWrapper(content, encoding="utf-8-sig", errors="surrogateescape", newline="")
        yield OpenFile(text, on_disk)


@contextmanager
def _open_bytes(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The content, and the file on disk that it comes from."""
    with path.open("rb") as on_disk:
        if path.suffix.lower() != ".gz":
            yield on_disk, on_disk
            return
        with gzip.GzipFile(fileobj=on_disk) as content:
            yield cast(BinaryIO, content), on_disk


def _csv_files(folder: Path) -> Iterator[tuple[Path, str]]:
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    for path in inside:
        if path.is_file() and (name := _feed_name(path)) is not None:
            yield path, name
    for path in inside:
        if path.is_dir():
            yield from _csv_files(path)


def _feed_name(path: Path) -> str | None:
    """Return `hospitals` for hospitals.csv and hospitals.csv.gz, None for what is no CSV file."""
    name = path.name.lower().removesuffix(".gz")
    return name.removesuffix(".csv") if name.endswith(".csv") else None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
