"""Event tables: a table with the documented columns that nothing is written to here.

https://docs.snowflake.com/en/developer-guide/logging-tracing/event-table-columns
"""

from __future__ import annotations

from datetime import UTC, datetime

from sandbox.show.scope import read_scope
from sandbox.warehouse.errors import does_not_exist, unsupported
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement

KIND = "event table"
_COLUMNS = (
    "timestamp timestamp_ntz, start_timestamp timestamp_ntz, observed_timestamp timestamp_ntz, "
    "trace object, resource object, resource_attributes object, scope object, "
    "scope_attributes object, record_type varchar, record object, record_attributes object, "
    "value variant, exemplars array"
)
_OPTIONS = frozenset(
    {"COMMENT", "DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS", "CHANGE_TRACKING"}
)


@statement("create event table")
def create_event_table(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/create-event-table"""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    options = reader.options()
    reader.end()
    if unknown := set(options) - _OPTIONS:
        raise unsupported(f"event table option {min(unknown)}.")
    known = session.catalog.get(session, KIND, name)
    if known is not None and "IF NOT EXISTS" in modifiers:
        return status(f"{name.name} already exists, statement succeeded.")
    replaces = "or replace " if "OR REPLACE" in modifiers else ""
    session.execute(f"create {replaces}table {name.sql} ({_COLUMNS})")
    with session.ddl():
        definition = {"comment": options.get("COMMENT", ""), "created_on": session.now()}
        session.catalog.put(session, KIND, name, definition)
    return status(f"Event table {name.name} successfully created.")


@statement("drop event table")
def drop_event_table(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    if session.catalog.get(session, KIND, name) is None:
        if "IF EXISTS" in modifiers:
            return status("Drop statement executed successfully.")
        raise does_not_exist("Event table", name)
    session.execute(f"drop table {name.sql}")
    with session.ddl():
        session.catalog.drop(session, KIND, name)
    return status(f"{name.name} successfully dropped.")


@statement("describe event table", "desc event table")
def describe_event_table(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    name = session.resolve(reader.name())
    if session.catalog.get(session, KIND, name) is None:
        raise does_not_exist("Event table", name)
    return session.execute(f"describe table {name.sql}")


@statement("show event tables", "show terse event tables")
def show_event_tables(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    scope = read_scope(session, reader)
    tables = {
        name: found
        for database in session.account.databases()
        for name, found in session.catalog.list(session, KIND, database).items()
    }
    rows = [
        (
            datetime.fromisoformat(tables[name]["created_on"]).astimezone(UTC),
            *(name.name, name.database, name.schema, "", tables[name]["comment"], "ROLE"),
        )
        for name in scope.select(tables)
    ]
    columns = ("name", "database_name", "schema_name", "owner", "comment", "owner_role_type")
    return table([Column("created_on", "timestamp_tz"), *map(Column, columns)], rows, SHOW)
