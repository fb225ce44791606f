"""TRUNCATE TABLE, a DML that returns no counts and forgets which files were loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse import load_history
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.errors import does_not_exist
from sandbox.warehouse.names import quote
from sandbox.warehouse.query import run_dml
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Statement, read_statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_DONE = "Statement executed successfully."


@statement("truncate", "truncate table")
def truncate(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/truncate-table"""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    if name not in session.temporary and kind_of(session, name) != "table":
        if "IF EXISTS" in modifiers:
            return status(_DONE)
        raise does_not_exist("Table", name)
    full = ".".join(map(quote, (name.database, name.schema, name.name)))
    with session.dml():
        run_dml(session, read_statement(f"truncate table {full}"))
        load_history.forget(session, name)
    return status(_DONE)
