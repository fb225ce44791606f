"""COMMENT ON any object. https://docs.snowflake.com/en/sql-reference/sql/comment"""

from __future__ import annotations

from sandbox.governance import authority
from sandbox.governance.securable import Securable, exists, named, read_kind, read_name
from sandbox.warehouse.errors import does_not_exist, unsupported
from sandbox.warehouse.hook import ADMIN
from sandbox.warehouse.names import ObjectName, literal, quote
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement

_UPPER = (
    "DATABASE", "SCHEMA", "WAREHOUSE", "USER", "RESOURCE MONITOR", "NETWORK POLICY",
    "NETWORK RULE", "SESSION POLICY", "PASSWORD POLICY", "AUTHENTICATION POLICY",
)  # fmt: skip


@statement("comment")
def comment_on(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    reader.expect("ON")
    column = None
    if reader.accept("COLUMN"):
        *parts, column = reader.name()
        securable = named(session, "TABLE", tuple(parts))
        if not exists(session, securable):
            securable = named(session, "VIEW", tuple(parts))
    else:
        kind = read_kind(reader)
        if kind is None:
            raise unsupported(f"comment on {reader.peek().lower()}.")
        securable = read_name(session, reader, kind)
    reader.expect("IS")
    text = reader.string()
    reader.end()
    if not exists(session, securable):
        if "IF EXISTS" in modifiers:
            return status("Statement executed successfully.")
        raise authority.missing(securable)
    if session.role != ADMIN:
        authority.require(session, securable)
    with session.ddl():
        if column is not None:
            _column(session, securable.name, column, text)
        else:
            _object(session, securable, text)
    return status("Statement executed successfully.")


def _column(session: Session, name: ObjectName, column: str, text: str) -> None:
    if column not in {known for known, _ in session.table_columns(name.sql)}:
        raise does_not_exist("Column", column)
    session.run(f"comment on column {name.sql}.{quote(column)} is {literal(text)}")


def _object(session: Session, securable: Securable, text: str) -> None:
    name = securable.name
    if securable.kind in ("TABLE", "VIEW"):
        session.run(f"comment on {securable.kind.lower()} {name.sql} is {literal(text)}")
        return
    for kind in (securable.kind.lower(), securable.kind.lower().replace(" ", "_")):
        found = session.catalog.get(session, kind, name)
        if found is None and securable.kind in ("DATABASE", "SCHEMA"):
            found = {}
        if found is None:
            continue
        if securable.kind == "TASK":
            found = {**found, "options": {**found["options"], "comment": text}}
        else:
            key = "COMMENT" if securable.kind in _UPPER else "comment"
            found = {**found, key: text}
        session.catalog.put(session, kind, name, found)
        return
