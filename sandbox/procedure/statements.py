"""Answers CREATE, DROP, SHOW and DESCRIBE PROCEDURE."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sandbox.procedure.definition import (
    Procedure,
    read_procedure,
    signature_types,
    signed,
)
from sandbox.procedure.package import installed_packages
from sandbox.procedure.store import forget, keep, procedures
from sandbox.runtime import runtime_of
from sandbox.show.scope import read_scope
from sandbox.warehouse import stage
from sandbox.warehouse.errors import already_exists, does_not_exist
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

_SHOWN = (
    Column("created_on", "timestamp_tz"),
    Column("name"),
    Column("schema_name"),
    Column("is_builtin"),
    Column("is_aggregate"),
    Column("is_ansi"),
    Column("min_num_arguments", "fixed", 38, 0),
    Column("max_num_arguments", "fixed", 38, 0),
    Column("arguments"),
    Column("description"),
    Column("catalog_name"),
    Column("is_table_function"),
    Column("valid_for_clustering"),
    Column("is_secure"),
)


@statement("create procedure")
def create_procedure(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    procedure = read_procedure(reader, name, runtime_of(session).clock())
    procedure = with_full_imports(session, procedure)
    found = procedures(session, name.database).get(procedure.key)
    if found is not None and "IF NOT EXISTS" in modifiers:
        return status(f"{name.name} already exists, statement succeeded.")
    if found is not None and not modifiers & {"OR REPLACE", "OR ALTER"}:
        raise already_exists(f"{name}{procedure.signature}")
    keep(session, procedure, statement.is_temporary)
    return status(f"Function {name.name} successfully created.")


@statement("drop procedure")
def drop_procedure(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    key = _read_key(session, reader)
    reader.end()
    if not forget(session, key):
        if "IF EXISTS" in modifiers:
            return status("Drop statement executed successfully.")
        raise does_not_exist("Procedure", key)
    return status(f"{key.name} successfully dropped.")


@statement("show procedures", "show user procedures")
def show_procedures(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    scope = read_scope(session, reader)
    databases = [scope.database] if scope.database else session.account.databases()
    found = [one for name in databases for one in procedures(session, name).values()]
    chosen = set(scope.select({one.name for one in found}))
    rows = [_shown(one) for one in sorted(found, key=lambda p: p.key) if one.name in chosen]
    return table(_SHOWN, rows, SHOW)


@statement("describe procedure", "desc procedure")
def describe_procedure(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    key = _read_key(session, reader)
    reader.end()
    procedure = procedures(session, key.database).get(key)
    if procedure is None:
        raise does_not_exist("Procedure", key)
    arguments = ", ".join(f"{one.name} {one.type}" for one in procedure.arguments)
    properties = {
        "signature": f"({arguments})",
        "returns": procedure.returns,
        "language": procedure.language,
        "null handling": "CALLED ON NULL INPUT",
        "volatility": "VOLATILE",
        "execute as": procedure.execute_as,
        "body": procedure.body,
    }
    if procedure.language == "PYTHON":
        properties |= {
            "imports": f"[{', '.join(procedure.imports)}]",
            "handler": procedure.handler,
            "runtime_version": "3.11",
            "packages": _listed(procedure.packages),
            "installed_packages": _listed(installed_packages(procedure.packages)),
        }
    return table(["property", "value"], list(properties.items()), DESCRIBE)


def with_full_imports(session: Session, procedure: Procedure) -> Procedure:
    """The procedure with its imports' full locations; each must be there."""
    imports = tuple(_staged(session, location) for location in procedure.imports)
    return replace(procedure, imports=imports)


def _staged(session: Session, location: str) -> str:
    """The full location of an import, which must be there."""
    if not stage.path(session, location).is_file():
        raise does_not_exist("Import", location)
    name, path = stage.split_location(session, location)
    return f"@{name}/{path}"


def _read_key(session: Session, reader: Reader) -> ObjectName:
    name = session.resolve(reader.name())
    return signed(name, signature_types(reader))


def _listed(texts: Sequence[str]) -> str:
    """A list as DESCRIBE shows it, with single quotes."""
    return json.dumps(list(texts)).replace('"', "'")


def _shown(procedure: Procedure) -> list[Any]:
    types = [
        f"DEFAULT {one.type}" if one.default is not None else one.type
        for one in procedure.arguments
    ]
    name = procedure.name
    return [
        procedure.created_on, name.name, name.schema, "N", "N", "N", procedure.required_arguments,
        len(procedure.arguments), f"{name.name}({', '.join(types)}) RETURN {procedure.returns}",
        procedure.comment or "user-defined procedure", name.database, "N", "N", "N",
    ]  # fmt: skip
