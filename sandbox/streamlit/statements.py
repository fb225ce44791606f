"""Streamlit apps: the object and its files are kept and shown, nothing serves them.

https://docs.snowflake.com/en/sql-reference/sql/create-streamlit
"""

from __future__ import annotations

import uuid
from typing import Any

from sandbox.show.scope import read_scope
from sandbox.warehouse import stage
from sandbox.warehouse.catalog import Definition
from sandbox.warehouse.errors import already_exists, does_not_exist, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement

KIND = "streamlit"
_OPTIONS = frozenset(
    {"ROOT_LOCATION", "MAIN_FILE", "QUERY_WAREHOUSE", "TITLE", "COMMENT", "RUNTIME_NAME"}
)
_SHOWN = (
    "created_on", "name", "database_name", "schema_name", "title", "comment", "owner",
    "query_warehouse", "url_id", "owner_role_type",
)  # fmt: skip
_TERSE = ("created_on", "name", "kind", "database_name", "schema_name", "title", "url_id")
_DESCRIBED = (
    "title", "main_file", "query_warehouse", "runtime_name", "compute_pool", "url_id",
    "default_packages", "user_packages", "import_urls", "external_access_integrations",
    "external_access_secrets", "name", "comment", "default_version_location_uri",
    "last_version_location_uri", "live_version_location_uri",
)  # fmt: skip
_DESCRIBED_LEGACY = (
    "name", "title", "root_location", "main_file", "query_warehouse", "url_id",
    "default_packages", "user_packages", "import_urls", "external_access_integrations",
    "external_access_secrets",
)  # fmt: skip


@statement("create streamlit")
def create_streamlit(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    source = reader.string() if reader.accept("FROM") else None
    options = _checked(dict(reader.options()))
    reader.end()
    if source is not None:
        raise unsupported("create streamlit ... from; upload to its live version.")
    with session.ddl():
        if session.catalog.get(session, KIND, name) is not None:
            if "IF NOT EXISTS" in modifiers:
                return status(f"{name.name} already exists, statement succeeded.")
            if "OR REPLACE" not in modifiers:
                raise already_exists(name)
        definition = {"URL_ID": uuid.uuid4().hex[:20], **options, "created_on": session.now()}
        session.catalog.put(session, KIND, name, definition)
        stage.empty(session, stage.live_files(name))
    return status(f"Streamlit {name.name} successfully created.")


@statement("alter streamlit")
def alter_streamlit(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    options: dict[str, Any] = {}
    unset: list[str] = []
    is_live = reader.accept("ADD", "LIVE", "VERSION", "FROM", "LAST")
    if is_live:
        pass
    elif reader.accept("SET"):
        options = _checked(dict(reader.options()))
    elif reader.accept("UNSET"):
        unset = [part.rest().upper() for part in reader.split()]
        _checked(dict.fromkeys(unset))
    else:
        raise unsupported(f"alter streamlit ... {reader.rest()[:40]}.")
    reader.end()
    with session.ddl():
        known = session.catalog.get(session, KIND, name)
        if known is None and "IF EXISTS" not in modifiers:
            raise does_not_exist("Streamlit", name)
        if known is not None:
            changed = {key: value for key, value in known.items() if key not in unset} | options
            if is_live:
                changed["LIVE"] = True
            session.catalog.put(session, KIND, name, changed)
    return status("Statement executed successfully.")


@statement("drop streamlit")
def drop_streamlit(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    with session.ddl():
        found = session.catalog.drop(session, KIND, name)
        stage.empty(session, stage.live_files(name))
    if not found and "IF EXISTS" in modifiers:
        return status("Drop statement executed successfully.")
    if not found:
        raise does_not_exist("Streamlit", name)
    return status(f"{name.name} successfully dropped.")


@statement("show streamlits", "show terse streamlits")
def show_streamlits(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    scope = read_scope(session, reader)
    databases = [scope.database] if scope.database else session.account.databases()
    found = {
        name: definition
        for database in databases
        for name, definition in session.catalog.list(session, KIND, database).items()
    }
    names = _TERSE if "TERSE" in statement.words else _SHOWN
    rows = [_row(name, found[name], names) for name in scope.select(found)]
    return table(names, rows, SHOW)


@statement("describe streamlit", "desc streamlit")
def describe_streamlit(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    known = session.catalog.get(session, KIND, name)
    if known is None:
        raise does_not_exist("Streamlit", name)
    names = _DESCRIBED_LEGACY if "ROOT_LOCATION" in known else _DESCRIBED
    columns = [Column(column) for column in names]
    return table(columns, [_row(name, known, names)], DESCRIBE)


def _row(name: ObjectName, known: Definition, columns: tuple[str, ...]) -> list[Any]:
    place = f"snow://streamlit/{name.database}.{name.schema}.{name.name}/versions"
    values = {
        **{key.lower(): value for key, value in known.items()},
        "name": name.name,
        "database_name": name.database,
        "schema_name": name.schema,
        "kind": "STREAMLIT",
        "owner": "SYSADMIN",
        "owner_role_type": "ROLE",
        "runtime_name": known.get("RUNTIME_NAME", "SYSTEM$WAREHOUSE_RUNTIME"),
        "import_urls": "[]",
        "external_access_integrations": "[]",
        "external_access_secrets": "{}",
        "live_version_location_uri": f"{place}/live/" if known.get("LIVE") else None,
    }
    return [values.get(column) for column in columns]


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    for name in options:
        if name not in _OPTIONS:
            raise unsupported(f"{name} of a streamlit app.")
    return options
