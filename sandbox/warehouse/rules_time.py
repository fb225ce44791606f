"""Dates and timestamps.

DuckDB keeps the instant of a TIMESTAMP_TZ but not its offset: such a value is shown in the
session's time zone. `convert_timezone` therefore keeps its zone for the function around it only.
https://docs.snowflake.com/en/sql-reference/functions-date-time
"""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.as_text import json_text
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.inference import TIMESTAMP, TIMESTAMP_TZ, scale_of, set_type, type_of
from sandbox.warehouse.rewrite import call, cast, renamed, rule

_KIND = exp.DataType.Type
_NTZ = frozenset({_KIND.TIMESTAMP, _KIND.TIMESTAMPNTZ, _KIND.DATETIME})
_TZ = frozenset({_KIND.TIMESTAMPTZ, _KIND.TIMESTAMPLTZ})
_IN_ZONE = "sf_in_zone"

renamed({"DATE_FROM_PARTS": "make_date", "DATEFROMPARTS": "make_date"})

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


@rule(exp.Cast, exp.TryCast)
def cast_time(node: exp.Cast) -> exp.Expr | None:
    kind, is_safe = node.to.this, isinstance(node, exp.TryCast)
    if kind in _TZ:
        return timestamp_tz(node.this, is_safe)
    if kind in _NTZ:
        return timestamp(node.this, is_safe)
    node.set("this", local(node.this))
    if type_of(node.this) == "JSON" and kind in {_KIND.DATE, _KIND.TIME}:
        node.set("this", json_text(node.this))
    return None


@rule(exp.Anonymous)
def to_timestamp(node: exp.Anonymous) -> exp.Expr | None:
    """https://docs.snowflake.com/en/sql-reference/functions/to_timestamp"""
    name = node.name.upper()
    is_safe = name.startswith("TRY_")
    target = _CONVERSIONS.get(name.removeprefix("TRY_"))
    if target is None:
        return None
    if len(node.expressions) > 1:
        if target is timestamp_tz or is_safe:
            raise unsupported(f"{name.lower()} with two arguments.")
        return call("sf_timestamp_of_number", *node.expressions)
    return target(node.expressions[0], is_safe)


def timestamp(value: exp.Expr, is_safe: bool) -> exp.Expr:
    """A value as TIMESTAMP_NTZ: the wall clock of a text is kept, its offset left out."""
    value, kind, safe = local(value), type_of(value), "try_" if is_safe else ""
    if _is_call(value, "sf_tz_of_text", "sf_try_tz_of_text"):
        value, kind = value.expressions[0], "VARCHAR"
    if kind == "JSON":
        value, kind = json_text(value), "VARCHAR"
    if kind == "VARCHAR" and isinstance(value, exp.Column | exp.Anonymous):
        return call(f"sf_{safe}timestamp_of_text", value)
    if scale_of(kind) is not None:
        return call("sf_timestamp_of_number", value, exp.Literal.number(0))
    if kind is None and not isinstance(value, exp.Null):
        return call(f"sf_{safe}timestamp", value)
    target = exp.DataType.build("TIMESTAMP", dialect="duckdb")
    return (exp.TryCast if is_safe else exp.Cast)(this=value, to=target)


def timestamp_tz(value: exp.Expr, is_safe: bool) -> exp.Expr:
    """A value as an instant; without an offset it is in the session's time zone."""
    kind, safe = type_of(value), "try_" if is_safe else ""
    if kind == "JSON":
        value, kind = json_text(value), "VARCHAR"
    if kind == "VARCHAR":
        return call(f"sf_{safe}tz_of_text", value)
    if scale_of(kind) is not None:
        return call("to_timestamp", value)
    if kind is None and not isinstance(value, exp.Null):
        return call(f"sf_{safe}timestamp_tz", value)
    target = exp.DataType.build("TIMESTAMPTZ", dialect="duckdb")
    return (exp.TryCast if is_safe else exp.Cast)(this=value, to=target)


_CONVERSIONS = {
    "TO_TIMESTAMP": timestamp,
    "TO_TIMESTAMP_NTZ": timestamp,
    "TO_TIMESTAMP_TZ": timestamp_tz,
    "TO_TIMESTAMP_LTZ": timestamp_tz,
}


@rule(exp.UnixToTime)
def from_number(node: exp.UnixToTime) -> exp.Expr:
    scale = node.args.get("scale")
    return call("sf_timestamp_of_number", node.this, scale or exp.Literal.number(0))


