"""Numbers: types, conversions, decimal arithmetic."""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.data_type import duckdb_type
from sandbox.warehouse.rewrite import Context, call, rule


@rule(exp.DataType)
def data_type(node: exp.DataType, context: Context) -> exp.Expr | None:
    if not isinstance(node.parent, exp.Cast | exp.ColumnDef):
        return None
    return exp.DataType.build(duckdb_type(node), dialect="duckdb")


@rule(exp.Anonymous)
def hash_(node: exp.Anonymous, context: Context) -> exp.Expr | None:
    if node.name.upper() != "HASH":
        return None
    parts = node.expressions
    return call("sf_hash", parts[0] if len(parts) == 1 else exp.Tuple(expressions=parts))
