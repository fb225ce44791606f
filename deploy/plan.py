"""What a deployment would change: the files' objects against the account's, one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.account import SHOWN, SHOWN_BESIDE, Found, Row
from deploy.definition import ACCOUNT_KINDS, Column, Definition, tokens
from deploy.project import Procedure, Project

NEW, CHANGED, KEPT, GONE, SAME = "new", "changed", "kept", "gone", "same"
_KEPT = "stays: the statement says `if not exists`"


@dataclass(frozen=True)
class Change:
    """What happens to one object."""

    what: str
    kind: str
    name: str
    notes: tuple[str, ...] = ()


def changes(project: Project, wanted: Iterable[Definition], found: Found) -> list[Change]:
    """One for each object of the files, in their order, then those that only the account has."""
    definitions = list(_last_of_each(wanted))
    planned = [_of_definition(definition, found, project.database) for definition in definitions]
    planned += [_of_procedure(procedure, found) for procedure in project.procedures]
    planned += _of_code(project.root / "snowpark", found)
    there = found.objects.get("streamlit", {})
    planned += [Change(SAME if app in there else NEW, "streamlit", app) for app in project.apps]
    # SHOW TABLES lists event tables too.
    known = {(change.kind.removeprefix("event "), change.name) for change in planned}
    return planned + [
        Change(GONE, kind, name, ("stays: a deployment drops no object",))
        for kind, rows in sorted(found.objects.items())
        if kind not in ACCOUNT_KINDS
        for name in sorted(rows)
        if (kind.removeprefix("event "), name) not in known
    ]


def kinds(project: Project, wanted: Iterable[Definition]) -> set[str]:
    """The kinds to ask the account for."""
    of_files = {definition.kind for definition in wanted}
    of_code = {"procedure"} if project.procedures else set()
    return {"database", "schema", *of_files} | of_code | ({"streamlit"} if project.apps else set())


def _last_of_each(wanted: Iterable[Definition]) -> Iterable[Definition]:
    return {(one.kind, one.name): one for one in wanted}.values()


def _of_definition(wanted: Definition, found: Found, database: str) -> Change:
    if wanted.kind not in SHOWN and wanted.kind not in SHOWN_BESIDE:
        return Change(CHANGED, wanted.kind, wanted.name, ("a kind that is not compared",))
    row = found.objects.get(wanted.kind, {}).get(wanted.name)
    if row is None:
        return Change(NEW, wanted.kind, wanted.name)
    notes = [*_differences(wanted, row, found, database)]
    if wanted.comment != (row.get("comment") or "") and "comment" in row:
        notes.append("comment")
    if notes and wanted.mode == "if not exists":
        return Change(KEPT, wanted.kind, wanted.name, (*notes, _KEPT))
    return Change(CHANGED if notes else SAME, wanted.kind, wanted.name, tuple(notes))


def _differences(wanted: Definition, row: Row, found: Found, database: str) -> Iterator[str]:
    if wanted.kind in ("table", "view"):
        columns = found.columns.get(wanted.name, ())
        yield from _of_columns(wanted.columns, columns, is_table=wanted.kind == "table")
    if wanted.kind == "view" and tokens(wanted.text) != tokens(row["text"] or ""):
        yield "query or header"
    if wanted.kind == "stream":
        if wanted.source != _local(row["table_name"], database):
            yield f"table: {_local(row['table_name'], database)} -> {wanted.source}"
        if (wanted.option("append_only") == "true") != (row["mode"] == "APPEND_ONLY"):
            yield f"mode: {row['mode'].lower()}"
    if wanted.kind in ("task", "alert"):
        yield from _of_run(wanted, row, database)
    body = found.policies.get(wanted.name)
    if wanted.kind == "procedure":
        body = found.procedures[wanted.name]["body"]
    if body is not None and tokens(wanted.body) != tokens(body):
        yield "body"


def _of_run(wanted: Definition, row: Row, database: str) -> Iterator[str]:
    does = row["definition" if wanted.kind == "task" else "action"] or ""
    if tokens(wanted.body) != tokens(does):
        yield "body"
    if tokens(wanted.condition) != tokens(row["condition"] or ""):
        yield "condition"
    for option in ("warehouse", "schedule"):
        if wanted.option(option) != (row[option] or "").lower():
            before = (row[option] or "none").lower()
            yield f"{option}: {before} -> {wanted.option(option) or 'none'}"
    if wanted.kind == "task":
        relations = json.loads(row["task_relations"])
        before = tuple(sorted(_local(name, database) for name in relations["Predecessors"]))
        if wanted.predecessors != before:
            yield f"after: {', '.join(before) or 'none'} -> {', '.join(wanted.predecessors)}"
        if wanted.option("finalize") != _local(relations.get("FinalizedRootTask", ""), database):
            yield "finalizes another task"


def _of_columns(
    wanted: Iterable[Column], found: Iterable[Column], *, is_table: bool
) -> Iterator[str]:
    new, old = {one.name: one for one in wanted}, {one.name: one for one in found}
    added = [name for name in new if name not in old]
    yield from (f"+ {name} {new[name].type}".strip() for name in added)
    stay = [name for name in old if name in new]
    if is_table and list(new)[: len(stay)] != stay:
        yield "FAILS: columns keep their order, new ones come at the end of the list"
    if is_table and any(not new[name].is_nullable for name in added):
        yield "FAILS where the table has rows: a new column that is not null"
    for name in old:
        if name not in new:
            yield f"- {name}: DROPPED, with its values" if is_table else f"- {name}"
    for name in (name for name in new if name in old):
        if is_table and new[name].type != old[name].type:
            yield f"{name}: {old[name].type} -> {new[name].type}"
        if is_table and new[name].is_nullable != old[name].is_nullable:
            yield f"{name}: {'null' if new[name].is_nullable else 'not null'}"
        if new[name].comment != old[name].comment:
            yield f"{name}: comment"


def _of_procedure(wanted: Procedure, found: Found) -> Change:
    described = found.procedures.get(wanted.name)
    if described is None:
        return Change(NEW, "procedure", wanted.name)
    notes = []
    arguments = ", ".join(f"{name} {kind}" for name, kind in wanted.arguments)
    if f"({arguments})".lower() != described["signature"].lower():
        notes.append(f"arguments: {described['signature'].lower()} -> ({arguments})")
    for name, value in (("handler", wanted.handler), ("runtime_version", wanted.runtime)):
        if described[name] != value:
            notes.append(f"{name}: {described[name]} -> {value}")
    return Change(CHANGED if notes else SAME, "procedure", wanted.name, tuple(notes))


def _of_code(folder: Path, found: Found) -> list[Change]:
    """The modules that the procedures import, against those in the deployed zip."""
    ours = _modules(
        {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
    )
    theirs = _modules(found.code)
    return [
        Change(_of_module(ours.get(name), theirs.get(name)), "code", name)
        for name in sorted(ours.keys() | theirs.keys())
    ]


def _modules(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        name: content
        for name, content in files.items()
        if not name.endswith(("/", ".pyc")) and "__pycache__" not in name
    }


def _of_module(ours: bytes | None, theirs: bytes | None) -> str:
    if theirs is None:
        return NEW
    if ours is None:
        return GONE
    return SAME if ours == theirs else CHANGED


def _local(name: str, database: str) -> str:
    return name.lower().removeprefix(f"{database}.")
