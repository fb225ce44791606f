"""Procedures in the account's catalog, and the temporary ones of a session."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sandbox.procedure.definition import Procedure
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session

_KIND = "procedure"

_temporary: WeakKeyDictionary[Session, dict[ObjectName, Procedure]] = WeakKeyDictionary()


def procedures(session: Session, database: str) -> dict[ObjectName, Procedure]:
    """The procedures of a database by key, the session's temporary ones included."""
    kept = session.catalog.list(session, _KIND, database)
    temporary = {
        key: one for key, one in _temporary.get(session, {}).items() if key.database == database
    }
    return {key: Procedure.from_json(plain) for key, plain in kept.items()} | temporary


def keep(session: Session, procedure: Procedure, temporary: bool) -> None:
    """Create or replace; a temporary one lives as long as its session."""
    if temporary:
        _temporary.setdefault(session, {})[procedure.key] = procedure
        return
    with session.ddl():
        session.catalog.put(session, _KIND, procedure.key, procedure.to_json())


def forget(session: Session, key: ObjectName) -> bool:
    """Drop it; whether there was one."""
    if _temporary.get(session, {}).pop(key, None):
        return True
    with session.ddl():
        return session.catalog.drop(session, _KIND, key)
