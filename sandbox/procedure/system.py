"""Snowflake's own stored procedures, which CALL alone can run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.warehouse.session import Session

SystemProcedure = Callable[[Session, list[Any]], Any]

_procedures: dict[str, SystemProcedure] = {}


def system_procedure(name: str) -> Callable[[SystemProcedure], SystemProcedure]:
    """Answer CALL of this procedure; the handler gets the values of the arguments."""

    def register(handler: SystemProcedure) -> SystemProcedure:
        _procedures[name.upper()] = handler
        return handler

    return register


def find_system_procedure(name: str) -> SystemProcedure | None:
    return _procedures.get(name)
