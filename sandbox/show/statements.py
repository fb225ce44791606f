"""Answers SHOW for databases, schemas and what a schema holds, as clients ask for it.

Columns are those of Snowflake's documentation that mean something here; what the sandbox does not
know (owners, creation times of tables) is a constant or NULL.
https://docs.snowflake.com/en/sql-reference/sql/show
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sandbox.show.scope import Scope, like_matches, read_scope
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import SHOW, Column, Result, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement

_OWNER = "SYSADMIN"
# Rows of INFORMATION_SCHEMA come from views in a schema that DuckDB can tell from its own.
_HIDDEN_SCHEMAS = ("_SANDBOX", "_INFORMATION_SCHEMA", "main")
_CREATED = Column("created_on", "timestamp_tz")
_TERSE = ("created_on", "name", "kind", "database_name", "schema_name")

Row = dict[str, Any]


@statement("show databases", "show terse databases")
def show_databases(session: Session, statement: Statement) -> Result:
    scope = _scope(session, statement)
    rows = [
        {
            "name": name,
            "is_default": "N",
            "is_current": "Y" if name == session.database else "N",
            "owner": _OWNER,
            "comment": _database_comment(session, name),
            "kind": "STANDARD",
        }
        for name in session.account.databases()
        if _named(scope, name)
    ]
    return _answer(
        statement, ("name", "is_default", "is_current", "owner", "comment", "kind"), rows
    )


@statement("show schemas", "show terse schemas")
def show_schemas(session: Session, statement: Statement) -> Result:
    scope = _scope(session, statement)
    # `in <name>` is read as a schema; of schemas it can only be the database.
    database = scope.schema or scope.database
    found = session.run(
        "select database_name, replace(schema_name, '_INFORMATION', 'INFORMATION')"
        " from duckdb_schemas() order by 1, 2"
    )
    rows = [
        {
            "name": name,
            "is_default": "N",
            "is_current": "Y" if (home, name) == (session.database, session.schema) else "N",
            "database_name": home,
            "owner": _OWNER,
            "comment": _schema(session, home, name).get("COMMENT") or "",
            "retention_time": str(
                _schema(session, home, name).get("DATA_RETENTION_TIME_IN_DAYS", 1)
            ),
        }
        for home, name in found
        if home in session.account.databases()
        and database in (None, home)
        and name not in _HIDDEN_SCHEMAS
        and _named(scope, name)
    ]
    names = (
        "name", "is_default", "is_current", "database_name", "owner", "comment", "retention_time",
    )  # fmt: skip
    return _answer(statement, names, rows)


@statement("show tables", "show terse tables")
def show_tables(session: Session, statement: Statement) -> Result:
    scope = _scope(session, statement)
    names = (
        "name", "database_name", "schema_name", "kind", "comment", "cluster_by", "rows", "owner",
        "retention_time", "change_tracking",
    )  # fmt: skip
    return _answer(statement, names, _ordered(scope, _tables(session, scope)))


@statement("show views", "show terse views")
def show_views(session: Session, statement: Statement) -> Result:
    scope = _scope(session, statement)
    names = ("name", "database_name", "schema_name", "owner", "comment", "text", "is_secure")
    return _answer(statement, names, _ordered(scope, _views(session)))


@statement("show objects", "show terse objects")
def show_objects(session: Session, statement: Statement) -> Result:
    """Tables and views."""
    scope = _scope(session, statement)
    names = ("name", "database_name", "schema_name", "kind", "comment", "rows", "owner")
    objects = [*_tables(session, scope), *_views(session)]
    return _answer(statement, names, _ordered(scope, objects))


@statement("show streams", "show terse streams")
def show_streams(session: Session, statement: Statement) -> Result:
    scope = _scope(session, statement)
    rows = [
        {
            **_place(name),
            "created_on": _moment(definition),
            "owner": _OWNER,
            "comment": definition.get("comment") or "",
            "table_name": ".".join(definition["table"]),
            "source_type": "Table",
            "base_tables": ".".join(definition["table"]),
            "type": "DELTA",
            "stale": str(bool(definition.get("stale"))).lower(),
            "mode": definition.get("mode", "APPEND_ONLY"),
            "owner_role_type": "ROLE",
        }
        for name, definition in _catalog(session, "stream")
    ]
    names = (
        "name", "database_name", "schema_name", "owner", "comment", "table_name", "source_type",
        "base_tables", "type", "stale", "mode", "owner_role_type",
    )  # fmt: skip
    return _answer(statement, names, _ordered(scope, rows))


@statement("show sequences", "show terse sequences")
def show_sequences(session: Session, statement: Statement) -> Result:
    scope = _scope(session, statement)
    rows = [
        {
            **_place(name),
            "created_on": _moment(definition),
            "interval": str(definition["step"]),
            "owner": _OWNER,
            "comment": definition.get("comment") or "",
        }
        for name, definition in _catalog(session, "sequence")
    ]
    names = ("name", "database_name", "schema_name", "interval", "owner", "comment")
    return _answer(statement, names, _ordered(scope, rows))


@statement("show stages", "show terse stages")
def show_stages(session: Session, statement: Statement) -> Result:
    scope = _scope(session, statement)
    rows = [
        {
            **_place(name),
            "created_on": _moment(definition),
            "url": "",
            "has_credentials": "N",
            "has_encryption_key": "N",
            "owner": _OWNER,
            "comment": definition.get("comment") or "",
            "type": "INTERNAL TEMPORARY" if definition.get("is_temporary") else "INTERNAL",
        }
        for name, definition in _catalog(session, "stage")
    ]
    names = (
        "name", "database_name", "schema_name", "url", "has_credentials", "has_encryption_key",
        "owner", "comment", "type",
    )  # fmt: skip
    return _answer(statement, names, _ordered(scope, rows))


@statement("show file formats")
def show_file_formats(session: Session, statement: Statement) -> Result:
    scope = _scope(session, statement)
    rows = [
        {
            **_place(name),
            "created_on": _moment(definition),
            "type": definition["options"]["TYPE"],
            "owner": _OWNER,
            "comment": definition.get("comment") or "",
        }
        for name, definition in _catalog(session, "file format")
    ]
    names = ("name", "database_name", "schema_name", "type", "owner", "comment")
    return _answer(statement, names, _ordered(scope, rows))


def _database_comment(session: Session, name: str) -> str:
    found = session.catalog.get(session, "database", ObjectName(name, "", "")) or {}
    return str(found.get("COMMENT") or "")


def _scope(session: Session, statement: Statement) -> Scope:
    _, reader = statement.after_head()
    return read_scope(session, reader)


def _answer(statement: Statement, names: Iterable[str], rows: Iterable[Row]) -> Result:
    shown = _TERSE[1:] if "TERSE" in statement.words else tuple(names)
    columns = [_CREATED, *(Column(n, "fixed", 38, 0) if n == "rows" else Column(n) for n in shown)]
    return table(columns, [[row.get(column.name) for column in columns] for row in rows], SHOW)


def _named(scope: Scope, name: str) -> bool:
    prefix = scope.starts_with or ""
    return name.startswith(prefix) and (scope.like is None or like_matches(scope.like, name))


def _ordered(scope: Scope, rows: Iterable[Row]) -> list[Row]:
    by_name = {(row["database_name"], row["schema_name"], row["name"]): row for row in rows}
    chosen = scope.select(ObjectName(*key) for key in by_name)
    return [by_name[name.database, name.schema, name.name] for name in chosen]


def _place(name: ObjectName) -> Row:
    return {"name": name.name, "database_name": name.database, "schema_name": name.schema}


def _tables(session: Session, scope: Scope) -> Iterator[Row]:
    found = session.run(
        "select database_name, schema_name, table_name, comment from duckdb_tables()"
        " where not internal and not temporary"
    )
    names = {ObjectName(*place): comment for *place, comment in found if _is_ours(session, place)}
    chosen = set(scope.select(names))
    for name in chosen:
        yield _table_row(session, name, names[name])
    for name in scope.select(session.temporary):
        yield {**_place(name), "kind": "TEMPORARY", "comment": "", "owner": _OWNER}


def _table_row(session: Session, name: ObjectName, comment: str | None) -> Row:
    rows = session.run(f"select count(*) from {name.sql}")[0][0]  # noqa: S608
    definition = session.catalog.get(session, "table", name) or {}
    return {
        **_place(name),
        "created_on": _moment(definition),
        "kind": definition.get("kind", "TABLE"),
        "comment": comment or "",
        "cluster_by": _cluster_by(definition),
        "rows": rows,
        "owner": _OWNER,
        "retention_time": str(definition.get("DATA_RETENTION_TIME_IN_DAYS", 1)),
        "change_tracking": "ON" if definition.get("CHANGE_TRACKING") is True else "OFF",
    }


def _cluster_by(definition: Row) -> str:
    return f"LINEAR({definition['CLUSTER_BY']})" if definition.get("CLUSTER_BY") else ""


def _schema(session: Session, database: str, name: str) -> Row:
    return session.catalog.get(session, "schema", ObjectName(database, name, "")) or {}


def _views(session: Session) -> Iterator[Row]:
    found = session.run(
        "select database_name, schema_name, view_name, comment, sql from duckdb_views()"
        " where not internal and not temporary"
    )
    for *place, comment, text in found:
        if _is_ours(session, place) and place[1] != "INFORMATION_SCHEMA":
            definition = session.catalog.get(session, "view", ObjectName(*place)) or {}
            yield {
                **_place(ObjectName(*place)),
                "created_on": _moment(definition),
                "kind": "VIEW",
                "comment": comment or "",
                "owner": _OWNER,
                "text": definition.get("text", text),
                "is_secure": str(bool(definition.get("is_secure"))).lower(),
            }


def _is_ours(session: Session, place: list[str]) -> bool:
    return place[0] in session.account.databases() and place[1] not in _HIDDEN_SCHEMAS


def _catalog(session: Session, kind: str) -> Iterator[tuple[ObjectName, Row]]:
    for database in session.account.databases():
        yield from session.catalog.list(session, kind, database).items()


def _moment(definition: Row) -> datetime | None:
    text = definition.get("created_on")
    moment = datetime.fromisoformat(str(text)) if text else None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
