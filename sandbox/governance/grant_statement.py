"""GRANT and REVOKE of privileges, of ownership and of roles.

https://docs.snowflake.com/en/sql-reference/sql/grant-privilege
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.governance import authority, dependents, grants, ownership
from sandbox.governance import role as roles
from sandbox.governance.grants import FutureGrant, Grant
from sandbox.governance.privilege import of_kind, read_privileges
from sandbox.governance.role import Membership, Role
from sandbox.governance.securable import (
    THE_ACCOUNT,
    Securable,
    exists,
    named,
    objects_in,
    read_kind,
    read_name,
    read_plural,
)
from sandbox.governance.user import require_user
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

_DONE = "Statement executed successfully."


@dataclass(frozen=True)
class Objects:
    """What follows ON: some objects, or the future ones of a kind in a container."""

    kind: str
    present: tuple[Securable, ...] = ()
    container: Securable | None = None


@statement("grant")
def grant(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    if _is_role(reader):
        return _change_role(session, reader, is_grant=True)
    if reader.accept("OWNERSHIP"):
        return _grant_ownership(session, reader)
    privileges = read_privileges(reader)
    objects = _objects(session, reader)
    role = _grantee(session, reader, "TO")
    with_option = reader.accept("WITH", "GRANT", "OPTION")
    reader.end()
    with session.ddl():
        if objects.container is not None:
            _add_future(session, objects, privileges, role, with_option)
        for securable in objects.present:
            given = of_kind(privileges, securable.kind)
            by = _authorize(session, securable, given)
            new = [Grant(one, roles.shown(role), by, session.now(), with_option) for one in given]
            grants.give(session, securable, new)
    return status(_DONE)


@statement("revoke")
def revoke(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/revoke-privilege"""
    _, reader = statement.after_head()
    if _is_role(reader):
        return _change_role(session, reader, is_grant=False)
    option_only = reader.accept("GRANT", "OPTION", "FOR")
    privileges = read_privileges(reader)
    objects = _objects(session, reader)
    role = _grantee(session, reader, "FROM")
    cascades = not reader.accept("RESTRICT") and reader.accept("CASCADE")
    reader.end()
    with session.ddl():
        if objects.container is not None:
            _drop_future(session, objects, privileges, role)
        for securable in objects.present:
            taken = of_kind(privileges, securable.kind)
            _authorize(session, securable, taken)
            everything = None if privileges == ("ALL",) else taken
            dependents.take(session, securable, everything, role, cascades)
            grants.take(session, securable, everything, role, option_only)
    return status(_DONE)


def _is_role(reader: Reader) -> bool:
    return reader.peek() == "ROLE" or (reader.peek() == "DATABASE" and reader.peek(1) == "ROLE")


def _change_role(session: Session, reader: Reader, is_grant: bool) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/grant-role, grant-database-role"""
    role = _read_role(session, reader)
    reader.expect("TO" if is_grant else "FROM")
    if reader.accept("USER"):
        to, name = "USER", require_user(session, reader.name()[-1])
    elif reader.peek() == "SHARE":
        raise unsupported("shares.")
    else:
        member = _read_role(session, reader)
        to, name = ("DATABASE_ROLE" if member.database else "ROLE"), roles.shown(member)
        roles.require(session, member)
        if is_grant and member in roles.closure(session, [role]):
            raise authority.insufficient(Securable("ROLE", role))  # it would be a circle
    reader.end()
    roles.require(session, role)
    kind = "DATABASE ROLE" if role.database else "ROLE"
    securable = Securable(kind, role)
    if not authority.holds(session, ["MANAGE GRANTS"], THE_ACCOUNT):
        authority.require(session, securable)
    with session.ddl():
        if is_grant:
            roles.grant(session, role, Membership(to, name, session.role, session.now()))
        else:
            roles.revoke(session, role, to, name)
    return status(_DONE)


def _grant_ownership(session: Session, reader: Reader) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/grant-ownership"""
    objects = _objects(session, reader)
    role = _grantee(session, reader, "TO")
    copies = reader.accept("COPY", "CURRENT", "GRANTS")
    revokes = not copies and reader.accept("REVOKE", "CURRENT", "GRANTS")
    reader.end()
    with session.ddl():
        if objects.container is not None:
            _add_future(session, objects, ("OWNERSHIP",), role, with_option=False)
        for securable in objects.present:
            _authorize(session, securable, ("OWNERSHIP",))
            ownership.transfer(session, securable, role, copies, revokes)
    return status(_DONE)


