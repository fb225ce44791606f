"""What a JSON value means as text, number or time."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from carefloe.field import Field, code, file_date, file_time, gender, number, payer, text, time
from snowflake.snowpark import Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col
from snowflake.snowpark.mock._functions import LocalTimezone
from support.edge import (
    FILE_DAYS,
    FILE_TIMES,
    HUNDREDTHS,
    NO_FILE_TIMES,
    NO_NUMBERS,
    NO_TIMES,
    TEXTS,
    TIMES_BELOW_MINUTES,
    TIMES_WITH_OFFSET,
    TIMES_WITHOUT_OFFSET,
    WHOLE_NUMBERS,
)
from support.frame import TEXT, WHOLE, frame, rows_of


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
    assert_read(local, time("f"), TIMES_WITH_OFFSET)


def test_a_time_without_offset_is_utc(local: Session) -> None:
    assert_read(local, time("f"), TIMES_WITHOUT_OFFSET)


@pytest.mark.usefixtures("in_los_angeles")
def test_a_time_is_the_same_wherever_the_session_is(local: Session) -> None:
    assert_read(local, time("f"), TIMES_WITHOUT_OFFSET + TIMES_WITH_OFFSET)


def test_a_time_may_leave_out_seconds_or_have_fractions_of_them(local: Session) -> None:
    assert_read(local, time("f"), TIMES_BELOW_MINUTES)


def test_anything_else_is_no_time(local: Session) -> None:
    assert_read(local, time("f"), [(given, None) for given in NO_TIMES])


def test_a_time_of_a_file_is_read_in_every_form_files_write(local: Session) -> None:
    assert_read(local, file_time("f"), FILE_TIMES)


def test_a_date_of_a_file_is_the_day_that_is_written(local: Session) -> None:
    assert_read(local, file_date("f"), FILE_DAYS)


def test_what_is_in_no_such_form_or_not_in_the_calendar_is_neither(local: Session) -> None:
    nothing = [(given, None) for given in (*NO_FILE_TIMES, "", None)]
    assert_read(local, file_time("f"), nothing)
    assert_read(local, file_date("f"), nothing)


def test_a_gender_of_a_file_is_the_letter_of_events_and_other_text_is_kept(local: Session) -> None:
    words = [("F", "F"), ("female", "F"), ("Female ", "F"), ("m", "M"), ("MALE", "M")]
    assert_read(local, gender("f"), [*words, ("X", "X"), ("Man", "Man"), ("", None), (None, None)])


def test_a_payer_of_zero_is_none(local: Session) -> None:
    assert_read(local, payer("f"), [("0", None), (" 0 ", None), ("00", "00"), ("p1", "p1")])


def test_a_whole_number_is_read_from_a_number_or_its_text(local: Session) -> None:
    assert_read(local, number("f"), [(given, Decimal(read)) for given, read in WHOLE_NUMBERS])


def test_a_number_is_rounded_half_away_from_zero_and_null_where_it_does_not_fit(
    local: Session,
) -> None:
    expected = [(given, None if read is None else Decimal(read)) for given, read in HUNDREDTHS]
    assert_read(local, number("f", 10, 2), expected)
    assert_read(
        local,
        number("f", 5),
        [("99999", Decimal(99999)), ("99999.4", Decimal(99999)), ("99999.5", None), (100000, None)],
    )


def test_anything_else_is_no_number(local: Session) -> None:
    assert_read(local, number("f"), [(given, None) for given in NO_NUMBERS])


def test_text_is_trimmed_of_blanks_and_null_when_nothing_is_left(local: Session) -> None:
    assert_read(local, text("f"), TEXTS)


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
