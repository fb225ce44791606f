"""Aggregate and window functions."""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.expression_type import divided_scale, scale_of, type_of
from sandbox.warehouse.rewrite import call, cast, rule


@rule(exp.Avg)
def average(node: exp.Avg) -> exp.Expr | None:
    """The exact sum divided once, so that the order of the rows does not matter."""
    if isinstance(node.parent, exp.Window):
        return None
    return _average(exp.Sum(this=node.this.copy()), exp.Count(this=node.this), type_of(node.this))


@rule(exp.Window)
def window(node: exp.Window) -> exp.Expr | None:
    function = node.this
    if isinstance(function, exp.Avg):
        total, count = node.copy(), node.copy()
        total.set("this", exp.Sum(this=function.this.copy()))
        count.set("this", exp.Count(this=function.this.copy()))
        return _average(total, count, type_of(function.this))
    if isinstance(function, exp.Anonymous) and function.name.upper() == "RATIO_TO_REPORT":
        value = function.expressions[0]
        total = node.copy()
        total.set("this", exp.Sum(this=value.copy()))
        return call("sf_ratio", value.copy(), total)
    return None


@rule(exp.Median)
def median(node: exp.Median) -> exp.Expr:
    """DuckDB would cut the mean of two decimals to their scale."""
    return _middle(call("median", cast(node.this, "DOUBLE")), type_of(node))


@rule(exp.WithinGroup)
def within_group(node: exp.WithinGroup) -> exp.Expr | None:
    function, order = node.this, node.expression
    if isinstance(function, exp.PercentileDisc):
        return None
    if isinstance(function, exp.PercentileCont):
        ordered = order.expressions[0]
        fraction = function.this
        if ordered.args.get("desc"):
            fraction = exp.Paren(this=exp.Sub(this=exp.Literal.number(1), expression=fraction))
        quantile = call("quantile_cont", cast(ordered.this, "DOUBLE"), fraction)
        return _middle(quantile, type_of(node))
    if isinstance(function, exp.ArrayAgg):
        return _array_agg(function, order)
    if isinstance(function, exp.GroupConcat):
        return _listagg(function, order)
    if isinstance(function, exp.Anonymous | exp.Coalesce):
        return None
    raise unsupported(f"within group of {function.key}.")


@rule(exp.ArrayAgg)
def array_agg(node: exp.ArrayAgg) -> exp.Expr | None:
    return None if isinstance(node.parent, exp.WithinGroup) else _array_agg(node, None)


@rule(exp.GroupConcat)
def listagg(node: exp.GroupConcat) -> exp.Expr | None:
    return None if isinstance(node.parent, exp.WithinGroup) else _listagg(node, None)


@rule(exp.Seq1, exp.Seq2, exp.Seq4, exp.Seq8)
def sequence(node: exp.Expr) -> exp.Expr:
    """Numbers from 0 without gaps; inside a window's order any constant does."""
    if node.find_ancestor(exp.Window):
        return exp.Literal.number(1)
    row_number = exp.Window(this=exp.RowNumber())
    return exp.Paren(this=exp.Sub(this=row_number, expression=exp.Literal.number(1)))


def _average(total: exp.Expr, count: exp.Expr, kind: str | None) -> exp.Expr:
    scale = scale_of(kind)
    if scale is None and kind != "DOUBLE":
        return call("sf_average", total, count)
    mean = exp.Paren(this=exp.Div(this=total, expression=count))
    return mean if scale is None else cast(mean, f"DECIMAL(38, {divided_scale(scale)})")


def _middle(value: exp.Expr, kind: str | None) -> exp.Expr:
    return value if scale_of(kind) is None else cast(value, str(kind))


def _array_agg(node: exp.ArrayAgg, order: exp.Expr | None) -> exp.Expr:
    """NULLs are left out; no rows give []."""
    value = node.this
    inner = value.expressions[0] if isinstance(value, exp.Distinct) else value
    ordered = exp.Order(this=value, expressions=order.expressions) if order else value
    present = exp.Not(this=exp.Is(this=inner.copy(), expression=exp.null()))
    aggregate = exp.Filter(this=call("list", ordered), expression=exp.Where(this=present))
    return call("sf_list", aggregate)


def _listagg(node: exp.GroupConcat, order: exp.Expr | None) -> exp.Expr:
    """No rows give ''. https://docs.snowflake.com/en/sql-reference/functions/listagg"""
    value = node.this
    separator = node.args.get("separator") or exp.Literal.string("")
    if isinstance(value, exp.Order):
        value, order = value.this, value
    arguments: list[exp.Expr] = [value, separator]
    if order is not None:
        arguments[-1] = exp.Order(this=separator, expressions=order.expressions)
    return exp.Coalesce(this=call("string_agg", *arguments), expressions=[exp.Literal.string("")])
