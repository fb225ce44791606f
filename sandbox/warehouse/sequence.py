"""Sequences, and the ones behind AUTOINCREMENT columns.

https://docs.snowflake.com/en/user-guide/querying-sequences
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from sandbox.warehouse.catalog import SCHEMA
from sandbox.warehouse.errors import already_exists, does_not_exist, unsupported
from sandbox.warehouse.names import ObjectName, literal
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, Result, status, table
from sandbox.warehouse.rewrite import Context, call, context_rule
from sandbox.warehouse.statement import Reader, Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

KIND = "sequence"
# DuckDB begins a falling sequence at -1 unless it is told its limits.
_RANGE = f"minvalue {-(2**63)} maxvalue {2**63 - 1}"


@statement("create sequence")
def create_sequence(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/create-sequence"""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    options = _options(reader)
    with session.ddl():
        known = session.catalog.get(session, KIND, name)
        if known is not None and "IF NOT EXISTS" in modifiers:
            return status(f"{name.name} already exists, statement succeeded.")
        if known is not None and "OR ALTER" in modifiers:
            raise unsupported("create or alter sequence of one that exists.")
        if known is not None and "OR REPLACE" not in modifiers:
            raise already_exists(name)
        if known is not None:
            session.run(f"drop sequence {_place(name)}")
        start, step = options["start"], options["step"]
        session.run(f"create sequence {_place(name)} start {start} increment {step} {_RANGE}")
        definition = {**options, "created_on": session.now()}
        session.catalog.put(session, KIND, name, definition)
    return status(f"Sequence {name.name} successfully created.")


@statement("alter sequence")
def alter_sequence(session: Session, statement: Statement) -> Result:
    """Its comment; DuckDB cannot change the step of a sequence."""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    if reader.accept("UNSET", "COMMENT"):
        comment = ""
    elif reader.accept("SET", "COMMENT"):
        reader.accept("=")
        comment = reader.string()
    else:
        raise unsupported(f"alter sequence ... {reader.rest()!r}.")
    reader.end()
    with session.ddl():
        known = session.catalog.get(session, KIND, name)
        if known is None and "IF EXISTS" in modifiers:
            return status("Statement executed successfully.")
        if known is None:
            raise does_not_exist("Sequence", name)
        session.catalog.put(session, KIND, name, {**known, "comment": comment})
    return status("Statement executed successfully.")


@statement("drop sequence")
def drop_sequence(session: Session, statement: Statement) -> Result:
    """A sequence that a table's default needs is not dropped; Snowflake would let inserts fail."""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    if not reader.accept("CASCADE"):
        reader.accept("RESTRICT")
    reader.end()
    with session.ddl():
        if not session.catalog.drop(session, KIND, name):
            if "IF EXISTS" in modifiers:
                return status("Drop statement executed successfully.")
            raise does_not_exist("Sequence", name)
        try:
            session.run(f"drop sequence {_place(name)}")
        except duckdb.DependencyException as error:
            raise unsupported(f"drop sequence {name}, which a table's default needs.") from error
    return status(f"{name.name} successfully dropped.")


@statement("describe sequence", "desc sequence")
def describe_sequence(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    name = session.resolve(reader.name())
    known = session.catalog.get(session, KIND, name)
    if known is None:
        raise does_not_exist("Sequence", name)
    row = (name.name, name.database, name.schema, known["step"], "SYSADMIN", known["comment"])
    columns = ("name", "database_name", "schema_name", "interval", "owner", "comment")
    return table(columns, [row], DESCRIBE)


def identity_default(session: Session, start: int, step: int) -> dict[str, Any]:
    """The default of an AUTOINCREMENT column, whose sequence is made for it."""
    database = session.resolve(["_"]).database
    name = ObjectName(database, SCHEMA, f"identity {uuid.uuid4()}")
    with session.ddl():
        session.run(f"create sequence {name.sql} start {start} increment {step} {_RANGE}")
    return {
        "default": f"nextval({literal(name.sql)})",
        "default_text": f"IDENTITY START {start} INCREMENT {step} NOORDER",
        "identity": None,
    }


@context_rule(exp.Column)
def next_value(node: exp.Column, context: Context) -> exp.Expr | None:
    """`my_sequence.nextval`."""
    if node.name.upper() != "NEXTVAL" or not node.table:
        return None
    name = context.session.resolve([part.name for part in node.parts[:-1]])
    if context.session.catalog.get(context.session, KIND, name) is None:
        return None
    value = call("nextval", exp.Literal.string(_place(name)))
    if isinstance(node.parent, exp.Select):
        return exp.Alias(this=value, alias=exp.to_identifier("NEXTVAL", quoted=True))
    return value


def _options(reader: Reader) -> dict[str, Any]:
    found: dict[str, Any] = {"start": 1, "step": 1, "comment": "", "is_ordered": False}
    reader.accept("WITH")
    while not reader.at_end:
        if reader.accept("START"):
            reader.accept("WITH")
            found["start"] = _number(reader)
        elif reader.accept("INCREMENT"):
            reader.accept("BY")
            found["step"] = _number(reader)
        elif reader.accept("COMMENT"):
            reader.expect("=")
            found["comment"] = reader.string()
        elif reader.accept("ORDER") or reader.accept("NOORDER"):
            continue
        else:
            raise reader.unexpected("expected an option of a sequence")
    return found


def _number(reader: Reader) -> int:
    reader.accept("=")
    value = reader.value()
    if not isinstance(value, int) or isinstance(value, bool):
        raise reader.unexpected("expected a whole number", -1)
    return value


def _place(name: ObjectName) -> str:
    """Sequences and tables may bear one name, which DuckDB would not allow in one schema."""
    return ObjectName(name.database, SCHEMA, f"sequence {name.schema}.{name.name}").sql
