"""Definitions of the objects DuckDB has no notion of (streams, tasks, procedures, stages, ...).

They live in a schema of the database they belong to, so that one transaction changes an object and
its data, and both survive a restart. Objects of the account itself (warehouses, roles) have an
empty database and schema and live in a database of their own.
"""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.warehouse.names import ObjectName, quote

if TYPE_CHECKING:
    import duckdb

    from sandbox.warehouse.session import Session

SCHEMA = "_SANDBOX"
ACCOUNT_DATABASE = "_ACCOUNT"

Definition = dict[str, Any]


class Catalog:
    """Reads see the session's own transaction; writes belong inside `with session.ddl():`."""

    def __init__(self) -> None:
        self._cache: dict[tuple[str, str], tuple[int, dict[ObjectName, Definition]]] = {}
        # What the DDL under way has read and written: there is one at a time in an account.
        self._kinds: dict[tuple[str, str], dict[ObjectName, Definition]] = {}
        self._objects: dict[tuple[str, ObjectName], Definition | None] = {}

    def forget(self) -> None:
        """Read anew: a DDL begins, or has changed objects by SQL of its own."""
        self._kinds.clear()
        self._objects.clear()

    def put(self, session: Session, kind: str, name: ObjectName, definition: Definition) -> None:
        """Create or replace one object."""
        self.drop(session, kind, name)
        session.run(
            f"insert into {_table(name.database)} values (?, ?, ?, ?)",
            [kind, name.schema, name.name, json.dumps(definition)],
        )
        self._changed(session, kind, name)

    def get(self, session: Session, kind: str, name: ObjectName) -> Definition | None:
        if session.in_ddl and (kind, name.database) not in self._kinds:
            if (kind, name) not in self._objects:
                self._objects[kind, name] = _read_one(session, kind, name)
            return self._objects[kind, name]
        return self._load(session, kind, name.database).get(name)

    def drop(self, session: Session, kind: str, name: ObjectName) -> bool:
        """Whether there was one."""
        rows = session.run(
            f"delete from {_table(name.database)} where kind = ? and schema = ? and name = ?",
            [kind, name.schema, name.name],
        )
        self._changed(session, kind, name)
        return bool(rows[0][0])

    def list(
        self, session: Session, kind: str, database: str, schema: str | None = None
    ) -> dict[ObjectName, Definition]:
        """All objects of a kind in a database or one schema of it, by name."""
        found = self._load(session, kind, database)
        return {n: d for n, d in sorted(found.items()) if schema is None or n.schema == schema}

    def _changed(self, session: Session, kind: str, name: ObjectName) -> None:
        if session.in_ddl:
            self._objects.pop((kind, name), None)
            self._kinds.pop((kind, name.database), None)

    def _load(self, session: Session, kind: str, database: str) -> dict[ObjectName, Definition]:
        generation = session.account.generation
        if session.in_ddl:
            if (kind, database) not in self._kinds:
                self._kinds[kind, database] = _read(session, kind, database)
            return self._kinds[kind, database]
        known = self._cache.get((kind, database))
        if known is None or known[0] != generation:
            known = (generation, _read(session, kind, database))
            self._cache[kind, database] = known
        return known[1]


def holds(duck: duckdb.DuckDBPyConnection, database: str, *kinds: str) -> bool:
    """Whether a database has an object of one of these kinds."""
    sql = f"select 1 from {_table(database)} where kind in (select unnest(?)) limit 1"
    return bool(duck.execute(sql, [list(kinds)]).fetchall())


def creation_sql(database: str) -> str:
    schema = f"{quote(database)}.{quote(SCHEMA)}"
    return f"""
        create schema if not exists {schema};
        create table if not exists {schema}.object
            (kind varchar, schema varchar, name varchar, definition varchar);
    """


def _table(database: str) -> str:
    return f"{quote(database or ACCOUNT_DATABASE)}.{quote(SCHEMA)}.object"


def _read(session: Session, kind: str, database: str) -> dict[ObjectName, Definition]:
    if not session.account.has_database(database or ACCOUNT_DATABASE):
        return {}
    rows = session.run(
        f"select schema, name, definition from {_table(database)} where kind = ?", [kind]
    )
    return {
        ObjectName(database, schema, name): json.loads(definition)
        for schema, name, definition in rows
    }


def _read_one(session: Session, kind: str, name: ObjectName) -> Definition | None:
    if not session.account.has_database(name.database or ACCOUNT_DATABASE):
        return None
    rows = session.run(
        f"select definition from {_table(name.database)}"
        " where kind = ? and schema = ? and name = ?",
        [kind, name.schema, name.name],
    )
    return json.loads(rows[0][0]) if rows else None
