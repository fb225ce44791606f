"""The wire format of the connector: bound values in, Arrow with Snowflake's metadata out."""

from __future__ import annotations

import binascii
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.warehouse.result import MAX_TEXT, Column, Result

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS = 1_000_000_000


def bound_values(bindings: Mapping[str, Any] | None) -> tuple[Any, ...] | dict[str, Any]:
    """Values of `?` in order, or by name. Arrays (one value per row) come as tuples of rows."""
    if not bindings:
        return ()
    values = {name: _value(b["type"], b["value"]) for name, b in bindings.items()}
    if all(name.isdigit() for name in values):
        return tuple(values[str(place)] for place in range(1, len(values) + 1))
    return values


def is_batch(bindings: Mapping[str, Any] | None) -> bool:
    """Whether each binding holds one value per row (`executemany`)."""
    return any(isinstance(b["value"], list) for b in (bindings or {}).values())


def batch_rows(bindings: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    columns = [bindings[str(place)] for place in range(1, len(bindings) + 1)]
    values = [[_value(c["type"], value) for value in c["value"]] for c in columns]
    return list(zip(*values, strict=True))


def rowtype(columns: list[Column]) -> list[dict[str, Any]]:
    return [_row_type(column) for column in columns]


def encoded(result: Result) -> str:
    """The rows as a base64 Arrow stream in the shape the connector's reader expects.

    No rows are "": the reader would crash on a batch without rows.
    """
    if result.table.num_rows == 0:
        return ""
    arrays, fields = [], []
    for column, values in zip(result.columns, result.table.columns, strict=True):
        chunks = values.chunks or [pa.array([], values.type)]
        array = _wire_array(pa.concat_arrays(chunks), column)
        arrays.append(array)
        fields.append(pa.field(column.name, array.type, metadata=_metadata(column)))
    sink = pa.BufferOutputStream()
    schema = pa.schema(fields)
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return b64encode(sink.getvalue()).decode("ascii")


def text_rows(result: Result) -> list[list[str | None]]:
    """The rows as text, which is how counts of a DML travel."""
    return [[None if v is None else str(v) for v in row] for row in result.rows()]


def _value(kind: str, value: str | None) -> object:
    if value is None:
        return None
    if kind == "FIXED":
        return Decimal(value) if "." in value else int(value)
    if kind == "REAL":
        return float(value)
    if kind == "BOOLEAN":
        return value.lower() == "true"
    if kind == "BINARY":
        return binascii.unhexlify(value)
    if kind == "DATE":
        return (_EPOCH + timedelta(milliseconds=int(value))).date()
    if kind == "TIME":
        return (_EPOCH + timedelta(microseconds=int(value) // 1000)).time()
    if kind == "TIMESTAMP_NTZ":
        return _moment(value).replace(tzinfo=None)
    if kind == "TIMESTAMP_LTZ":
        return _moment(value)
    if kind == "TIMESTAMP_TZ":
        nanoseconds, _, offset = value.partition(" ")
        zone = timezone(timedelta(minutes=int(offset or 1440) - 1440))
        return _moment(nanoseconds).astimezone(zone)
    return value


def _moment(nanoseconds: str) -> datetime:
    return _EPOCH + timedelta(microseconds=int(nanoseconds) // 1000)


def _row_type(column: Column) -> dict[str, Any]:
    size = MAX_TEXT if column.type in {"text", "variant"} else None
    scale, precision = column.scale, column.precision
    if column.type.startswith("time"):
        scale, precision = 9, 0
    return {
        "name": column.name,
        "database": "",
        "schema": "",
        "table": "",
        "nullable": column.nullable,
        "type": column.type,
        "byteLength": 8388608 if column.type == "binary" else size,
        "length": 8388608 if column.type == "binary" else size,
        "scale": scale,
        "precision": precision,
        "collation": None,
    }


def _metadata(column: Column) -> dict[str, str]:
    scale = 9 if column.type.startswith("time") else column.scale or 0
    return {
        "logicalType": column.type.upper(),
        "precision": str(column.precision or 38),
        "scale": str(scale),
        "charLength": str(MAX_TEXT if column.type in {"text", "variant"} else 0),
    }


def _wire_array(values: pa.Array, column: Column) -> pa.Array:
    kind = values.type
    if pa.types.is_timestamp(kind):
        return _timestamp_struct(values, column.type == "timestamp_tz")
    if pa.types.is_time(kind):
        return pc.multiply(values.cast(pa.time64("us")).cast(pa.int64()), 1000)
    if pa.types.is_null(kind):
        return values.cast(pa.string())
    if pa.types.is_nested(kind) or pa.types.is_duration(kind) or pa.types.is_interval(kind):
        texts = [None if v is None else _json(v) for v in values.to_pylist()]
        return pa.array(texts, pa.string())
    if pa.types.is_unsigned_integer(kind):
        return values.cast(pa.int64())
    if pa.types.is_float32(kind):
        return values.cast(pa.float64())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return values.cast(pa.string())
    return values


def _timestamp_struct(values: pa.Array, has_offset: bool) -> pa.Array:
    """Seconds, nanoseconds and, if wanted, the offset in minutes + 1440; NULL stays NULL."""
    nanoseconds_per_unit = {"s": _NANOSECONDS, "ms": 1_000_000, "us": 1000, "ns": 1}
    unit = nanoseconds_per_unit[values.type.unit]
    per_second = _NANOSECONDS // unit
    ticks = values.cast(pa.int64())
    rest = _remainder(ticks, per_second)
    seconds = pc.divide(pc.subtract(ticks, rest), per_second)
    arrays = [seconds, pc.multiply(rest, unit).cast(pa.int32())]
    names = ["epoch", "fraction"]
    if has_offset:
        arrays.append(_offsets(values))
        names.append("timezone")
    fields = [pa.field(n, a.type) for n, a in zip(names, arrays, strict=True)]
    return pa.StructArray.from_arrays(arrays, fields=fields, mask=pc.is_null(values))


def _remainder(ticks: pa.Array, divisor: int) -> pa.Array:
    """The remainder that is never negative; Arrow's division cuts towards zero."""
    rest = pc.subtract(ticks, pc.multiply(pc.divide(ticks, divisor), divisor))
    return pc.if_else(pc.less(rest, 0), pc.add(rest, divisor), rest)


def _offsets(values: pa.Array) -> pa.Array:
    local = pc.local_timestamp(values).cast(pa.int64())
    unit = {"s": 60, "ms": 60_000, "us": 60_000_000, "ns": 60_000_000_000}[values.type.unit]
    minutes = pc.divide(pc.subtract(local, values.cast(pa.int64())), unit)
    return pc.add(minutes, 1440).cast(pa.int32())


def _json(value: object) -> str:
    return json.dumps(_plain(value), default=str, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return value
