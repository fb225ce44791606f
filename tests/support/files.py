"""The files of the project as one value, and what its handlers ask of a session, for checks."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from snowflake.snowpark import Column, MergeResult
from snowflake.snowpark.functions import col

from deploy.definition import Definition, definitions
from deploy.project import Procedure, Project, Statement

ROOT = Path(__file__).parents[2]
DATABASE = "carefloe"


@dataclass(frozen=True)
class Files:
    """Statements of sql/ with their variables filled in, and the procedures of snowflake.yml."""

    statements: tuple[Statement, ...]
    procedures: tuple[Procedure, ...]

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        return tuple(one for statement in self.statements for one in _defined(statement))

    def of_kind(self, kind: str) -> dict[str, Definition]:
        """Name -> what defines it."""
        return {one.name: one for one in self.definitions if one.kind == kind}

    @cached_property
    def callable(self) -> dict[str, int]:
        """Procedure of snowflake.yml or sql/ -> how many arguments it takes."""
        in_sql = {name: one.arguments for name, one in self.of_kind("procedure").items()}
        return {one.name: len(one.arguments) for one in self.procedures} | in_sql

    @cached_property
    def read_by(self) -> dict[str, tuple[str, ...]]:
        """Procedure of snowflake.yml -> the tables and streams its handler asks for."""
        return {one.name: asked_for(one) for one in self.procedures}

    def edited(self, old: str, new: str) -> Files:
        """With `old` replaced by `new` wherever it stands; it must stand somewhere."""
        texts = [replace(one, text=one.text.replace(old, new)) for one in self.statements]
        edited = tuple(one for one in texts if one.text)
        assert edited != self.statements, f"{old!r} is not in sql/"
        return replace(self, statements=edited)

    def with_statement(self, text: str, after: str = "") -> Files:
        """With one more, in a file of its own: last, or just after this object."""
        place = len(self.statements)
        if after:
            (before,) = [one.statement for one in self.definitions if one.name == after]
            place = self.statements.index(before) + 1
        added = Statement("sql/99_more.sql", text)
        return replace(self, statements=(*self.statements[:place], added, *self.statements[place:]))

    def without(self, name: str) -> Files:
        """Without the statement that defines this object."""
        (gone,) = [one.statement for one in self.definitions if one.name == name]
        return replace(self, statements=tuple(one for one in self.statements if one != gone))

    def with_procedure(self, name: str, **changed: Any) -> Files:
        """With this procedure of snowflake.yml changed."""
        return replace(
            self,
            procedures=tuple(
                replace(one, **changed) if one.name == name else one for one in self.procedures
            ),
        )


def project_files() -> Files:
    """Those of this repository."""
    files = tuple(sorted(f"sql/{path.name}" for path in (ROOT / "sql").glob("*.sql")))
    project = Project(ROOT, DATABASE, files)
    return Files(project.statements, project.procedures)


def handler_of(procedure: Procedure) -> Callable[..., str]:
    """Its function. ImportError or AttributeError when there is none."""
    module, function = procedure.handler.rsplit(".", 1)
    handler: Callable[..., str] = getattr(importlib.import_module(module), function)
    return handler


@cache
def _defined(statement: Statement) -> tuple[Definition, ...]:
    return tuple(definitions([statement]))


@cache
def asked_for(procedure: Procedure) -> tuple[str, ...]:
    """The tables and streams that its handler asks a session for; empty without a handler."""
    session = _Session()
    try:
        handler_of(procedure)(session, *(1 for _ in procedure.arguments))
    except (ImportError, AttributeError, TypeError):
        return ()
    return tuple(dict.fromkeys(session.asked))


class _Session:
    """Records the names of tables; what is made of them is never looked at."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def table(self, name: str) -> _Frame:
        self.asked.append(name.lower())
        return _Frame(self)

    def sql(self, text: str) -> Any:
        """Every stream that a handler asks for has rows."""
        answers = [True] * text.count("system$stream_has_data")
        return SimpleNamespace(collect=lambda: [answers])

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: _Frame(self)


class _Frame:
    """Any frame: whatever is done to it gives a frame, and merging it changes no row."""

    def __init__(self, session: _Session, columns: tuple[str, ...] = ()) -> None:
        self.session = session
        self.columns = columns

    def select(self, *columns: Any) -> _Frame:
        named = (one if isinstance(one, str) else one.get_name() for one in columns)
        return _Frame(self.session, tuple(str(name).strip('"') for name in named))

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: self

    def __getitem__(self, name: str) -> Column:
        return col(name)

    def merge(self, *_: object, **__: object) -> MergeResult:
        return MergeResult(0, 0, 0)
