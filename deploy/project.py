"""The project as it stands in the files: statements of sql/, procedures of snowflake.yml.

Variables are filled in and comments taken out as `snow sql` does it, so that what is compared with
the account is what would be sent there.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from snowflake.connector.util_text import split_statements

_VARIABLE = re.compile(r"<%\s*ctx\.env\.(\w+)\s*%>")


@dataclass(frozen=True)
class Statement:
    """One statement of sql/, without comments and the semicolon."""

    file: str
    text: str


@dataclass(frozen=True)
class Procedure:
    """A procedure of snowflake.yml."""

    name: str
    """schema.name, lower case."""
    handler: str
    arguments: tuple[tuple[str, str], ...]
    """Names and types."""
    stage: str
    runtime: str


class ProjectError(Exception):
    """The files cannot be read as a project; its text says which and why."""


@dataclass(frozen=True)
class Project:
    """The project in this folder, with `database` put for the one of snowflake.yml."""

    root: Path
    database: str
    files: tuple[str, ...]
    """The files of sql/ that are deployed, in the order in which they run."""

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Those of all files, in the order in which they run."""
        texts = {name: (self.root / name).read_text() for name in self.files}
        return tuple(read_statements(texts, self.variables))

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """What `ctx.env` holds."""
        env = self._definition.template_context["ctx"]["env"]
        return {name: str(env[name]) for name in env.default_env}

    @cached_property
    def apps(self) -> tuple[str, ...]:
        """The Streamlit apps of dashboard/snowflake.yml, schema.name in lower case."""
        if not (self.root / "dashboard").exists():
            return ()
        entities = self._read("dashboard").project_definition.entities.values()
        apps = (entity.fqn for entity in entities if entity.type == "streamlit")
        return tuple(f"{name.schema}.{name.name}".lower() for name in apps)

    @cached_property
    def procedures(self) -> tuple[Procedure, ...]:
        entities = self._definition.project_definition.entities.values()
        return tuple(
            Procedure(
                f"{entity.fqn.schema}.{entity.fqn.name}".lower(),
                entity.handler,
                tuple((one.name, one.arg_type) for one in entity.signature or ()),
                entity.stage,
                entity.runtime or "",
            )
            for entity in entities
            if entity.type == "procedure"
        )

    @cached_property
    def _definition(self) -> Any:  # noqa: ANN401 - the CLI is not typed
        return self._read(".")

    def _read(self, folder: str) -> Any:  # noqa: ANN401
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the CLI's own deprecations
            from snowflake.cli.api.project.definition_manager import DefinitionManager

            overridden = {"ctx": {"env": {"database": self.database}}}
            manager = DefinitionManager(str(self.root / folder), overridden)
            if manager.project_definition is None:  # reads it, here where warnings are off
                raise ProjectError(f"No snowflake.yml in {self.root / folder}.")
        return manager


def read_statements(files: Mapping[str, str], variables: Mapping[str, str]) -> Iterator[Statement]:
    """The statements of these files. ProjectError for a variable that nothing sets."""
    for file, text in files.items():
        if unknown := set(_VARIABLE.findall(text)) - variables.keys():
            raise ProjectError(f"{file}: snowflake.yml has no env variable {min(unknown)}.")
        filled = _VARIABLE.sub(lambda found: variables[found[1]], text)
        for statement, _ in split_statements(io.StringIO(filled), remove_comments=True):
            bare = statement.strip().removesuffix(";").strip()
            if bare:
                yield Statement(file, bare)
