"""Conversions to dates and timestamps.

DuckDB keeps the instant of a TIMESTAMP_TZ but not its offset: such a value is shown in the
session's time zone. `convert_timezone` therefore keeps its zone for the function around it only.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime

from sqlglot import exp

from sandbox.warehouse.as_text import json_text
from sandbox.warehouse.data_type import TEXTS
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.expression_type import TIMESTAMP, TIMESTAMP_TZ, scale_of, set_type, type_of
from sandbox.warehouse.rewrite import call, cast, rule

_KIND = exp.DataType.Type
_NTZ = frozenset({_KIND.TIMESTAMP, _KIND.TIMESTAMPNTZ, _KIND.DATETIME})
_TZ = frozenset({_KIND.TIMESTAMPTZ, _KIND.TIMESTAMPLTZ})
IS_LOCAL = "is_local"
"""Key of the meta data of a type: whether it was TIMESTAMP_LTZ."""
_IN_ZONE = "sf_in_zone"
_NANOSECONDS = re.compile(r":\d\d\.\d{6}0*[1-9]")
_FRACTIONS = {"three": "%g", "six": "%f", "nine": "%n"}


@rule(exp.Cast, exp.TryCast)
def cast_time(node: exp.Cast) -> exp.Expr | None:
    kind, is_safe = node.to.this, isinstance(node, exp.TryCast)
    if kind in _TZ:
        return timestamp_tz(node.this, is_safe, bool(node.to.meta.get(IS_LOCAL)))
    if kind in _NTZ:
        return timestamp(node.this, is_safe)
    if kind in TEXTS:
        return None
    node.set("this", local(node.this))
    if type_of(node.this) == "JSON" and kind in {_KIND.DATE, _KIND.TIME}:
        node.set("this", json_text(node.this))
    if kind is _KIND.DATE and isinstance(node.this, exp.Literal):
        node.set("this", _detected(node.this))
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
    if target is timestamp_tz:
        return timestamp_tz(node.expressions[0], is_safe, name.endswith("LTZ"))
    return target(node.expressions[0], is_safe)


@rule(exp.UnixToTime)
def from_number(node: exp.UnixToTime) -> exp.Expr:
    """The size of a number in a text tells its unit."""
    scale = node.args.get("scale")
    if scale is None and type_of(node.this) == "VARCHAR":
        return call("sf_timestamp_of_text", node.this)
    return call("sf_timestamp_of_number", node.this, scale or exp.Literal.number(0))


@rule(exp.StrToTime)
def from_format(node: exp.StrToTime) -> exp.Expr:
    """`to_timestamp(x, format)`; sqlglot has turned the format into strptime's."""
    is_safe, target = bool(node.args.get("safe")), node.args.get("target_type")
    kind = target.this if isinstance(target, exp.DataType) else _KIND.TIMESTAMP
    if node.args["format"].name.upper() == "AUTO":
        if kind in _TZ:
            return timestamp_tz(node.this, is_safe, kind is _KIND.TIMESTAMPLTZ)
        return timestamp(node.this, is_safe)
    pattern = exp.Literal.string(with_fractions(node.args["format"].name))
    parsed = call("try_strptime" if is_safe else "strptime", node.this, pattern)
    return cast(parsed, "TIMESTAMPTZ" if kind in _TZ else "TIMESTAMP")


@rule(exp.TsOrDsToDate)
def to_date(node: exp.TsOrDsToDate) -> exp.Expr:
    safe = bool(node.args.get("safe"))
    if node.args.get("format") is not None:
        function = "try_strptime" if safe else "strptime"
        return cast(call(function, node.this, node.args["format"]), "DATE")
    kind = exp.DataType.build("DATE", dialect="duckdb")
    return (exp.TryCast if safe else exp.Cast)(this=local(node.this), to=kind)


@rule(exp.Anonymous)
def to_date_of_digits(node: exp.Anonymous) -> exp.Expr | None:
    """`to_date('31536000')` and `date(x)`."""
    name = node.name.upper()
    if name not in {"TO_DATE", "TRY_TO_DATE", "DATE"} or len(node.expressions) != 1:
        return None
    value, safe = node.expressions[0], "try_" if name.startswith("TRY_") else ""
    if type_of(value) == "VARCHAR":
        return cast(call(f"sf_{safe}timestamp_of_text", value), "DATE")
    return cast(timestamp(value, bool(safe)), "DATE")


