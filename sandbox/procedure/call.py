"""Answers CALL: finds the procedure, evaluates the arguments, runs the handler."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.procedure.definition import Procedure
from sandbox.procedure.process import Reply, Request
from sandbox.procedure.store import procedures
from sandbox.procedure.system import find_system_procedure
from sandbox.runtime import runtime_of
from sandbox.script.interpreter import run_block
from sandbox.script.syntax import parse_block
from sandbox.script.variable import Variable
from sandbox.warehouse import hook, stage
from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.names import ObjectName, quote
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import QUERY, Column, Result, table
from sandbox.warehouse.session import Session, Transaction
from sandbox.warehouse.statement import Reader, Statement

_HANDLER_ERROR = 100357
_DUCKDB_TYPES = {
    "NUMBER": "BIGINT",
    "FLOAT": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP_NTZ": "TIMESTAMP",
    "TIMESTAMP_LTZ": "TIMESTAMPTZ",
    "TIMESTAMP_TZ": "TIMESTAMPTZ",
    "VARIANT": "JSON",
    "OBJECT": "JSON",
    "ARRAY": "JSON",
}
_SEMI_STRUCTURED = ("VARIANT", "OBJECT", "ARRAY")
_TYPES = {"fixed": "NUMBER", "text": "VARCHAR", "real": "FLOAT"}


@statement("call")
def call(session: Session, statement: Statement) -> Result:
    """Run a procedure's handler in this session; its statements take part in an open transaction.

    An error of the handler rolls back a transaction that the handler opened itself.
    """
    _, reader = statement.after_head()
    parts = reader.name()
    if len(parts) == 1 and parts[0].startswith("SYSTEM$"):
        return _call_system(session, statement, parts[0], reader.rest())
    given = given_arguments(reader)
    procedure = _find(session, session.resolve(parts), given, statement)
    hook.hooks.call(session, procedure.key)
    return run(session, procedure, given, statement)


def run(
    session: Session, procedure: Procedure, given: Sequence[Given], statement: Statement
) -> Result:
    """What the procedure returns for these arguments, as one value or as a table."""
    values = _values(session, procedure, given, statement)
    before = session.transaction
    with _rights(session, procedure):
        if procedure.language == "SQL":
            return _run_script(session, procedure, values, before)
        return _run_handler(session, procedure, values, before)


def _run_script(
    session: Session, procedure: Procedure, values: list[Any], before: Transaction | None
) -> Result:
    block = parse_block(procedure.body or "")
    arguments = {
        one.name: Variable(value, one.type in _SEMI_STRUCTURED)
        for one, value in zip(procedure.arguments, values, strict=True)
    }
    returns = None if procedure.returns.startswith("TABLE") else procedure.returns
    name = procedure.name.name
    failed = True
    try:
        result = run_block(session, block, arguments, name, returns)
        failed = False
    finally:
        _end_transaction(session, before, failed)
    return result


def _run_handler(
    session: Session, procedure: Procedure, values: list[Any], before: Transaction | None
) -> Result:
    files = [stage.path(session, location) for location in procedure.imports]
    parsed = [
        json.loads(value) if one.type in _SEMI_STRUCTURED and value is not None else value
        for one, value in zip(procedure.arguments, values, strict=True)
    ]
    request = Request(
        handler=procedure.handler,
        folder=None,
        body=procedure.body,
        arguments=tuple(parsed),
        database=session.database,
        schema=session.schema,
        role=session.role,
        warehouse=session.warehouse,
    )
    reply = runtime_of(session).handlers.call(session, files, request)
    _end_transaction(session, before, reply.failed)
    if reply.failed:
        message = f"Python Interpreter Error:\n{reply.text}"
        where = f" in function {procedure.name.name} with handler {procedure.handler}"
        raise sql_error(f"{message}\n{where}", _HANDLER_ERROR, "P0000")
    return _returned(session, procedure, reply)


def _call_system(session: Session, statement: Statement, name: str, arguments: str) -> Result:
    """One of Snowflake's own: a procedure, or a function that CALL runs too."""
    handler = find_system_procedure(name)
    if handler is None:
        return session.execute(f"select {name}{arguments}", statement.params)
    inner = arguments.strip()[1:-1].strip()
    values = session.execute(f"select {inner}", statement.params).rows()[0] if inner else ()
    return table([Column(name, "boolean")], [[handler(session, list(values))]], QUERY)


@dataclass(frozen=True)
class Given:
    """An argument of a CALL: SQL text, still to be evaluated."""

    name: str | None
    sql: str


