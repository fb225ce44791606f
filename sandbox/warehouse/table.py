"""Tables. Keys are read and not enforced, as on Snowflake; clustering and retention are recorded.

https://docs.snowflake.com/en/sql-reference/sql/create-table
"""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse import stream
from sandbox.warehouse.column import ColumnDefinition, read_columns
from sandbox.warehouse.definition import comment_of, kind_of, read_options, translation_of
from sandbox.warehouse.errors import already_exists, does_not_exist, sql_error, unsupported
from sandbox.warehouse.names import ObjectName, literal, quote
from sandbox.warehouse.query import relations, runnable_sql
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


@statement("create table")
def create_table(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    if reader.accept("IF", "NOT", "EXISTS"):  # Snowpark writes it behind the name
        modifiers |= {"IF NOT EXISTS"}
    if reader.accept("CLONE") or reader.accept("LIKE"):
        raise unsupported("create table ... clone or like.")
    columns = read_columns(session, reader.parenthesized()) if reader.peek() == "(" else []
    options = read_options(reader)
    query = reader.rest() if reader.accept("AS") else None
    reader.end()
    if statement.is_temporary:
        return _create_temporary(session, name, columns, query, modifiers)
    with session.ddl([name]):
        known = kind_of(session, name)
        if known and "IF NOT EXISTS" in modifiers:
            return status(f"{name.name} already exists, statement succeeded.")
        if known == "table" and "OR ALTER" in modifiers and query is None:
            alter_columns(session, name, columns)
        elif known and not modifiers & {"OR REPLACE"}:
            raise already_exists(name)
        else:
            _build(session, name, columns, query, known)
        _describe_columns(session, name, columns)
        session.run(f"comment on table {name.sql} is {literal(comment_of(options))}")
        declared = {column.name: column.declared_type for column in columns}
        session.catalog.put(session, "table", name, {**options, "columns": declared})
    return status(f"Table {name.name} successfully created.")


def alter_columns(session: Session, name: ObjectName, wanted: list[ColumnDefinition]) -> None:
    """Add, keep, change and drop columns until the table is as wanted; no row is lost.

    https://docs.snowflake.com/en/sql-reference/sql/create-table#label-create-or-alter-table-syntax
    """
    known = {row[0]: row for row in session.run(f"describe {name.sql}")}
    for column in wanted:
        field = quote(column.name)
        if column.name not in known:
            session.run(
                f"alter table {name.sql} add column {field} {column.type}{column.default_sql}"
            )
            if column.is_required:
                session.run(f"alter table {name.sql} alter column {field} set not null")
            continue
        _, kind, nullable, _, default, _ = known[column.name]
        if session.run(f"select typeof(null::{column.type})")[0][0] != kind:
            session.run(f"alter table {name.sql} alter column {field} type {column.type}")
        if (nullable == "NO") != column.is_required:
            action = "set" if column.is_required else "drop"
            session.run(f"alter table {name.sql} alter column {field} {action} not null")
        if default is not None and column.default is None:
            session.run(f"alter table {name.sql} alter column {field} drop default")
        elif column.default is not None:
            session.run(f"alter table {name.sql} alter column {field} set default {column.default}")
    for left in [c for c in known if c not in {column.name for column in wanted}]:
        session.run(f"alter table {name.sql} drop column {quote(left)}")


@statement("drop table", "drop view")
def drop_relation(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    kind = statement.words[1].lower()
    if name in session.temporary and kind == "table":
        with session.ddl(is_temporary=True):
            session.run(f"drop table temp.main.{quote(str(name))}")
        session.temporary.discard(name)
        return status(f"{name.name} successfully dropped.")
    with session.ddl([name]):
        known = kind_of(session, name)
        if known is None:
            if "IF EXISTS" in modifiers:
                return status(
                    f"Drop statement executed successfully ({name.name} already dropped)."
                )
            raise does_not_exist(kind.capitalize(), name)
        if known != kind:
            raise sql_error(f"SQL compilation error:\n{name} is not a {kind}.", 2203, "42601")
        session.run(f"drop {kind} {name.sql}")
        session.catalog.drop(session, kind, name)
        if kind == "table":
            stream.table_replaced(session, name)
    return status(f"{name.name} successfully dropped.")


def _create_temporary(
    session: Session,
    name: ObjectName,
    columns: list[ColumnDefinition],
    query: str | None,
    modifiers: frozenset[str],
) -> Result:
    with session.ddl(is_temporary=True):
        if name in session.temporary and "IF NOT EXISTS" in modifiers:
            return status(f"{name.name} already exists, statement succeeded.")
        if name in session.temporary and "OR REPLACE" not in modifiers:
            raise already_exists(name)
        if name in session.temporary:
            session.run(f"drop table temp.main.{quote(str(name))}")
        _fill(session, f"temporary table {quote(str(name))}", columns, query)
        session.temporary.add(name)
    return status(f"Table {name.name} successfully created.")


def _build(
    session: Session,
    name: ObjectName,
    columns: list[ColumnDefinition],
    query: str | None,
    known: str | None,
) -> None:
    if known == "view":
        raise already_exists(name)
    place = f"table {name.sql}"
    if known:
        session.run(f"drop {place}")
        stream.table_replaced(session, name)
    _fill(session, place, columns, query)


def _fill(session: Session, place: str, columns: list[ColumnDefinition], query: str | None) -> None:
    if query is None:
        fields = ", ".join(column.sql for column in columns)
        session.run(f"create {place} ({fields})")
        return
    translation = translation_of(session, query)
    with relations(session, translation):
        source = runnable_sql(session, translation)
        if columns:
            fields = ", ".join(
                f"cast({quote(c.name)} as {c.type}) as {quote(c.name)}" for c in columns
            )
            headings = ", ".join(quote(c.name) for c in columns)
            source = f"select {fields} from ({source}) as source({headings})"
        session.run(f"create {place} as {_plain_types(session, source)}")
    for consumed in translation.streams.values():
        stream.advance(session, consumed)


def _plain_types(session: Session, source: str) -> str:
    """HUGEINT, which DuckDB's sums have, is no type of a Snowflake table."""
    wide = [c.name for c in session.columns_of(source) if c.type == "fixed" and c.precision == 38]
    if not wide:
        return source
    fields = ", ".join(f"cast({quote(n)} as bigint) as {quote(n)}" for n in wide)
    return f"select * replace ({fields}) from ({source})"


def _describe_columns(session: Session, name: ObjectName, columns: list[ColumnDefinition]) -> None:
    for column in columns:
        session.run(
            f"comment on column {name.sql}.{quote(column.name)} is {literal(column.comment)}"
        )
