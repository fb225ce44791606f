"""Tables. Keys are read and not enforced, as on Snowflake; clustering and retention are recorded.

https://docs.snowflake.com/en/sql-reference/sql/create-table
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.warehouse import sequence, stream
from sandbox.warehouse.column import ColumnDefinition, read_columns
from sandbox.warehouse.column_change import TableColumns, columns_like
from sandbox.warehouse.comment import set_comment
from sandbox.warehouse.definition import comment_of, kind_of, read_options
from sandbox.warehouse.errors import already_exists, sql_error, unsupported
from sandbox.warehouse.names import ObjectName, quote
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Reader, Statement
from sandbox.warehouse.table_content import Content, fill

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

# What a CREATE OR ALTER does not say anew.
_KEPT = ("added", "created_on", "kind")


@statement("create table")
def create_table(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    if reader.accept("IF", "NOT", "EXISTS"):  # Snowpark writes it behind the name
        modifiers |= {"IF NOT EXISTS"}
    source, content = _read_content(session, reader)
    options = {**_inherited(session, source), **read_options(reader)}
    if reader.accept("AS"):
        content = replace(content, query=reader.rest())
    reader.end()
    _refuse_combinations(modifiers, source, content)
    if statement.is_temporary:
        return _create_temporary(session, name, content, modifiers)
    with session.ddl([name]):
        known = kind_of(session, name)
        if known and "IF NOT EXISTS" in modifiers:
            return status(f"{name.name} already exists, statement succeeded.")
        if known == "table" and "OR ALTER" in modifiers:
            alter_columns(session, name, content.columns)
            before = session.catalog.get(session, "table", name) or {}
            options.update((key, before[key]) for key in _KEPT if key in before)
        elif known and not modifiers & {"OR REPLACE"}:
            raise already_exists(name)
        else:
            _build(session, name, content, known)
        for column in content.columns:
            set_comment(session, "table", name, column.comment, column.name)
        set_comment(session, "table", name, comment_of(options))
        declared = {column.name: column.declared_type for column in content.columns}
        defaults = {column.name: column.default_text for column in content.columns}
        definition = {
            **options,
            "columns": declared,
            "defaults": defaults,
            "created_on": options.get("created_on", session.now()),
        }
        if "TRANSIENT" in modifiers:
            definition["kind"] = "TRANSIENT"
        session.catalog.put(session, "table", name, definition)
    return status(f"Table {name.name} successfully created.")


def alter_columns(session: Session, name: ObjectName, wanted: Sequence[ColumnDefinition]) -> None:
    """Add, keep, change and drop columns until the table is as wanted; no row is lost.

    https://docs.snowflake.com/en/sql-reference/sql/create-table#create-or-alter-table-usage-notes
    """
    columns = TableColumns(session, name)
    known = columns.known()
    names = [column.name for column in wanted]
    kept = [column for column in known if column in names]
    if names[: len(kept)] != kept:
        raise sql_error(
            "SQL compilation error:\nCREATE OR ALTER TABLE adds columns at the end of the column "
            f"list only and keeps their order; table {name} begins with {', '.join(kept)}.",
            2,
            "0A000",
        )
    texts = dict(columns.definition["defaults"])
    for column in wanted:
        if column.name not in known:
            columns.add(column)
            continue
        columns.change_type(column.name, column.declared_type)
        if known[column.name].is_required != column.is_required:
            (columns.require if column.is_required else columns.allow_null)(column.name)
        if _folded(texts.get(column.name, column.default_text)) != _folded(column.default_text):
            _change_default(columns, column)
    for left in [column for column in known if column not in names]:
        columns.drop(left)
    columns.save()


def _read_content(session: Session, reader: Reader) -> tuple[ObjectName | None, Content]:
    """The table that is taken as a pattern, and what the new one is made of."""
    if reader.peek() in {"USING", "FROM"}:
        raise unsupported(f"create table ... {reader.rest().split()[0].lower()} ...")
    if reader.peek() not in {"CLONE", "LIKE"}:
        columns = read_columns(session, reader.parenthesized()) if reader.peek() == "(" else []
        return None, Content(_with_sequences(session, columns))
    has_rows = reader.accept("CLONE") or not reader.accept("LIKE")
    source = session.resolve(reader.name())
    if reader.peek() in {"AT", "BEFORE"}:
        raise unsupported("a clone of a table as it was at a point in the past.")
    columns = columns_like(session, source)
    return source, Content(columns, rows_of=source if has_rows else None)


def _inherited(session: Session, source: ObjectName | None) -> dict[str, object]:
    """Properties of the table that is taken as a pattern."""
    found = session.catalog.get(session, "table", source) if source else None
    left_out = ("columns", "defaults", *_KEPT)
    return {key: value for key, value in (found or {}).items() if key not in left_out}


def _refuse_combinations(
    modifiers: frozenset[str], source: ObjectName | None, content: Content
) -> None:
    if "OR ALTER" in modifiers and (source or content.query):
        raise sql_error(
            "SQL compilation error:\nCREATE OR ALTER TABLE supports no AS SELECT, LIKE or CLONE.",
            2,
            "0A000",
        )
    if {"OR REPLACE", "IF NOT EXISTS"} <= modifiers:
        raise sql_error(
            "SQL compilation error:\noptions OR REPLACE and IF NOT EXISTS are incompatible.",
            1003,
            "42000",
        )
    if not content.columns and content.query is None:
        raise sql_error("SQL compilation error:\nthe table has no columns.", 1003, "42000")


def _with_sequences(
    session: Session, columns: Sequence[ColumnDefinition]
) -> list[ColumnDefinition]:
    """AUTOINCREMENT columns take their values from a sequence of their own."""
    return [
        column
        if column.identity is None
        else replace(column, **sequence.identity_default(session, *column.identity))
        for column in columns
    ]


def _change_default(columns: TableColumns, column: ColumnDefinition) -> None:
    if column.default is None:
        columns.drop_default(column.name)
    else:
        columns.set_default(
            column.name, {"default": column.default, "default_text": column.default_text}
        )


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).lower()


def _create_temporary(
    session: Session, name: ObjectName, content: Content, modifiers: frozenset[str]
) -> Result:
    with session.ddl(is_temporary=True):
        if name in session.temporary and "IF NOT EXISTS" in modifiers:
            return status(f"{name.name} already exists, statement succeeded.")
        if name in session.temporary and "OR REPLACE" not in modifiers:
            raise already_exists(name)
        fill(session, 'temp.main."__new"', content)
        if name in session.temporary:
            session.run(f"drop table {session.place(name)}")
        session.run(f'alter table temp.main."__new" rename to {quote(str(name))}')
        session.temporary.add(name)
    return status(f"Table {name.name} successfully created.")


def _build(session: Session, name: ObjectName, content: Content, known: str | None) -> None:
    if known == "view":
        raise already_exists(name)
    if not known:
        fill(session, name.sql, content)
        return
    # The new table may be made of the old one.
    new = ObjectName(name.database, name.schema, "__new")
    fill(session, new.sql, content)
    session.run(f"drop table {name.sql}")
    session.run(f"alter table {new.sql} rename to {quote(name.name)}")
    stream.table_replaced(session, name)
