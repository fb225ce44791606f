"""Dates and timestamps.

DuckDB keeps the instant of a TIMESTAMP_TZ but not its offset: such a value is shown in the
session's time zone. `convert_timezone` therefore keeps its zone for the function around it only.
https://docs.snowflake.com/en/sql-reference/functions-date-time
"""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.rewrite import call, cast, renamed, rule

_KIND = exp.DataType.Type
_NTZ = frozenset({_KIND.TIMESTAMP, _KIND.TIMESTAMPNTZ, _KIND.DATETIME})
_TZ = frozenset({_KIND.TIMESTAMPTZ, _KIND.TIMESTAMPLTZ})
_IN_ZONE = "sf_in_zone"

renamed(
    {
        "TO_TIMESTAMP": "sf_timestamp",
        "TO_TIMESTAMP_NTZ": "sf_timestamp",
        "TRY_TO_TIMESTAMP": "sf_try_timestamp",
        "TRY_TO_TIMESTAMP_NTZ": "sf_try_timestamp",
        "TO_TIMESTAMP_TZ": "sf_timestamp_tz",
        "TO_TIMESTAMP_LTZ": "sf_timestamp_tz",
        "TRY_TO_TIMESTAMP_TZ": "sf_try_timestamp_tz",
        "TRY_TO_TIMESTAMP_LTZ": "sf_try_timestamp_tz",
        "DATE_FROM_PARTS": "make_date",
        "DATEFROMPARTS": "make_date",
        "MONTHNAME": "sf_monthname",
    }
)

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
    kind, safe = node.to.this, "try_" if isinstance(node, exp.TryCast) else ""
    inner = local(node.this)
    if inner is not node.this and kind not in _TZ:
        node.set("this", inner)
    if kind in _NTZ:
        if _is_call(node.this, "sf_timestamp_tz", "sf_try_timestamp_tz"):
            inner = node.this.expressions[0]  # the wall clock of a text is kept, not its instant
        return call(f"sf_{safe}timestamp", inner)
    if kind in _TZ:
        return call(f"sf_{safe}timestamp_tz", node.this)
    return None


@rule(exp.UnixToTime)
def from_number(node: exp.UnixToTime) -> exp.Expr:
    scale = node.args.get("scale")
    return call("sf_timestamp_of_number", node.this, scale or exp.Literal.number(0))


@rule(exp.StrToTime)
def from_format(node: exp.StrToTime) -> exp.Expr:
    """`to_timestamp(x, format)`; sqlglot has turned the format into strptime's."""
    function = "try_strptime" if node.args.get("safe") else "strptime"
    result = call(function, node.this, node.args["format"])
    target = node.args.get("target_type")
    return cast(result, target.sql("duckdb")) if target is not None else result


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
        instant = call("timezone", source, call("sf_timestamp", node.args["timestamp"]))
        return call("timezone", target, instant)
    return call(_IN_ZONE, call("sf_timestamp_tz", node.args["timestamp"]), target)


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
    return call("strftime", _timed(node.this), exp.Literal.string("%a"))


@rule(exp.Monthname)
def monthname(node: exp.Monthname) -> exp.Expr:
    return call("strftime", _timed(node.this), exp.Literal.string("%b"))


@rule(exp.TimestampTrunc, exp.DateTrunc)
def date_trunc(node: exp.Expr) -> exp.Expr:
    unit = node.text("unit") or node.args["unit"].name
    return _typed("date_trunc", exp.Literal.string(_unit(unit)), local(node.this))


@rule(exp.DateAdd, exp.TsOrDsAdd, exp.TimestampAdd)
def date_add(node: exp.Expr) -> exp.Expr:
    """A DATE stays one when days or more are added.

    https://docs.snowflake.com/en/sql-reference/functions/dateadd
    """
    unit = _unit(node.text("unit") or "day")
    amount = node.expression
    if isinstance(amount, exp.Interval):
        amount = amount.this
    return _typed(f"sf_add_{unit}", local(node.this), amount, position=0)


@rule(exp.DateDiff, exp.TsOrDsDiff, exp.TimestampDiff)
def date_diff(node: exp.Expr) -> exp.Expr:
    """Counts the boundaries of the unit crossed; a text is a timestamp.

    https://docs.snowflake.com/en/sql-reference/functions/datediff
    """
    unit = _unit(node.text("unit") or "day")
    later, earlier = (call("sf_as_timestamp", local(n)) for n in (node.this, node.expression))
    if unit == "nanosecond":
        raise unsupported("datediff in nanoseconds.")
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
def time_slice(node: exp.TimeSlice) -> exp.Expr:
    raise unsupported("time_slice.")


def local(node: exp.Expr) -> exp.Expr:
    """The wall clock of `convert_timezone(zone, x)`, for a function that looks at it."""
    if _is_call(node, _IN_ZONE):
        instant, zone = node.expressions
        return call("timezone", zone, instant)
    return node


def _is_call(node: exp.Expr, *names: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name in names


def _part(name: str, node: exp.Expr) -> exp.Expr:
    return call("date_part", exp.Literal.string(name), _timed(node))


def _timed(node: exp.Expr) -> exp.Expr:
    return call("sf_as_timestamp", local(node))


def _unit(text: str) -> str:
    unit = _UNITS.get(text.strip("'").upper())
    if unit is None:
        raise unsupported(f"date or time unit {text}.")
    return unit


def _typed(name: str, *arguments: exp.Expr, position: int = 1) -> exp.Expr:
    """A function whose result is a DATE for a DATE; DuckDB cannot tell inside an aggregate."""
    value = arguments[position]
    if value.find(exp.AggFunc, exp.Window):
        name += "_any"
    if not name.startswith("sf_"):
        name = f"sf_{name}"
    return call(name, *arguments)


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
