"""Sources of rows other than tables, session variables and functions of the session."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.registry import find_function
from sandbox.warehouse.rewrite import Context, context_rule, rule
from sandbox.warehouse.rules_relation import lend, variable


@rule(exp.Values)
def name_columns_of_values(node: exp.Values) -> None:
    """https://docs.snowflake.com/en/sql-reference/constructs/values"""
    alias = node.args.get("alias")
    if node.find_ancestor(exp.Insert) and not node.find_ancestor(exp.Select):
        return
    if alias is not None and alias.args.get("columns"):
        return
    first = node.expressions[0]
    width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
    columns = [exp.to_identifier(f"COLUMN{n}", quoted=True) for n in range(1, width + 1)]
    name = alias.this if alias is not None else exp.to_identifier("_values", quoted=True)
    node.set("alias", exp.TableAlias(this=name, columns=columns))


@rule(exp.TableSample)
def sample_of_rows(node: exp.TableSample) -> None:
    """A number of rows is drawn another way than a share of them."""
    if node.args.get("size") is not None:
        node.set("method", None)


@context_rule(exp.Parameter)
def positional_column(node: exp.Parameter, context: Context) -> exp.Expr:
    """`$1` is the first column of VALUES, `$name` a session variable."""
    name = node.name
    if name.isdigit():
        return exp.column(exp.to_identifier(f"COLUMN{name}", quoted=True))
    context.is_constant = False
    return exp.convert(variable(name, context))


@rule(exp.Join)
def asof_join(node: exp.Join) -> None:
    """The nearest row or none: https://docs.snowflake.com/en/sql-reference/constructs/asof-join"""
    nearest = node.args.get("match_condition")
    if nearest is None:
        return
    if node.args.get("using"):
        raise unsupported("asof join with using.")
    inner = nearest.this if isinstance(nearest, exp.Paren) else nearest
    given = node.args.get("on")
    node.set("match_condition", None)
    node.set("on", inner if given is None else exp.and_(given, inner, copy=False))
    node.set("side", "LEFT")


@rule(exp.Connect, exp.MatchRecognize)
def hierarchy(node: exp.Expr) -> None:
    raise unsupported("connect by." if isinstance(node, exp.Connect) else "match_recognize.")


@context_rule(exp.TableFromRows)
def table_function(node: exp.TableFromRows, context: Context) -> exp.Expr | None:
    inner = node.this
    parts: list[str] = []
    while isinstance(inner, exp.Dot):
        parts.append(inner.this.name)
        inner = inner.expression
    if isinstance(inner, exp.SplitToTable):
        raise unsupported("table function SPLIT_TO_TABLE.")
    if not isinstance(inner, exp.Anonymous):
        return None
    table = exp.Table(this=exp.to_identifier(inner.name), alias=node.args.get("alias"))
    arguments: dict[str, Any] = {}
    for place, argument in enumerate(inner.expressions):
        if isinstance(argument, exp.Kwarg):
            arguments[argument.this.name.upper()] = _constant(argument.expression, context)
        else:
            arguments[str(place)] = _constant(argument, context)
    name = [*(part.upper() for part in parts), inner.name.upper()]
    if not lend(table, name, arguments, context):
        raise unsupported(f"table function {'.'.join(name)}.")
    return table


@context_rule(exp.Anonymous)
def session_function(node: exp.Anonymous, context: Context) -> exp.Expr | None:
    return _answer(node, context)


def _answer(node: exp.Expr, context: Context) -> exp.Expr | None:
    found = find_function(node)
    if found is None:
        return None
    handler, arguments = found
    context.is_constant = False
    return exp.convert(handler(context.session, [_constant(a, context) for a in arguments]))


for _kind in (
    exp.CurrentWarehouse,
    exp.CurrentDatabase,
    exp.CurrentSchema,
    exp.CurrentUser,
    exp.CurrentRole,
    exp.CurrentSession,
    exp.CurrentAccount,
    exp.CurrentRegion,
    exp.CurrentVersion,
    exp.CurrentAvailableRoles,
    exp.CurrentSecondaryRoles,
    exp.CurrentRoleType,
):
    context_rule(_kind)(lambda node, context: _answer(node, context))


def _constant(node: exp.Expr, context: Context) -> object:
    """The value of an argument that does not depend on rows."""
    if isinstance(node, exp.Literal):
        return node.name if node.is_string else node.to_py()
    rows = context.session.run(f"select {node.sql('duckdb')}")
    return rows[0][0]
