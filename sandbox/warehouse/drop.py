"""DROP TABLE and DROP VIEW."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse import stream
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.errors import does_not_exist, sql_error
from sandbox.warehouse.names import quote
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


@statement("drop table", "drop view")
def drop_relation(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    if not reader.accept("CASCADE"):
        reader.accept("RESTRICT")
    reader.end()
    kind = statement.words[1].lower()
    if name in session.temporary and kind == "table":
        with session.ddl(is_temporary=True):
            session.run(f"drop table temp.main.{quote(str(name))}")
        session.temporary.discard(name)
        return status(f"{name.name} successfully dropped.")
    with session.ddl([name]):
        known = kind_of(session, name)
        if known is None:
            if "IF EXISTS" in modifiers:
                return status(
                    f"Drop statement executed successfully ({name.name} already dropped)."
                )
            raise does_not_exist(kind.capitalize(), name)
        if known != kind:
            raise sql_error(f"SQL compilation error:\n{name} is not a {kind}.", 2203, "42601")
        session.run(f"drop {kind} {name.sql}")
        session.catalog.drop(session, kind, name)
        if kind == "table":
            stream.table_replaced(session, name)
    return status(f"{name.name} successfully dropped.")
