"""ALTER SCHEMA: its properties; DuckDB cannot rename a schema.

https://docs.snowflake.com/en/sql-reference/sql/alter-schema
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse.errors import does_not_exist, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Reader, Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_OPTIONS = frozenset({"COMMENT", "DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS"})


@statement("alter schema")
def alter_schema(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    parts = reader.name()
    database = parts[0] if len(parts) == 2 else str(session.database)
    place = ObjectName(database, parts[-1], "")
    with session.ddl():
        exists = session.run(
            "select 1 from duckdb_schemas() where database_name = ? and schema_name = ?",
            [database, parts[-1]],
        )
        if not exists and "IF EXISTS" in modifiers:
            return status("Statement executed successfully.")
        if not exists:
            raise does_not_exist("Schema", f"{database}.{parts[-1]}")
        definition = session.catalog.get(session, "schema", place) or {}
        session.catalog.put(session, "schema", place, _altered(dict(definition), reader))
        reader.end()
    return status("Statement executed successfully.")


def _altered(definition: dict[str, object], reader: Reader) -> dict[str, object]:
    if reader.accept("SET"):
        options = reader.options()
        if not options or set(options) - _OPTIONS:
            raise unsupported(f"alter schema ... set {', '.join(options) or reader.rest()}.")
        return {**definition, **options}
    if reader.accept("ENABLE", "MANAGED", "ACCESS"):
        return {**definition, "managed_access": True}
    if reader.accept("DISABLE", "MANAGED", "ACCESS"):
        return {**definition, "managed_access": False}
    if not reader.accept("UNSET"):
        raise unsupported(f"alter schema ... {reader.rest()[:60]!r}.")
    for part in reader.split():
        option = part.name()[0]
        if option not in _OPTIONS:
            raise unsupported(f"alter schema ... unset {option}.")
        definition.pop(option, None)
    return definition
