"""Aggregate and window functions."""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.rewrite import Context, rule


@rule(exp.ArrayAgg)
def array_agg(node: exp.ArrayAgg, context: Context) -> None:
    return None
