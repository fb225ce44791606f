"""Databases, schemas, tables and views.

What DuckDB cannot hold (clustering, retention) is recorded in the catalog; keys are not enforced,
as on Snowflake. https://docs.snowflake.com/en/sql-reference/sql/create-table
"""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sandbox.warehouse import stream
from sandbox.warehouse.column import ColumnDefinition, read_columns
from sandbox.warehouse.errors import already_exists, does_not_exist, sql_error, unsupported
from sandbox.warehouse.names import ObjectName, literal, quote
from sandbox.warehouse.query import relations, runnable_sql
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.rewrite import Context
from sandbox.warehouse.statement import Reader, Statement, tokenize
from sandbox.warehouse.translation import Translation, parse_text, translate_tree

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_TABLE_OPTIONS = frozenset(
    {"COMMENT", "DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS"}
    | {"CHANGE_TRACKING", "ENABLE_SCHEMA_EVOLUTION", "DEFAULT_DDL_COLLATION"}
)


@statement("create database")
def create_database(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = reader.name()[-1]
    options = reader.options()
    reader.end()
    session.commit()
    if session.account.has_database(name):
        if "OR REPLACE" in modifiers:
            session.account.drop_database(name)
        elif modifiers & {"IF NOT EXISTS", "OR ALTER"}:
            session.use(name, "PUBLIC")
            return status(f"{name} already exists, statement succeeded.")
        else:
            raise already_exists(name)
    session.account.create_database(name)
    with session.ddl():
        session.catalog.put(session, "database", ObjectName(name, "", ""), dict(options))
    session.use(name, "PUBLIC")
    return status(f"Database {name} successfully created.")


@statement("drop database")
def drop_database(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = reader.name()[-1]
    session.commit()
    if not session.account.has_database(name) and "IF EXISTS" in modifiers:
        return status("Drop statement executed successfully.")
    session.account.drop_database(name)
    if session.database == name:
        session.database = session.schema = None
    return status(f"{name} successfully dropped.")


@statement("create schema")
def create_schema(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    database, name = _schema_name(session, reader.name())
    reader.accept("WITH", "MANAGED", "ACCESS")
    options = reader.options()
    reader.end()
    full = f"{quote(database)}.{quote(name)}"
    with session.ddl():
        known = session.run(
            "select 1 from duckdb_schemas() where database_name = ? and schema_name = ?",
            [database, name],
        )
        if known and "OR REPLACE" in modifiers:
            _drop_schema(session, database, name)
        elif known and not modifiers & {"IF NOT EXISTS", "OR ALTER"}:
            raise already_exists(name)
        session.run(f"create schema if not exists {full}")
        if not known or "IF NOT EXISTS" not in modifiers:
            place = ObjectName(database, name, "")
            session.catalog.put(session, "schema", place, dict(options))
    session.use(database, name)
    if known and "IF NOT EXISTS" in modifiers:
        return status(f"{name} already exists, statement succeeded.")
    return status(f"Schema {name} successfully created.")


@statement("drop schema")
def drop_schema(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    database, name = _schema_name(session, reader.name())
    with session.ddl():
        known = session.run(
            "select 1 from duckdb_schemas() where database_name = ? and schema_name = ?",
            [database, name],
        )
        if not known and "IF EXISTS" in modifiers:
            return status("Drop statement executed successfully.")
        if not known:
            raise does_not_exist("Schema", f"{database}.{name}")
        _drop_schema(session, database, name)
    if (session.database, session.schema) == (database, name):
        session.schema = None
    return status(f"{name} successfully dropped.")


@statement("create table")
def create_table(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    if reader.accept("IF", "NOT", "EXISTS"):  # Snowpark writes it behind the name
        modifiers |= {"IF NOT EXISTS"}
    if reader.accept("CLONE") or reader.accept("LIKE"):
        raise unsupported("create table ... clone or like.")
    columns = read_columns(session, reader.parenthesized()) if reader.peek() == "(" else []
    options = _table_options(reader)
    query = reader.rest() if reader.accept("AS") else None
    reader.end()
    if statement.is_temporary:
        return _create_temporary(session, name, columns, query, modifiers)
    with session.ddl([name]):
        known = _kind(session, name)
        if known and "IF NOT EXISTS" in modifiers:
            return status(f"{name.name} already exists, statement succeeded.")
        if known == "table" and "OR ALTER" in modifiers and query is None:
            alter_columns(session, name, columns)
        elif known and not modifiers & {"OR REPLACE"}:
            raise already_exists(name)
        else:
            _build(session, name, columns, query, known)
        _describe_columns(session, name, columns)
        session.run(f"comment on table {name.sql} is {literal(_comment(options))}")
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


@statement("create view")
def create_view(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    headings = _headings(reader.parenthesized()) if reader.peek() == "(" else []
    reader.accept("COPY", "GRANTS")
    options = _table_options(reader)
    reader.expect("AS")
    query = reader.rest()
    with session.ddl():
        known = _kind(session, name)
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
        translation = _translation(session, query, name)
        names = ", ".join(quote(heading) for heading, _ in headings)
        if translation.is_constant and not translation.streams:
            source = translation.sql
        else:
            definition["query"] = query
            definition["headings"] = [heading for heading, _ in headings]
            source = _columns_only(session, translation)
        session.run(
            f"create or replace view {name.sql} {f'({names})' if names else ''} as {source}"
        )
        session.run(f"comment on view {name.sql} is {literal(_comment(options))}")
        for heading, comment in headings:
            if comment is not None:
                session.run(f"comment on column {name.sql}.{quote(heading)} is {literal(comment)}")
        session.catalog.put(session, "view", name, definition)
    return status(f"View {name.name} successfully created.")


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
        known = _kind(session, name)
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


def _schema_name(session: Session, parts: tuple[str, ...]) -> tuple[str, str]:
    database = parts[0] if len(parts) == 2 else session.database
    if database is None or not session.account.has_database(database):
        raise does_not_exist("Database", database or "")
    return database, parts[-1]


def _drop_schema(session: Session, database: str, schema: str) -> None:
    tables = session.run(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = ?",
        [database, schema],
    )
    for (table,) in tables:
        stream.table_replaced(session, ObjectName(database, schema, table))
    session.run(f"drop schema {quote(database)}.{quote(schema)} cascade")
    session.run(f'delete from {quote(database)}."_SANDBOX".object where schema = ?', [schema])


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
    translation = _translation(session, query)
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


def _columns_only(session: Session, translation: Translation) -> str:
    """A view that asks the session is expanded where it is used; here only its columns count."""
    with relations(session, translation):
        columns = session.duckdb_columns(runnable_sql(session, translation))
    fields = ", ".join(f"cast(null as {kind}) as {quote(name)}" for name, kind in columns)
    return f"select {fields} where false"


def _translation(session: Session, query: str, home: ObjectName | None = None) -> Translation:
    context = Context(session, home)
    tree = parse_text(query)
    if not isinstance(tree, exp.Query):
        raise unsupported(f"a definition that is no query: {query[:40]!r}.")
    return translate_tree(tree, context)


def _table_options(reader: Reader) -> dict[str, object]:
    """Options behind the columns, in any order, with CLUSTER BY."""
    options: dict[str, object] = {}
    while True:
        found = reader.options()
        if reader.accept("CLUSTER BY"):  # one token
            found["CLUSTER_BY"] = reader.parenthesized().rest()
        elif reader.accept("COPY", "GRANTS"):
            continue
        if not found:
            break
        options.update(found)
    for name in options:
        if name not in _TABLE_OPTIONS | {"CLUSTER_BY"}:
            raise unsupported(f"option {name}.")
    return options


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


def _kind(session: Session, name: ObjectName) -> str | None:
    sql = (
        "select 'table' from duckdb_tables() where database_name = $1 and schema_name = $2 "
        "and table_name = $3 union all select 'view' from duckdb_views() "
        "where database_name = $1 and schema_name = $2 and view_name = $3"
    )
    rows = session.run(sql, [name.database, name.schema, name.name])
    return str(rows[0][0]) if rows else None


def _describe_columns(session: Session, name: ObjectName, columns: list[ColumnDefinition]) -> None:
    for column in columns:
        session.run(
            f"comment on column {name.sql}.{quote(column.name)} is {literal(column.comment)}"
        )


def _comment(options: dict[str, object]) -> str | None:
    comment = options.get("COMMENT")
    return None if comment is None else str(comment)
