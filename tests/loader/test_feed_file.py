"""Files: identity by content, in constant memory."""

import gzip
import hashlib
import tracemalloc
from datetime import datetime
from pathlib import Path

import pytest

from loader.feed import FEEDS
from loader.feed_file import FileError, identify, open_file

PAYERS = FEEDS["payers"]
AS_OF = datetime(2026, 1, 5)


def test_the_identity_is_that_of_the_uncompressed_content(tmp_path: Path) -> None:
    content = b"Id\n1\n"
    plain, zipped = tmp_path / "payers.csv", tmp_path / "payers.csv.gz"
    plain.write_bytes(content)
    zipped.write_bytes(gzip.compress(content))
    hashes = {identify(path, PAYERS, AS_OF).content_hash for path in (plain, zipped)}
    assert hashes == {hashlib.sha256(content).hexdigest()}


def test_the_text_is_read_as_written_but_for_the_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "payers.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbfId\r\n\xff\rx"))
    with open_file(path) as opened:
        assert list(opened.text) == ["Id\r\n", "\udcff\r", "x"]


@pytest.mark.parametrize(
    ("content", "count"),
    [(b"", 0), (b"Id", 1), (b"Id\n", 1), (b"Id\r\n1\r\n2", 3), (b"Id\r1\r", 2), (b"Id\n\n", 2)],
)
def test_physical_lines_are_counted_whatever_ends_them(
    tmp_path: Path, content: bytes, count: int
) -> None:
    path = tmp_path / "payers.csv"
    path.write_bytes(content)
    assert identify(path, PAYERS, AS_OF).line_count == count
    with open_file(path) as opened:
        assert len(list(opened.text)) == count


@pytest.mark.parametrize("size", [16 * 1024 * 1024, 16 * 1024 * 1024 + 1])
def test_a_line_that_no_varchar_holds_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "payers.csv"
    path.write_bytes(b"Id\n" + b"x" * size + b"\nrest\n")
    if size > 16 * 1024 * 1024:
        with pytest.raises(FileError, match="has a line longer than 16 MB"):
            identify(path, PAYERS, AS_OF)
    else:
        identify(path, PAYERS, AS_OF)


def test_a_large_file_is_identified_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "payers.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(60):
            file.write(b"x" * 999_999 + b"\n")
    tracemalloc.start()
    identify(path, PAYERS, AS_OF)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000
