"""What a JSON value means as text, number or time."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from carefloe.field import Field, code, number, text, time
from snowflake.snowpark import Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col
from snowflake.snowpark.mock._functions import LocalTimezone
from support.frame import TEXT, WHOLE, frame, rows_of

NOON = dt.datetime(2026, 1, 5, 12, 0)


def values(session: Session, field: Field, *payloads: Mapping[str, Any]) -> list[Any]:
    """The field's value in each payload."""
    texts = [(place, json.dumps(payload)) for place, payload in enumerate(payloads)]
    parsed = frame(session, {"PLACE": WHOLE, "PAYLOAD": TEXT}, texts).select(
        "PLACE", F.as_object(F.try_parse_json(col("PAYLOAD"))).alias("J")
    )
    rows = rows_of(parsed.select("PLACE", field.value.alias("VALUE")))
    return [row["value"] for row in sorted(rows, key=lambda row: row["place"])]


def assert_read(session: Session, field: Field, expected: list[tuple[Any, Any]]) -> None:
    """Each given JSON value under the name F is read as expected."""
    found = values(session, field, *({"f": given} for given, _ in expected))
    assert list(zip((given for given, _ in expected), found, strict=True)) == expected


@pytest.fixture
def in_los_angeles() -> Iterator[None]:
    LocalTimezone.set_local_timezone(dt.timezone(-dt.timedelta(hours=8)))
    yield
    LocalTimezone.set_local_timezone(None)


def test_a_time_is_converted_to_utc_by_its_own_offset(local: Session) -> None:
    assert_read(
        local,
        time("f"),
        [
            ("2026-01-05T12:00:00Z", NOON),
            ("2026-01-05T12:00:00+00:00", NOON),
            ("2026-01-05T14:00:00+02:00", NOON),
            ("2026-01-05T14:00:00+0200", NOON),
            ("2026-01-05 07:00:00-0500", NOON),
            ("2026-01-05T17:30:00+05:30", NOON),
            ("2026-01-06T02:00:00+14:00", NOON),
            ("2026-01-04T23:59:59-12:00", dt.datetime(2026, 1, 5, 11, 59, 59)),
        ],
    )


TIMES_WITHOUT_OFFSET = [
    ("2026-01-05T12:00:00", NOON),
    ("2026-01-05 12:00:00", NOON),
    ("2026-01-05T12:00", NOON),
    ("2026-01-05 12:00", NOON),
    ("2026-07-05T12:00:00", dt.datetime(2026, 7, 5, 12, 0)),
    ("2026-03-08T02:30:00", dt.datetime(2026, 3, 8, 2, 30)),
]


def test_a_time_without_offset_is_utc(local: Session) -> None:
    assert_read(local, time("f"), TIMES_WITHOUT_OFFSET)


@pytest.mark.usefixtures("in_los_angeles")
def test_a_time_without_offset_is_utc_wherever_the_session_is(local: Session) -> None:
    assert_read(local, time("f"), [*TIMES_WITHOUT_OFFSET, ("2026-01-05T12:00:00Z", NOON)])


def test_a_time_may_leave_out_seconds_or_have_fractions_of_them(local: Session) -> None:
    assert_read(
        local,
        time("f"),
        [
            ("2026-01-05T12:00Z", NOON),
            ("2026-01-05T14:00+02:00", NOON),
            ("2026-01-05T14:00+0200", NOON),
            ("2026-01-05T12:00:00.5Z", NOON.replace(microsecond=500_000)),
            ("2026-01-05T12:00:00.123456Z", NOON.replace(microsecond=123_456)),
            ("2026-01-05T14:00:00.250+0200", NOON.replace(microsecond=250_000)),
        ],
    )


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        " ",
        "soon",
        "2026-01-05",
        "2026-01-05T12",
        "2026-01-05T12Z",
        "12:00:00",
        "05.01.2026 12:00",
        "2026-1-5T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-01-05T24:00:00Z",
        "2026-01-05T12:60:00Z",
        "2016-12-31T23:59:60Z",
        "2026-01-05T12:00:00.Z",
        "2026-01-05t12:00:00Z",
        "2026-01-05T12:00:00z",
        "2026-01-05T12:00:00+2",
        "2026-01-05T12:00:00+02",
        "2026-01-05T12:00:00 +02:00",
        "2026-01-05T12:00:00+00:00Z",
        "2026-01-05T12:00:00 Europe/Paris",
        "2026-01-05T12:00:00 PM",
        " 2026-01-05T12:00:00Z",
        "2026-01-05T12:00:00Z later",
        "1767614400",
        1767614400,
        1767614400000,
        True,
        {"at": "2026-01-05T12:00:00Z"},
        ["2026-01-05T12:00:00Z"],
    ],
)
def test_anything_else_is_no_time(local: Session, given: Any) -> None:
    assert values(local, time("f"), {"f": given}) == [None]


