"""Keys and hashes, against SHA-256 of texts written out by hand."""

import datetime as dt
import hashlib

import pytest
from carefloe.key import date_key, hash_of, instant, known_or_unknown
from snowflake.snowpark import Session
from snowflake.snowpark.functions import col, lit
from support.frame import AMOUNT, TEXT, TIME, WHOLE, frame, rows_of


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("parts", "hashed"),
    [
        (("P1", "F"), "2:P11:F"),
        (("P1", None), "2:P1-"),
        ((None, "P1"), "-2:P1"),
        ((None, None), "--"),
        (("", "F"), "0:1:F"),
        (("P11:F", ""), "5:P11:F0:"),
        (("P", "1:F"), "1:P3:1:F"),
        (("São", "東"), "3:São1:東"),
    ],
)
def test_a_hash_is_of_each_part_with_its_length(
    local: Session, parts: tuple[str | None, str | None], hashed: str
) -> None:
    rows = frame(local, {"A": TEXT, "B": TEXT}, [parts])
    assert rows_of(rows.select(hash_of(col("A"), col("B")).alias("H"))) == [{"h": sha(hashed)}]


def test_a_number_is_hashed_by_its_digits(local: Session) -> None:
    rows = frame(local, {"AGE": WHOLE, "COST": AMOUNT}, [(44, 10), (None, None), (-7, 3)])
    hashed = rows.select(hash_of(col("AGE"), col("COST")).alias("H"))
    assert [row["h"] for row in rows_of(hashed)] == [
        sha("2:445:10.00"),
        sha("--"),
        sha("2:-74:3.00"),
    ]


def test_an_instant_is_microseconds_since_1970(local: Session) -> None:
    times = [
        (dt.datetime(1970, 1, 1),),
        (dt.datetime(1969, 12, 31, 23, 59, 59),),
        (dt.datetime(2026, 1, 5, 12, 0, 0, 1),),
        (None,),
    ]
    rows = frame(local, {"AT": TIME}, times).select(instant(col("AT")).alias("I"))
    assert [row["i"] for row in rows_of(rows)] == [0, -1_000_000, 1_767_614_400_000_001, None]


def test_a_date_key_is_the_day_as_a_number(local: Session) -> None:
    times = [(dt.datetime(2026, 1, 5, 23, 59),), (dt.datetime(1999, 12, 31),), (None,)]
    rows = frame(local, {"AT": TIME}, times).select(date_key(col("AT")).alias("K"))
    assert [row["k"] for row in rows_of(rows)] == [20260105, 19991231, -1]


def test_a_null_id_has_the_key_of_the_unknown_member(local: Session) -> None:
    rows = frame(local, {"ID": TEXT}, [("P1",), (None,)])
    keys = rows.select(known_or_unknown("ID", lit("the key")).alias("K"))
    assert [row["k"] for row in rows_of(keys)] == ["the key", "-1"]
