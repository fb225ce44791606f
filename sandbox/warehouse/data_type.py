"""Snowflake's data types as DuckDB's."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.errors import SqlglotError

from sandbox.warehouse.errors import sql_error, unsupported

MAX_TEXT = 16_777_216
_KIND = exp.DataType.Type
_WHOLE = {
    _KIND.INT,
    _KIND.BIGINT,
    _KIND.SMALLINT,
    _KIND.TINYINT,
    _KIND.INT128,
    _KIND.MEDIUMINT,
}
_SAME = {
    _KIND.VARCHAR: "VARCHAR",
    _KIND.CHAR: "VARCHAR",
    _KIND.NVARCHAR: "VARCHAR",
    _KIND.NCHAR: "VARCHAR",
    _KIND.TEXT: "VARCHAR",
    _KIND.FLOAT: "DOUBLE",
    _KIND.DOUBLE: "DOUBLE",
    _KIND.BOOLEAN: "BOOLEAN",
    _KIND.DATE: "DATE",
    _KIND.TIME: "TIME",
    _KIND.DATETIME: "TIMESTAMP",
    _KIND.TIMESTAMP: "TIMESTAMP",
    _KIND.TIMESTAMPNTZ: "TIMESTAMP",
    _KIND.TIMESTAMPTZ: "TIMESTAMPTZ",
    _KIND.TIMESTAMPLTZ: "TIMESTAMPTZ",
    _KIND.BINARY: "BLOB",
    _KIND.VARBINARY: "BLOB",
    _KIND.VARIANT: "JSON",
    _KIND.OBJECT: "JSON",
    _KIND.ARRAY: "JSON",
    _KIND.JSON: "JSON",
}
TEXTS = frozenset(kind for kind, name in _SAME.items() if name == "VARCHAR")
SEMI_STRUCTURED = frozenset({_KIND.VARIANT, _KIND.OBJECT, _KIND.ARRAY, _KIND.JSON})


def duckdb_type(snowflake_type: exp.DataType) -> str:
    """NUMBER(p,0) up to 18 digits and NUMBER(38,0) are 64-bit integers."""
    kind = snowflake_type.this
    if kind in SEMI_STRUCTURED and snowflake_type.expressions:
        raise unsupported(f"structured type {snowflake_type.sql('snowflake')}.")
    if kind in _WHOLE:
        return "BIGINT"
    if kind is _KIND.DECIMAL:
        precision, scale = (int(p.name) for p in (*snowflake_type.expressions, *_NUMBER)[:2])
        if len(snowflake_type.expressions) == 1:
            scale = 0
        return "BIGINT" if scale == 0 else f"DECIMAL({precision}, {scale})"
    if name := _SAME.get(kind):
        return name
    raise unsupported(f"data type {snowflake_type.sql('snowflake')}.")


def column_type(snowflake_type: exp.DataType) -> str:
    """The type of a table's column; the sandbox cannot keep the offsets of TIMESTAMP_TZ."""
    if snowflake_type.this is _KIND.TIMESTAMPTZ:
        raise unsupported("columns of TIMESTAMP_TZ; use TIMESTAMP_NTZ or TIMESTAMP_LTZ.")
    return duckdb_type(snowflake_type)


def limit_of(snowflake_type: exp.DataType) -> int | None:
    """The most characters of a text, the most digits of a whole NUMBER; None without a limit."""
    sizes = [int(size.name) for size in snowflake_type.expressions if size.name.isdigit()]
    kind = snowflake_type.this
    if kind in _CHARACTER and not sizes:
        return 1
    if kind in TEXTS or (kind is _KIND.DECIMAL and sizes[1:] in ([], [0])):
        most = MAX_TEXT if kind in TEXTS else _BIGINT_DIGITS
        return sizes[0] if sizes and sizes[0] <= most else None
    return None


def parse_type(text: str) -> exp.DataType:
    try:
        return exp.DataType.build(text, dialect="snowflake")
    except SqlglotError:
        raise sql_error(
            f"SQL compilation error:\nUnsupported data type '{text}'.", 2040, "42601"
        ) from None


_CHARACTER = frozenset({_KIND.CHAR, _KIND.NCHAR})
_BIGINT_DIGITS = 18
_NUMBER = [exp.Literal.number(38), exp.Literal.number(0)]
