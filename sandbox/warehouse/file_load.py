"""Records of files into a table by an INSERT ... SELECT, with what ON_ERROR asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from sandbox.warehouse import stage, staged_file, staged_query
from sandbox.warehouse.errors import invalid_identifier, snowflake_errors, sql_error, unsupported
from sandbox.warehouse.names import quote
from sandbox.warehouse.rewrite import Context
from sandbox.warehouse.staged_file import Records
from sandbox.warehouse.translation import Translation, parse_text, translate_tree

if TYPE_CHECKING:
    from sandbox.warehouse.copy_into import Copy
    from sandbox.warehouse.session import Session

_SKIP = re.compile(r"SKIP_FILE(?:_(\d+)(%?))?")
_TYPES = {
    "BIGINT": "number(38, 0)",
    "DOUBLE": "float",
    "JSON": "variant",
    "BLOB": "binary",
    "TIMESTAMP": "timestamp_ntz",
    "TIMESTAMP WITH TIME ZONE": "timestamp_ltz",
}


@dataclass(frozen=True)
class LoadError:
    """Why a record was left out."""

    line: int
    reason: str
    column: str | None = None


@dataclass
class Loaded:
    """What became of a file."""

    file: Path
    parsed: int = 0
    loaded: int = 0
    error_limit: int = 1
    errors: list[LoadError] = field(default_factory=list)


def load(session: Session, copy: Copy, files: list[Path]) -> list[Loaded]:
    """Insert the records file by file; an error raises unless ON_ERROR says otherwise."""
    return [_load(session, copy, file) for file in files]


def _load(session: Session, copy: Copy, file: Path) -> Loaded:
    records = staged_file.read(file, copy.form)
    shown = stage.shown_path(session, copy.location, file)
    one = Loaded(file, parsed=len(records.rows) + len(records.errors))
    insert = _insert(session, copy, records)
    if copy.on_error == "ABORT_STATEMENT":
        for error in [
            *(LoadError(*e) for e in records.errors),
            *_wrong_widths(session, copy, records),
        ]:
            raise sql_error(f"{error.reason}\n  File '{shown}', line {error.line}", 100016, "22000")
        one.loaded = _run(session, insert, shown, records)
        return one
    records, one.errors = _good(session, copy, insert, shown, records)
    one.error_limit = max(one.parsed, 1)
    if one.errors and _skips(copy.on_error, one):
        return one
    if records.rows:
        one.loaded = _run(session, insert, shown, records)
    return one


def _skips(on_error: str, one: Loaded) -> bool:
    """Whether so many errors leave the whole file out."""
    if on_error == "CONTINUE":
        return False
    match = _SKIP.fullmatch(on_error)
    if match is None:
        raise unsupported(f"on_error = {on_error}.")
    most = int(match[1] or 1)
    limit = one.parsed * most / 100 if match[2] else most
    one.error_limit = max(int(limit), 1)
    return len(one.errors) >= limit


def _insert(session: Session, copy: Copy, records: Records) -> str:
    """The INSERT that loads a file, with the location as its source."""
    types = _types(session, copy)
    names = copy.columns or list(types)
    for name in names:
        if name not in types:
            raise invalid_identifier(name)
    select = copy.select
    if select is None:
        names, select = _selected(copy, names, types, records)
    headings = ", ".join(quote(name) for name in names)
    return f"insert into {_named(copy)} ({headings}) {select}"


def _selected(
    copy: Copy, names: list[str], types: dict[str, str], records: Records
) -> tuple[list[str], str]:
    source = f"from {_quoted(copy.location)}"
    if copy.matching != "NONE":
        return _by_name(copy, names, types, records, source)
    if records.is_variant:
        if len(names) != 1 or types[names[0]] != "variant":
            raise sql_error(
                f"SQL compilation error:\n{copy.form.type} file format can produce one and only "
                "one column of data type variant, object, or array.",
                904,
                "42000",
            )
        return names, f"select $1 {source}"
    fields = [_converted(f"${place}", types[name]) for place, name in enumerate(names, 1)]
    return names, f"select {', '.join(fields)} {source}"


def _by_name(
    copy: Copy, names: list[str], types: dict[str, str], records: Records, source: str
) -> tuple[list[str], str]:
    ignores_case = copy.matching == "CASE_INSENSITIVE"
    if records.is_variant:
        keys = {name: f"$1:{quote(name)}" for name in names}
        if ignores_case:
            keys = {name: f"get_ignore_case($1, '{name}')" for name in names}
        fields = [f"{keys[name]}::{types[name]}" for name in names]
        return names, f"select {', '.join(fields)} {source}"
    header = [h.upper() if ignores_case else h for h in records.header]
    found = {n: header.index(w) for n in names if (w := n.upper() if ignores_case else n) in header}
    fields = [_converted(f"${place + 1}", types[name]) for name, place in found.items()]
    return list(found), f"select {', '.join(fields)} {source}"


def _converted(value: str, kind: str) -> str:
    if kind in {"variant", "object", "array"}:
        return f"parse_json({value})"
    return f"{value}::{kind}" if not kind.startswith("binary") else f"to_binary({value}, 'HEX')"


def _types(session: Session, copy: Copy) -> dict[str, str]:
    """The columns of the table and their types in Snowflake's words."""
    declared = (session.catalog.get(session, "table", copy.target) or {}).get("columns", {})
    found = session.table_columns(session.place(copy.target))
    if not found:
        raise sql_error(
            f"SQL compilation error:\nTable '{copy.target}' does not exist.", 2003, "42S02"
        )
    return {n: _snowflake_type(kind, declared.get(n)) for n, kind in found}


