"""DESCRIBE of the objects this package makes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.warehouse import stage, stream
from sandbox.warehouse.errors import does_not_exist
from sandbox.warehouse.names import ObjectName, quote
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, Result, table
from sandbox.warehouse.statement import Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_COLUMNS = (
    "name",
    "type",
    "kind",
    "null?",
    "default",
    "primary key",
    "unique key",
    "check",
    "expression",
    "comment",
    "policy name",
    "privacy domain",
)
_TYPES = {
    "BIGINT": "NUMBER(38,0)",
    "INTEGER": "NUMBER(38,0)",
    "HUGEINT": "NUMBER(38,0)",
    "VARCHAR": "VARCHAR(16777216)",
    "DOUBLE": "FLOAT",
    "JSON": "VARIANT",
    "TIMESTAMP": "TIMESTAMP_NTZ(9)",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_TZ(9)",
    "TIME": "TIME(9)",
    "BLOB": "BINARY(8388608)",
}
_SIZED = re.compile(r"(?:VARCHAR|STRING|TEXT|CHAR|NUMBER|DECIMAL|NUMERIC)\s*\([^)]*\)", re.I)


@statement("describe table", "desc table", "describe view", "desc view")
def describe_relation(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/desc-table"""
    _, reader = statement.after_head()
    name = session.resolve(reader.name())
    kind = statement.words[1].lower()
    place = f"temp.main.{quote(str(name))}" if name in session.temporary else name.sql
    if not session.table_columns(place):
        raise does_not_exist(kind.capitalize(), name)
    # A view's columns have neither declared types nor defaults.
    definition = (session.catalog.get(session, kind, name) or {}) if kind == "table" else {}
    declared, defaults = definition.get("columns", {}), definition.get("defaults", {})
    comments = dict(
        session.run(
            "select column_name, comment from duckdb_columns() "
            "where database_name = ? and schema_name = ? and table_name = ?",
            [name.database, name.schema, name.name],
        )
    )
    rows = [
        (
            *(column, shown_type(found, declared.get(column)), "COLUMN"),
            *("Y" if null == "YES" else "N", _shown_default(default, defaults.get(column))),
            *("N", "N", None, None),
            *(comments.get(column), None, None),
        )
        for column, found, null, _, default, _ in session.run(f"describe {place}")
    ]
    return table(_COLUMNS, rows, DESCRIBE)


def _shown_default(default: str | None, text: str | None) -> str | None:
    """A default that is a sequence is shown as it was written."""
    return text if default and "nextval(" in default and text else default


@statement("describe stream", "desc stream")
def describe_stream(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    name = session.resolve(reader.name())
    found = session.catalog.get(session, stream.KIND, name)
    if found is None:
        raise does_not_exist("Stream", name)
    source = str(stream.source_of(session, name))
    row = {
        "created_on": found["created_on"],
        "name": name.name,
        "database_name": name.database,
        "schema_name": name.schema,
        "owner": "SYSADMIN",
        "comment": found["comment"],
        "table_name": source,
        "source_type": "Table",
        "base_tables": source,
        "type": "DELTA",
        "stale": str(found["stale"]).lower(),
        "mode": found.get("mode", "APPEND_ONLY"),
    }
    return table(list(row), [tuple(row.values())], DESCRIBE)


@statement("describe stage", "desc stage")
def describe_stage(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    name = session.resolve(reader.name())
    found = session.catalog.get(session, stage.KIND, name)
    if found is None:
        raise does_not_exist("Stage", name)
    columns = ["parent_property", "property", "property_type", "property_value"]
    columns.append("property_default")
    rows = [("STAGE_LOCATION", "URL", "String", "", ""), ("", "COMMENT", "String")]
    rows[1] = ("", "COMMENT", "String", str(found.get("comment") or ""), "")
    return table(columns, rows, DESCRIBE)


@statement("describe schema", "desc schema")
def describe_schema(session: Session, statement: Statement) -> Result:
    """The objects of a schema. https://docs.snowflake.com/en/sql-reference/sql/desc-schema"""
    _, reader = statement.after_head()
    parts = reader.name()
    database = parts[0] if len(parts) == 2 else session.database
    known = session.run(
        "select 1 from duckdb_schemas() where database_name = ? and schema_name = ?",
        [database, parts[-1]],
    )
    if not known:
        raise does_not_exist("Schema", ".".join(parts))
    rows = session.run(
        "select table_name, 'TABLE' from duckdb_tables() "
        "where database_name = $1 and schema_name = $2 union all "
        "select view_name, 'VIEW' from duckdb_views() "
        "where database_name = $1 and schema_name = $2 order by 1",
        [database, parts[-1]],
    )
    return table(["created_on", "name", "kind"], [(None, *row) for row in rows], DESCRIBE)


@statement("describe database", "desc database")
def describe_database(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    name = reader.name()[-1]
    if name not in session.account.databases():
        raise does_not_exist("Database", name)
    rows = session.run(
        "select schema_name from duckdb_schemas() where database_name = ? "
        "and schema_name not in ('main', '_SANDBOX', '_INFORMATION_SCHEMA') order by 1",
        [name],
    )
    rows = [*rows, ("INFORMATION_SCHEMA",)]
    return table(["created_on", "name", "kind"], [(None, *r, "SCHEMA") for r in rows], DESCRIBE)


def shown_type(duckdb_type: str, declared: str | None) -> str:
    """A type as DESCRIBE shows it, with the length or precision it was declared with."""
    if declared and _SIZED.fullmatch(declared.strip()):
        name, _, size = declared.strip().upper().partition("(")
        kind = "NUMBER" if name.strip() in {"NUMBER", "DECIMAL", "NUMERIC"} else "VARCHAR"
        size = size.rstrip(")").replace(" ", "")
        if kind == "NUMBER" and "," not in size:
            size += ",0"
        return f"{kind}({size})"
    if duckdb_type.startswith("DECIMAL"):
        return duckdb_type.replace("DECIMAL", "NUMBER")
    return _TYPES.get(duckdb_type, duckdb_type)


def described_columns(session: Session, name: ObjectName) -> list[tuple[str, str]]:
    """Names and Snowflake types of a table's columns."""
    declared = (session.catalog.get(session, "table", name) or {}).get("columns", {})
    columns = session.table_columns(name.sql)
    return [(column, shown_type(kind, declared.get(column))) for column, kind in columns]
