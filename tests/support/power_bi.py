"""The files of powerbi/ as one value, for checks that name their faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from support.files import ROOT, project_files
from support.tmdl import Node, column_of, parse

from deploy.definition import Definition

MODEL = "Carefloe.SemanticModel/definition/"
REPORT = "Carefloe.Report/definition/"


@dataclass(frozen=True)
class Relationship:
    """The many side filters nothing, the one side filters it."""

    many: tuple[str, str]
    one: tuple[str, str]
    node: Node


@dataclass(frozen=True)
class Project:
    """Path below powerbi/ -> text, and the tables and views of sql/ by their name."""

    texts: dict[str, str]
    sources: dict[str, Definition]

    def edited(self, path: str, old: str, new: str) -> Project:
        """With `old` replaced in one file, where it must stand."""
        assert old in self.texts[path], f"{old!r} is not in {path}"
        return replace(self, texts=self.texts | {path: self.texts[path].replace(old, new)})

    def without(self, path: str) -> Project:
        """Without this file."""
        return replace(self, texts={key: text for key, text in self.texts.items() if key != path})

    @cached_property
    def json_files(self) -> dict[str, Any]:
        """Path -> content of what is JSON."""
        endings = (".json", ".pbip", ".pbir", ".pbism")
        return {
            path: json.loads(text) for path, text in self.texts.items() if path.endswith(endings)
        }

    @cached_property
    def tmdl_files(self) -> dict[str, list[Node]]:
        """Path -> objects of what is TMDL."""
        return {path: parse(text) for path, text in self.texts.items() if path.endswith(".tmdl")}

    def nodes(self, kind: str) -> list[Node]:
        """The objects of this kind in all files."""
        return [one for nodes in self.tmdl_files.values() for one in nodes if one.kind == kind]

    @cached_property
    def tables(self) -> dict[str, Node]:
        return {one.name: one for one in self.nodes("table")}

    @cached_property
    def columns(self) -> dict[tuple[str, str], Node]:
        return {(name, one.name): one for name, t in self.tables.items() for one in t.all("column")}

    @cached_property
    def measures(self) -> dict[tuple[str, str], Node]:
        return {
            (name, one.name): one for name, t in self.tables.items() for one in t.all("measure")
        }

    @cached_property
    def relationships(self) -> list[Relationship]:
        return [
            Relationship(column_of(one.get("fromColumn")), column_of(one.get("toColumn")), one)
            for one in self.nodes("relationship")
        ]

    @cached_property
    def visuals(self) -> dict[str, Any]:
        """Path -> content of the visuals."""
        return {path: one for path, one in self.json_files.items() if path.endswith("visual.json")}

    def source_of(self, table: str) -> Definition | None:
        """The table or view of gold that it reads; None for one that reads none."""
        return self.sources.get(source_name(self.tables[table]))


def power_bi_project() -> Project:
    """That of this repository; what Desktop keeps for itself is left out."""
    folder = ROOT / "powerbi"
    texts = {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".pbi" not in path.parts
    }
    sources = {
        one.name: one for one in project_files().definitions if one.kind in ("table", "view")
    }
    return Project(texts, sources)


def query(table: Node) -> str:
    """The M query of a table's partition."""
    return table.all("partition")[0].get("source")


def source_name(table: Node) -> str:
    """What the query takes from gold, lower case; empty when it takes nothing."""
    _, _, after = query(table).partition('Gold{[Name = "')
    return f"gold.{after.partition(chr(34))[0].lower()}" if after else ""


def fields(content: Any, aliases: dict[str, str] | None = None) -> Iterator[tuple[str, str, str]]:
    """Each Column or Measure that a visual or filter names, with its table and name."""
    if isinstance(content, list):
        for one in content:
            yield from fields(one, aliases)
    elif isinstance(content, dict):
        sources = [one for one in content.get("From", ()) if "Entity" in one]
        aliases = (aliases or {}) | {one["Name"]: one["Entity"] for one in sources}
        for kind, inner in content.items():
            if kind in ("Column", "Measure") and isinstance(inner, dict):
                source = inner["Expression"]["SourceRef"]
                name = source.get("Entity") or aliases.get(source.get("Source"), "")
                yield kind, name, inner["Property"]
            else:
                yield from fields(inner, aliases)
