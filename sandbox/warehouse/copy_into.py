"""COPY INTO a table from the files of a stage.

What lands, lands in one statement: all files or those that ON_ERROR leaves.
https://docs.snowflake.com/en/sql-reference/sql/copy-into-table
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.warehouse import file_load, load_history, parquet_load, stage, stream, unload
from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.file_format import FileFormat, of_statement
from sandbox.warehouse.file_load import Loaded
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import COPY, Column, Result, table
from sandbox.warehouse.statement import Reader, Statement, tokenize

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_OPTIONS = frozenset(
    {"FILE_FORMAT", "PURGE", "ON_ERROR", "MATCH_BY_COLUMN_NAME", "FORCE", "FILES", "PATTERN"}
    | {"RETURN_FAILED_ONLY", "ENFORCE_LENGTH"}
)
_COLUMNS: list[Column | str] = [
    "file",
    "status",
    *(Column(n, "fixed", 38, 0) for n in ("rows_parsed", "rows_loaded", "error_limit")),
    Column("errors_seen", "fixed", 38, 0),
    "first_error",
    Column("first_error_line", "fixed", 38, 0),
    Column("first_error_character", "fixed", 38, 0),
    "first_error_column_name",
]


@dataclass(frozen=True)
class Copy:
    """What a COPY INTO a table says."""

    target: ObjectName
    columns: list[str]
    location: str
    select: str | None
    """The SELECT from the stage, if the files are transformed."""
    form: FileFormat
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def on_error(self) -> str:
        return str(self.options.get("ON_ERROR", "ABORT_STATEMENT")).upper()

    @property
    def matching(self) -> str:
        """How columns of files and of the table are matched: by name or, NONE, by place."""
        return str(self.options.get("MATCH_BY_COLUMN_NAME", "NONE")).upper()


@statement("copy into")
def copy_into(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    if reader.peek() == "@" or reader.at_text:
        return unload.copy_into_location(session, reader)
    copy = _read(session, reader)
    files = _files(session, copy)
    keeps = not _is_temporary(session, copy)
    shared = [copy.target] if stream.of_table(session, copy.target) else []
    locks = [_history_lock(copy.target)] if keeps else []
    with session.dml(locks, shared) as transaction:
        left = _not_loaded(session, copy, files) if keeps else files
        mark = stream.last_own_row(session, copy.target)
        load = parquet_load.load if parquet_load.can_load(copy) else file_load.load
        loaded = load(session, copy, left)
        if any(one.loaded for one in loaded):
            transaction.fed.update(stream.after_insert(session, copy.target, mark))
        if keeps:
            found = {
                _key(session, copy, o.file): load_history.digest(o.file) for o in loaded if o.loaded
            }
            load_history.keep(session, copy.target, found)
    if copy.options.get("PURGE") is True:
        for one in loaded:
            if one.loaded or not one.errors:
                one.file.unlink(missing_ok=True)
    return _answer(session, copy, loaded)


def _read(session: Session, reader: Reader) -> Copy:
    target = session.resolve(reader.name())
    columns = [p.name()[0] for p in reader.parenthesized().split()] if reader.peek() == "(" else []
    reader.expect("FROM")
    select = None
    if reader.peek() == "(":
        select = reader.parenthesized().rest()
        inner = Reader(select, tokenize(select))
        inner.until("FROM")
        inner.expect("FROM")
        location = inner.string() if inner.at_text else inner.unspaced()
    else:
        location = reader.string() if reader.at_text else reader.unspaced()
    options = dict(reader.options())
    reader.end()
    for name in options:
        if name not in _OPTIONS:
            raise unsupported(f"copy option {name}.")
    if options.get("ENFORCE_LENGTH") is False:
        raise unsupported("copy with enforce_length = false.")
    form = of_statement(session, options.get("FILE_FORMAT"), stage.format_of(session, location))
    return Copy(target, columns, location, select, form, options)


def _files(session: Session, copy: Copy) -> list[Path]:
    pattern, named = copy.options.get("PATTERN"), copy.options.get("FILES")
    if named is None:
        return stage.files_of(session, copy.location, pattern)
    names = [str(name) for name in (named if isinstance(named, tuple) else (named,))]
    folder = stage.path(session, copy.location)
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise sql_error(f"Remote file '{missing[0]}' was not found.", 91016, "22000")
    return [folder / name for name in names]


def _not_loaded(session: Session, copy: Copy, files: list[Path]) -> list[Path]:
    if copy.options.get("FORCE") is True:
        return files
    known = load_history.loaded(session, copy.target)
    return [
        file for file in files if known.get(_key(session, copy, file)) != load_history.digest(file)
    ]


def _key(session: Session, copy: Copy, file: Path) -> str:
    name, _ = stage.split_location(session, copy.location)
    return f"{name}/{stage.shown_path(session, copy.location, file)}"


def _is_temporary(session: Session, copy: Copy) -> bool:
    name, _ = stage.split_location(session, copy.location)
    return name in session.temporary_stages or copy.target in session.temporary


def _history_lock(target: ObjectName) -> ObjectName:
    return ObjectName(target.database, target.schema, f"load history of {target.name}")


def _answer(session: Session, copy: Copy, loaded: list[Loaded]) -> Result:
    if not loaded:
        return table(["status"], [("Copy executed with 0 files processed.",)], COPY)
    rows = []
    for one in loaded:
        first = one.errors[0] if one.errors else None
        failed = "PARTIALLY_LOADED" if one.loaded else "LOAD_FAILED"
        rows.append(
            (
                stage.shown_path(session, copy.location, one.file),
                failed if one.errors else "LOADED",
                *(one.parsed, one.loaded, one.error_limit, len(one.errors)),
                first.reason if first else None,
                first.line if first else None,
                1 if first else None,
                first.column if first else None,
            )
        )
    if copy.options.get("RETURN_FAILED_ONLY") is True:
        rows = [row for row in rows if row[1] != "LOADED"]
    result = table(_COLUMNS, rows, COPY)
    result.rowcount = sum(one.loaded for one in loaded)
    return result
