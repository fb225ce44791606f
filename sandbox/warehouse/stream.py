"""Streams: what changed in a table since a consumer last took it.

`stream_append` and `stream_delta` know how the two types are kept; here is what DML and DDL need of
all streams of a table.

https://docs.snowflake.com/en/user-guide/streams-intro
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse import stream_append, stream_delta, stream_state
from sandbox.warehouse.errors import does_not_exist, sql_error
from sandbox.warehouse.names import ObjectName

if TYPE_CHECKING:
    from sandbox.warehouse.catalog import Definition
    from sandbox.warehouse.session import Session

KIND = "stream"
METADATA = (
    ("METADATA$ACTION", "VARCHAR"),
    ("METADATA$ISUPDATE", "BOOLEAN"),
    ("METADATA$ROW_ID", "VARCHAR"),
)
creation_sql = stream_state.creation_sql
unpin = stream_delta.unpin


def exists(session: Session, name: ObjectName) -> bool:
    return session.catalog.get(session, KIND, name) is not None


def of_table(session: Session, table: ObjectName) -> list[ObjectName]:
    """The streams on a table that are not stale."""
    append, delta = _of_table(session, table)
    return append + delta


def source_of(session: Session, name: ObjectName) -> ObjectName:
    """The table a stream is on."""
    return _source(_definition(session, name))


def is_append_only(definition: Definition) -> bool:
    return bool(definition.get("mode", "APPEND_ONLY") == "APPEND_ONLY")


def relation_sql(session: Session, name: ObjectName) -> str:
    """A DuckDB query for what the stream holds now.

    Inside a transaction that is what it held when the transaction began: DuckDB's snapshot, less
    the transaction's own rows.
    """
    definition = _definition(session, name)
    table = _source(definition)
    if definition["stale"]:
        raise sql_error(
            f"SQL compilation error:\nBase table '{table}' dropped, cannot read from stream "
            f"'{name}'.",
            91901,
            "02000",
        )
    if is_append_only(definition):
        return stream_append.relation_sql(session, name, table)
    return stream_delta.relation_sql(session, name, table)


def fix(session: Session) -> None:
    """From here on this transaction sees streams as they are now: DuckDB's snapshot is taken."""
    for database in session.account.databases():
        stream_state.count(session, database)


def has_rows(session: Session, name: ObjectName) -> bool:
    return bool(session.run(f"select exists({relation_sql(session, name)})")[0][0])


def advance(session: Session, name: ObjectName) -> None:
    """Move the offset past what this transaction could read. Part of its commit."""
    definition = session.catalog.get(session, KIND, name)
    if definition is None or definition["stale"]:
        return
    store = stream_append if is_append_only(definition) else stream_delta
    store.advance(session, name, _source(definition))


def before_change(session: Session, table: ObjectName) -> list[ObjectName]:
    """Rows of the table are about to be updated or deleted.

    Returns the append-only streams that have a queue from now on.
    """
    append, delta = _of_table(session, table)
    _pin(session, delta, table)
    if delta:
        stream_delta.before_change(session, table)
    return stream_append.before_change(session, append, table)


def last_own_row(session: Session, table: ObjectName) -> int | None:
    """A mark for `after_insert`; None when no stream of the table needs one."""
    append, delta = _of_table(session, table)
    _pin(session, delta, table)
    if not delta and not stream_append.needs_mark(session, append):
        return None
    return last_row(session, table.sql)


def last_row(session: Session, place: str) -> int:
    """The last row of a table: later ones of this transaction have greater numbers."""
    first = stream_append.UNCOMMITTED
    rows = session.run(f"select max(rowid) from {place} where rowid >= {first}")  # noqa: S608
    return first - 1 if rows[0][0] is None else int(rows[0][0])


def after_insert(session: Session, table: ObjectName, mark: int | None) -> list[ObjectName]:
    """Note the rows this transaction inserted since the mark; returns the streams of the table."""
    append, delta = _of_table(session, table)
    stream_append.after_insert(session, append, table, mark)
    if delta and mark is not None:
        stream_delta.after_insert(session, table, mark)
    return append + delta


def after_change(
    session: Session, table: ObjectName, mark: int | None, has_inserted: bool
) -> list[ObjectName]:
    """Note what a statement did after `before_change`; returns the streams it may have fed."""
    append, delta = _of_table(session, table)
    if delta:
        stream_delta.after_change(session, table)
    if not has_inserted:
        return delta
    stream_append.after_insert(session, append, table, mark)
    return append + delta


def table_replaced(session: Session, table: ObjectName) -> None:
    """The table was dropped or replaced: its streams can no longer be read."""
    for name in of_table(session, table):
        definition = _definition(session, name)
        session.catalog.put(session, KIND, name, {**definition, "stale": True})
        forget_rows(session, name)
    stream_delta.forget_image(session, table)


def table_renamed(session: Session, renamed: dict[ObjectName, ObjectName]) -> None:
    """Streams follow their tables; two tables that swap names are renamed together."""
    streams = {old: of_table(session, old) for old in renamed}
    images = [(old, new) for old, new in renamed.items() if _of_table(session, old)[1]]
    for old, new in images:
        session.run(f"create temp table {_waiting(new)} as from {stream_delta.image(old)}")
        stream_delta.forget_image(session, old)
    for _, new in images:
        session.run(f"create table {stream_delta.image(new)} as from {_waiting(new)}")
        session.run(f"drop table {_waiting(new)}")
    for old, names in streams.items():
        new = renamed[old]
        for name in names:
            definition = _definition(session, name)
            place = [new.database, new.schema, new.name]
            session.catalog.put(session, KIND, name, {**definition, "table": place})


def copies(session: Session, table: ObjectName) -> list[str]:
    """DuckDB's names of the tables that hold rows of this one and change their columns with it."""
    append, delta = _of_table(session, table)
    queued = [name for name in append if stream_state.get(session, name).queued]
    images = [stream_delta.image(table)] if delta else []
    return [*map(stream_append.queue, queued), *images, *map(stream_delta.offset, delta)]


def forget_rows(session: Session, name: ObjectName) -> None:
    stream_append.forget(session, name)
    stream_delta.forget(session, name)


def _definition(session: Session, name: ObjectName) -> Definition:
    definition = session.catalog.get(session, KIND, name)
    if definition is None:
        raise does_not_exist("Object", name)
    return definition


def _of_table(session: Session, table: ObjectName) -> tuple[list[ObjectName], list[ObjectName]]:
    """Its append-only and its standard streams."""
    append: list[ObjectName] = []
    delta: list[ObjectName] = []
    if table in session.temporary:
        return append, delta
    for name, found in session.catalog.list(session, KIND, table.database).items():
        if _source(found) == table and not found["stale"]:
            (append if is_append_only(found) else delta).append(name)
    return append, delta


def _pin(session: Session, streams: list[ObjectName], table: ObjectName) -> None:
    """What this transaction is about to do to the table does not show in its own streams."""
    transaction = session.transaction
    if transaction is None:
        return
    is_long = transaction.explicit or not session.autocommit
    for name in streams:
        if is_long or name in transaction.consumed:
            stream_delta.pin(session, name, table)


def _source(definition: Definition) -> ObjectName:
    return ObjectName(*definition["table"])


def _waiting(table: ObjectName) -> str:
    return ObjectName("temp", "main", f"__image {table}").sql