@rule(exp.StrToTime)
def from_format(node: exp.StrToTime) -> exp.Expr:
    """`to_timestamp(x, format)`; sqlglot has turned the format into strptime's."""
    is_safe, target = bool(node.args.get("safe")), node.args.get("target_type")
    kind = target.this if isinstance(target, exp.DataType) else _KIND.TIMESTAMP
    if node.args["format"].name.upper() == "AUTO":
        return (timestamp_tz if kind in _TZ else timestamp)(node.this, is_safe)
    parsed = call("try_strptime" if is_safe else "strptime", node.this, node.args["format"])
    return cast(parsed, "TIMESTAMPTZ" if kind in _TZ else "TIMESTAMP")


@rule(exp.TsOrDsToDate)
def to_date(node: exp.TsOrDsToDate) -> exp.Expr:
    safe = bool(node.args.get("safe"))
    if node.args.get("format") is not None:
        function = "try_strptime" if safe else "strptime"
        return cast(call(function, node.this, node.args["format"]), "DATE")
    kind = exp.DataType.build("DATE", dialect="duckdb")
    return (exp.TryCast if safe else exp.Cast)(this=local(node.this), to=kind)


@rule(exp.ConvertTimezone)
def convert_timezone(node: exp.ConvertTimezone) -> exp.Expr:
    """https://docs.snowflake.com/en/sql-reference/functions/convert_timezone"""
    source, target = node.args.get("source_tz"), node.args["target_tz"]
    if source is not None:
        instant = call("timezone", source, timestamp(node.args["timestamp"], False))
        return call("timezone", target, instant)
    return call(_IN_ZONE, timestamp_tz(node.args["timestamp"], False), target)


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
    later, earlier = timed(node.this), timed(node.expression)
    if unit == "nanosecond":
        raise unsupported("datediff in nanoseconds.")
    if unit == "week":
        monday = exp.Literal.string("week")
        earlier, later = (call("date_trunc", monday.copy(), day) for day in (earlier, later))
        days = call("date_diff", exp.Literal.string("day"), earlier, later)
        return exp.Paren(this=exp.IntDiv(this=days, expression=exp.Literal.number(7)))
    return call("date_diff", exp.Literal.string(unit), earlier, later)


@rule(exp.LastDay)
def last_day(node: exp.LastDay) -> exp.Expr | None:
    unit = node.text("unit")
    if unit and unit.upper() != "MONTH":
        raise unsupported(f"last_day({unit}).")
    return call("last_day", cast(local(node.this), "DATE"))


@rule(exp.CurrentTimestamp)
def current_timestamp(node: exp.CurrentTimestamp) -> exp.Expr:
    """`sysdate()` is the UTC wall clock without a zone."""
    if node.args.get("sysdate"):
        return call("timezone", exp.Literal.string("UTC"), call("now"))
    return call("now")


@rule(exp.TimeSlice)
def time_slice(_node: exp.TimeSlice) -> exp.Expr:
    raise unsupported("time_slice.")


def local(node: exp.Expr) -> exp.Expr:
    """The wall clock of `convert_timezone(zone, x)`, for a function that looks at it."""
    if not _is_call(node, _IN_ZONE):
        return node
    instant, zone = node.expressions
    clock = call("timezone", zone, instant)
    set_type(clock, TIMESTAMP)
    return clock


def _is_call(node: exp.Expr, *names: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name in names


def _part(name: str, node: exp.Expr) -> exp.Expr:
    return call("date_part", exp.Literal.string(name), timed(node))


def timed(node: exp.Expr) -> exp.Expr:
    """A value as something DuckDB takes the parts of: a text becomes a timestamp."""
    value, kind = local(node), type_of(node)
    if kind in {"DATE", "TIME", TIMESTAMP, TIMESTAMP_TZ}:
        return value
    if kind in {"VARCHAR", "JSON"}:
        return timestamp(value, is_safe=False)
    return call("sf_as_timestamp", value)


def _unit(text: str) -> str:
    unit = _UNITS.get(text.strip("'").upper())
    if unit is None:
        raise unsupported(f"date or time unit {text}.")
    return unit


def _any(value: exp.Expr) -> str:
    """DuckDB cannot tell types inside aggregates and windows."""
    return "_any" if value.find(exp.AggFunc, exp.Window) else ""


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
