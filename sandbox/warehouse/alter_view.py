"""ALTER VIEW. What is about tags and policies is answered by `sandbox.governance`.

https://docs.snowflake.com/en/sql-reference/sql/alter-view
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse import stream
from sandbox.warehouse.comment import set_comment
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.errors import already_exists, does_not_exist, unsupported
from sandbox.warehouse.names import ObjectName, quote
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Reader, Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


@statement("alter view")
def alter_view(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    with session.ddl([name]):
        known = kind_of(session, name)
        if known is None and "IF EXISTS" in modifiers:
            return status("Statement executed successfully.")
        if known != "view":
            raise does_not_exist("View", name)
        _alter(session, name, reader)
        reader.end()
    return status("Statement executed successfully.")


def _alter(session: Session, name: ObjectName, reader: Reader) -> None:
    if reader.accept("RENAME", "TO"):
        _rename(session, name, session.resolve(reader.name()))
    elif reader.accept("SET", "COMMENT"):
        reader.expect("=")
        set_comment(session, "view", name, reader.string())
    elif reader.accept("UNSET", "COMMENT"):
        set_comment(session, "view", name, None)
    elif reader.accept("SET", "SECURE") or reader.accept("UNSET", "SECURE"):
        is_secure = reader.peek(-2) == "SET"
        definition = session.catalog.get(session, "view", name) or {}
        session.catalog.put(session, "view", name, {**definition, "is_secure": is_secure})
    else:
        raise unsupported(f"alter view ... {reader.rest()[:60]!r}.")


def _rename(session: Session, name: ObjectName, new: ObjectName) -> None:
    if (name.database, name.schema) != (new.database, new.schema):
        raise unsupported("alter view ... rename to another schema.")
    if kind_of(session, new) or stream.exists(session, new):
        raise already_exists(new)
    session.run(f"alter view {name.sql} rename to {quote(new.name)}")
    definition = session.catalog.get(session, "view", name)
    session.catalog.drop(session, "view", name)
    if definition is not None:
        session.catalog.put(session, "view", new, definition)
