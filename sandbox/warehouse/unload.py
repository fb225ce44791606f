"""COPY INTO a location: the rows of a query as files in a stage.

https://docs.snowflake.com/en/sql-reference/sql/copy-into-location
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.warehouse import stage
from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.file_format import FileFormat, of_statement
from sandbox.warehouse.names import quote
from sandbox.warehouse.result import COPY, Column, Result, table
from sandbox.warehouse.statement import Reader, read_statement
from sandbox.warehouse.translation import translate

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_OPTIONS = frozenset(
    {"FILE_FORMAT", "OVERWRITE", "SINGLE", "HEADER", "MAX_FILE_SIZE", "DETAILED_OUTPUT"}
)
_COLUMNS: list[Column | str] = [
    Column(name, "fixed", 38, 0) for name in ("rows_unloaded", "input_bytes", "output_bytes")
]
_SUFFIX = {"CSV": ".csv", "JSON": ".json", "PARQUET": ".parquet"}


def copy_into_location(session: Session, reader: Reader) -> Result:
    """One file per statement: the sandbox does not split by MAX_FILE_SIZE."""
    location = reader.string() if reader.at_text else reader.unspaced()
    reader.expect("FROM")
    query = _query(session, reader)
    if reader.peek().startswith("PARTITION"):
        raise unsupported("unload with partition by.")
    options = dict(reader.options())
    reader.end()
    for name in options:
        if name not in _OPTIONS:
            raise unsupported(f"unload option {name}.")
    form = of_statement(session, options.get("FILE_FORMAT"), stage.format_of(session, location))
    file = _file(session, location, form, options.get("SINGLE") is True)
    if file.exists() and options.get("OVERWRITE") is not True:
        raise sql_error(
            f"Files already existing at the unload destination: {location}. Use overwrite option "
            "to force unloading.",
            100102,
            "22000",
        )
    with _consumed(session, query):
        content = _texts(session, query, form) if form.type != "PARQUET" else _plain(session, query)
        file.parent.mkdir(parents=True, exist_ok=True)
        data = _written(content, form, options.get("HEADER") is True)
        file.write_bytes(data)
    rows = content.num_rows
    return table(_COLUMNS, [(rows, len(data), len(data))], COPY)


def _query(session: Session, reader: Reader) -> str:
    if reader.peek() == "(":
        return reader.parenthesized().rest()
    name = session.resolve(reader.name())
    full = ".".join(map(quote, (name.database, name.schema, name.name)))
    return f"select * from {full}"  # noqa: S608


@contextmanager
def _consumed(session: Session, query: str) -> Iterator[None]:
    """The streams that are unloaded advance, as by a DML.

    https://docs.snowflake.com/en/user-guide/streams-intro
    """
    streams = set(translate(session, read_statement(query)).streams.values())
    if not streams:
        yield
        return
    with session.dml(streams) as transaction:
        transaction.consumed.update(streams)
        yield


def _file(session: Session, location: str, form: FileFormat, is_single: bool) -> Path:
    place = stage.path(session, location)
    _, tail = stage.split_location(session, location)
    is_folder = tail == "" or tail.endswith("/")
    if is_single:
        return place / "data" if is_folder else place
    suffix = _SUFFIX[form.type] + (".gz" if _is_packed(form) else "")
    if form.type == "PARQUET":
        suffix = ".snappy.parquet"
    prefix = place / "data" if is_folder else place
    return prefix.with_name(f"{prefix.name}_0_0_0{suffix}")


def _is_packed(form: FileFormat) -> bool:
    compression = str(form.options["COMPRESSION"]).upper()
    if compression not in {"AUTO", "GZIP", "NONE"} and form.type != "PARQUET":
        raise unsupported(f"unload with compression {compression}.")
    return form.type != "PARQUET" and compression != "NONE"


def _plain(session: Session, query: str) -> pa.Table:
    result = session.execute(query)
    return result.table.rename_columns([column.name for column in result.columns])


def _texts(session: Session, query: str, form: FileFormat) -> pa.Table:
    """The rows with every value as its text, JSON as it is."""
    names = [column.name for column in session.describe(query)[0]]
    if form.type == "JSON":
        if len(names) != 1:
            raise sql_error(
                "SQL compilation error:\nJSON file format can produce one and only one column of "
                "data type variant, object, or array.",
                904,
                "42000",
            )
        return session.execute(f'select to_json("x") from ({query}) as q("x")').table  # noqa: S608
    fields = ", ".join(f"{quote(name)}::varchar as {quote(name)}" for name in names)
    headings = ", ".join(map(quote, names))
    text = f"select {fields} from ({query}) as q({headings})"  # noqa: S608
    return session.execute(text).table.rename_columns(names)


def _written(content: pa.Table, form: FileFormat, has_header: bool) -> bytes:
    if form.type == "PARQUET":
        sink = pa.BufferOutputStream()
        names = (
            content.column_names
            if has_header
            else [f"_COL_{n}" for n in range(content.num_columns)]
        )
        pq.write_table(content.rename_columns(names), sink)
        return bytes(sink.getvalue().to_pybytes())
    rows: list[tuple[Any, ...]] = list(
        zip(*(column.to_pylist() for column in content.columns), strict=True)
    )
    if form.type == "JSON":
        text = "".join(f"{value}\n" for (value,) in rows if value is not None)
    else:
        lines = [tuple(content.column_names)] if has_header else []
        end = form.text("RECORD_DELIMITER") or "\n"
        delimiter = form.text("FIELD_DELIMITER") or ""
        text = "".join(
            delimiter.join(_field(value, form) for value in row) + end for row in [*lines, *rows]
        )
    data = text.encode()
    return gzip.compress(data, mtime=0) if _is_packed(form) else data


def _field(value: str | None, form: FileFormat) -> str:
    if value is None:
        return form.nulls[0] if form.nulls else ""
    quote_mark, escape = form.text("FIELD_OPTIONALLY_ENCLOSED_BY"), form.text("ESCAPE")
    if quote_mark:
        doubled = value.replace(quote_mark, (escape or quote_mark) + quote_mark)
        return f"{quote_mark}{doubled}{quote_mark}"
    mark = escape or form.text("ESCAPE_UNENCLOSED_FIELD")
    delimiter = form.text("FIELD_DELIMITER") or ""
    for special in (mark, delimiter, form.text("RECORD_DELIMITER") or "\n"):
        if mark and special:
            value = value.replace(special, mark + special)
    return value