def _snowflake_type(duckdb_type: str, declared: str | None) -> str:
    if declared and "(" in declared:
        return declared.lower()
    return _TYPES.get(duckdb_type, duckdb_type.lower())


def _wrong_widths(session: Session, copy: Copy, records: Records) -> list[LoadError]:
    """Records with more or fewer fields than the table has columns.

    Where that is allowed, than the first record of the file has: it is for all of them alike.
    """
    if copy.form.type != "CSV" or copy.select is not None or copy.matching != "NONE":
        return []
    if copy.form.options["ERROR_ON_COLUMN_COUNT_MISMATCH"]:
        width = len(copy.columns or _types(session, copy))
        reason = (
            "Number of columns in file ({}) does not match that of the corresponding table ({}), "
            "use file format option error_on_column_count_mismatch=false to ignore this error"
        )
    else:
        width = len(records.rows[0]) if records.rows else 0
        reason = "Number of columns ({}) is not that of the first record ({}) of the file"
    pairs = zip(records.lines, records.rows, strict=True)
    return [LoadError(line, reason.format(len(r), width)) for line, r in pairs if len(r) != width]


def _good(
    session: Session, copy: Copy, insert: str, shown: str, records: Records
) -> tuple[Records, list[LoadError]]:
    """The records that can be loaded, and why the others cannot."""
    errors = [LoadError(*error) for error in records.errors]
    wrong = _wrong_widths(session, copy, records)
    errors += wrong
    left_out = {error.line for error in wrong}
    places = [n for n, line in enumerate(records.lines) if line not in left_out]
    bad: dict[int, str] = {}
    probe = session.account.connect(session.database, session.schema)
    try:
        _search(session, probe, insert, shown, records, places, bad)
    finally:
        probe.close()
    errors += [LoadError(records.lines[n], reason) for n, reason in bad.items()]
    kept = [n for n in places if n not in bad]
    return _subset(records, kept), sorted(errors, key=lambda error: error.line)


def _search(
    session: Session,
    probe: Session,
    insert: str,
    shown: str,
    records: Records,
    places: list[int],
    bad: dict[int, str],
) -> None:
    """Find the records whose conversion fails, by halves."""
    if not places:
        return
    part = _subset(records, places)
    try:
        _try(session, probe, insert, shown, part)
    except ProgrammingError as error:
        if len(places) == 1:
            bad[places[0]] = str(error.raw_msg).split("\n")[0]
            return
        half = len(places) // 2
        _search(session, probe, insert, shown, records, places[:half], bad)
        _search(session, probe, insert, shown, records, places[half:], bad)


def _try(session: Session, probe: Session, insert: str, shown: str, records: Records) -> None:
    translation = _translated(session, insert, shown, records)
    select = translation.sql[translation.sql.index("SELECT ") :]
    with snowflake_errors():
        for name, table in translation.relations.items():
            with probe.relation(name, table):
                probe.run(f"create or replace temp table probe as {select}")


def _run(session: Session, insert: str, shown: str, records: Records) -> int:
    translation = _translated(session, insert, shown, records)
    ((name, table),) = translation.relations.items()
    with session.relation(name, table):
        return int(session.run(translation.sql)[0][0])


def _translated(session: Session, insert: str, shown: str, records: Records) -> Translation:
    tree, context = parse_text(insert), Context(session)
    staged = [table for table in tree.find_all(exp.Table) if staged_query.is_staged(table)]
    if len(staged) != 1:
        raise unsupported("a transformation that is no select from one stage.")
    staged_query.lend(staged[0], context, [(shown, records)])
    return translate_tree(tree, context)


def _subset(records: Records, places: list[int]) -> Records:
    return replace(
        records,
        rows=[records.rows[n] for n in places],
        lines=[records.lines[n] for n in places],
        errors=[],
    )


def _named(copy: Copy) -> str:
    target = copy.target
    return ".".join(map(quote, (target.database, target.schema, target.name)))


def _quoted(location: str) -> str:
    return "'" + location.replace("'", "''") + "'"
