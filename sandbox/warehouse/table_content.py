"""What a new table is made of: columns, a query, or another table."""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sandbox.warehouse import stream
from sandbox.warehouse.column import ColumnDefinition
from sandbox.warehouse.definition import translation_of
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.names import ObjectName, quote
from sandbox.warehouse.query import relations, runnable_sql
from sandbox.warehouse.translation import parse_text

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


@dataclass(frozen=True)
class Content:
    """What a new table is made of: columns, a query, or another table."""

    columns: Sequence[ColumnDefinition] = ()
    query: str | None = None
    rows_of: ObjectName | None = None


def fill(session: Session, place: str, content: Content) -> None:
    columns = content.columns
    word = "temp table" if place.startswith("temp.") else "table"
    if content.query is None:
        fields = ", ".join(column.sql for column in columns)
        session.run(f"create {word} {place} ({fields})")
        if content.rows_of is not None:
            session.run(f"insert into {place} from {session.place(content.rows_of)}")
        return
    if not columns:
        _require_names(content.query)
    translation = translation_of(session, content.query)
    with relations(session, translation):
        source = runnable_sql(session, translation)
        if columns:
            if len(session.duckdb_columns(source)) != len(columns):
                raise sql_error(
                    "SQL compilation error:\nInvalid column definition list", 2026, "42601"
                )
            fields = ", ".join(
                f"cast({quote(c.name)} as {c.type}) as {quote(c.name)}"
                if c.declared_type
                else quote(c.name)
                for c in columns
            )
            headings = ", ".join(quote(c.name) for c in columns)
            source = f"select {fields} from ({source}) as source({headings})"
        session.run(f"create {word} {place} as {_plain_types(session, source)}")
    for column in columns:
        if column.is_required:
            session.run(f"alter table {place} alter column {quote(column.name)} set not null")
        if column.default is not None:
            action = f"alter column {quote(column.name)} set{column.default_sql}"
            session.run(f"alter table {place} {action}")
    for consumed in translation.streams.values():
        stream.advance(session, consumed)


def _require_names(query: str) -> None:
    """Expressions of a CREATE TABLE AS SELECT need names, which become those of its columns."""
    tree = parse_text(query)
    selected = [v for v in tree.selects if not v.is_star] if isinstance(tree, exp.Query) else []
    names = [value.alias_or_name.upper() for value in selected]
    if "" in names:
        raise sql_error("SQL compilation error:\nMissing column specification", 2019, "42601")
    for name in names:
        if names.count(name) > 1:
            raise sql_error(
                f"SQL compilation error:\nduplicate column name '{name}'", 2025, "42S21"
            )


def _plain_types(session: Session, source: str) -> str:
    """HUGEINT, which DuckDB's sums have, is no type of a Snowflake table; a null becomes a text."""
    whole = {c.name for c in session.columns_of(source) if c.type == "fixed" and c.precision == 38}
    columns = session.duckdb_columns(source)
    kinds = {name: "bigint" for name, _ in columns if name in whole}
    kinds |= {name: "varchar" for name, kind in columns if kind == '"NULL"'}
    if not kinds:
        return source
    fields = ", ".join(f"cast({quote(n)} as {kind}) as {quote(n)}" for n, kind in kinds.items())
    return f"select * replace ({fields}) from ({source})"
