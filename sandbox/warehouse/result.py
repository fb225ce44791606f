"""What a statement returns: an Arrow table and the Snowflake type of each of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

# Statement type ids of the connector (`snowflake.connector.cursor.STATEMENT_TYPE_ID_DML_SET`).
QUERY, INSERT, UPDATE, DELETE, MERGE, COPY = 0x1000, 0x3100, 0x3200, 0x3300, 0x3400, 0x3600
SHOW, DESCRIBE, TRANSACTION, DDL, OTHER = 0x4400, 0x4500, 0x5000, 0x6000, 0x0000
DML_KINDS = frozenset({INSERT, UPDATE, DELETE, MERGE})

MAX_TEXT = 16777216
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_WIRE_TYPES = {
    '"NULL"': "text",
    "BLOB": "binary",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "real",
    "FLOAT": "real",
    "JSON": "variant",
    "TIME": "time",
    "TIMESTAMP WITH TIME ZONE": "timestamp_ltz",
    "TIMESTAMP": "timestamp_ntz",
    "TIMESTAMP_NS": "timestamp_ntz",
    "TIMESTAMP_MS": "timestamp_ntz",
    "TIMESTAMP_S": "timestamp_ntz",
}
_INTEGERS = frozenset(
    [
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
    ]
)


@dataclass(frozen=True)
class Column:
    """A result column in Snowflake's words; `type` as on the wire (fixed, text, variant, ...)."""

    name: str
    type: str = "text"
    precision: int | None = None
    scale: int | None = None
    nullable: bool = True

    @classmethod
    def of_duckdb(cls, name: str, duckdb_type: str) -> Column:
        """The column a DuckDB type is sent as; nested types travel as JSON text (variant)."""
        if match := _DECIMAL.fullmatch(duckdb_type):
            return cls(name, "fixed", int(match[1]), int(match[2]))
        if duckdb_type in _INTEGERS:
            return cls(name, "fixed", 38, 0)
        if duckdb_type.endswith("]") or duckdb_type.startswith(("STRUCT", "MAP", "UNION")):
            return cls(name, "variant")
        return cls(name, _WIRE_TYPES.get(duckdb_type, "text"))


@dataclass
class Result:
    """Rows and their columns. `kind` is the statement type id, `rowcount` what a DML affected."""

    columns: Sequence[Column]
    table: pa.Table
    kind: int = QUERY
    rowcount: int | None = None
    query_id: str = ""
    put: dict[str, Any] | None = None

    def rows(self) -> list[tuple[Any, ...]]:
        columns = [column.to_pylist() for column in self.table.columns]
        return list(zip(*columns, strict=True)) if columns else []


def table(
    columns: Sequence[Column | str], rows: Iterable[Sequence[Any]], kind: int = SHOW
) -> Result:
    """A result made in Python; a bare name is a text column, its values are made text."""
    typed = [Column(c) if isinstance(c, str) else c for c in columns]
    data = list(zip(*rows, strict=True)) or [()] * len(typed)
    arrays = [_array(column, values) for column, values in zip(typed, data, strict=True)]
    return Result(typed, pa.table(arrays, names=[str(i) for i in range(len(typed))]), kind)


def status(message: str, kind: int = DDL) -> Result:
    """The one-row answer of statements that return no rows."""
    return table(["status"], [(message,)], kind)


def counts(kind: int, **numbers: int) -> Result:
    """The answer of a DML: one column `number of rows <name>` per count, the rowcount their sum."""
    names = [f"number of {name.replace('_', ' ')}" for name in numbers]
    result = table([Column(n, "fixed", 38, 0) for n in names], [tuple(numbers.values())], kind)
    result.rowcount = sum(n for name, n in numbers.items() if "multi_joined" not in name)
    return result


def _array(column: Column, values: Sequence[Any]) -> pa.Array:
    if column.type == "text":
        return pa.array([None if v is None else str(v) for v in values], pa.string())
    return pa.array(values, _ARROW_TYPES[column.type])


_ARROW_TYPES = {
    "fixed": pa.int64(),
    "real": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "variant": pa.string(),
    "timestamp_ntz": pa.timestamp("us"),
    "timestamp_tz": pa.timestamp("us", "UTC"),
    "timestamp_ltz": pa.timestamp("us", "UTC"),
}
