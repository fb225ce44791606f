"""What a role with limits may read, change and call."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sandbox.governance import authority, grants
from sandbox.governance.authority import require
from sandbox.governance.securable import Securable, exists
from sandbox.warehouse import stream
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.errors import does_not_exist, sql_error
from sandbox.warehouse.hook import ADMIN
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.result import DELETE, INSERT, MERGE, QUERY, UPDATE
from sandbox.warehouse.session import Session
from sandbox.warehouse.translation import Translation

_INFORMATION = ("INFORMATION_SCHEMA", "_INFORMATION_SCHEMA")
_CHANGES = {INSERT: "INSERT", UPDATE: "UPDATE", DELETE: "DELETE"}
_MERGES = {"inserted": "INSERT", "updated": "UPDATE", "deleted": "DELETE"}
_allowed: WeakKeyDictionary[Session, object] = WeakKeyDictionary()
"""What a session was last allowed: the same statement again asks nothing until the next DDL."""


def check_access(session: Session, translation: Translation, verb: str) -> None:
    """Raise when the role may not read or change what a query or DML names."""
    if authority.authority_of(session).is_total:
        return
    asked = (
        *(session.role, session.secondary_roles, session.user, session.warehouse),
        *(translation.reads, translation.target, translation.kind, translation.actions, verb),
        *(session.account.generation, session.temporary_version, bool(translation.before)),
    )
    if _allowed.get(session) != asked or session.in_ddl:
        _check(session, translation, verb)
        _allowed[session] = asked


def check_call(session: Session, key: ObjectName) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/call#access-control-requirements"""
    procedure = Securable("PROCEDURE", key)
    if session.role != ADMIN and exists(session, procedure):
        require(session, procedure, "USAGE")


def owner(session: Session, kind: str, name: ObjectName) -> str:
    """The owner's role; what is temporary belongs to the session's."""
    securable = Securable(kind, name)
    if not exists(session, securable):
        return session.role
    return grants.access(session, securable).owner


def relation(session: Session, name: ObjectName) -> Securable:
    """What stands behind a name in a FROM clause."""
    if stream.exists(session, name):
        return Securable("STREAM", name)
    kind = kind_of(session, name)
    if kind is None:
        authority.require_path(session, Securable("TABLE", name))
        raise does_not_exist("Object", name)
    return Securable(kind.upper(), name)


def require_read(session: Session, name: ObjectName) -> None:
    """SELECT on a table, view or stream; on a stream's table, too."""
    require(session, relation(session, name), "SELECT")
    if stream.exists(session, name):
        require(session, relation(session, stream.source_of(session, name)), "SELECT")


def _check(session: Session, translation: Translation, verb: str) -> None:
    target = translation.target
    for name in translation.reads:
        if name not in session.temporary and name.schema not in _INFORMATION:
            require_read(session, name)
    if target is not None and target.database != "temp":
        for privilege in _needed(translation, verb):
            require(session, relation(session, target), privilege)
    if session.warehouse and (translation.reads or target):
        warehouse = Securable("WAREHOUSE", ObjectName("", "", session.warehouse))
        if exists(session, warehouse) and not authority.holds(session, ["USAGE"], warehouse):
            raise sql_error(
                "No active warehouse selected in the current session. Select an active warehouse "
                "with the 'use warehouse' command.",
                606,
                "57P03",
            )


def _needed(translation: Translation, verb: str) -> list[str]:
    if verb == "TRUNCATE":
        return ["TRUNCATE"]
    if translation.kind == MERGE:
        return ["SELECT", *(_MERGES[action] for action in translation.actions)]
    if translation.kind == QUERY:
        return []
    needed = [_CHANGES[translation.kind]]
    if translation.before:  # insert overwrite
        needed.append("DELETE")
    return needed
