"""Answers CALL and CREATE, DROP, SHOW and DESCRIBE PROCEDURE."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from sandbox.procedure.definition import (
    Procedure,
    installed_packages,
    read_procedure,
    signature_types,
    signed,
)
from sandbox.procedure.process import Request
from sandbox.runtime import runtime_of
from sandbox.show.scope import read_scope
from sandbox.warehouse import stage
from sandbox.warehouse.errors import already_exists, does_not_exist, sql_error, unsupported
from sandbox.warehouse.names import ObjectName, quote
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

_KIND = "procedure"
_HANDLER_ERROR = 100357

_temporary: WeakKeyDictionary[Session, dict[ObjectName, Procedure]] = WeakKeyDictionary()
"""Temporary procedures live as long as their session."""

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
_SHOWN = (
    Column("created_on", "timestamp_tz"),
    Column("name"),
    Column("schema_name"),
    Column("is_builtin"),
    Column("is_aggregate"),
    Column("is_ansi"),
    Column("min_num_arguments", "fixed", 38, 0),
    Column("max_num_arguments", "fixed", 38, 0),
    Column("arguments"),
    Column("description"),
    Column("catalog_name"),
    Column("is_table_function"),
    Column("valid_for_clustering"),
    Column("is_secure"),
)


@statement("create procedure")
def create_procedure(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    procedure = read_procedure(reader, name, runtime_of(session).clock())
    imports = tuple(_staged(session, location) for location in procedure.imports)
    procedure = replace(procedure, imports=imports)
    found = _all(session, name.database).get(procedure.key)
    if found is not None and "IF NOT EXISTS" in modifiers:
        return status(f"{name.name} already exists, statement succeeded.")
    if found is not None and not modifiers & {"OR REPLACE", "OR ALTER"}:
        raise already_exists(f"{name}{procedure.signature}")
    if statement.is_temporary:
        _temporary.setdefault(session, {})[procedure.key] = procedure
    else:
        with session.ddl():
            session.catalog.put(session, _KIND, procedure.key, procedure.to_json())
    return status(f"Function {name.name} successfully created.")


@statement("drop procedure")
def drop_procedure(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    key = _read_key(session, reader)
    reader.end()
    if key in _temporary.get(session, {}):
        del _temporary[session][key]
        return status(f"{key.name} successfully dropped.")
    with session.ddl():
        if not session.catalog.drop(session, _KIND, key):
            if "IF EXISTS" in modifiers:
                return status("Drop statement executed successfully.")
            raise does_not_exist("Procedure", key)
    return status(f"{key.name} successfully dropped.")


@statement("show procedures", "show user procedures")
def show_procedures(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    scope = read_scope(session, reader)
    databases = [scope.database] if scope.database else session.account.databases()
    found = [one for name in databases for one in _all(session, name).values()]
    chosen = set(scope.select({one.name for one in found}))
    rows = [_shown(one) for one in sorted(found, key=lambda p: p.key) if one.name in chosen]
    return table(_SHOWN, rows, SHOW)


@statement("describe procedure", "desc procedure")
def describe_procedure(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    key = _read_key(session, reader)
    reader.end()
    procedure = _all(session, key.database).get(key)
    if procedure is None:
        raise does_not_exist("Procedure", key)
    arguments = ", ".join(f"{one.name} {one.type}" for one in procedure.arguments)
    properties = {
        "signature": f"({arguments})",
        "returns": procedure.returns,
        "language": "PYTHON",
        "null handling": "CALLED ON NULL INPUT",
        "volatility": "VOLATILE",
        "execute as": procedure.execute_as,
        "body": procedure.body,
        "imports": f"[{', '.join(procedure.imports)}]",
        "handler": procedure.handler,
        "runtime_version": "3.11",
        "packages": _listed(procedure.packages),
        "installed_packages": _listed(installed_packages(procedure.packages)),
    }
    return table(["property", "value"], list(properties.items()), DESCRIBE)


@statement("call")
def call(session: Session, statement: Statement) -> Result:
    """Run a procedure's handler in this session; its statements take part in an open transaction.

    An error of the handler rolls back a transaction that the handler opened itself.
    """
    _, reader = statement.after_head()
    parts = reader.name()
    if len(parts) == 1 and parts[0].startswith("SYSTEM$"):
        return session.execute(f"select {parts[0]}{reader.rest()}", statement.params)
    given = _given_arguments(reader.parenthesized())
    reader.end()
    procedure = _find(session, session.resolve(parts), given)
    values = _values(session, procedure, given, statement)
    files = [stage.path(session, location) for location in procedure.imports]
    before = session.transaction
    with _rights(session, procedure):
        request = Request(
            handler=procedure.handler,
            folder=None,
            body=procedure.body,
            arguments=tuple(values),
            database=session.database,
            schema=session.schema,
            role=session.role,
            warehouse=session.warehouse,
        )
        reply = runtime_of(session).handlers.call(session, files, request)
    left = session.transaction
    if left is not None and left is not before and left.explicit:
        session.rollback()
        if not reply.failed:
            raise sql_error(
                "Stored procedure execution error: Scoped transaction started in stored procedure "
                "is incomplete and it was rolled back.",
                90232,
                "57014",
            )
    if reply.failed:
        message = f"Python Interpreter Error:\n{reply.text}"
        where = f" in function {procedure.name.name} with handler {procedure.handler}"
        raise sql_error(f"{message}\n{where}", _HANDLER_ERROR, "P0000")
    return _returned(session, procedure, reply.text)


def _staged(session: Session, location: str) -> str:
    """The full location of an import, which must be there."""
    if not stage.path(session, location).is_file():
        raise does_not_exist("Import", location)
    name, path = stage.split_location(session, location)
    return f"@{name}/{path}"


@dataclass(frozen=True)
class _Given:
    """An argument of a CALL: SQL text, still to be evaluated."""

    name: str | None
    sql: str


def _given_arguments(reader: Reader) -> list[_Given]:
    given = []
    for part in reader.split():
        name = part.peek() if part.peek(1) == "=>" else None
        if name:
            part.accept(name, "=>")
        given.append(_Given(name, part.rest()))
    return given


def _find(session: Session, name: ObjectName, given: Sequence[_Given]) -> Procedure:
    """The procedure these arguments fit."""
    known = _all(session, name.database).values()
    fitting = [one for one in known if one.name == name and _fits(one, given)]
    if len(fitting) > 1:
        fitting = [one for one in fitting if len(one.arguments) == len(given)]
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


def _fits(procedure: Procedure, given: Sequence[_Given]) -> bool:
    bound = _bound(procedure, given)
    return bound is not None and all(
        one.name in bound or one.default is not None for one in procedure.arguments
    )


def _bound(procedure: Procedure, given: Sequence[_Given]) -> dict[str, str] | None:
    """SQL text by argument name; None when the arguments do not fit."""
    names = [one.name for one in procedure.arguments]
    if len(given) > len(names):
        return None
    bound = {one.name or name: one.sql for one, name in zip(given, names, strict=False)}
    return bound if len(bound) == len(given) and set(bound) <= set(names) else None


def _values(
    session: Session, procedure: Procedure, given: Sequence[_Given], statement: Statement
) -> list[Any]:
    """The arguments, defaults included, cast to the declared types, as Python values."""
    if not procedure.arguments:
        return []
    bound = _bound(procedure, given) or {}
    sql = [f"cast({bound.get(one.name, one.default)} as {one.type})" for one in procedure.arguments]
    row = session.execute(f"select {', '.join(sql)}", statement.params).rows()[0]
    return [
        json.loads(value) if one.type in _SEMI_STRUCTURED and value is not None else value
        for one, value in zip(procedure.arguments, row, strict=True)
    ]


@contextmanager
def _rights(session: Session, procedure: Procedure) -> Iterator[None]:
    """Owner's rights: names resolve in the procedure's schema; USE has no effect outside.

    https://docs.snowflake.com/en/developer-guide/stored-procedure/stored-procedures-rights
    """
    if procedure.execute_as == "CALLER":
        yield
        return
    before = session.database, session.schema
    session.database, session.schema = procedure.name.database, procedure.name.schema
    try:
        yield
    finally:
        session.database, session.schema = before


def _returned(session: Session, procedure: Procedure, text: str | None) -> Result:
    kind = _DUCKDB_TYPES.get(procedure.returns, "VARCHAR")
    if procedure.returns == "NUMBER" and text is not None and "." in text:
        kind = f"DECIMAL(38, {len(text.partition('.')[2])})"
    return session.fetch(f"select cast(? as {kind}) as {quote(procedure.name.name)}", [text])


def _all(session: Session, database: str) -> dict[ObjectName, Procedure]:
    """The procedures of a database by key, the session's temporary ones included."""
    kept = session.catalog.list(session, _KIND, database)
    temporary = {
        key: one for key, one in _temporary.get(session, {}).items() if key.database == database
    }
    return {key: Procedure.from_json(plain) for key, plain in kept.items()} | temporary


def _read_key(session: Session, reader: Reader) -> ObjectName:
    name = session.resolve(reader.name())
    return signed(name, signature_types(reader))


def _listed(texts: Sequence[str]) -> str:
    """A list as DESCRIBE shows it, with single quotes."""
    return json.dumps(list(texts)).replace('"', "'")


def _shown(procedure: Procedure) -> list[Any]:
    types = [
        f"DEFAULT {one.type}" if one.default is not None else one.type
        for one in procedure.arguments
    ]
    name = procedure.name
    return [
        procedure.created_on, name.name, name.schema, "N", "N", "N", procedure.required_arguments,
        len(procedure.arguments), f"{name.name}({', '.join(types)}) RETURN {procedure.returns}",
        procedure.comment or "user-defined procedure", name.database, "N", "N", "N",
    ]  # fmt: skip
