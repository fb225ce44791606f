"""Answers CREATE, DROP, SHOW and DESCRIBE FUNCTION."""

from __future__ import annotations

from sandbox.function.definition import KIND, Function, read_function
from sandbox.function.store import functions
from sandbox.procedure.definition import canonical_type, signature_types, signed
from sandbox.runtime import runtime_of
from sandbox.show.scope import read_scope
from sandbox.warehouse.errors import already_exists, does_not_exist, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

_SHOWN = (
    Column("created_on", "timestamp_ltz"),
    Column("name"),
    Column("schema_name"),
    Column("is_builtin"),
    Column("min_num_arguments", "fixed", 38, 0),
    Column("max_num_arguments", "fixed", 38, 0),
    Column("arguments"),
    Column("description"),
    Column("catalog_name"),
    Column("language"),
)


@statement("create function")
def create_function(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    if statement.is_temporary:
        raise unsupported("temporary functions.")
    name = session.resolve(reader.name())
    function = read_function(reader, name, runtime_of(session).clock())
    with session.ddl():
        if session.catalog.get(session, KIND, function.key) is not None:
            if "IF NOT EXISTS" in modifiers:
                return status(f"{name.name} already exists, statement succeeded.")
            if not modifiers & {"OR REPLACE", "OR ALTER"}:
                raise already_exists(f"{name}{function.signature}")
        session.catalog.put(session, KIND, function.key, function.to_json())
    return status(f"Function {name.name} successfully created.")


@statement("drop function")
def drop_function(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    key = _read_key(session, reader)
    reader.end()
    with session.ddl():
        found = session.catalog.drop(session, KIND, key)
    if not found and "IF EXISTS" in modifiers:
        return status("Drop statement executed successfully.")
    if not found:
        raise does_not_exist("Function", key)
    return status(f"{key.name} successfully dropped.")


@statement("show functions", "show user functions")
def show_functions(session: Session, statement: Statement) -> Result:
    """Snowflake's own functions are not listed."""
    _, reader = statement.after_head()
    scope = read_scope(session, reader)
    databases = [scope.database] if scope.database else session.account.databases()
    found = [one for name in databases for one in functions(session, name).values()]
    chosen = set(scope.select({one.name for one in found}))
    rows = [_row(one) for one in sorted(found, key=lambda f: f.key) if one.name in chosen]
    return table(_SHOWN, rows, SHOW)


@statement("describe function", "desc function")
def describe_function(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    key = _read_key(session, reader)
    reader.end()
    function = functions(session, key.database).get(key)
    if function is None:
        raise does_not_exist("Function", key)
    arguments = ", ".join(f"{a.name} {canonical_type(a.type)}" for a in function.arguments)
    properties = {
        "signature": f"({arguments})",
        "returns": canonical_type(function.returns),
        "language": "SQL",
        "body": function.body,
    }
    return table(["property", "value"], list(properties.items()), DESCRIBE)


def _read_key(session: Session, reader: Reader) -> ObjectName:
    name = session.resolve(reader.name())
    return signed(name, signature_types(reader))


def _row(function: Function) -> list[object]:
    name = function.name
    types = [
        f"DEFAULT {canonical_type(a.type)}" if a.default is not None else canonical_type(a.type)
        for a in function.arguments
    ]
    required = sum(argument.default is None for argument in function.arguments)
    returns = canonical_type(function.returns)
    return [
        function.created_on, name.name, name.schema, "N", required, len(types),
        f"{name.name}({', '.join(types)}) RETURN {returns}",
        function.comment or "user-defined function", name.database, "SQL",
    ]  # fmt: skip
