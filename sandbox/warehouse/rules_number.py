"""Numbers: types, conversions, decimal arithmetic."""

from __future__ import annotations

import re

from sqlglot import exp

from sandbox.warehouse.as_text import json_text
from sandbox.warehouse.data_type import duckdb_type, limit_of
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.expression_type import (
    TIMESTAMP,
    TIMESTAMP_TZ,
    canonical,
    divided_scale,
    literal_type,
    scale_of,
    set_type,
    type_of,
)
from sandbox.warehouse.rewrite import call, cast, renamed, rule
from sandbox.warehouse.rules_timestamp import IS_LOCAL

renamed(
    {
        "TRY_TO_BOOLEAN": "sf_try_boolean",
        "TO_BOOLEAN": "sf_boolean",
        "SQUARE": "sf_square",
    }
)
LIMIT = "limit"
"""Key of the meta data of a type: what `limit_of` says of the type that was written."""
_WHOLE = frozenset({"BIGINT", "INT", "INTEGER"})
_NOT_NUMBERS = frozenset({"DATE", "TIME", TIMESTAMP, TIMESTAMP_TZ, None})
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")


@rule(exp.DataType)
def data_type(node: exp.DataType) -> exp.Expr | None:
    if not isinstance(node.parent, exp.Cast | exp.ColumnDef):
        return None
    built = exp.DataType.build(duckdb_type(node), dialect="duckdb")
    built.meta[LIMIT] = limit_of(node)
    built.meta[IS_LOCAL] = node.this is exp.DataType.Type.TIMESTAMPLTZ
    return built


@rule(exp.Cast, exp.TryCast)
def cast_number(node: exp.Cast) -> exp.Expr | None:
    kind = node.to.sql("duckdb")
    if kind not in _WHOLE and kind != "DOUBLE" and not kind.startswith("DECIMAL"):
        return None
    return number(node.this, kind, isinstance(node, exp.TryCast), node.to.meta.get(LIMIT))


@rule(exp.ToNumber)
def to_number(node: exp.ToNumber) -> exp.Expr:
    """https://docs.snowflake.com/en/sql-reference/functions/to_decimal"""
    given, precision = node.args.get("format"), node.args.get("precision")
    if given is not None and given.is_string:
        raise unsupported("to_number with a format.")
    scale = node.args.get("scale")
    if given is not None:
        precision, scale = given, precision
    is_safe = bool(node.args.get("safe"))
    digits = int(precision.name) if precision is not None else 38
    if scale is not None and scale.name != "0":
        return number(node.this, f"DECIMAL({digits}, {scale.name})", is_safe)
    return number(node.this, "BIGINT", is_safe, digits)


def number(value: exp.Expr, kind: str, is_safe: bool, digits: int | None = None) -> exp.Expr:
    """A value as BIGINT, DOUBLE or DECIMAL(p, s); halves are rounded away from zero.

    `digits` is the precision of a whole number; one with more digits is an error. A number that
    does not fit BIGINT is an error also where text is only tried: NULL would be wrong.
    """
    source, is_whole = type_of(value), kind in _WHOLE

    def converted(part: exp.Expr, to: str) -> exp.Expr:
        is_tried = is_safe and (to not in _WHOLE or source != "VARCHAR")
        target = exp.DataType.build(to, dialect="duckdb")
        return (exp.TryCast if is_tried else exp.Cast)(this=part, to=target)

    exact = f"DECIMAL({min(digits or 38, 38)}, 0)"
    is_narrow = is_whole and digits is not None and digits < 19
    if isinstance(value, exp.Literal | exp.Null) and not value.is_string and not is_narrow:
        return converted(value, kind)
    if source == "JSON":
        value, source = json_text(value), "VARCHAR"
    if source == "VARCHAR":
        plain = call("replace", value, exp.Literal.string("_"), exp.Literal.string("x"))
        if isinstance(value, exp.Literal) and "_" not in value.name:
            plain = value
        return converted(converted(plain, exact) if is_whole else plain, kind)
    if source == "DOUBLE" and is_whole:
        value = call("round", value)
    elif source is None and kind != "DOUBLE":
        safe = "try_" if is_safe else ""
        value = call(f"sf_{safe}{'whole' if is_whole else 'plain'}", value)
    if is_narrow:
        value = converted(value, exact)
    return converted(value, kind)


