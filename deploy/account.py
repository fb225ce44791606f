"""What the account has, asked through `snow sql`: as a deployment would reach it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.definition import Column, shown_type

Row = Mapping[str, Any]

SHOWN = {
    "table": "tables",
    "view": "views",
    "stream": "streams",
    "task": "tasks",
    "alert": "alerts",
    "stage": "stages",
    "schema": "schemas",
    "procedure": "user procedures",
    "function": "user functions",
    "tag": "tags",
    "masking policy": "masking policies",
    "row access policy": "row access policies",
    "network rule": "network rules",
    "database role": "database roles",
    "event table": "event tables",
    "file format": "file formats",
    "sequence": "sequences",
    "streamlit": "streamlits",
}
"""Kinds of a database -> the SHOW that lists them."""
SHOWN_BESIDE = {
    "database": "databases",
    "warehouse": "warehouses",
    "role": "roles",
    "user": "users",
    "integration": "integrations",
    "resource monitor": "resource monitors",
    "network policy": "network policies",
}
"""Kinds of the account -> the SHOW that lists them."""

POLICIES = ("masking policy", "row access policy")
_NOT_OURS = {"PUBLIC", "INFORMATION_SCHEMA"}


class SnowError(Exception):
    """`snow` failed; its text says why."""


@dataclass(frozen=True)
class Found:
    """What the account has of the kinds that were asked for; names as in `Definition.name`."""

    objects: Mapping[str, Mapping[str, Row]] = field(default_factory=dict)
    """Kind -> name -> the row of its SHOW, its columns in lower case."""
    columns: Mapping[str, Sequence[Column]] = field(default_factory=dict)
    """Table or view -> its columns in order."""
    procedures: Mapping[str, Row] = field(default_factory=dict)
    """Procedure -> what DESCRIBE says: property -> value."""
    policies: Mapping[str, str] = field(default_factory=dict)
    """Masking or row access policy -> its body."""
    code: Mapping[str, bytes] = field(default_factory=dict)
    """File in the deployed zip -> content; empty when there is none."""


def find(connection: str, database: str, kinds: Iterable[str]) -> Found:
    """All objects of these kinds, in this database and beside it. SnowError when `snow` fails."""
    wanted = sorted(kinds)
    beside = [kind for kind in wanted if kind in SHOWN_BESIDE]
    answers = run(connection, [f"show {SHOWN_BESIDE[kind]}" for kind in beside])
    objects = {kind: _by_name(rows) for kind, rows in zip(beside, answers, strict=True)}
    if database not in objects["database"]:
        return Found(objects)

    inside = [kind for kind in wanted if kind in SHOWN]
    answers = run(connection, [f"show {SHOWN[kind]} in database {database}" for kind in inside])
    objects |= {kind: _by_name(rows) for kind, rows in zip(inside, answers, strict=True)}
    asked = {
        (kind, name): f"{database}.{_called(row) if kind == 'procedure' else name}"
        for kind in ("table", "view", "procedure", *POLICIES)
        for name, row in objects.get(kind, {}).items()
    }
    answers = run(connection, [f"describe {kind} {name}" for (kind, _), name in asked.items()])
    described = dict(zip(asked, answers, strict=True))
    return Found(
        objects,
        {name: [*map(_column, r)] for (k, name), r in described.items() if k in ("table", "view")},
        {
            name: {row["property"]: row["value"] for row in rows}
            for (kind, name), rows in described.items()
            if kind == "procedure"
        },
        {name: rows[0]["body"] for (kind, name), rows in described.items() if kind in POLICIES},
        _code(connection, database) if "ops.code" in objects.get("stage", {}) else {},
    )


def run(connection: str, statements: Sequence[str]) -> list[list[Row]]:
    """The answers to these statements, in one session. SnowError when one fails."""
    if not statements:
        return []
    command = ["sql", "-c", connection, "--enable-templating", "NONE", "--format", "json"]
    done = subprocess.run(
        [str(Path(sys.executable).parent / "snow"), *command, "-q", ";\n".join(statements)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SnowError(done.stderr or done.stdout)
    answers = json.loads(done.stdout)
    if len(statements) == 1:
        answers = [answers]  # one answer comes bare
    return [[{name.lower(): row[name] for name in row} for row in rows] for rows in answers]


def _by_name(rows: Iterable[Row]) -> dict[str, Row]:
    places = {}
    for row in rows:
        schema = row.get("schema_name")
        if {schema, row["name"]}.isdisjoint(_NOT_OURS) and row.get("is_builtin") != "Y":
            name = f"{schema}.{row['name']}" if schema else row["name"]
            places[name.lower()] = row
    return places


def _column(row: Row) -> Column:
    return Column(
        row["name"].lower(), shown_type(row["type"]), row["null?"] == "Y", row["comment"] or ""
    )


def _called(procedure: Row) -> str:
    """Schema, name and types of the arguments."""
    signature = procedure["arguments"].split(" RETURN")[0].replace("DEFAULT ", "")
    return f"{procedure['schema_name']}.{signature}"


def _code(connection: str, database: str) -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        try:
            run(connection, [f"get @{database}.ops.code/snowpark.zip file://{folder}/"])
        except SnowError as error:
            if "does not exist" not in str(error):
                raise
            return {}
        with zipfile.ZipFile(Path(folder) / "snowpark.zip") as deployed:
            return {name: deployed.read(name) for name in deployed.namelist()}
