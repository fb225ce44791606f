"""Databases and schemas."""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse import stream
from sandbox.warehouse.errors import already_exists, does_not_exist, unsupported
from sandbox.warehouse.names import ObjectName, quote
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


@statement("create database")
def create_database(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = reader.name()[-1]
    if reader.peek() in {"CLONE", "FROM", "AS"}:
        raise unsupported(f"create database ... {reader.peek().lower()} ...")
    options = reader.options()
    reader.end()
    session.commit()
    if session.account.has_database(name):
        if "OR REPLACE" in modifiers:
            session.account.drop_database(name)
        elif modifiers & {"IF NOT EXISTS", "OR ALTER"}:
            session.use(name, "PUBLIC")
            return status(f"{name} already exists, statement succeeded.")
        else:
            raise already_exists(name)
    session.account.create_database(name)
    with session.ddl():
        session.catalog.put(session, "database", ObjectName(name, "", ""), dict(options))
    session.use(name, "PUBLIC")
    return status(f"Database {name} successfully created.")


@statement("drop database")
def drop_database(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = reader.name()[-1]
    session.commit()
    if not session.account.has_database(name) and "IF EXISTS" in modifiers:
        return status("Drop statement executed successfully.")
    session.account.drop_database(name)
    if session.database == name:
        session.database = session.schema = None
    return status(f"{name} successfully dropped.")


@statement("create schema")
def create_schema(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    database, name = _schema_name(session, reader.name())
    if reader.peek() == "CLONE":
        raise unsupported("create schema ... clone.")
    is_managed = reader.accept("WITH", "MANAGED", "ACCESS")
    options = reader.options()
    reader.end()
    full = f"{quote(database)}.{quote(name)}"
    with session.ddl():
        known = session.run(
            "select 1 from duckdb_schemas() where database_name = ? and schema_name = ?",
            [database, name],
        )
        if known and "OR REPLACE" in modifiers:
            _drop_schema(session, database, name)
        elif known and not modifiers & {"IF NOT EXISTS", "OR ALTER"}:
            raise already_exists(name)
        session.run(f"create schema if not exists {full}")
        if not known or "IF NOT EXISTS" not in modifiers:
            place = ObjectName(database, name, "")
            definition = {**options, "managed_access": is_managed}
            session.catalog.put(session, "schema", place, definition)
    session.use(database, name)
    if known and "IF NOT EXISTS" in modifiers:
        return status(f"{name} already exists, statement succeeded.")
    return status(f"Schema {name} successfully created.")


@statement("drop schema")
def drop_schema(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    database, name = _schema_name(session, reader.name())
    with session.ddl():
        known = session.run(
            "select 1 from duckdb_schemas() where database_name = ? and schema_name = ?",
            [database, name],
        )
        if not known and "IF EXISTS" in modifiers:
            return status("Drop statement executed successfully.")
        if not known:
            raise does_not_exist("Schema", f"{database}.{name}")
        _drop_schema(session, database, name)
    if (session.database, session.schema) == (database, name):
        session.schema = None
    return status(f"{name} successfully dropped.")


def _schema_name(session: Session, parts: tuple[str, ...]) -> tuple[str, str]:
    database = parts[0] if len(parts) == 2 else session.database
    if database is None or not session.account.has_database(database):
        raise does_not_exist("Database", database or "")
    return database, parts[-1]


def _drop_schema(session: Session, database: str, schema: str) -> None:
    tables = session.run(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = ?",
        [database, schema],
    )
    for (table,) in tables:
        stream.table_replaced(session, ObjectName(database, schema, table))
    session.run(f"drop schema {quote(database)}.{quote(schema)} cascade")
    session.run(f'delete from {quote(database)}."_SANDBOX".object where schema = ?', [schema])
    session.catalog.forget()
