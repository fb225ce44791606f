"""User-defined functions in the account's catalog."""

from __future__ import annotations

from sandbox.function.definition import KIND, Function
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session


def functions(session: Session, database: str) -> dict[ObjectName, Function]:
    """The functions of a database by name and argument types."""
    found = session.catalog.list(session, KIND, database)
    return {key: Function.from_json(plain) for key, plain in found.items()}


def functions_named(session: Session, name: ObjectName) -> list[Function]:
    return [one for one in functions(session, name.database).values() if one.name == name]
