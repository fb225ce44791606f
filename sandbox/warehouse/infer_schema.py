"""INFER_SCHEMA: the columns of staged Parquet files, as `write_pandas` asks for them.

https://docs.snowflake.com/en/sql-reference/functions/infer_schema
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.warehouse import stage
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.file_format import of_statement
from sandbox.warehouse.names import literal, quote
from sandbox.warehouse.registry import table_function
from sandbox.warehouse.result import Column, Result, table

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_TYPES = {
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIME": "TIME",
    "DOUBLE": "REAL",
    "FLOAT": "REAL",
    "BLOB": "BINARY",
    "VARCHAR": "TEXT",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_LTZ",
}
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UBIGINT", "UINTEGER", "HUGEINT")
_COLUMNS: list[Column | str] = [
    "COLUMN_NAME",
    "TYPE",
    Column("NULLABLE", "boolean"),
    "EXPRESSION",
    "FILENAMES",
    Column("ORDER_ID", "fixed", 38, 0),
]


@table_function("infer_schema")
def infer_schema(session: Session, arguments: dict[str, Any]) -> Result:
    if left := set(arguments) - {"LOCATION", "FILE_FORMAT"}:
        raise unsupported(f"infer_schema with {sorted(left)}.")
    location = str(arguments["LOCATION"])
    if of_statement(session, str(arguments["FILE_FORMAT"])).type != "PARQUET":
        raise unsupported("infer_schema of anything but Parquet files.")
    found: dict[str, tuple[str, str]] = {}
    for file in stage.files_of(session, location):
        sql = f"describe select * from read_parquet({literal(str(file))})"  # noqa: S608
        shown = stage.shown_path(session, location, file)
        for name, kind, *_ in session.run(sql):
            found.setdefault(name, (_snowflake_type(kind), shown))
    rows = [
        (name, kind, True, f"$1:{quote(name)}::{kind}", file, place)
        for place, (name, (kind, file)) in enumerate(found.items())
    ]
    return table(_COLUMNS, rows)


def _snowflake_type(duckdb_type: str) -> str:
    if duckdb_type in _INTEGERS:
        return "NUMBER(38, 0)"
    if duckdb_type.startswith("DECIMAL"):
        return duckdb_type.replace("DECIMAL", "NUMBER").replace(",", ", ")
    if duckdb_type.startswith("TIMESTAMP") and duckdb_type not in _TYPES:
        return "TIMESTAMP_NTZ"
    return _TYPES.get(duckdb_type, "VARIANT")
