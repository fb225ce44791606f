"""Answers CALL: finds the procedure, evaluates the arguments, runs the handler."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sandbox.procedure.argument import (
    Given,
    argument_values,
    find_procedure,
    given_arguments,
)
from sandbox.procedure.definition import Procedure
from sandbox.procedure.process import Reply, Request
from sandbox.procedure.system import find_system_procedure
from sandbox.runtime import runtime_of
from sandbox.script.interpreter import run_block
from sandbox.script.syntax import parse_block
from sandbox.script.variable import Variable
from sandbox.warehouse import hook, stage
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.names import quote
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import QUERY, Column, Result, table
from sandbox.warehouse.session import Session, Transaction
from sandbox.warehouse.statement import Statement

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
    procedure = find_procedure(session, session.resolve(parts), given, statement)
    hook.hooks.call(session, procedure.key)
    return run(session, procedure, given, statement)


def run(
    session: Session, procedure: Procedure, given: Sequence[Given], statement: Statement
) -> Result:
    """What the procedure returns for these arguments, as one value or as a table."""
    values = argument_values(session, procedure, given, statement)
    before = session.transaction
    with _scope(session), _rights(session, procedure):
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


def _end_transaction(session: Session, before: Transaction | None, failed: bool) -> None:
    """A transaction begun in a procedure must end in it.

    https://docs.snowflake.com/en/sql-reference/transactions#stored-procedures-and-transactions
    """
    left = session.transaction
    if left is not None and left is not before:
        session.rollback()
        if not failed:
            raise sql_error(
                "Stored procedure execution error: Scoped transaction started in stored procedure "
                "is incomplete and it was rolled back.",
                90232,
                "57014",
            )


@contextmanager
def _scope(session: Session) -> Iterator[None]:
    """What is open now is not the procedure's to end."""
    before, session.outer = session.outer, session.transaction
    try:
        yield
    finally:
        session.outer = before


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
