"""What happens to owners and grants when objects come, change hands and go."""

from __future__ import annotations

from dataclasses import replace

from sandbox.governance import governed, grants
from sandbox.governance import role as roles
from sandbox.governance.dependents import dependent
from sandbox.governance.grants import Access, Grant
from sandbox.governance.role import ACCOUNTADMIN, Role
from sandbox.governance.securable import Securable
from sandbox.warehouse.session import Session


def created(session: Session, securable: Securable) -> None:
    """A new object belongs to the session's role, and future grants apply to it.

    Those of the schema take precedence over the database's.
    https://docs.snowflake.com/en/sql-reference/sql/grant-privilege#future-grants-on-database-or-schema-objects
    """
    owner, given = session.role, []
    for one in _future(session, securable):
        if one.privilege == "OWNERSHIP":
            owner = one.role
        else:
            given.append(Grant(one.privilege, one.role, owner, session.now(), one.with_option))
    if owner != roles.shown(ACCOUNTADMIN) or given:
        with session.ddl():
            grants.put(session, securable, Access(owner, tuple(given)))


def forget(session: Session, securable: Securable, keeps_grants: bool = False) -> None:
    """What was set on an object that is gone or replaced."""
    has_grants = not keeps_grants and grants.is_known(session, securable)
    is_governed = not governed.of(session, securable).is_empty
    if has_grants or is_governed:
        with session.ddl():
            governed.forget(session, securable)
            if has_grants:
                grants.forget(session, securable)


def transfer(
    session: Session, securable: Securable, role: Role, copies: bool, revokes: bool
) -> None:
    """Inside `session.ddl()`. https://docs.snowflake.com/en/sql-reference/sql/grant-ownership"""
    known, owner = grants.access(session, securable), roles.shown(role)
    outbound = [grant for grant in known.grants if grant.role != owner]
    if outbound and not copies and not revokes:
        raise dependent(securable, outbound[0])
    kept = tuple(replace(grant, by=owner) for grant in outbound) if copies else ()
    grants.put(session, securable, Access(owner, kept))


def _future(session: Session, securable: Securable) -> list[grants.FutureGrant]:
    if not securable.name.database or securable.kind == "DATABASE":
        return []
    container = securable.container
    found = _of_kind(session, container, securable.kind)
    if not found and container.kind == "SCHEMA":
        found = _of_kind(session, container.container, securable.kind)
    return found


def _of_kind(session: Session, container: Securable, kind: str) -> list[grants.FutureGrant]:
    return [one for one in grants.future(session, container) if one.kind == kind]
