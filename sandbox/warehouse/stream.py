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

from typing import TYPE_CHECKING

from sandbox.warehouse.catalog import SCHEMA
from sandbox.warehouse.errors import (
    already_exists,
    does_not_exist,
    sql_error,
    unsupported,
)
from sandbox.warehouse.names import ObjectName, literal, quote
from sandbox.warehouse.registry import function, statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Reader, Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

KIND = "stream"
# DuckDB numbers the rows a transaction has not committed yet from here on.
UNCOMMITTED = 36028797018960000
METADATA = (
    ("METADATA$ACTION", "VARCHAR"),
    ("METADATA$ISUPDATE", "BOOLEAN"),
    ("METADATA$ROW_ID", "VARCHAR"),
)


def creation_sql(database: str) -> str:
    """`position` is the last row consumed; `until` bounds the first read of the initial rows."""
    return f"""create table if not exists {quote(database)}.{quote(SCHEMA)}.stream_state
        (schema varchar, name varchar, position bigint, until bigint, queued boolean)"""


def of_table(session: Session, table: ObjectName) -> list[ObjectName]:
    """The streams on a table that are not stale."""
    if table in session.temporary:
        return []
    streams = session.catalog.list(session, KIND, table.database)
    return [
        name for name, stream in streams.items() if _source(stream) == table and not stream["stale"]
    ]


def exists(session: Session, name: ObjectName) -> bool:
    return session.catalog.get(session, KIND, name) is not None


def source_of(session: Session, name: ObjectName) -> ObjectName:
    """The table a stream is on."""
    stream = session.catalog.get(session, KIND, name)
    if stream is None:
        raise does_not_exist("Object", name)
    return _source(stream)


def relation_sql(session: Session, name: ObjectName) -> str:
    """A DuckDB query for what the stream holds now.

    Inside a transaction that is what it held when the transaction began: DuckDB's snapshot, less
    the transaction's own rows.
    """
    stream = session.catalog.get(session, KIND, name)
    if stream is None:
        raise does_not_exist("Object", name)
    table = _source(stream)
    if stream["stale"]:
        raise sql_error(
            f"SQL compilation error:\nBase table '{table}' dropped, cannot read from stream "
            f"'{name}'.",
            91901,
            "02000",
        )
    position, until, queued = _state(session, name)
    if queued:
        return _queue_sql(session, name, table)
    last = UNCOMMITTED - 1 if until is None else until
    return (
        f'select *, \'INSERT\' as "METADATA$ACTION", false as "METADATA$ISUPDATE", '
        f'md5({literal(table.name)} || rowid::varchar) as "METADATA$ROW_ID" from {table.sql} '
        f"where rowid between {position + 1} and {last}"
    )


def has_rows(session: Session, name: ObjectName) -> bool:
    return bool(session.run(f"select exists({relation_sql(session, name)})")[0][0])


def advance(session: Session, name: ObjectName) -> None:
    """Move the offset past what this transaction could read. Part of its commit."""
    stream = session.catalog.get(session, KIND, name)
    if stream is None:
        return
    _, _, queued = _state(session, name)
    if queued:
        session.run(f"delete from {_queue(name)} where {_COMMITTED}")
        return
    position = f"coalesce((select max(rowid) from {_source(stream).sql} where rowid < ?), -1)"
    session.run(
        f"update {_states(name)} set position = coalesce(until, {position}), until = null "
        "where schema = ? and name = ?",
        [UNCOMMITTED, name.schema, name.name],
    )


def before_change(session: Session, table: ObjectName) -> list[ObjectName]:
    """Copy what streams still hold, because this transaction is about to renumber rows.

    Returns the streams that have a queue from now on.
    """
    found = [name for name in of_table(session, table) if not _is_queued(session, name)]
    for name in found:
        session.run(
            f"create or replace table {_queue(name)} as select *, md5({literal(table.name)} || "
            f'rowid::varchar) as "_ROW_ID", rowid < {UNCOMMITTED} as "_BEFORE" '
            f"from {table.sql} where rowid > {_state(session, name)[0]}"
        )
        session.run(
            f"update {_states(name)} set queued = true where schema = ? and name = ?",
            [name.schema, name.name],
        )
    return found


def last_own_row(session: Session, table: ObjectName) -> int | None:
    """A mark for `after_insert`; None when no stream of the table needs one."""
    if not any(_is_queued(session, name) for name in of_table(session, table)):
        return None
    rows = session.run(f"select max(rowid) from {table.sql} where rowid >= {UNCOMMITTED}")
    return int(rows[0][0] or UNCOMMITTED - 1)


def after_insert(session: Session, table: ObjectName, mark: int | None) -> list[ObjectName]:
    """Note the rows this transaction inserted since the mark; returns the streams of the table."""
    streams = of_table(session, table)
    for name in streams:
        if mark is not None and _is_queued(session, name):
            session.run(
                f"insert into {_queue(name)} by name select *, "
                f'md5({literal(table.name)} || rowid::varchar) as "_ROW_ID", '
                f'false as "_BEFORE" from {table.sql} where rowid > {mark}'
            )
    return streams


