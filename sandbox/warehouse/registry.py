"""Who answers which statement, function and table function.

A module registers with a decorator and is imported by `sandbox.warehouse.statements`. What nobody
registered fails loudly: the sandbox never accepts a statement that it does not carry out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sandbox.warehouse.errors import unsupported

if TYPE_CHECKING:
    from sandbox.warehouse.result import Result
    from sandbox.warehouse.session import Session
    from sandbox.warehouse.statement import Statement

StatementHandler = Callable[["Session", "Statement"], "Result"]
ClauseHandler = Callable[["Session", "Statement", StatementHandler], "Result | None"]
FunctionHandler = Callable[["Session", list[Any]], Any]
TableHandler = Callable[["Session", dict[str, Any]], "Result"]

_statements: dict[tuple[str, ...], StatementHandler] = {}
_clauses: dict[tuple[str, ...], ClauseHandler] = {}
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


def clause(*heads: str) -> Callable[[ClauseHandler], ClauseHandler]:
    """Answer what some CREATE or ALTER statements with these heads say.

    The handler is asked first and gets the statement's own; None leaves the statement to that one.
    """

    def register(handler: ClauseHandler) -> ClauseHandler:
        _clauses.update((tuple(head.upper().split()), handler) for head in heads)
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
    handler: StatementHandler = _refuse
    for length in range(len(statement.words), 0, -1):
        if found := _statements.get(statement.words[:length]):
            handler, statement = found, statement.with_head(length)
            break
    if statement.verb in ("CREATE", "ALTER"):
        for length in range(len(statement.words), 1, -1):
            if asked := _clauses.get(statement.words[:length]):
                return partial(_with_clause, asked, handler), statement
    if handler is _refuse:
        _refuse(None, statement)
    return handler, statement


def find_function(node: exp.Expr) -> tuple[FunctionHandler, list[exp.Expr]] | None:
    """The handler of a call, and its argument expressions."""
    if not _functions or not isinstance(node, exp.Func):
        return None
    if isinstance(node, exp.Anonymous):
        handler = _functions.get(node.name.upper())
        return (handler, list(node.expressions)) if handler else None
    handler = _functions.get(node.sql_name().upper())
    return (handler, []) if handler and not node.args.get("this") else None


def _with_clause(
    asked: ClauseHandler, handler: StatementHandler, session: Session, statement: Statement
) -> Result:
    result = asked(session, statement, handler)
    return handler(session, statement) if result is None else result


def _refuse(_session: object, statement: Statement) -> Result:
    raise unsupported(f"statement {' '.join(statement.words) or statement.text[:40]!r}.")


def find_table(name: str) -> TableHandler | None:
    return _tables.get(name.upper())
