"""Standard streams: the net changes of a table since a consumer last took them.

DuckDB's row numbers are not for ever, so a table with a standard stream has an image: its rows with
an id each that no change touches. A stream keeps the image as it was at its offset; what it holds
is the difference between the two. All of it costs time in proportion to the table.

https://docs.snowflake.com/en/user-guide/streams-intro#types-of-streams
"""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sandbox.warehouse import stream_state
from sandbox.warehouse.catalog import SCHEMA
from sandbox.warehouse.names import ObjectName, quote
from sandbox.warehouse.stream_state import State

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_BEFORE = "temp.main.__rows_before"


def create(session: Session, name: ObjectName, table: ObjectName, initial: bool) -> bool:
    """Begin with the table as it is; whether there is something to read."""
    session.run(
        f'create table if not exists {image(table)} as select *, uuid()::varchar as "_ROW_ID" '
        f"from {table.sql}"
    )
    session.run(f"create table {offset(name)} as from {image(table)}")
    has_rows = initial and bool(session.run(f"select exists(from {table.sql})")[0][0])
    stream_state.create(session, name, State(until=0 if has_rows else None))
    return has_rows


def relation_sql(session: Session, name: ObjectName, table: ObjectName) -> str:
    """The changes to be read, with their metadata columns."""
    pinned = session.transaction.pinned.get(name) if session.transaction else None
    if pinned:
        return f"select * from {pinned}"
    columns = _columns(session, table)
    if stream_state.get(session, name).until is not None:
        fields = ", ".join(map(quote, columns))
        return (
            f'select {fields}, \'INSERT\' as "METADATA$ACTION", false as "METADATA$ISUPDATE", '
            f'"_ROW_ID" as "METADATA$ROW_ID" from {offset(name)}'
        )
    new, old = image(table), offset(name)
    inserted = _one_side(columns, new, old, "INSERT")
    return f"{inserted} union all {_one_side(columns, old, new, 'DELETE')}"


def pin(session: Session, name: ObjectName, table: ObjectName) -> str:
    """Keep what the stream holds now for the rest of the transaction; gives the relation."""
    transaction = session.transaction
    if transaction is not None and name in transaction.pinned:
        return transaction.pinned[name]
    place = f"temp.main.{quote(f'__pinned {name}')}"
    session.run(f"create or replace temp table {place} as {relation_sql(session, name, table)}")
    if transaction is not None:
        transaction.pinned[name] = place
    return place


def advance(session: Session, name: ObjectName, table: ObjectName) -> None:
    """Move the offset past what this transaction could read."""
    if stream_state.get(session, name).until is not None:
        stream_state.put(session, name, State())
        return
    changes = pin(session, name, table)
    taken = f'select "METADATA$ROW_ID" from {changes} where "METADATA$ACTION" = \'DELETE\''
    session.run(f'delete from {offset(name)} where "_ROW_ID" in ({taken})')
    fields = ", ".join(map(quote, _columns(session, table)))
    session.run(
        f'insert into {offset(name)} by name select {fields}, "METADATA$ROW_ID" as "_ROW_ID" '
        f"from {changes} where \"METADATA$ACTION\" = 'INSERT'"
    )
    if session.transaction is None:
        session.run(f"drop table {changes}")


def before_change(session: Session, table: ObjectName) -> None:
    """Keep the rows and their numbers, which hold as long as the statement runs."""
    session.run(
        f'create or replace temp table {_BEFORE} as select rowid as "_NUMBER", * from {table.sql}'
    )


def after_change(session: Session, table: ObjectName) -> None:
    """Bring the image up to date: a row keeps its id through the number it had before.

    Equal rows share their ids in any order.
    """
    columns = _columns(session, table)
    fields = ", ".join(map(quote, columns))
    same = f"{_row('old', columns)} is not distinct from {_row('ids', columns)}"
    nth = f'row_number() over (partition by {fields}) as "_NTH"'
    session.run(
        f"create or replace table {image(table)} as "
        f"with old as (select *, {nth} from {_BEFORE}), ids as (select *, {nth} from "
        f'{image(table)}), known as (select old."_NUMBER", ids."_ROW_ID" from old '
        f'inner join ids on old."_NTH" = ids."_NTH" and {same}) '
        f'select new.*, coalesce(known."_ROW_ID", uuid()::varchar) as "_ROW_ID" '
        f'from {table.sql} as new left join known on new.rowid = known."_NUMBER"'
    )
    session.run(f"drop table {_BEFORE}")


def after_insert(session: Session, table: ObjectName, mark: int) -> None:
    session.run(
        f'insert into {image(table)} by name select *, uuid()::varchar as "_ROW_ID" '
        f"from {table.sql} where rowid > {mark}"
    )


def forget(session: Session, name: ObjectName) -> None:
    session.run(f"drop table if exists {offset(name)}")


def forget_image(session: Session, table: ObjectName) -> None:
    session.run(f"drop table if exists {image(table)}")


def unpin(session: Session) -> None:
    """At the end of a transaction."""
    for place in session.transaction.pinned.values() if session.transaction else ():
        session.run(f"drop table if exists {place}")


def image(table: ObjectName) -> str:
    return ObjectName(table.database, SCHEMA, f"image {table.schema}.{table.name}").sql


def offset(name: ObjectName) -> str:
    return ObjectName(name.database, SCHEMA, f"offset {name.schema}.{name.name}").sql


def _columns(session: Session, table: ObjectName) -> list[str]:
    return [row[0] for row in session.run(f"describe {table.sql}")]


def _one_side(columns: Sequence[str], here: str, there: str, action: str) -> str:
    """Rows of `here` that `there` has not, or has with other values."""
    fields = ", ".join(f"here.{quote(column)}" for column in columns)
    return (
        f"select {fields}, '{action}' as \"METADATA$ACTION\", "
        f'there."_ROW_ID" is not null as "METADATA$ISUPDATE", '
        f'here."_ROW_ID" as "METADATA$ROW_ID" from {here} as here left join {there} as there '
        f'on here."_ROW_ID" = there."_ROW_ID" where there."_ROW_ID" is null '
        f"or {_row('here', columns)} is distinct from {_row('there', columns)}"
    )


def _row(alias: str, columns: Sequence[str]) -> str:
    return f"row({', '.join(f'{alias}.{quote(column)}' for column in columns)})"
