"""Virtual warehouses: names and sizes are recorded, nothing runs slower or faster for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse.errors import already_exists, does_not_exist, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

KIND = "warehouse"


@statement("create warehouse")
def create_warehouse(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/create-warehouse"""
    modifiers, reader = statement.after_head()
    name = ObjectName("", "", reader.name()[-1])
    reader.accept("WITH")
    options = reader.options()
    reader.end()
    with session.ddl():
        if session.catalog.get(session, KIND, name) is not None:
            if "IF NOT EXISTS" in modifiers:
                return status(f"{name.name} already exists, statement succeeded.")
            if not modifiers & {"OR REPLACE", "OR ALTER"}:
                raise already_exists(name.name)
        session.catalog.put(session, KIND, name, {**options, "created_on": session.now()})
    session.warehouse = name.name
    return status(f"Warehouse {name.name} successfully created.")


@statement("alter warehouse")
def alter_warehouse(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = ObjectName("", "", reader.name()[-1])
    if not (reader.accept("RESUME") or reader.accept("SUSPEND") or reader.peek() == "SET"):
        raise unsupported(f"alter warehouse ... {reader.rest()}.")
    options = reader.options() if reader.accept("SET") else {}
    with session.ddl():
        known = session.catalog.get(session, KIND, name)
        if known is None and "IF EXISTS" not in modifiers:
            raise does_not_exist("Warehouse", name.name)
        if known is not None:
            session.catalog.put(session, KIND, name, {**known, **options})
    return status("Statement executed successfully.")


@statement("drop warehouse")
def drop_warehouse(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = ObjectName("", "", reader.name()[-1])
    with session.ddl():
        dropped = session.catalog.drop(session, KIND, name)
    if not dropped and "IF EXISTS" not in modifiers:
        raise does_not_exist("Warehouse", name.name)
    return status(f"{name.name} successfully dropped.")
