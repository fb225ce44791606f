from datetime import UTC, datetime, timedelta

import pytest

from sandbox.task.schedule import ScheduleError, parse_schedule


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1 minute", 60), ("5 MINUTES", 300), ("10 m", 600), ("30 seconds", 30), ("2 HOURS", 7200)],
)
def test_an_interval_is_read_in_all_its_notations(text: str, seconds: int) -> None:
    base = utc("2026-01-05 09:03:00")
    assert parse_schedule(text).next_after(base, base) == base + timedelta(seconds=seconds)


def test_an_interval_counts_from_the_resume_and_not_from_the_last_run() -> None:
    every_ten = parse_schedule("10 minutes")
    resumed = utc("2026-01-05 09:03:00")
    assert every_ten.next_after(utc("2026-01-05 09:12:59"), resumed) == utc("2026-01-05 09:13:00")
    assert every_ten.next_after(utc("2026-01-05 09:13:00"), resumed) == utc("2026-01-05 09:23:00")
    assert every_ten.next_after(utc("2026-01-05 10:40:00"), resumed) == utc("2026-01-05 10:43:00")


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("7 3 * * * UTC", "2026-01-05 03:07:00", "2026-01-06 03:07:00"),
        ("7 3 * * SUN UTC", "2026-01-05 00:00:00", "2026-01-11 03:07:00"),
        ("*/15 * * * * UTC", "2026-01-05 03:16:30", "2026-01-05 03:30:00"),
        ("0 9-17/4 * * MON-FRI UTC", "2026-01-09 13:00:00", "2026-01-09 17:00:00"),
        ("0 9-17/4 * * MON-FRI UTC", "2026-01-09 17:00:00", "2026-01-12 09:00:00"),
        ("0 0 L * * UTC", "2026-01-05 00:00:00", "2026-01-31 00:00:00"),
        ("0 0 * * 5L UTC", "2026-01-05 00:00:00", "2026-01-30 00:00:00"),
        ("0 0 29 FEB * UTC", "2026-01-05 00:00:00", "2028-02-29 00:00:00"),
        ("0 0 15 * MON UTC", "2026-01-13 00:00:00", "2026-01-15 00:00:00"),
        ("0 0 15 * MON UTC", "2026-01-15 00:00:00", "2026-01-19 00:00:00"),
        ("0,30 6 1 1,7 * UTC", "2026-01-01 06:00:00", "2026-01-01 06:30:00"),
    ],
)
def test_cron_gives_the_next_matching_minute(cron: str, after: str, expected: str) -> None:
    assert parse_schedule(f"using cron {cron}").next_after(utc(after), utc(after)) == utc(expected)


def test_cron_follows_the_wall_clock_of_its_time_zone() -> None:
    nine = parse_schedule("USING CRON 0 9 * * * Europe/Vienna")
    assert nine.next_after(utc("2026-01-05 00:00:00"), utc("2026-01-05 00:00:00")) == utc(
        "2026-01-05 08:00:00"
    )
    assert nine.next_after(utc("2026-07-05 00:00:00"), utc("2026-01-05 00:00:00")) == utc(
        "2026-07-05 07:00:00"
    )


def test_an_hour_that_the_clock_change_skips_does_not_come_that_day() -> None:
    # Vienna goes from 02:00 to 03:00 on 29 March 2026.
    half_past_two = parse_schedule("USING CRON 30 2 * * * Europe/Vienna")
    assert half_past_two.next_after(utc("2026-03-28 12:00:00"), utc("2026-03-28 12:00:00")) == utc(
        "2026-03-30 00:30:00"
    )


@pytest.mark.parametrize(
    "text",
    [
        "9 seconds",
        "0 minutes",
        "200 hours",
        "daily",
        "USING CRON * * * * UTC",
        "USING CRON 60 * * * * UTC",
        "USING CRON * * * * * Nowhere/City",
        "USING CRON * * * XYZ * UTC",
        "USING CRON 0 0 30 2 * UTC",
        "USING CRON 0 */0 * * * UTC",
    ],
)
def test_what_snowflake_refuses_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError):
        parse_schedule(text)
