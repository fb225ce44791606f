"""When a scheduled task is due: `'<n> MINUTES'` counted from the resume, or a cron expression.

https://docs.snowflake.com/en/sql-reference/sql/create-task (SCHEDULE)
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Unit -> (seconds in it, least and greatest number of it Snowflake accepts).
_UNITS = {"H": (3600, 1, 192), "M": (60, 1, 11_520), "S": (1, 10, 691_200)}
_INTERVAL = re.compile(r"\s*(\d+)\s*(hours?|h|minutes?|m|seconds?|s)\s*$", re.IGNORECASE)
_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: (number + 1) % 7 for number, name in enumerate(calendar.day_abbr)}
_HORIZON = timedelta(days=366 * 8)


class ScheduleError(ValueError):
    """The text is no schedule; the message says what was expected."""


@dataclass(frozen=True)
class Interval:
    """Every so many seconds, counted from the moment the task was resumed."""

    seconds: int

    def next_after(self, moment: datetime, base: datetime) -> datetime:
        elapsed = max((moment - base).total_seconds(), 0)
        return base + timedelta(seconds=(elapsed // self.seconds + 1) * self.seconds)


@dataclass(frozen=True)
class Cron:
    """Minutes at which wall clocks in `zone` match; a wall time that DST skips never comes."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None
    last_day: bool
    months: frozenset[int]
    weekdays: frozenset[int] | None
    last_weekdays: frozenset[int]
    zone: ZoneInfo

    def next_after(self, moment: datetime, base: datetime) -> datetime:  # noqa: ARG002
        local = (moment.astimezone(UTC) + timedelta(minutes=1)).replace(second=0, microsecond=0)
        local = local.astimezone(self.zone)
        limit = local + _HORIZON
        while local < limit:
            if not self._day_matches(local):
                midnight = (local.replace(tzinfo=None) + timedelta(days=1)).replace(
                    hour=0, minute=0
                )
                local = midnight.replace(tzinfo=self.zone)
            elif local.hour not in self.hours or local.minute not in self.minutes:
                # Stepping in UTC walks through repeated hours twice and over skipped ones.
                local = (local.astimezone(UTC) + timedelta(minutes=1)).astimezone(self.zone)
            else:
                return local.astimezone(UTC)
        raise ScheduleError("the cron expression matches no day of the next eight years")

    def _day_matches(self, local: datetime) -> bool:
        if local.month not in self.months:
            return False
        length = calendar.monthrange(local.year, local.month)[1]
        weekday = (local.weekday() + 1) % 7
        by_day = local.day in (self.days or ()) or (self.last_day and local.day == length)
        by_weekday = weekday in (self.weekdays or ()) or (
            weekday in self.last_weekdays and local.day > length - 7
        )
        day_is_free = self.days is None
        weekday_is_free = self.weekdays is None
        if day_is_free or weekday_is_free:
            return (day_is_free or by_day) and (weekday_is_free or by_weekday)
        return by_day or by_weekday


def parse_schedule(text: str) -> Interval | Cron:
    """The schedule in a task's SCHEDULE option; ScheduleError when Snowflake would refuse it."""
    if match := _INTERVAL.match(text):
        number, unit = int(match[1]), match[2][0].upper()
        seconds, least, greatest = _UNITS[unit]
        if not least <= number <= greatest:
            raise ScheduleError(f"'{text}' must be between {least} and {greatest} {match[2]}")
        return Interval(number * seconds)
    words = text.split()
    if [word.upper() for word in words[:2]] == ["USING", "CRON"] and len(words) == 8:
        return _cron(words[2:7], words[7])
    raise ScheduleError(
        f"'{text}' is neither '<num> HOURS|MINUTES|SECONDS' nor "
        "'USING CRON <minute> <hour> <day> <month> <weekday> <time zone>'"
    )


def _cron(fields: list[str], zone: str) -> Cron:
    minute, hour, day, month, weekday = (field.upper() for field in fields)
    try:
        tz = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScheduleError(f"unknown time zone '{zone}'") from error
    day_items = day.split(",")
    last_weekdays = [item[:-1] for item in weekday.split(",") if item.endswith("L")]
    plain_weekdays = [item for item in weekday.split(",") if not item.endswith("L")]
    cron = Cron(
        minutes=_field(minute.split(","), 0, 59),
        hours=_field(hour.split(","), 0, 23),
        days=None if day == "*" else _field([i for i in day_items if i != "L"], 1, 31),
        last_day="L" in day_items,
        months=_field(month.split(","), 1, 12, _upper(_MONTHS)),
        weekdays=None if weekday == "*" else _field(plain_weekdays, 0, 6, _upper(_DAYS)),
        last_weekdays=_field(last_weekdays, 0, 6, _upper(_DAYS)),
        zone=tz,
    )
    cron.next_after(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC))
    return cron


def _upper(names: dict[str, int]) -> dict[str, int]:
    return {name.upper(): number for name, number in names.items()}


def _field(
    items: list[str], least: int, greatest: int, names: dict[str, int] | None = None
) -> frozenset[int]:
    numbers: set[int] = set()
    for item in items:
        span, _, step = item.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            low, high = least, greatest
        else:
            low = _number(first, names)
            high = _number(last, names) if last else (greatest if step else low)
        if not (least <= low <= high <= greatest) or (step and not step.isdigit()) or step == "0":
            raise ScheduleError(f"'{item}' is not within {least}-{greatest}")
        numbers.update(range(low, high + 1, int(step or 1)))
    return frozenset(numbers)


def _number(text: str, names: dict[str, int] | None) -> int:
    if names and text in names:
        return names[text]
    if not text.isdigit():
        raise ScheduleError(f"'{text}' is no number in a cron expression")
    return int(text)