def given_arguments(reader: Reader) -> list[Given]:
    """The arguments between the parentheses, which end the statement."""
    given = []
    inner = reader.parenthesized()
    reader.end()
    for part in inner.split():
        name = part.peek() if part.peek(1) == "=>" else None
        if name:
            part.accept(name, "=>")
        given.append(Given(name, part.rest()))
    return given


def _find(
    session: Session, name: ObjectName, given: Sequence[Given], statement: Statement
) -> Procedure:
    """The procedure these arguments fit."""
    known = procedures(session, name.database).values()
    fitting = [one for one in known if one.name == name and _fits(one, given)]
    if len(fitting) > 1:
        fitting = [one for one in fitting if len(one.arguments) == len(given)]
    if len(fitting) > 1:
        types = _types_of(session, given, statement)
        fitting = [one for one in fitting if [a.type for a in one.arguments] == types] or fitting
    if len(fitting) > 1:
        raise unsupported(f"choosing among procedures {name} by the types of the arguments.")
    if not fitting:
        raise sql_error(
            f"SQL compilation error:\nUnknown user-defined function {name} with {len(given)} "
            "argument(s).",
            2141,
            "42601",
        )
    return fitting[0]


def _types_of(session: Session, given: Sequence[Given], statement: Statement) -> list[str]:
    """The types of the arguments, which tell overloads apart."""
    sql = ", ".join(one.sql for one in given)
    columns = session.execute(f"select {sql}", statement.params).columns
    return [_TYPES.get(column.type, column.type.upper()) for column in columns]


def _fits(procedure: Procedure, given: Sequence[Given]) -> bool:
    bound = _bound(procedure, given)
    return bound is not None and all(
        one.name in bound or one.default is not None for one in procedure.arguments
    )


def _bound(procedure: Procedure, given: Sequence[Given]) -> dict[str, str] | None:
    """SQL text by argument name; None when the arguments do not fit."""
    names = [one.name for one in procedure.arguments]
    if len(given) > len(names):
        return None
    bound = {one.name or name: one.sql for one, name in zip(given, names, strict=False)}
    return bound if len(bound) == len(given) and set(bound) <= set(names) else None


def _values(
    session: Session, procedure: Procedure, given: Sequence[Given], statement: Statement
) -> list[Any]:
    """The arguments, defaults included, cast to the declared types; VARIANT as JSON text."""
    if not procedure.arguments:
        return []
    bound = _bound(procedure, given) or {}
    sql = [f"cast({bound.get(one.name, one.default)} as {one.type})" for one in procedure.arguments]
    return list(session.execute(f"select {', '.join(sql)}", statement.params).rows()[0])


def _end_transaction(session: Session, before: Transaction | None, failed: bool) -> None:
    """A transaction begun in a procedure must end in it.

    https://docs.snowflake.com/en/sql-reference/transactions#stored-procedures-and-transactions
    """
    left = session.transaction
    if left is not None and left is not before and left.explicit:
        session.rollback()
        if not failed:
            raise sql_error(
                "Stored procedure execution error: Scoped transaction started in stored procedure "
                "is incomplete and it was rolled back.",
                90232,
                "57014",
            )


@contextmanager
def _rights(session: Session, procedure: Procedure) -> Iterator[None]:
    """Owner's rights: the owner's role, and names resolve in the procedure's schema.

    https://docs.snowflake.com/en/developer-guide/stored-procedure/stored-procedures-rights
    """
    if procedure.execute_as == "CALLER":
        yield
        return
    before = session.database, session.schema
    roles = session.role, session.secondary_roles
    session.database, session.schema = procedure.name.database, procedure.name.schema
    session.role = hook.hooks.owner(session, "PROCEDURE", procedure.key)
    session.secondary_roles = "NONE"
    try:
        yield
    finally:
        session.database, session.schema = before
        session.role, session.secondary_roles = roles


def _returned(session: Session, procedure: Procedure, reply: Reply) -> Result:
    text = reply.text
    if procedure.returns.startswith("TABLE"):
        found = session.account.recall(text or "") if reply.is_rows else None
        if found is None:
            raise sql_error(
                f"The handler of {procedure.name.name} must return a DataFrame.", 100357, "P0000"
            )
        return Result(found.columns, found.table, QUERY)
    kind = _DUCKDB_TYPES.get(procedure.returns, "VARCHAR")
    if procedure.returns == "NUMBER" and text is not None and "." in text:
        kind = f"DECIMAL(38, {len(text.partition('.')[2])})"
    return session.fetch(f"select cast(? as {kind}) as {quote(procedure.name.name)}", [text])
