"""Roles and who has been granted them.

An account role is `ObjectName("", "", name)`, a database role `ObjectName(database, "", name)`.
https://docs.snowflake.com/en/user-guide/security-access-control-overview#roles
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sandbox.warehouse.account import Account
from sandbox.warehouse.errors import does_not_exist
from sandbox.warehouse.hook import ADMIN
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session

Role = ObjectName
ROLE, DATABASE_ROLE = "role", "database role"
SYSTEM_USER = "SANDBOX"
"""The user of the sandbox's own connection."""


@dataclass(frozen=True)
class Membership:
    """One grant of a role, to a role or a user."""

    to: str
    """ROLE, DATABASE_ROLE or USER."""
    name: str
    by: str
    at: str


def account_role(name: str) -> Role:
    return ObjectName("", "", name)


PUBLIC, ACCOUNTADMIN = account_role("PUBLIC"), account_role(ADMIN)
# Who holds the roles every account has, and the privileges they have on the account.
_SYSTEM = {
    ADMIN: [("USER", SYSTEM_USER)],
    "SECURITYADMIN": [("ROLE", ADMIN)],
    "SYSADMIN": [("ROLE", ADMIN)],
    "USERADMIN": [("ROLE", "SECURITYADMIN")],
    "ORGADMIN": [],
    "PUBLIC": [],
}
SYSTEM_PRIVILEGES = {
    "SYSADMIN": ("CREATE DATABASE", "CREATE WAREHOUSE"),
    "SECURITYADMIN": ("MANAGE GRANTS", "CREATE NETWORK POLICY", "CREATE INTEGRATION"),
    "USERADMIN": ("CREATE ROLE", "CREATE USER"),
}
_SNOWFLAKE = "SNOWFLAKE"
_OF_SNOWFLAKE = ("ALERT_VIEWER",)
"""The roles of the shared database SNOWFLAKE that are known here.

https://docs.snowflake.com/en/sql-reference/snowflake-db-roles
"""
_children: WeakKeyDictionary[Account, tuple[int, dict[str, set[Role]]]] = WeakKeyDictionary()


def shown(role: Role) -> str:
    return f"{role.database}.{role.name}" if role.database else role.name


def parse(text: str) -> Role:
    """The role that `shown` writes so."""
    database, _, name = text.rpartition(".")
    return ObjectName(database, "", name)


def is_system(role: Role) -> bool:
    if role.database == _SNOWFLAKE:
        return role.name in _OF_SNOWFLAKE
    return not role.database and role.name in _SYSTEM


def find(session: Session, role: Role) -> dict[str, Any] | None:
    """What is known about a role; a system role is always there."""
    found = session.catalog.get(session, *_record(role))
    return _of_system(role) if found is None and is_system(role) else found


def require(session: Session, role: Role) -> dict[str, Any]:
    found = find(session, role)
    if found is None:
        raise does_not_exist("Database role" if role.database else "Role", shown(role))
    return found


def put(session: Session, role: Role, definition: dict[str, Any]) -> None:
    """Inside `session.ddl()`."""
    session.catalog.put(session, *_record(role), definition)


def every(session: Session) -> list[Role]:
    """All roles of the account, the system's first."""
    return sorted(_definitions(session))


def memberships(session: Session, role: Role) -> list[Membership]:
    found = find(session, role) or {"granted_to": []}
    return [Membership(**one) for one in found["granted_to"]]


def grant(session: Session, role: Role, member: Membership) -> None:
    """Inside `session.ddl()`."""
    definition = require(session, role)
    kept = [m for m in definition["granted_to"] if (m["to"], m["name"]) != (member.to, member.name)]
    put(session, role, {**definition, "granted_to": [*kept, asdict(member)]})


def revoke(session: Session, role: Role, to: str, name: str) -> None:
    """Inside `session.ddl()`."""
    definition = require(session, role)
    kept = [m for m in definition["granted_to"] if (m["to"], m["name"]) != (to, name)]
    put(session, role, {**definition, "granted_to": kept})


def roles_of_user(session: Session, user: str) -> list[Role]:
    """The roles granted to a user, without those they inherit."""
    return sorted(_held(session).get(f"USER {user}", set()))


def granted_to(session: Session, role: Role) -> list[Role]:
    """The roles granted to a role."""
    return sorted(_held(session).get(_grantee(role), set()))


def closure(session: Session, roots: Iterable[Role]) -> frozenset[Role]:
    """The roles and all they inherit; PUBLIC is granted to every role."""
    held = _held(session)
    found, todo = {PUBLIC}, list(roots)
    while todo:
        role = todo.pop()
        if role not in found:
            found.add(role)
            todo.extend(held.get(_grantee(role), ()))
    return frozenset(found)


def _definitions(session: Session) -> dict[Role, dict[str, Any]]:
    """All roles with what is known about them, in one look at each database."""
    shared = [ObjectName(_SNOWFLAKE, "", name) for name in _OF_SNOWFLAKE]
    found = {role: _of_system(role) for role in (*map(account_role, _SYSTEM), *shared)}
    found.update(session.catalog.list(session, ROLE, ""))
    for name, definition in session.catalog.list(session, DATABASE_ROLE, "").items():
        found[parse(name.name)] = definition
    for database in session.account.databases():
        found.update(session.catalog.list(session, DATABASE_ROLE, database))
    return found


def _of_system(role: Role) -> dict[str, Any]:
    held_by = [] if role.database else _SYSTEM[role.name]
    members = [asdict(Membership(to, name, "", "")) for to, name in held_by]
    return {"comment": "", "owner": "", "created_on": None, "granted_to": members}


def _grantee(role: Role) -> str:
    return f"{'DATABASE_ROLE' if role.database else 'ROLE'} {shown(role)}"


def _record(role: Role) -> tuple[str, ObjectName]:
    """Kind and name in the catalog: in the role's database, but SNOWFLAKE is none of ours."""
    if role.database == _SNOWFLAKE:
        return DATABASE_ROLE, ObjectName("", "", shown(role))
    return (DATABASE_ROLE if role.database else ROLE), role


def _held(session: Session) -> dict[str, set[Role]]:
    """The roles granted to each grantee, once per DDL."""
    account = session.account
    known = _children.get(account)
    if known is None or known[0] != account.generation or session.in_ddl:
        held: dict[str, set[Role]] = {}
        for role, definition in _definitions(session).items():
            for member in definition["granted_to"]:
                held.setdefault(f"{member['to']} {member['name']}", set()).add(role)
        known = (account.generation, held)
        if session.in_ddl:
            return held
        _children[account] = known
    return known[1]
