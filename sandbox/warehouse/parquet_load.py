"""Parquet files into a table by DuckDB's own reader, as `write_pandas` wants them."""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.warehouse.assignment import limits_of
from sandbox.warehouse.data_type import limit_of
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.file_load import Loaded
from sandbox.warehouse.names import literal, quote
from sandbox.warehouse.statement import Reader, tokenize

if TYPE_CHECKING:
    from sandbox.warehouse.copy_into import Copy
    from sandbox.warehouse.session import Session


_CAST = re.compile(r"(::\s*\w+\s*(\([\d\s,]*\))?)?")
"""Nothing, or a cast behind the name of a column."""


def can_load(copy: Copy) -> bool:
    """Whether columns of the files go to columns of the table as they are, all or nothing."""
    if copy.form.type != "PARQUET" or copy.on_error != "ABORT_STATEMENT":
        return False
    return copy.matching != "NONE" or (copy.select is not None and _fields(copy.select) is not None)


def load(session: Session, copy: Copy, files: list[Path]) -> list[Loaded]:
    place = session.place(copy.target)
    types = {row[0]: row[1] for row in session.run(f"describe {place}")}
    limits = {n: limit_of(kind) for n, kind in limits_of(session, copy.target).items()}
    loaded = []
    for file in files:
        count = _load(session, copy, place, file, types, limits)
        loaded.append(Loaded(file, parsed=count, loaded=count))
    return loaded


def _load(
    session: Session,
    copy: Copy,
    place: str,
    file: Path,
    types: dict[str, str],
    limits: dict[str, int | None],
) -> int:
    source = f"read_parquet({literal(str(file))})"
    present = [row[0] for row in session.run(f"describe select * from {source}")]
    if copy.select is None:
        names, sources = _matched(copy, present, list(types))
    else:
        sources = _fields(copy.select) or []
        names = copy.columns or list(types)
    if missing := [name for name in names if name not in types]:
        raise sql_error(f"SQL compilation error:\ninvalid identifier '{missing[0]}'", 904, "42000")
    if len(names) != len(sources):
        raise sql_error("SQL compilation error:\nInsert value list does not match column list.")
    fields = ", ".join(
        _field(source, types[name], source in present, limits.get(name))
        for name, source in zip(names, sources, strict=True)
    )
    headings = ", ".join(quote(name) for name in names)
    sql = f"insert into {place} ({headings}) select {fields} from {source}"
    return int(session.run(sql)[0][0])


def _matched(copy: Copy, present: list[str], columns: list[str]) -> tuple[list[str], list[str]]:
    """Columns of the table and those of the file with the same name."""
    ignores_case = copy.matching == "CASE_INSENSITIVE"
    by_name = {name.upper() if ignores_case else name: name for name in present}
    wanted = {c: by_name.get(c.upper() if ignores_case else c) for c in columns}
    found = {column: name for column, name in wanted.items() if name is not None}
    return list(found), list(found.values())


def _fields(select: str) -> list[str] | None:
    """The columns of `select $1:"A", $1:B::number from ...`; None for anything else."""
    reader = Reader(select, tokenize(select))
    reader.expect("SELECT")
    fields = []
    for part in reader.before("FROM").split():
        if not part.accept("$", "1", ":"):
            return None
        name = part.name()
        if len(name) != 1 or not _CAST.fullmatch(part.rest()):
            return None
        fields.append(name[0])
    return fields


def _field(source: str, kind: str, is_present: bool, most: int | None) -> str:
    """A column the file lacks is NULL, as `$1:"name"` of a missing key."""
    if not is_present:
        return "null"
    if kind == "JSON":
        return f"to_json({quote(source)})"
    if most is None:
        return f"cast({quote(source)} as {kind})"
    if kind == "VARCHAR":
        return f"sf_limited(cast({quote(source)} as varchar), {most})"
    return f"cast(cast({quote(source)} as decimal({most}, 0)) as {kind})"
