"""The arguments of a CALL: which procedure they fit, and their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.procedure.definition import Procedure
from sandbox.procedure.store import procedures
from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

_TYPES = {"fixed": "NUMBER", "text": "VARCHAR", "real": "FLOAT"}


@dataclass(frozen=True)
class Given:
    """An argument of a CALL: SQL text, still to be evaluated."""

    name: str | None
    sql: str


def given_arguments(reader: Reader) -> list[Given]:
    """The arguments between the parentheses, which end the statement."""
    given = []
    inner = reader.parenthesized()
    reader.end()
    for part in inner.split():
        name = part.peek() if part.peek(1) == "=>" else None
        if name:
            part.accept(name, "=>")
        given.append(Given(name, part.rest()))
    return given


def find_procedure(
    session: Session, name: ObjectName, given: Sequence[Given], statement: Statement
) -> Procedure:
    """The procedure these arguments fit."""
    known = procedures(session, name.database).values()
    fitting = [one for one in known if one.name == name and _fits(one, given)]
    if len(fitting) > 1:
        fitting = [one for one in fitting if len(one.arguments) == len(given)]
    if len(fitting) > 1:
        types = _types_of(session, given, statement)
        fitting = [one for one in fitting if [a.type for a in one.arguments] == types] or fitting
    if len(fitting) > 1:
        raise unsupported(f"choosing among procedures {name} by the types of the arguments.")
    if not fitting:
        raise sql_error(
            f"SQL compilation error:\nUnknown user-defined function {name} with {len(given)} "
            "argument(s).",
            2141,
            "42601",
        )
    return fitting[0]


def _types_of(session: Session, given: Sequence[Given], statement: Statement) -> list[str]:
    """The types of the arguments, which tell overloads apart."""
    sql = ", ".join(one.sql for one in given)
    columns = session.execute(f"select {sql}", statement.params).columns
    return [_TYPES.get(column.type, column.type.upper()) for column in columns]


def _fits(procedure: Procedure, given: Sequence[Given]) -> bool:
    bound = _bound(procedure, given)
    return bound is not None and all(
        one.name in bound or one.default is not None for one in procedure.arguments
    )


def _bound(procedure: Procedure, given: Sequence[Given]) -> dict[str, str] | None:
    """SQL text by argument name; None when the arguments do not fit."""
    names = [one.name for one in procedure.arguments]
    if len(given) > len(names):
        return None
    bound = {one.name or name: one.sql for one, name in zip(given, names, strict=False)}
    return bound if len(bound) == len(given) and set(bound) <= set(names) else None


def argument_values(
    session: Session, procedure: Procedure, given: Sequence[Given], statement: Statement
) -> list[Any]:
    """The arguments, defaults included, cast to the declared types; VARIANT as JSON text."""
    if not procedure.arguments:
        return []
    bound = _bound(procedure, given) or {}
    sql = [f"cast({bound.get(one.name, one.default)} as {one.type})" for one in procedure.arguments]
    return list(session.execute(f"select {', '.join(sql)}", statement.params).rows()[0])
