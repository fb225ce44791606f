"""One view as one file: complete under its name, or not there."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from snowflake.connector.constants import FIELD_ID_TO_NAME
from snowflake.connector.cursor import ResultMetadata

from loader.export_format import ExportFormat

_WHOLE, _MOST_DIGITS = 0, 38
_TYPES = {
    "REAL": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "TIMESTAMP_NTZ": pa.timestamp("us"),
    "TIMESTAMP_LTZ": pa.timestamp("us", "UTC"),
    "TIMESTAMP_TZ": pa.timestamp("us", "UTC"),
}
"""All others are text, what is semi-structured as JSON. The connector's own Arrow types follow the
values: the same column would be int8 today and int16 tomorrow."""


@dataclass(frozen=True)
class ExportedFile:
    """A file that is there, as the manifest tells of it."""

    name: str
    view: str
    rows: int
    content_hash: str
    """SHA-256 of the file."""
    columns: Sequence[tuple[str, str]]
    """Name and Arrow type, in order."""


def write_file(
    folder: Path,
    view: str,
    form: ExportFormat,
    described: Sequence[ResultMetadata],
    tables: Iterator[pa.Table],
) -> ExportedFile:
    """Write the tables to <view>.<format>, in constant memory, and put it in place when complete.

    Columns are in lower case, of types that the view's definition decides, not its values: whole
    numbers int64, others decimals of the column's scale. A failure leaves the file of an earlier
    export as it was. OSError if the folder cannot be written.
    """
    schema = pa.schema([(column.name.lower(), _type_of(column)) for column in described])
    path = folder / f"{view}.{form}"
    unfinished = folder / f".{path.name}.part"
    rows = 0
    try:
        with _WRITERS[form](unfinished, schema) as writer:
            for table in tables:
                writer.write_table(table.rename_columns(schema.names).cast(schema, safe=False))
                rows += table.num_rows
        with unfinished.open("rb") as file:
            content_hash = hashlib.file_digest(file, "sha256").hexdigest()
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    columns = [(field.name, str(field.type)) for field in schema]
    return ExportedFile(path.name, view, rows, content_hash, columns)


def _type_of(column: ResultMetadata) -> pa.DataType:
    name = FIELD_ID_TO_NAME[column.type_code]
    if name == "FIXED":
        scale = column.scale or _WHOLE
        return pa.int64() if scale == _WHOLE else pa.decimal128(_MOST_DIGITS, scale)
    return _TYPES.get(name, pa.string())


_Writer = AbstractContextManager[pa.parquet.ParquetWriter | pa.csv.CSVWriter]
_WRITERS: dict[ExportFormat, Callable[[Path, pa.Schema], _Writer]] = {
    ExportFormat.PARQUET: lambda path, schema: pa.parquet.ParquetWriter(
        path, schema, compression="zstd"
    ),
    ExportFormat.CSV: lambda path, schema: pa.csv.CSVWriter(path, schema),
}
