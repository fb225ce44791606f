from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from producer.clock import age_on, iso, pack, packed_day, seconds_of


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (1_767_601_800, "2026-01-05T08:30:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
    ],
)
def test_iso_writes_utc_with_a_z(seconds: int, text: str) -> None:
    assert iso(seconds) == text


def test_seconds_of_a_moment_without_offset_are_utc() -> None:
    assert seconds_of(datetime(2026, 1, 5, 8, 30)) == 1_767_601_800
    ten_thirty_at_plus_two = datetime(2026, 1, 5, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    assert seconds_of(ten_thirty_at_plus_two) == 1_767_601_800


def test_packed_day_is_the_utc_day() -> None:
    last_second = int(datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
    assert packed_day(last_second) == 20_241_231
    assert packed_day(last_second + 1) == 20_250_101


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2021, 6, 14), 20),
        (date(2021, 6, 15), 21),
        (date(2021, 6, 16), 21),
        (date(2000, 6, 15), 0),
        (date(2000, 6, 14), -1),
    ],
)
def test_age_changes_on_the_birthday(day: date, age: int) -> None:
    assert age_on(pack(day), pack(date(2000, 6, 15))) == age


def test_one_born_on_a_leap_day_turns_on_the_first_of_march() -> None:
    birth = pack(date(2000, 2, 29))
    assert age_on(pack(date(2023, 2, 28)), birth) == 22
    assert age_on(pack(date(2023, 3, 1)), birth) == 23
