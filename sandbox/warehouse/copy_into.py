"""COPY INTO a table from Parquet files in a stage, as `write_pandas` sends it.

All files of one statement land together or not at all.
https://docs.snowflake.com/en/sql-reference/sql/copy-into-table
"""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox.warehouse import stage, stream
from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.names import literal, quote
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import COPY, Column, Result, table
from sandbox.warehouse.statement import Reader, Statement, tokenize

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.warehouse.session import Session

_OPTIONS = frozenset(
    {"FILE_FORMAT", "PURGE", "ON_ERROR", "MATCH_BY_COLUMN_NAME", "FORCE", "FILES", "PATTERN"}
)
_COLUMNS: list[Column | str] = [
    "file",
    "status",
    Column("rows_parsed", "fixed", 38, 0),
    Column("rows_loaded", "fixed", 38, 0),
    Column("error_limit", "fixed", 38, 0),
    Column("errors_seen", "fixed", 38, 0),
    "first_error",
    Column("first_error_line", "fixed", 38, 0),
    Column("first_error_character", "fixed", 38, 0),
    "first_error_column_name",
]


@statement("copy into")
def copy_into(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    if reader.peek() == "@" or reader.at_text:
        raise unsupported("copy into a location.")
    target = session.resolve(reader.name())
    names = [p.name()[0] for p in reader.parenthesized().split()] if reader.peek() == "(" else []
    reader.expect("FROM")
    sources, location = _source(reader)
    options = reader.options()
    reader.end()
    _check(options)
    files = stage.files_of(session, location)
    place = f"temp.main.{quote(str(target))}" if target in session.temporary else target.sql
    types = {row[0]: row[1] for row in session.run(f"describe {place}")}
    sources = sources or names or list(types)
    shared = [target] if stream.of_table(session, target) else []
    with session.dml(shared=shared) as transaction:
        mark = stream.last_own_row(session, target)
        loaded = [
            (file, _load(session, place, file, names or sources, sources, types)) for file in files
        ]
        if any(rows for _, rows in loaded):
            transaction.fed.update(stream.after_insert(session, target, mark))
    if options.get("PURGE") is True:
        for file in files:
            file.unlink(missing_ok=True)
    return _answer(loaded)


def _source(reader: Reader) -> tuple[list[str], str]:
    """The Parquet columns of `(select $1:"A", $1:B::number from @stage)`, and the location."""
    if reader.peek() != "(":
        return [], _location(reader)
    inner = reader.parenthesized()
    inner.expect("SELECT")
    selected = inner.until("FROM")
    fields = [_parquet_column(part) for part in Reader(selected, tokenize(selected)).split()]
    inner.expect("FROM")
    return fields, _location(inner)


def _parquet_column(reader: Reader) -> str:
    reader.expect("$", "1", ":")
    return reader.name()[0]


def _location(reader: Reader) -> str:
    if reader.at_text:
        return reader.string()
    return reader.until("FILE_FORMAT", "PURGE", "ON_ERROR", "MATCH_BY_COLUMN_NAME", "FORCE").strip()


def _check(options: Mapping[str, object]) -> None:
    for name in options:
        if name not in _OPTIONS - {"FILES", "PATTERN"}:
            raise unsupported(f"copy option {name}.")
    given = options.get("FILE_FORMAT")
    formats = dict(given) if isinstance(given, tuple) else {}
    kind = str({str(k).upper(): v for k, v in formats.items()}.get("TYPE", "")).upper()
    if kind != "PARQUET":
        raise unsupported(f"copy from files of type {kind or 'CSV'}; only parquet.")
    on_error = str(options.get("ON_ERROR", "ABORT_STATEMENT")).upper()
    if on_error != "ABORT_STATEMENT":
        raise unsupported(f"copy with on_error = {on_error}.")


def _load(
    session: Session,
    place: str,
    file: Path,
    names: list[str],
    sources: list[str],
    types: dict[str, str],
) -> int:
    if missing := [name for name in names if name not in types]:
        raise sql_error(f"SQL compilation error:\ninvalid identifier '{missing[0]}'", 904, "42000")
    present = {row[0] for row in session.run(f"describe select * from {_parquet(file)}")}
    fields = ", ".join(
        _field(source, types[name], source in present)
        for name, source in zip(names, sources, strict=True)
    )
    headings = ", ".join(quote(name) for name in names)
    sql = f"insert into {place} ({headings}) select {fields} from {_parquet(file)}"
    return int(session.run(sql)[0][0])


def _field(source: str, kind: str, is_present: bool) -> str:
    """A column the file lacks is NULL, as `$1:"name"` of a missing key."""
    if not is_present:
        return "null"
    if kind == "JSON":
        return f"to_json({quote(source)})"
    return f"cast({quote(source)} as {kind})"


def _parquet(file: Path) -> str:
    return f"read_parquet({literal(str(file))})"


def _answer(loaded: list[tuple[Path, int]]) -> Result:
    if not loaded:
        return table(["status"], [("Copy executed with 0 files processed.",)], COPY)
    rows = [
        (file.name, "LOADED", count, count, 1, 0, None, None, None, None) for file, count in loaded
    ]
    result = table(_COLUMNS, rows, COPY)
    result.rowcount = sum(count for _, count in loaded)
    return result
