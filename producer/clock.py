"""Simulated time: whole seconds since 1970 in UTC, and days as the integer yyyymmdd.

Integers rather than datetimes because the simulation compares and adds times millions of times;
the packed day makes an age one subtraction.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_DAYS_REMEMBERED = 4096  # the files' encounters jump about in five years

_MINUTES = tuple(f"{hour:02d}:{minute:02d}:" for hour in range(24) for minute in range(60))
_SECONDS = tuple(f"{second:02d}Z" for second in range(60))


def iso(seconds: int) -> str:
    """`2026-01-05T08:30:00Z` for seconds since 1970 (UTC)."""
    day, second = divmod(seconds, DAY)
    return _date_prefix(day) + _MINUTES[second // MINUTE] + _SECONDS[second % MINUTE]


def iso_date(seconds: int) -> str:
    """The UTC day as `2026-01-05`."""
    return _date_prefix(seconds // DAY)[:-1]


def seconds_of(moment: datetime) -> int:
    """Seconds since 1970; a moment without an offset is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp())


def packed_day(seconds: int) -> int:
    """The UTC day as the integer yyyymmdd."""
    return _packed(seconds // DAY)


def pack(day: date) -> int:
    """A date as the integer yyyymmdd: sortable, and `(later - earlier) // 10000` is whole years."""
    return day.year * 10_000 + day.month * 100 + day.day


def age_on(day: int, birth: int) -> int:
    """Completed years between two packed days; one born on 29 February turns on 1 March."""
    return (day - birth) // 10_000


@lru_cache(maxsize=_DAYS_REMEMBERED)
def _date_prefix(day: int) -> str:
    return f"{_utc_date(day).isoformat()}T"


@lru_cache(maxsize=_DAYS_REMEMBERED)
def _packed(day: int) -> int:
    return pack(_utc_date(day))


def _utc_date(day: int) -> date:
    return datetime.fromtimestamp(day * DAY, UTC).date()
