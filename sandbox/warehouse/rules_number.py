"""Numbers: types, conversions, decimal arithmetic."""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.as_text import json_text
from sandbox.warehouse.data_type import duckdb_type
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.expression_type import divided_scale, scale_of, type_of
from sandbox.warehouse.rewrite import call, cast, renamed, rule

renamed(
    {
        "TRY_TO_BOOLEAN": "sf_try_boolean",
        "TO_BOOLEAN": "sf_boolean",
        "SQUARE": "sf_square",
    }
)
_WHOLE = frozenset({"BIGINT", "INT", "INTEGER"})


@rule(exp.DataType)
def data_type(node: exp.DataType) -> exp.Expr | None:
    if not isinstance(node.parent, exp.Cast | exp.ColumnDef):
        return None
    return exp.DataType.build(duckdb_type(node), dialect="duckdb")


@rule(exp.Cast, exp.TryCast)
def cast_number(node: exp.Cast) -> exp.Expr | None:
    kind = node.to.sql("duckdb")
    if kind not in _WHOLE and kind != "DOUBLE" and not kind.startswith("DECIMAL"):
        return None
    return number(node.this, kind, isinstance(node, exp.TryCast))


@rule(exp.ToNumber)
def to_number(node: exp.ToNumber) -> exp.Expr:
    """https://docs.snowflake.com/en/sql-reference/functions/to_decimal"""
    given, precision = node.args.get("format"), node.args.get("precision")
    if given is not None and given.is_string:
        raise unsupported("to_number with a format.")
    scale = node.args.get("scale")
    if given is not None:
        precision, scale = given, precision
    kind = "BIGINT"
    if scale is not None and scale.name != "0":
        kind = f"DECIMAL({precision.name}, {scale.name})"
    return number(node.this, kind, bool(node.args.get("safe")))


def number(value: exp.Expr, kind: str, is_safe: bool) -> exp.Expr:
    """A value as BIGINT, DOUBLE or DECIMAL(p, s); halves are rounded away from zero."""

    def converted(part: exp.Expr, to: str) -> exp.Expr:
        target = exp.DataType.build(to, dialect="duckdb")
        return (exp.TryCast if is_safe else exp.Cast)(this=part, to=target)

    source, is_whole = type_of(value), kind in _WHOLE
    if isinstance(value, exp.Literal | exp.Null) and not value.is_string:
        return converted(value, kind)
    if source == "JSON":
        value, source = json_text(value), "VARCHAR"
    if source == "VARCHAR":
        plain = call("replace", value, exp.Literal.string("_"), exp.Literal.string("x"))
        if isinstance(value, exp.Literal) and "_" not in value.name:
            plain = value
        return converted(converted(plain, "DECIMAL(38, 0)") if is_whole else plain, kind)
    if source == "DOUBLE" and is_whole:
        return converted(call("round", value), kind)
    if source is None and kind != "DOUBLE":
        safe = "try_" if is_safe else ""
        if is_whole:
            return call(f"sf_{safe}whole", value)
        return converted(call(f"sf_{safe}plain", value), kind)
    return converted(value, kind)


@rule(exp.ToDouble)
def to_double(node: exp.ToDouble) -> exp.Expr:
    return number(node.this, "DOUBLE", bool(node.args.get("safe")))


@rule(exp.ToBoolean)
def to_boolean(node: exp.ToBoolean) -> exp.Expr:
    return call("sf_try_boolean" if node.args.get("safe") else "sf_boolean", node.this)


@rule(exp.Div)
def divide(node: exp.Div) -> exp.Expr:
    """A decimal of at least six digits for decimals; division by zero is an error.

    https://docs.snowflake.com/en/sql-reference/operators-arithmetic#division
    """
    kinds = type_of(node.this), type_of(node.expression)
    divisor = _checked(node.expression)
    scale = scale_of(kinds[0])
    if "DOUBLE" in kinds or (scale is not None and scale_of(kinds[1]) is not None):
        quotient = exp.Paren(this=exp.Div(this=_operand(node.this), expression=_operand(divisor)))
        if "DOUBLE" in kinds or scale is None:
            return quotient
        return cast(quotient, f"DECIMAL(38, {divided_scale(scale)})")
    if node.find(exp.AggFunc, exp.Window):
        return call("sf_ratio", node.this, node.expression)
    return call("sf_divide", node.this, node.expression)


@rule(exp.Mod)
def modulo(node: exp.Mod) -> exp.Expr:
    divisor = _operand(_checked(node.expression))
    return exp.Paren(this=exp.Mod(this=_operand(node.this), expression=divisor))


def _operand(node: exp.Expr) -> exp.Expr:
    return exp.Paren(this=node) if isinstance(node, exp.Binary | exp.Case) else node


def _checked(divisor: exp.Expr) -> exp.Expr:
    """What cannot be zero needs no check."""
    is_literal = isinstance(divisor, exp.Literal) and float(divisor.name or 0) != 0
    if is_literal or isinstance(divisor, exp.Nullif):
        return divisor
    return call("sf_checked", divisor)


@rule(exp.EqualNull)
def equal_null(node: exp.EqualNull) -> exp.Expr:
    return exp.Paren(this=exp.NullSafeEQ(this=node.this, expression=node.expression))


@rule(exp.Anonymous)
def hash_of(node: exp.Anonymous) -> exp.Expr | None:
    """Not Snowflake's values, but the same for the same arguments."""
    if node.name.upper() != "HASH":
        return None
    parts = node.expressions
    return call("sf_hash", parts[0] if len(parts) == 1 else exp.Tuple(expressions=parts))
