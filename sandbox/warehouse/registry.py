"""Who answers which statement, function and table function.

A module registers with a decorator and is imported by `sandbox.warehouse.statements`. What nobody
registered fails loudly: the sandbox never accepts a statement that it does not carry out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sandbox.warehouse.errors import unsupported

if TYPE_CHECKING:
    from sandbox.warehouse.result import Result
    from sandbox.warehouse.session import Session
    from sandbox.warehouse.statement import Statement

StatementHandler = Callable[["Session", "Statement"], "Result"]
FunctionHandler = Callable[["Session", list[Any]], Any]
TableHandler = Callable[["Session", dict[str, Any]], "Result"]

_statements: dict[tuple[str, ...], StatementHandler] = {}
_functions: dict[str, FunctionHandler] = {}
_tables: dict[str, TableHandler] = {}


def statement(*heads: str) -> Callable[[StatementHandler], StatementHandler]:
    """Answer statements that begin with one of `heads`, e.g. `"create stream"`.

    Modifiers (`or replace`, `temporary`, `secure`, ...) are no part of a head; the longest
    registered head wins. The handler runs outside any implicit transaction of its own.
    """

    def register(handler: StatementHandler) -> StatementHandler:
        for head in heads:
            _statements[tuple(head.upper().split())] = handler
        return handler

    return register


def function(*names: str) -> Callable[[FunctionHandler], FunctionHandler]:
    """Answer calls of a SQL function, e.g. `"system$stream_has_data"`.

    The arguments must be constant; the handler gets their values before the statement runs and
    returns text, a number, a boolean or None, which takes the place of the call.
    """

    def register(handler: FunctionHandler) -> FunctionHandler:
        _functions.update((name.upper(), handler) for name in names)
        return handler

    return register


def table_function(*names: str) -> Callable[[TableHandler], TableHandler]:
    """Answer `table(schema.name(arg => value))` or a plain `schema.name` in a FROM clause.

    Register the name as written without the database, e.g. `"information_schema.packages"`.
    Positional arguments come as "0", "1", ...; named ones in upper case. The result is a relation
    of the statement that names it.
    """

    def register(handler: TableHandler) -> TableHandler:
        _tables.update((name.upper(), handler) for name in names)
        return handler

    return register


def find_statement(statement: Statement) -> tuple[StatementHandler, Statement]:
    """The handler for the longest registered head, and the statement knowing that head."""
    for length in range(len(statement.words), 0, -1):
        if handler := _statements.get(statement.words[:length]):
            return handler, statement.with_head(length)
    raise unsupported(f"statement {' '.join(statement.words) or statement.text[:40]!r}.")


def find_function(node: exp.Expr) -> tuple[FunctionHandler, list[exp.Expr]] | None:
    """The handler of a call, and its argument expressions."""
    if not _functions or not isinstance(node, exp.Func):
        return None
    if isinstance(node, exp.Anonymous):
        handler = _functions.get(node.name.upper())
        return (handler, list(node.expressions)) if handler else None
    handler = _functions.get(node.sql_name().upper())
    return (handler, []) if handler and not node.args.get("this") else None


def find_table(name: str) -> TableHandler | None:
    return _tables.get(name.upper())
