"""Answers SHOW PARAMETERS and SHOW VARIABLES, and reads earlier results again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.show.scope import like_matches
from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.registry import statement, table_function
from sandbox.warehouse.result import SHOW, Column, Result, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement


@statement("show parameters")
def show_parameters(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    like = reader.string() if reader.accept("LIKE") else "%"
    if reader.accept("IN") or reader.accept("FOR"):
        if reader.peek() != "SESSION":
            raise unsupported(f"show parameters in {reader.rest().lower()}.")
        reader.expect("SESSION")
    reader.end()
    rows = [
        {"key": key, "value": _written(value), "default": "", "level": "SESSION", "description": ""}
        for key, value in session.parameters.items()
        if like_matches(like, key)
    ]
    columns = [Column(name) for name in ("key", "value", "default", "level", "description")]
    return table(columns, [[row[column.name] for column in columns] for row in rows], SHOW)


@statement("show variables")
def show_variables(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/show-variables"""
    _, reader = statement.after_head()
    like = reader.string() if reader.accept("LIKE") else "%"
    reader.end()
    rows = [
        (str(session.id), name, _written(value), "fixed" if _is_number(value) else "text", "")
        for name, value in sorted(session.variables.items())
        if like_matches(like, name)
    ]
    return table(["session_id", "name", "value", "type", "comment"], rows, SHOW)


@table_function("result_scan")
def result_scan(session: Session, arguments: dict[str, Any]) -> Result:
    """The rows of an earlier statement, as clients read what a SHOW gave."""
    query_id = str(arguments.get("0"))
    found = session.account.recall(query_id)
    if found is None:
        raise sql_error(f"SQL execution error: Statement {query_id} not found", 709, "02000")
    return found


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
