"""Conversions to dates and timestamps.

DuckDB keeps the instant of a TIMESTAMP_TZ but not its offset: such a value is shown in the
session's time zone. `convert_timezone` therefore keeps its zone for the function around it only.
"""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.as_text import json_text
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.expression_type import TIMESTAMP, TIMESTAMP_TZ, scale_of, set_type, type_of
from sandbox.warehouse.rewrite import call, cast, rule

_KIND = exp.DataType.Type
_NTZ = frozenset({_KIND.TIMESTAMP, _KIND.TIMESTAMPNTZ, _KIND.DATETIME})
_TZ = frozenset({_KIND.TIMESTAMPTZ, _KIND.TIMESTAMPLTZ})
_IN_ZONE = "sf_in_zone"


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


def local(node: exp.Expr) -> exp.Expr:
    """The wall clock of `convert_timezone(zone, x)`, for a function that looks at it."""
    if not _is_call(node, _IN_ZONE):
        return node
    instant, zone = node.expressions
    clock = call("timezone", zone, instant)
    set_type(clock, TIMESTAMP)
    return clock


def timed(node: exp.Expr) -> exp.Expr:
    """A value as something DuckDB takes the parts of: a text becomes a timestamp."""
    value, kind = local(node), type_of(node)
    if kind in {"DATE", "TIME", TIMESTAMP, TIMESTAMP_TZ}:
        return value
    if kind in {"VARCHAR", "JSON"}:
        return timestamp(value, is_safe=False)
    return call("sf_as_timestamp", value)


def _is_call(node: exp.Expr, *names: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name in names
