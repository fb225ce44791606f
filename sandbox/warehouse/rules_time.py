"""Parts of dates and timestamps, and reckoning with them.

https://docs.snowflake.com/en/sql-reference/functions-date-time
"""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.expression_type import type_of
from sandbox.warehouse.rewrite import call, cast, renamed, rule
from sandbox.warehouse.rules_timestamp import instant, local, timed

renamed({"DATE_FROM_PARTS": "sf_date_of_parts", "DATEFROMPARTS": "sf_date_of_parts"})
_PARTS = {
    "YEAR": "year",
    "QUARTER": "quarter",
    "MONTH": "month",
    "WEEK": "week",
    "WEEKISO": "week",
    "WEEK_ISO": "week",
    "DAY": "day",
    "DAYOFMONTH": "day",
    "DAYOFWEEK": "dow",
    "WEEKDAY": "dow",
    "DOW": "dow",
    "DAYOFWEEKISO": "isodow",
    "DAYOFWEEK_ISO": "isodow",
    "WEEKDAY_ISO": "isodow",
    "DAYOFYEAR": "doy",
    "HOUR": "hour",
    "MINUTE": "minute",
    "SECOND": "second",
    "YEAROFWEEK": "isoyear",
    "YEAROFWEEKISO": "isoyear",
}
_EPOCHS = {
    "EPOCH": "sf_epoch_second",
    "EPOCH_SECOND": "sf_epoch_second",
    "EPOCH_SECONDS": "sf_epoch_second",
    "EPOCH_MILLISECOND": "sf_epoch_millisecond",
    "EPOCH_MILLISECONDS": "sf_epoch_millisecond",
    "EPOCH_MICROSECOND": "sf_epoch_microsecond",
    "EPOCH_MICROSECONDS": "sf_epoch_microsecond",
    "EPOCH_NANOSECOND": "sf_epoch_nanosecond",
    "EPOCH_NANOSECONDS": "sf_epoch_nanosecond",
    "NANOSECOND": "sf_nanosecond",
}


@rule(exp.Extract)
def date_part(node: exp.Extract) -> exp.Expr:
    part = node.name.upper()
    if part in _EPOCHS:
        return call(_EPOCHS[part], node.expression)
    if part not in _PARTS:
        raise unsupported(f"date_part {part}.")
    return _part(_PARTS[part], node.expression)


@rule(
    exp.Year,
    exp.Month,
    exp.Day,
    exp.DayOfMonth,
    exp.DayOfWeek,
    exp.DayOfWeekIso,
    exp.DayOfYear,
    exp.Hour,
    exp.Minute,
    exp.Second,
    exp.Quarter,
    exp.Week,
    exp.WeekOfYear,
    exp.YearOfWeek,
)
def part_function(node: exp.Func) -> exp.Expr:
    name = type(node).__name__.upper()
    return _part({**_PARTS, "WEEKOFYEAR": "week"}[name], node.this)


@rule(exp.Dayname)
def dayname(node: exp.Dayname) -> exp.Expr:
    return call("strftime", timed(node.this), exp.Literal.string("%a"))


@rule(exp.Monthname)
def monthname(node: exp.Monthname) -> exp.Expr:
    return call("strftime", timed(node.this), exp.Literal.string("%b"))


@rule(exp.TimestampTrunc, exp.DateTrunc)
def date_trunc(node: exp.Expr) -> exp.Expr:
    """Of a DATE it is a DATE."""
    unit = exp.Literal.string(_unit(node.text("unit")))
    value = local(node.this)
    kind = type_of(node.this)
    if kind is None:
        return call(f"sf_date_trunc{_any(value)}", unit, value)
    truncated = call("date_trunc", unit, timed(value))
    return cast(truncated, "DATE") if kind == "DATE" else truncated


@rule(exp.DateAdd, exp.TsOrDsAdd, exp.TimestampAdd)
def date_add(node: exp.Expr) -> exp.Expr:
    """A DATE stays one when days or more are added.

    https://docs.snowflake.com/en/sql-reference/functions/dateadd
    """
    unit = _unit(node.text("unit") or "day")
    amount = node.expression
    if isinstance(amount, exp.Interval):
        amount = amount.this
    value, kind = local(node.this), type_of(node.this)
    if kind is None:
        return call(f"sf_add_{unit}{_any(value)}", value, amount)
    moved = call(f"sf_add_{unit}_any", timed(value), amount)
    return cast(moved, "DATE") if kind == "DATE" and unit in _WHOLE_DAYS else moved


@rule(exp.DateDiff, exp.TsOrDsDiff, exp.TimestampDiff)
def date_diff(node: exp.Expr) -> exp.Expr:
    """Counts the boundaries of the unit crossed; a text is a timestamp.

    https://docs.snowflake.com/en/sql-reference/functions/datediff
    """
    unit = _unit(node.text("unit") or "day")
    later, earlier = instant(node.this), instant(node.expression)
    if unit == "nanosecond":
        micros = call("date_diff", exp.Literal.string("microsecond"), earlier, later)
        return exp.Paren(this=exp.Mul(this=micros, expression=exp.Literal.number(1000)))
    if unit == "week":
        monday = exp.Literal.string("week")
        earlier, later = (call("date_trunc", monday.copy(), day) for day in (earlier, later))
        days = call("date_diff", exp.Literal.string("day"), earlier, later)
        return exp.Paren(this=exp.IntDiv(this=days, expression=exp.Literal.number(7)))
    return call("date_diff", exp.Literal.string(unit), earlier, later)


