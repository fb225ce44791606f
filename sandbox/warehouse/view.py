"""Views. One that depends on the session (streams, task history) is expanded where it is used.

https://docs.snowflake.com/en/sql-reference/sql/create-view
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse import view_columns
from sandbox.warehouse.comment import set_comment
from sandbox.warehouse.definition import comment_of, kind_of, read_options, translation_of
from sandbox.warehouse.errors import already_exists, sql_error
from sandbox.warehouse.names import ObjectName, quote
from sandbox.warehouse.query import relations, runnable_sql
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Reader, Statement, tokenize
from sandbox.warehouse.translation import Translation

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


@statement("create view")
def create_view(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    headings = _headings(reader.parenthesized()) if reader.peek() == "(" else []
    reader.accept("COPY", "GRANTS")
    options = read_options(reader)
    reader.expect("AS")
    query = reader.rest()
    with session.ddl():
        known = kind_of(session, name)
        if known == "view" and "IF NOT EXISTS" in modifiers:
            return status(f"{name.name} already exists, statement succeeded.")
        if known == "table" or (known and not modifiers & {"OR REPLACE", "OR ALTER"}):
            raise already_exists(name)
        meaning = [" ".join(t.text for t in tokenize(query)), [name for name, _ in headings]]
        _refuse_another_view(session, name, meaning, modifiers)
        definition = {
            "text": statement.text,
            "meaning": meaning,
            "is_secure": "SECURE" in modifiers,
            "created_on": session.now(),
        }
        translation = translation_of(session, query, name)
        is_plain = translation.is_constant and not translation.streams
        definition |= {
            "query": query,
            "headings": [heading for heading, _ in headings],
            "is_plain": is_plain,
            "reads": [[r.database, r.schema, r.name] for r in sorted(translation.reads)],
        }
        source = translation.sql if is_plain else _columns_only(session, translation)
        names = f"({', '.join(quote(n) for n, _ in headings)})" if headings else ""
        session.run(f"create or replace view {name.sql} {names} as {source}")
        if is_plain and "*" in query:
            definition["columns"] = view_columns.columns_of(session, name)
        set_comment(session, "view", name, comment_of(options))
        for heading, comment in headings:
            set_comment(session, "view", name, comment, heading)
        session.catalog.put(session, "view", name, definition)
    return status(f"View {name.name} successfully created.")


def _refuse_another_view(
    session: Session, name: ObjectName, meaning: object, modifiers: frozenset[str]
) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/create-view: only comments, SECURE."""
    known = session.catalog.get(session, "view", name)
    if known is not None and "OR ALTER" in modifiers and known["meaning"] != meaning:
        raise sql_error(
            f"SQL compilation error:\nCREATE OR ALTER VIEW cannot change the query or the columns "
            f"of {name}; use CREATE OR REPLACE VIEW.",
            2,
            "0A000",
        )


def _columns_only(session: Session, translation: Translation) -> str:
    """A view that asks the session is expanded where it is used; here only its columns count."""
    with relations(session, translation):
        columns = session.duckdb_columns(runnable_sql(session, translation))
    fields = ", ".join(f"cast(null as {kind}) as {quote(name)}" for name, kind in columns)
    return f"select {fields} where false"


def _headings(reader: Reader) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for part in reader.split():
        name = part.name()[0]
        comment = None
        if part.accept("COMMENT"):
            part.accept("=")
            comment = part.string()
        part.end()
        found.append((name, comment))
    return found