def _objects(session: Session, reader: Reader) -> Objects:
    reader.expect("ON")
    if reader.accept("ACCOUNT"):
        return Objects("ACCOUNT", (THE_ACCOUNT,))
    if reader.accept("FUTURE"):
        kind = read_plural(reader)
        return Objects(kind, container=_container(session, reader))
    if reader.accept("ALL"):
        kind = read_plural(reader)
        place = _container(session, reader).name
        found = objects_in(session, kind, place.database, place.schema or None)
        return Objects(kind, tuple(found))
    one = read_kind(reader)
    if one is None:
        raise unsupported(f"grants on {reader.peek().lower() or 'this object'}.")
    securable = read_name(session, reader, one)
    if not exists(session, securable):
        raise authority.missing(securable)
    return Objects(one, (securable,))


def _container(session: Session, reader: Reader) -> Securable:
    reader.expect("IN")
    kind = read_kind(reader)
    if kind is None or kind not in ("SCHEMA", "DATABASE"):
        raise reader.unexpected("expected SCHEMA or DATABASE", -1)
    found = named(session, kind, reader.name())
    if not exists(session, found):
        raise authority.missing(found)
    return found


def _grantee(session: Session, reader: Reader, word: str) -> Role:
    reader.expect(word)
    if reader.peek() in ("SHARE", "APPLICATION", "USER"):
        raise unsupported(f"grants to a {reader.peek().lower()}.")
    role = _read_role(session, reader)
    roles.require(session, role)
    return role


def _read_role(session: Session, reader: Reader) -> Role:
    if reader.accept("DATABASE", "ROLE"):
        return named(session, "DATABASE ROLE", reader.name()).name
    reader.accept("ROLE")
    return ObjectName("", "", reader.name()[-1])


def _authorize(session: Session, securable: Securable, privileges: tuple[str, ...]) -> str:
    """Who gives: the owner, or the role that has the privilege with grant option."""
    if authority.may_manage(session, securable):
        known = grants.access(session, securable)
        return session.role if securable == THE_ACCOUNT else known.owner
    names = {roles.shown(role) for role in authority.authority_of(session).active}
    given = [g for g in grants.access(session, securable).grants if g.role in names]
    by = {g.privilege: g.role for g in given if g.with_option}
    if privileges and all(one in by for one in privileges):
        return by[privileges[0]]
    if not authority.sees(session, securable):
        raise authority.missing(securable)
    raise authority.insufficient(securable)


def _add_future(
    session: Session, objects: Objects, privileges: tuple[str, ...], role: Role, with_option: bool
) -> None:
    container = objects.container
    assert container is not None  # noqa: S101 - the caller asked
    _require_future(session, container)
    known = {(g.kind, g.privilege, g.role): g for g in grants.future(session, container)}
    for privilege in of_kind(privileges, objects.kind):
        new = FutureGrant(objects.kind, privilege, roles.shown(role), session.now(), with_option)
        known[new.kind, new.privilege, new.role] = new
    grants.put_future(session, container, list(known.values()))


def _drop_future(
    session: Session, objects: Objects, privileges: tuple[str, ...], role: Role
) -> None:
    container = objects.container
    assert container is not None  # noqa: S101 - the caller asked
    _require_future(session, container)
    gone = set(of_kind(privileges, objects.kind)) | {"OWNERSHIP"} & set(privileges)
    kept = [
        one
        for one in grants.future(session, container)
        if (one.kind, one.role) != (objects.kind, roles.shown(role)) or one.privilege not in gone
    ]
    grants.put_future(session, container, kept)


def _require_future(session: Session, container: Securable) -> None:
    """MANAGE GRANTS; in a managed access schema also its owner."""
    managed = authority.is_managed(session, container) and authority.holds(session, [], container)
    if not managed and not authority.holds(session, ["MANAGE GRANTS"], THE_ACCOUNT):
        raise authority.insufficient(container)