def table_replaced(session: Session, table: ObjectName) -> None:
    """The table was dropped or replaced: its streams can no longer be read."""
    for name in of_table(session, table):
        stream = session.catalog.get(session, KIND, name)
        session.catalog.put(session, KIND, name, {**(stream or {}), "stale": True})


@statement("create stream")
def create_stream(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/create-stream"""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.accept("COPY", "GRANTS")
    reader.expect("ON", "TABLE")
    table = session.resolve(reader.name())
    options = _options(reader)
    if options.get("APPEND_ONLY") is not True:
        raise unsupported("standard streams; write append_only = true.")
    if name.database != table.database:
        raise unsupported("a stream in another database than its table.")
    with session.ddl([table]):
        if exists(session, name):
            if "IF NOT EXISTS" in modifiers:
                return status(f"{name.name} already exists, statement succeeded.")
            if "OR REPLACE" not in modifiers:
                raise already_exists(name)
            _forget(session, name)
        last = int(session.run(f"select coalesce(max(rowid), -1) from {table.sql}")[0][0])
        definition = {
            "table": [table.database, table.schema, table.name],
            "stale": False,
            "comment": options.get("COMMENT", ""),
            "created_on": session.now(),
        }
        session.catalog.put(session, KIND, name, definition)
        initial = options.get("SHOW_INITIAL_ROWS") is True
        session.run(
            f"insert into {_states(name)} values (?, ?, ?, ?, false)",
            [
                name.schema,
                name.name,
                -1 if initial else last,
                last if initial and last >= 0 else None,
            ],
        )
    if initial and last >= 0:
        session.account.announce(frozenset({name}))
    return status(f"Stream {name.name} successfully created.")


@statement("drop stream")
def drop_stream(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    with session.ddl():
        if not exists(session, name):
            if "IF EXISTS" in modifiers:
                return status("Drop statement executed successfully.")
            raise does_not_exist("Stream", name)
        _forget(session, name)
    return status(f"{name.name} successfully dropped.")


@function("system$stream_has_data")
def stream_has_data(session: Session, arguments: list[object]) -> bool:
    """https://docs.snowflake.com/en/sql-reference/functions/system_stream_has_data"""
    from sandbox.warehouse.names import split_name

    name = session.resolve(split_name(str(arguments[0])))
    if not exists(session, name):
        raise does_not_exist("Stream", name)
    return has_rows(session, name)


_COMMITTED = f'(rowid < {UNCOMMITTED} or "_BEFORE")'


def _options(reader: Reader) -> dict[str, object]:
    options: dict[str, object] = dict(reader.options())
    reader.end()
    for name in options:
        if name not in {"APPEND_ONLY", "SHOW_INITIAL_ROWS", "COMMENT", "INSERT_ONLY"}:
            raise unsupported(f"stream option {name}.")
    return options


def _queue_sql(session: Session, name: ObjectName, table: ObjectName) -> str:
    queued = {row[0] for row in session.run(f"describe {_queue(name)}")}
    columns = [row[0] for row in session.run(f"describe {table.sql}")]
    fields = ", ".join(
        quote(column) if column in queued else f"null as {quote(column)}" for column in columns
    )
    return (
        f'select {fields}, \'INSERT\' as "METADATA$ACTION", false as "METADATA$ISUPDATE", '
        f'"_ROW_ID" as "METADATA$ROW_ID" from {_queue(name)} where {_COMMITTED}'
    )


def _is_queued(session: Session, name: ObjectName) -> bool:
    queued = _state(session, name)[2]
    if name in session.account.queued_streams and not queued:
        raise sql_error(
            f"The rows of the source of stream {name} were changed after this transaction began; "
            "roll it back and try again.",
            625,
            "57014",
        )
    return queued


def _state(session: Session, name: ObjectName) -> tuple[int, int | None, bool]:
    rows = session.run(
        f"select position, until, queued from {_states(name)} where schema = ? and name = ?",
        [name.schema, name.name],
    )
    position, until, queued = rows[0]
    return int(position), until, bool(queued)


def _forget(session: Session, name: ObjectName) -> None:
    session.catalog.drop(session, KIND, name)
    session.account.queued_streams.discard(name)
    session.run(f"drop table if exists {_queue(name)}")
    session.run(
        f"delete from {_states(name)} where schema = ? and name = ?", [name.schema, name.name]
    )


def _source(stream: dict[str, object]) -> ObjectName:
    return ObjectName(*stream["table"])  # type: ignore[misc]


def _queue(name: ObjectName) -> str:
    return ObjectName(name.database, SCHEMA, f"queue {name.schema}.{name.name}").sql


def _states(name: ObjectName) -> str:
    return f"{quote(name.database)}.{quote(SCHEMA)}.stream_state"
