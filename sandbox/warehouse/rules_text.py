"""Text functions."""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.rewrite import Context, cast, rule


@rule(exp.Concat)
def concat(node: exp.Concat, context: Context) -> exp.Expr:
    """NULL makes the whole NULL, which DuckDB's concat does not."""
    result: exp.Expr | None = None
    for part in node.expressions:
        text = cast(part, "VARCHAR")
        result = text if result is None else exp.DPipe(this=result, expression=text)
    return exp.Paren(this=result)
