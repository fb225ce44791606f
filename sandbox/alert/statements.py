"""Answers CREATE, ALTER, DROP, EXECUTE, SHOW and DESCRIBE ALERT."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sandbox.alert.definition import (
    KIND,
    Alert,
    read_action,
    read_alert,
    read_exists,
    read_option,
    read_unset,
)
from sandbox.runtime import runtime_of
from sandbox.show.scope import read_scope
from sandbox.warehouse.errors import already_exists, does_not_exist, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

_COLUMNS = (
    Column("created_on", "timestamp_ltz"),
    Column("name"),
    Column("database_name"),
    Column("schema_name"),
    Column("owner"),
    Column("comment"),
    Column("warehouse"),
    Column("schedule"),
    Column("state"),
    Column("condition"),
    Column("action"),
    Column("owner_role_type"),
    Column("runbook"),
    Column("config"),
    Column("was_auto_suspended"),
)
_TERSE = ("created_on", "name", "kind", "database_name", "schema_name", "schedule", "state")


@statement("create alert")
def create_alert(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    runtime = runtime_of(session)
    alert = read_alert(reader, name, runtime.clock())
    with session.ddl():
        _require_schema(session, name)
        plain = session.catalog.get(session, KIND, name)
        if plain is not None and "IF NOT EXISTS" in modifiers:
            return status(f"{name.name} already exists, statement succeeded.")
        if plain is not None and "OR ALTER" in modifiers:
            old = Alert.from_json(plain)
            alert = replace(alert, created_on=old.created_on, resumed_on=old.resumed_on)
        elif plain is not None and "OR REPLACE" not in modifiers:
            raise already_exists(name)
        session.catalog.put(session, KIND, name, alert.to_json())
    runtime.wake()
    return status(f"Alert {name.name} successfully created.")


@statement("alter alert")
def alter_alert(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    runtime = runtime_of(session)
    with session.ddl():
        plain = session.catalog.get(session, KIND, name)
        if plain is None and "IF EXISTS" not in modifiers:
            raise does_not_exist("Alert", name)
        if plain is not None:
            changed = _changed(Alert.from_json(plain), reader, runtime.clock())
            session.catalog.put(session, KIND, name, changed.to_json())
    runtime.wake()
    return status("Statement executed successfully.")


@statement("drop alert")
def drop_alert(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    with session.ddl():
        found = session.catalog.drop(session, KIND, name)
    if not found and "IF EXISTS" in modifiers:
        return status("Drop statement executed successfully.")
    if not found:
        raise does_not_exist("Alert", name)
    return status(f"{name.name} successfully dropped.")


@statement("execute alert")
def execute_alert(session: Session, statement: Statement) -> Result:
    """One evaluation, started at once and not waited for."""
    _, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    runtime_of(session).alerts.execute(_known(session, name))
    return status("Statement executed successfully.")


@statement("show alerts", "show terse alerts")
def show_alerts(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    scope = read_scope(session, reader)
    databases = [scope.database] if scope.database else session.account.databases()
    found = {
        name: Alert.from_json(plain)
        for database in databases
        for name, plain in session.catalog.list(session, KIND, database).items()
    }
    rows = [_row(found[name]) for name in scope.select(found)]
    if "TERSE" not in statement.words:
        return table(_COLUMNS, rows, SHOW)
    places = {column.name: place for place, column in enumerate(_COLUMNS)}
    columns = [Column(n, "timestamp_ltz") if n == "created_on" else Column(n) for n in _TERSE]
    terse = [[None if n == "kind" else row[places[n]] for n in _TERSE] for row in rows]
    return table(columns, terse, SHOW)


@statement("describe alert", "desc alert")
def describe_alert(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    return table(_COLUMNS, [_row(_known(session, name))], DESCRIBE)


def _changed(alert: Alert, reader: Reader, now: datetime) -> Alert:
    if reader.accept("RESUME"):
        alert = alert if alert.resumed_on else replace(alert, resumed_on=now)
    elif reader.accept("SUSPEND"):
        alert = replace(alert, resumed_on=None)
    elif reader.accept("MODIFY", "CONDITION"):
        alert = replace(alert, condition=read_exists(reader))
    elif reader.accept("MODIFY", "ACTION"):
        alert = replace(alert, action=read_action(reader))
    elif reader.accept("UNSET"):
        alert = replace(alert, **read_unset(reader))  # type: ignore[arg-type]
    elif reader.accept("SET"):
        while not reader.at_end:
            alert = replace(alert, **read_option(reader))  # type: ignore[arg-type]
    else:
        raise unsupported(f"alter alert ... {reader.rest()[:40]}.")
    reader.end()
    return alert


def _known(session: Session, name: ObjectName) -> Alert:
    plain = session.catalog.get(session, KIND, name)
    if plain is None:
        raise does_not_exist("Alert", name)
    return Alert.from_json(plain)


def _require_schema(session: Session, name: ObjectName) -> None:
    found = session.run(
        "select 1 from duckdb_schemas() where database_name = ? and schema_name = ?",
        [name.database, name.schema],
    )
    if not found:
        raise does_not_exist("Schema", f"{name.database}.{name.schema}")


def _row(alert: Alert) -> list[object]:
    name = alert.name
    return [
        alert.created_on, name.name, name.database, name.schema, "SYSADMIN", alert.comment or "",
        alert.warehouse, alert.schedule, "started" if alert.resumed_on else "suspended",
        alert.condition, alert.action, "ROLE", alert.runbook, alert.config, None,
    ]  # fmt: skip
