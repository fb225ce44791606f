from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from producer.csv_folder import read_columns
from producer.errors import UsageError


def test_columns_are_found_by_name_in_any_order_and_case(tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("EXTRA,gender, ID \nx,F,p1\ny,M,p2\n")
    assert list(read_columns(tmp_path, "patients", ("Id", "GENDER"))) == [["p1", "F"], ["p2", "M"]]


def test_a_gzipped_table_is_read_like_a_plain_one(tmp_path: Path) -> None:
    (tmp_path / "patients.csv.gz").write_bytes(gzip.compress(b'Id,NAME\np1,"a, b"\n'))
    assert list(read_columns(tmp_path, "patients", ("NAME",))) == [["a, b"]]


def test_byte_order_mark_blank_lines_and_short_rows_do_no_harm(tmp_path: Path) -> None:
    text = "\ufeffId,A,B\np1,1,2\n\np2,1\n"
    (tmp_path / "patients.csv").write_text(text, encoding="utf-8")
    rows = list(read_columns(tmp_path, "patients", ("Id", "B")))
    assert rows == [["p1", "2"], ["p2", ""]]


def test_a_missing_folder_is_named_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere does not exist: .*`carefloe-producer files"):
        list(read_columns(tmp_path / "nowhere", "patients", ("Id",)))


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"neither patients\.csv nor patients\.csv\.gz"):
        list(read_columns(tmp_path, "patients", ("Id",)))


def test_every_missing_column_is_named_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("Id,NAME\n")
    with pytest.raises(UsageError, match=r"patients\.csv has no column BIRTHDATE, GENDER"):
        list(read_columns(tmp_path, "patients", ("Id", "BIRTHDATE", "GENDER")))


def test_an_empty_file_has_no_columns(tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("")
    with pytest.raises(UsageError, match=r"no column Id.*an empty file"):
        list(read_columns(tmp_path, "patients", ("Id",)))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("patients.csv", b"Id\n\xff\xfe\n", "is not UTF-8"),
        ("patients.csv.gz", b"Id\np1\n", "cannot be read"),
        ("patients.csv.gz", gzip.compress(b"Id\n" + b"p1\n" * 50)[:-9], "cannot be read"),
        ("patients.csv", b"Id\n" + b"x" * 200_000 + b"\n", "cannot be read"),
    ],
    ids=["not UTF-8", "not gzip", "gzip cut off", "a field beyond the limit"],
)
def test_unreadable_content_names_the_file(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    limit = csv.field_size_limit(131_072)  # Python's own; the loader has a larger one
    try:
        with pytest.raises(UsageError, match=rf"{name} {reason}"):
            list(read_columns(tmp_path, "patients", ("Id",)))
    finally:
        csv.field_size_limit(limit)