@rule(exp.LastDay)
def last_day(node: exp.LastDay) -> exp.Expr | None:
    unit = _unit(node.text("unit") or "month")
    day = cast(timed(node.this), "DATE")
    if unit == "month":
        return call("last_day", day)
    if unit not in _LENGTHS:
        raise unsupported(f"last_day of {unit}.")
    first = call("date_trunc", exp.Literal.string(unit), day)
    after = exp.Add(this=first, expression=_interval(_LENGTHS[unit]))
    return cast(exp.Paren(this=exp.Sub(this=after, expression=_interval("1 day"))), "DATE")


@rule(exp.CurrentTimestamp)
def current_timestamp(node: exp.CurrentTimestamp) -> exp.Expr:
    """`sysdate()` is the UTC wall clock without a zone."""
    if node.args.get("sysdate"):
        return call("timezone", exp.Literal.string("UTC"), call("now"))
    return call("now")


@rule(exp.TimeSlice)
def time_slice(node: exp.TimeSlice) -> exp.Expr:
    """Slices are counted from 1970; those of weeks from a Monday.

    https://docs.snowflake.com/en/sql-reference/functions/time_slice
    """
    unit, length = _unit(node.text("unit")), node.expression
    if not isinstance(length, exp.Literal) or unit == "nanosecond":
        raise unsupported("time_slice of a length that is no literal, or of nanoseconds.")
    step = _interval(f"{length.name} {unit}")
    origin = cast(exp.Literal.string("1969-12-29" if unit == "week" else "1970-01-01"), "TIMESTAMP")
    value, kind = local(node.this), type_of(node.this)
    found = call("sf_slice", value, step, origin)
    if node.text("kind").upper() == "END":
        found = exp.Paren(this=exp.Add(this=found, expression=step.copy()))
    return cast(found, "DATE") if kind == "DATE" else found


@rule(exp.CurrentDate)
def current_date(_node: exp.CurrentDate) -> exp.Expr:
    return cast(call("now"), "DATE")


@rule(exp.Localtime, exp.CurrentTime)
def current_time(_node: exp.Expr) -> exp.Expr:
    return cast(call("now"), "TIME")


@rule(exp.Interval)
def interval(node: exp.Interval) -> None:
    """`interval '1 day, 1 hour'`."""
    if isinstance(node.this, exp.Literal) and "," in node.this.name:
        node.set("this", exp.Literal.string(node.this.name.replace(",", " ")))


def _interval(text: str) -> exp.Interval:
    return exp.Interval(this=exp.Literal.string(text))


def _part(name: str, node: exp.Expr) -> exp.Expr:
    return call("date_part", exp.Literal.string(name), timed(node))


def _unit(text: str) -> str:
    unit = _UNITS.get(text.strip("'").upper())
    if unit is None:
        raise unsupported(f"date or time unit {text}.")
    return unit


def _any(value: exp.Expr) -> str:
    """DuckDB cannot tell types inside aggregates and windows."""
    return "_any" if value.find(exp.AggFunc, exp.Window) else ""


_LENGTHS = {"year": "1 year", "quarter": "3 months", "week": "7 days"}
_WHOLE_DAYS = frozenset({"year", "quarter", "month", "week", "day"})
_UNITS = {
    **dict.fromkeys(("YEAR", "Y", "YY", "YYY", "YYYY", "YR", "YEARS", "YRS"), "year"),
    **dict.fromkeys(("QUARTER", "Q", "QTR", "QTRS", "QUARTERS"), "quarter"),
    **dict.fromkeys(("MONTH", "MM", "MON", "MONS", "MONTHS"), "month"),
    **dict.fromkeys(("WEEK", "W", "WK", "WEEKOFYEAR", "WOY", "WY", "WEEKISO"), "week"),
    **dict.fromkeys(("DAY", "D", "DD", "DAYS", "DAYOFMONTH"), "day"),
    **dict.fromkeys(("HOUR", "H", "HH", "HR", "HOURS", "HRS"), "hour"),
    **dict.fromkeys(("MINUTE", "M", "MI", "MIN", "MINUTES", "MINS"), "minute"),
    **dict.fromkeys(("SECOND", "S", "SEC", "SECONDS", "SECS"), "second"),
    **dict.fromkeys(("MILLISECOND", "MS", "MSEC", "MILLISECONDS"), "millisecond"),
    **dict.fromkeys(("MICROSECOND", "US", "USEC", "MICROSECONDS"), "microsecond"),
    **dict.fromkeys(("NANOSECOND", "NS", "NSEC", "NANOSECONDS"), "nanosecond"),
}
