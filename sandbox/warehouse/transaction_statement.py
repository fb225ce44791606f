"""BEGIN, COMMIT and ROLLBACK.

https://docs.snowflake.com/en/sql-reference/transactions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sandbox.warehouse import stream
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import TRANSACTION, Result, status
from sandbox.warehouse.rewrite import Context, context_rule
from sandbox.warehouse.statement import Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_DONE = "Statement executed successfully."


@statement("begin", "begin transaction", "begin work", "start transaction")
def begin(session: Session, statement: Statement) -> Result:
    """Inside a transaction it does nothing. The name of one is shown nowhere."""
    _, reader = statement.after_head()
    if reader.accept("NAME"):
        reader.name()
    if not reader.at_end:
        raise unsupported("Snowflake Scripting blocks (begin ... end).")
    if session.transaction is not None and session.transaction is session.outer:
        raise unsupported("a transaction of a procedure that is called in another one.")
    if session.transaction is None:
        session.begin()
        stream.fix(session)
    return status(_DONE, TRANSACTION)


@statement("commit", "commit work")
def commit(session: Session, statement: Statement) -> Result:
    statement.after_head()[1].end()
    session.require_scope()
    session.commit()
    return status(_DONE, TRANSACTION)


@statement("rollback", "rollback work")
def rollback(session: Session, statement: Statement) -> Result:
    statement.after_head()[1].end()
    session.require_scope()
    session.rollback()
    return status(_DONE, TRANSACTION)


@context_rule(exp.CurrentTransaction)
def current_transaction(_node: exp.CurrentTransaction, context: Context) -> exp.Expr:
    """https://docs.snowflake.com/en/sql-reference/functions/current_transaction"""
    context.is_constant = False
    transaction = context.session.transaction
    return exp.null() if transaction is None else exp.Literal.string(str(transaction.id))
