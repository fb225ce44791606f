"""Puts the body of a SQL function in the place of its call, before the statement is translated."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from sandbox.function.definition import Function, parse_body
from sandbox.function.path import path_of
from sandbox.function.store import functions_named
from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.rewrite import Context, before_rules
from sandbox.warehouse.rules_relation import resolve_parts
from sandbox.warehouse.translation import parse_text

_DEEPEST = 32


@before_rules
def expand_functions(tree: exp.Expr, context: Context) -> None:
    """Functions may call each other; one that calls itself is refused, as on Snowflake."""
    for _ in range(_DEEPEST):
        found = list(_calls(tree, context))
        if not found:
            return
        for node, call, function in found:
            node.replace(_expanded(call, function))
    raise unsupported("functions that call themselves, or each other very deeply.")


def _calls(tree: exp.Expr, context: Context) -> Iterator[tuple[exp.Expr, exp.Anonymous, Function]]:
    """Calls of user-defined functions that stand in no other such call."""
    if not context.session.account.databases() or context.session.database is None:
        return
    for call in list(tree.find_all(exp.Anonymous)):
        node: exp.Expr = call
        names = [_folded(call)]
        while isinstance(node.parent, exp.Dot) and node.parent.expression is node:
            node = node.parent
            names = [*(part.name if part.args.get("quoted") else part.name.upper()
                       for part in path_of(node)[:-1]), names[-1]]  # fmt: skip
        if (
            isinstance(node.parent, exp.TableFromRows)
            or len(names) > 3
            or names[0].startswith("SYSTEM$")
        ):
            continue
        function = _fitting(call, names, context)
        if function is not None:
            yield node, call, function


def _folded(call: exp.Anonymous) -> str:
    name = call.this
    if isinstance(name, exp.Identifier):
        return str(name.name if name.args.get("quoted") else name.name.upper())
    return str(name).upper()


def _fitting(call: exp.Anonymous, names: list[str], context: Context) -> Function | None:
    candidates = functions_named(context.session, resolve_parts(names, context))
    fitting = [one for one in candidates if _bound(call, one) is not None]
    if len(fitting) > 1:
        raise unsupported(f"choosing among functions {names[-1]} by the types of the arguments.")
    if candidates and not fitting:
        raise sql_error(
            f"SQL compilation error:\nInvalid argument types for function '{names[-1]}'.",
            1044,
            "42P13",
        )
    return fitting[0] if fitting else None


def _bound(call: exp.Anonymous, function: Function) -> dict[str, exp.Expr] | None:
    """The argument expressions by name; None when they do not fit."""
    names = [argument.name for argument in function.arguments]
    bound: dict[str, exp.Expr] = {}
    for place, given in enumerate(call.expressions):
        if isinstance(given, exp.Kwarg):
            bound[given.this.name.upper()] = given.expression
        elif place < len(names):
            bound[names[place]] = given
        else:
            return None
    for argument in function.arguments:
        if argument.name not in bound and argument.default is not None:
            bound[argument.name] = parse_text(f"select {argument.default}").expressions[0]
    return bound if set(bound) == set(names) else None


def _expanded(call: exp.Anonymous, function: Function) -> exp.Expr:
    bound = _bound(call, function) or {}
    body = parse_body(function.body)
    if body.find(exp.Query) and any(_has_free_column(one) for one in bound.values()):
        # Inside the query it could be taken for a column of the query's own tables.
        raise unsupported(
            f"function {function.name.name}, whose body is a query, called with a column that "
            "does not name its table."
        )
    types = {argument.name: argument.type for argument in function.arguments}
    holder = exp.Paren(this=body)
    for column in list(holder.find_all(exp.Column)):
        name = column.name if column.this.args.get("quoted") else column.name.upper()
        if not column.table and name in bound:
            column.replace(_cast(bound[name].copy(), types[name]))
    return _cast(holder.this, function.returns)


def _has_free_column(argument: exp.Expr) -> bool:
    return any(not column.table for column in argument.find_all(exp.Column))


def _cast(value: exp.Expr, kind: str) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build(kind, dialect="snowflake"))