@rule(exp.ToDouble)
def to_double(node: exp.ToDouble) -> exp.Expr:
    return number(node.this, "DOUBLE", bool(node.args.get("safe")))


@rule(exp.ToBoolean)
def to_boolean(node: exp.ToBoolean) -> exp.Expr:
    return call("sf_try_boolean" if node.args.get("safe") else "sf_boolean", node.this)


@rule(exp.Neg, exp.Abs)
def of_text(node: exp.Expr) -> None:
    node.set("this", numeric(node.this))


@rule(exp.Add, exp.Sub, exp.Mul)
def arithmetic(node: exp.Binary) -> exp.Expr | None:
    """Text counts as a number; a product has at most twelve digits more than its factors.

    https://docs.snowflake.com/en/sql-reference/operators-arithmetic
    """
    if not {type_of(node.this), type_of(node.expression)} & _NOT_NUMBERS:
        node.set("this", numeric(node.this))
        node.set("expression", numeric(node.expression))
    scale = scale_of(type_of(node)) if isinstance(node, exp.Mul) else None
    parts = [scale_of(type_of(part)) for part in (node.this, node.expression)]
    if scale is None or None in parts or scale == sum(part or 0 for part in parts):
        return None
    return cast(exp.Paren(this=node.copy()), f"DECIMAL(38, {scale})")


@rule(exp.EQ, exp.NEQ, exp.GT, exp.LT, exp.GTE, exp.LTE)
def compare_text(node: exp.Binary) -> None:
    """Text beside a number is compared as a number."""
    for side, other in (("this", "expression"), ("expression", "this")):
        kind = type_of(node.args[other])
        is_number = kind == "DOUBLE" or scale_of(kind) is not None
        if is_number and type_of(node.args[side]) == "VARCHAR":
            node.set(side, numeric(node.args[side], kind))


def numeric(node: exp.Expr, beside: str | None = None) -> exp.Expr:
    """Text as NUMBER(18, 5) or, for a literal, the number it says; a VARIANT as FLOAT."""
    kind = type_of(node)
    if kind == "JSON":
        return _typed(cast(json_text(node), "DOUBLE"), "DOUBLE")
    if kind != "VARCHAR":
        return node
    if isinstance(node, exp.Literal) and _PLAIN.fullmatch(node.name.strip()):
        literal = exp.Literal.number(node.name.strip().lstrip("+"))
        return _typed(literal, literal_type(literal.name))
    to = "DECIMAL(18, 5)" if beside is None else "DECIMAL(38, 10)"
    if beside == "DOUBLE":
        to = "DOUBLE"
    return _typed(number(node, to, is_safe=False), to)


@rule(exp.Div)
def divide(node: exp.Div) -> exp.Expr:
    """A decimal of at least six digits for decimals; division by zero is an error.

    https://docs.snowflake.com/en/sql-reference/operators-arithmetic#division
    """
    node.set("this", numeric(node.this))
    node.set("expression", numeric(node.expression))
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
    divisor = _operand(_checked(numeric(node.expression)))
    return exp.Paren(this=exp.Mod(this=_operand(numeric(node.this)), expression=divisor))


def _comparable(node: exp.Expr) -> exp.Expr:
    """Equal numbers of different types have the same hash."""
    kind = type_of(node)
    return cast(node, "DOUBLE") if scale_of(kind) is not None else node


def _typed(node: exp.Expr, kind: str) -> exp.Expr:
    set_type(node, canonical(kind))
    return node


@rule(exp.Sqrt, exp.Ln)
def of_positive(node: exp.Expr) -> exp.Expr:
    return call(f"sf_{node.key}", numeric(node.this))


@rule(exp.Floor, exp.Ceil)
def cut(node: exp.Expr) -> exp.Expr | None:
    """`floor(x, scale)`; DuckDB knows no scale."""
    scale = node.args.get("decimals")
    if scale is None or not scale.name.isdigit():
        return None
    factor = exp.Literal.number(10 ** int(scale.name))
    function = call(node.key, exp.Paren(this=exp.Mul(this=_operand(node.this), expression=factor)))
    quotient = exp.Div(this=function, expression=factor.copy())
    if scale_of(type_of(node)) is None:
        return exp.Paren(this=quotient)
    return cast(exp.Paren(this=quotient), f"DECIMAL(38, {scale.name})")


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
    parts = [_comparable(part) for part in node.expressions]
    return call("sf_hash", parts[0] if len(parts) == 1 else exp.Tuple(expressions=parts))
