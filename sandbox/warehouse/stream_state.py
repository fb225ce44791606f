"""Where each stream stands, in a table of its database, so that it moves with a commit."""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.warehouse.catalog import SCHEMA
from sandbox.warehouse.names import ObjectName, quote

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


@dataclass(frozen=True)
class State:
    """`position` is the last row consumed; `until` bounds the first read of the initial rows."""

    position: int = -1
    until: int | None = None
    queued: bool = False


def creation_sql(database: str) -> str:
    return f"""create table if not exists {quote(database)}.{quote(SCHEMA)}.stream_state
        (schema varchar, name varchar, position bigint, until bigint, queued boolean)"""


def get(session: Session, name: ObjectName) -> State:
    rows = session.run(
        f"select position, until, queued from {_table(name)} where schema = ? and name = ?",
        [name.schema, name.name],
    )
    position, until, queued = rows[0]
    return State(int(position), until, bool(queued))


def count(session: Session, database: str) -> int:
    """How many streams a database has."""
    place = f"{quote(database)}.{quote(SCHEMA)}.stream_state"
    return int(session.run(f"select count(*) from {place}")[0][0])


def create(session: Session, name: ObjectName, state: State) -> None:
    session.run(
        f"insert into {_table(name)} values (?, ?, ?, ?, ?)",
        [name.schema, name.name, state.position, state.until, state.queued],
    )


def put(session: Session, name: ObjectName, state: State) -> None:
    session.run(
        f"update {_table(name)} set position = ?, until = ?, queued = ? "
        "where schema = ? and name = ?",
        [state.position, state.until, state.queued, name.schema, name.name],
    )


def drop(session: Session, name: ObjectName) -> None:
    session.run(
        f"delete from {_table(name)} where schema = ? and name = ?", [name.schema, name.name]
    )


def _table(name: ObjectName) -> str:
    return f"{quote(name.database)}.{quote(SCHEMA)}.stream_state"