def test_the_29th_of_february_is_a_time_in_leap_years_only(local: Session) -> None:
    assert_read(
        local,
        time("f"),
        [
            ("2028-02-29T12:00:00Z", dt.datetime(2028, 2, 29, 12, 0)),
            ("2026-02-29T12:00:00Z", None),
        ],
    )


def test_a_whole_number_is_read_from_a_number_or_its_text(local: Session) -> None:
    assert_read(
        local,
        number("f"),
        [
            (44, Decimal(44)),
            ("44", Decimal(44)),
            (" 44 ", Decimal(44)),
            ("+44", Decimal(44)),
            (-3, Decimal(-3)),
            ("-3", Decimal(-3)),
            (0, Decimal(0)),
            ("-0", Decimal(0)),
            ("007", Decimal(7)),
            ("1e3", Decimal(1000)),
            ("12E-1", Decimal(1)),
            (44.0, Decimal(44)),
        ],
    )


def test_a_number_is_rounded_half_away_from_zero(local: Session) -> None:
    assert_read(
        local,
        number("f"),
        [
            ("44.4", Decimal(44)),
            ("44.5", Decimal(45)),
            ("45.5", Decimal(46)),
            ("-44.5", Decimal(-45)),
            ("0.49999", Decimal(0)),
        ],
    )
    assert_read(
        local,
        number("f", 10, 2),
        [
            ("2.675", Decimal("2.68")),
            ("1.005", Decimal("1.01")),
            (71.256, Decimal("71.26")),
            ("-2.675", Decimal("-2.68")),
            (".5", Decimal("0.5")),
            ("5.", Decimal(5)),
        ],
    )


def test_a_number_that_does_not_fit_is_null(local: Session) -> None:
    assert_read(
        local,
        number("f", 10, 2),
        [
            ("99999999.99", Decimal("99999999.99")),
            ("99999999.994", Decimal("99999999.99")),
            ("99999999.995", None),
            ("100000000", None),
            ("-100000000", None),
            ("1e300", None),
            (1e300, None),
        ],
    )
    assert_read(
        local,
        number("f", 5),
        [("99999", Decimal(99999)), ("99999.4", Decimal(99999)), ("99999.5", None), (100000, None)],
    )


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        " ",
        "old",
        "44 years",
        "4 4",
        "1,000",
        "1_000",
        "0x2C",
        "NaN",
        "Infinity",
        "1e",
        ".",
        "--1",
        True,
        False,
        "true",
        [44],
        {"years": 44},
    ],
)
def test_anything_else_is_no_number(local: Session, given: Any) -> None:
    assert values(local, number("f"), {"f": given}) == [None]


def test_text_is_trimmed_of_blanks_and_null_when_nothing_is_left(local: Session) -> None:
    assert_read(
        local,
        text("f"),
        [
            ("P1", "P1"),
            ("  P 1 ", "P 1"),
            ("", None),
            ("   ", None),
            (None, None),
            ("null", "null"),
            (17, "17"),
            (True, "true"),
            ('"quoted" \\ text', '"quoted" \\ text'),
            ("São João 東", "São João 東"),
            ("two\nlines", "two\nlines"),
        ],
    )


def test_an_absent_field_and_json_null_are_null_alike(local: Session) -> None:
    payloads: list[dict[str, Any]] = [{"f": None}, {"g": "x"}, {}]
    for field in (text("f"), code("f"), number("f"), time("f")):
        assert values(local, field, *payloads) == [None, None, None]


def test_a_code_is_text_in_upper_case(local: Session) -> None:
    assert_read(local, code("f"), [(" admission ", "ADMISSION"), ("Discharge", "DISCHARGE")])


def test_a_nested_field_is_null_where_its_parent_is_no_object(local: Session) -> None:
    payloads: list[dict[str, Any]] = [
        {"v": {"rate": 80}},
        {"v": {"rate": None}},
        {"v": {}},
        {"v": None},
        {"v": "rate"},
        {"v": 80},
        {"v": [{"rate": 80}]},
        {"v.rate": 80},
        {},
    ]
    assert values(local, number("v.rate"), *payloads) == [Decimal(80), *[None] * 8]
