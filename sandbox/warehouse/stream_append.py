"""Append-only streams: the rows inserted into a table since a consumer last took them.

A table that is only ever appended to needs no copy of its rows: DuckDB numbers rows in the order in
which they are committed, so a stream is the number of the last row it consumed, and a transaction
that commits late still lands behind that number. Numbers move when rows are deleted or updated;
just before the first such change the rows still to be read are copied to a queue table, which is
filled by every later insert.

https://docs.snowflake.com/en/user-guide/streams-intro
"""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sandbox.warehouse import stream_state
from sandbox.warehouse.catalog import SCHEMA
from sandbox.warehouse.errors import conflict
from sandbox.warehouse.names import ObjectName, literal, quote
from sandbox.warehouse.stream_state import State

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

# DuckDB numbers the rows a transaction has not committed yet from here on.
UNCOMMITTED = 36028797018960000
_COMMITTED = f'(rowid < {UNCOMMITTED} or "_BEFORE")'


def create(session: Session, name: ObjectName, table: ObjectName, initial: bool) -> bool:
    """Begin behind the last row, or with the rows there are; whether there is something to read."""
    last = int(session.run(f"select coalesce(max(rowid), -1) from {table.sql}")[0][0])
    has_rows = initial and last >= 0
    state = State(-1, last) if has_rows else State(last)
    stream_state.create(session, name, state)
    return has_rows


def relation_sql(session: Session, name: ObjectName, table: ObjectName) -> str:
    """The rows to be read, with their metadata columns."""
    state = stream_state.get(session, name)
    if _is_queued(session, name):
        return _queue_sql(session, name, table)
    return (
        f'select *, \'INSERT\' as "METADATA$ACTION", false as "METADATA$ISUPDATE", '
        f'{_row_id(table)} as "METADATA$ROW_ID" from {table.sql} '
        f"where rowid between {state.position + 1} and {_last(session, name, table, state)}"
    )


def advance(session: Session, name: ObjectName, table: ObjectName) -> None:
    """Move the offset past what this transaction could read."""
    state = stream_state.get(session, name)
    if state.queued:
        session.run(f"delete from {queue(name)} where {_COMMITTED}")
        return
    last = _last(session, name, table, state)
    if last == UNCOMMITTED - 1:
        found = session.run(f"select max(rowid) from {table.sql} where rowid < {UNCOMMITTED}")
        last = -1 if found[0][0] is None else int(found[0][0])
    stream_state.put(session, name, State(last))


def before_change(
    session: Session, streams: Iterable[ObjectName], table: ObjectName
) -> list[ObjectName]:
    """Copy what streams still hold, because this transaction is about to renumber rows.

    Returns the streams that have a queue from now on.
    """
    found = [name for name in streams if not _is_queued(session, name)]
    for name in found:
        state = stream_state.get(session, name)
        session.run(
            f'create or replace table {queue(name)} as select *, {_row_id(table)} as "_ROW_ID", '
            f'rowid < {UNCOMMITTED} as "_BEFORE" from {table.sql} where rowid > {state.position}'
        )
        stream_state.put(session, name, State(state.position, state.until, queued=True))
    return found


def after_insert(
    session: Session, streams: Iterable[ObjectName], table: ObjectName, mark: int | None
) -> None:
    """Queue the rows this transaction inserted behind the mark."""
    for name in streams:
        if mark is not None and _is_queued(session, name):
            session.run(
                f"insert into {queue(name)} by name select *, "
                f'{_new_row_id(table)} as "_ROW_ID", '
                f'false as "_BEFORE" from {table.sql} where rowid > {mark}'
            )


def needs_mark(session: Session, streams: Iterable[ObjectName]) -> bool:
    return any(_is_queued(session, name) for name in streams)


def forget(session: Session, name: ObjectName) -> None:
    session.account.queued_streams.discard(name)
    session.run(f"drop table if exists {queue(name)}")


def queue(name: ObjectName) -> str:
    return ObjectName(name.database, SCHEMA, f"queue {name.schema}.{name.name}").sql


def _last(session: Session, name: ObjectName, table: ObjectName, state: State) -> int:
    """The last row to be read; in a transaction of several statements always the same one."""
    if state.until is not None:
        return state.until
    transaction = session.transaction
    if transaction is None or not (transaction.explicit or not session.autocommit):
        return UNCOMMITTED - 1
    if name not in transaction.bounds:
        found = session.run(
            f"select coalesce(max(rowid), -1) from {table.sql} where rowid < {UNCOMMITTED}"
        )
        transaction.bounds[name] = int(found[0][0])
    return transaction.bounds[name]


def _queue_sql(session: Session, name: ObjectName, table: ObjectName) -> str:
    queued = {row[0] for row in session.run(f"describe {queue(name)}")}
    columns = [row[0] for row in session.run(f"describe {table.sql}")]
    fields = ", ".join(
        quote(column) if column in queued else f"null as {quote(column)}" for column in columns
    )
    return (
        f'select {fields}, \'INSERT\' as "METADATA$ACTION", false as "METADATA$ISUPDATE", '
        f'"_ROW_ID" as "METADATA$ROW_ID" from {queue(name)} where {_COMMITTED}'
    )


def _is_queued(session: Session, name: ObjectName) -> bool:
    queued = stream_state.get(session, name).queued
    if name in session.account.queued_streams and not queued:
        raise conflict(
            f"The rows of the source of stream {name} were changed after this transaction began; "
            "roll it back and try again."
        )
    return queued


def _row_id(table: ObjectName) -> str:
    return f"md5({literal(table.name)} || rowid::varchar)"


def _new_row_id(table: ObjectName) -> str:
    """Of a row that is not committed: until then every transaction counts from the same number."""
    return f"md5({literal(table.name)} || rowid::varchar || '/' || txid_current() || '/' || now())"
