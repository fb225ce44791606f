"""Answers blocks that are sent as statements, and EXECUTE IMMEDIATE."""

from __future__ import annotations

from sandbox.script.interpreter import run_body
from sandbox.script.syntax import is_block
from sandbox.warehouse import transaction_statement
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement


@statement("begin", "declare")
def begin(session: Session, statement: Statement) -> Result:
    """An anonymous block, or the beginning of a transaction."""
    if is_block(statement.text):
        return run_body(session, statement.text)
    return transaction_statement.begin(session, statement)


@statement("execute immediate")
def execute_immediate(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/execute-immediate"""
    return run_body(session, statement.text)
