"""Answers `with p as procedure (...) ... call p(...)`: a procedure for one call.

https://docs.snowflake.com/en/sql-reference/sql/call-with
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.procedure.argument import given_arguments
from sandbox.procedure.call import run
from sandbox.procedure.definition import read_procedure
from sandbox.procedure.statements import with_full_imports
from sandbox.runtime import runtime_of
from sandbox.warehouse import query
from sandbox.warehouse.errors import does_not_exist
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement, tokenize


@statement("with")
def with_query_or_procedure(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    if (reader.peek(1), reader.peek(2)) != ("AS", "PROCEDURE"):
        return query.run_query(session, statement)
    parts = reader.name()
    reader.expect("AS", "PROCEDURE")
    definition = reader.until("CALL")
    reader.expect("CALL")
    if reader.name() != parts:
        raise does_not_exist("Procedure", ".".join(parts))
    given = given_arguments(reader)
    inner = Reader(definition, tokenize(definition))
    procedure = read_procedure(inner, session.resolve(parts), runtime_of(session).clock())
    procedure = replace(with_full_imports(session, procedure), execute_as="CALLER")
    return run(session, procedure, given, statement)