@rule(exp.ConvertTimezone)
def convert_timezone(node: exp.ConvertTimezone) -> exp.Expr:
    """https://docs.snowflake.com/en/sql-reference/functions/convert_timezone"""
    source, target = node.args.get("source_tz"), node.args["target_tz"]
    if source is not None:
        instant = call("timezone", source, timestamp(node.args["timestamp"], False))
        return call("timezone", target, instant)
    return call(_IN_ZONE, timestamp_tz(node.args["timestamp"], False, True), target)


def timestamp(value: exp.Expr, is_safe: bool) -> exp.Expr:
    """A value as TIMESTAMP_NTZ: the wall clock of a text is kept, its offset left out."""
    value, kind, safe = local(value), type_of(value), "try_" if is_safe else ""
    if _is_call(value, "sf_tz_of_text", "sf_try_tz_of_text"):
        value, kind = value.expressions[0], "VARCHAR"
    if kind == "JSON":
        value, kind = json_text(value), "VARCHAR"
    if isinstance(value, exp.Literal) and _NANOSECONDS.search(value.name):
        raise unsupported("nanoseconds: the sandbox keeps microseconds.")
    if kind == "VARCHAR" and isinstance(value, exp.Column | exp.Anonymous | exp.Literal):
        return call(f"sf_{safe}timestamp_of_text", value)
    if scale_of(kind) is not None:
        return call("sf_timestamp_of_number", value, exp.Literal.number(0))
    if kind is None and not isinstance(value, exp.Null):
        return call(f"sf_{safe}timestamp", value)
    target = exp.DataType.build("TIMESTAMP", dialect="duckdb")
    return (exp.TryCast if is_safe else exp.Cast)(this=value, to=target)


def timestamp_tz(value: exp.Expr, is_safe: bool, is_local: bool = False) -> exp.Expr:
    """A value as an instant; without an offset it is in the session's time zone.

    The wall clock of one that is `is_local` (TIMESTAMP_LTZ) is the session's, else the text's.
    """
    kind, safe = type_of(value), "try_" if is_safe else ""
    if kind == "JSON":
        value, kind = json_text(value), "VARCHAR"
    if kind == "VARCHAR":
        return call(f"sf_{safe}{'ltz' if is_local else 'tz'}_of_text", value)
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


def local(node: exp.Expr) -> exp.Expr:
    """The wall clock of `convert_timezone(zone, x)`, for a function that looks at it."""
    if _is_call(node, "sf_tz_of_text", "sf_try_tz_of_text"):
        safe = "try_" if _is_call(node, "sf_try_tz_of_text") else ""
        clock = call(f"sf_{safe}timestamp_of_text", node.expressions[0])
    elif _is_call(node, _IN_ZONE):
        instant, zone = node.expressions
        clock = call("timezone", zone, instant)
    else:
        return node
    set_type(clock, TIMESTAMP)
    return clock


def instant(node: exp.Expr) -> exp.Expr:
    """A value as what DuckDB takes differences of: of a TIMESTAMP_TZ the moment."""
    if _is_call(node, _IN_ZONE):
        return node.expressions[0]
    return node if type_of(node) == TIMESTAMP_TZ else timed(node)


def with_fractions(pattern: str) -> str:
    """A pattern of sqlglot's as DuckDB's: FF3 are milliseconds, FF9 nanoseconds."""
    return re.sub(r"%f_(\w+)", lambda match: _FRACTIONS.get(match[1], match[0]), pattern)


def text_in_zone(node: exp.Expr) -> exp.Expr | None:
    """The text of `convert_timezone(zone, x)` or of a text with an offset, with that offset."""
    if _is_call(node, _IN_ZONE):
        return call("sf_text_in_zone", *node.expressions)
    if _is_call(node, "sf_tz_of_text"):
        return call("sf_text_with_offset", node.expressions[0])
    return None


def _detected(literal: exp.Literal) -> exp.Literal:
    """A date as AUTO finds it: https://docs.snowflake.com/en/sql-reference/date-time-input-output"""
    for pattern in ("%m/%d/%Y", "%d-%b-%Y"):
        with suppress(ValueError):
            found = datetime.strptime(literal.name, pattern)
            return exp.Literal.string(found.date().isoformat())
    return literal


def timed(node: exp.Expr) -> exp.Expr:
    """A value as something DuckDB takes the parts of: a text becomes a timestamp."""
    value, kind = local(node), type_of(node)
    if kind == "TIME":
        return value
    if kind in {"DATE", TIMESTAMP, TIMESTAMP_TZ}:
        return value
    if kind in {"VARCHAR", "JSON"}:
        return timestamp(value, is_safe=False)
    return call("sf_as_timestamp", value)


def _is_call(node: exp.Expr, *names: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name in names
