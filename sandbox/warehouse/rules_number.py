"""Numbers: types, conversions, decimal arithmetic."""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.data_type import duckdb_type
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.rewrite import call, renamed, rule

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
    """Text must look like a number to Snowflake; halves are rounded away from zero."""
    kind = node.to.sql("duckdb")
    safe = "try_" if isinstance(node, exp.TryCast) else ""
    if kind in _WHOLE:
        literal = isinstance(node.this, exp.Literal) and not node.this.is_string
        return None if literal else call(f"sf_{safe}whole", node.this)
    if kind.startswith("DECIMAL") and not isinstance(node.this, exp.Literal):
        node.set("this", call(f"sf_{safe}plain", node.this))
    return None


@rule(exp.ToNumber)
def to_number(node: exp.ToNumber) -> exp.Expr:
    """https://docs.snowflake.com/en/sql-reference/functions/to_decimal"""
    given = node.args.get("format")
    if given is not None and given.is_string:
        raise unsupported("to_number with a format.")
    precision = given or node.args.get("precision") or exp.Literal.number(38)
    scale = (node.args.get("precision") if given else node.args.get("scale")) or (
        exp.Literal.number(0)
    )
    safe = "try_" if node.args.get("safe") else ""
    if scale.name == "0":
        return call(f"sf_{safe}whole", node.this)
    kind = exp.DataType.build(f"DECIMAL({precision.name}, {scale.name})", dialect="duckdb")
    value = call(f"sf_{safe}plain", node.this)
    return (exp.TryCast if safe else exp.Cast)(this=value, to=kind)


@rule(exp.ToDouble)
def to_double(node: exp.ToDouble) -> exp.Expr:
    kind = exp.DataType.build("DOUBLE", dialect="duckdb")
    return (exp.TryCast if node.args.get("safe") else exp.Cast)(this=node.this, to=kind)


@rule(exp.ToBoolean)
def to_boolean(node: exp.ToBoolean) -> exp.Expr:
    return call("sf_try_boolean" if node.args.get("safe") else "sf_boolean", node.this)


@rule(exp.Div)
def divide(node: exp.Div) -> exp.Expr:
    """A decimal with up to 12 digits; division by zero is an error.

    https://docs.snowflake.com/en/sql-reference/operators-arithmetic
    """
    if node.find(exp.AggFunc, exp.Window):
        return call("sf_ratio", node.this, node.expression)
    return call("sf_divide", node.this, node.expression)


@rule(exp.Mod)
def modulo(node: exp.Mod) -> exp.Expr:
    return call("sf_modulo", node.this, node.expression)


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
