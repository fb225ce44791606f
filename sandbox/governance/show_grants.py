"""SHOW GRANTS on, to and of; SHOW FUTURE GRANTS.

https://docs.snowflake.com/en/sql-reference/sql/show-grants
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sandbox.governance import authority, grants
from sandbox.governance import role as roles
from sandbox.governance.role import Role
from sandbox.governance.securable import (
    THE_ACCOUNT,
    Securable,
    exists,
    named,
    read_kind,
    read_name,
)
from sandbox.governance.user import require_user
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import SHOW, Column, Result, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

Row = dict[str, Any]
_TO = (
    "created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option",
    "granted_by",
)  # fmt: skip
_ON = (*_TO[:7], "granted_by_role_type", "granted_by")
_TO_USER = (
    "created_on", "privilege", "granted_on", "name", "role", "granted_to", "grantee_name",
    "grant_option", "granted_by",
)  # fmt: skip
_OF = ("created_on", "role", "granted_to", "grantee_name", "granted_by")
_FUTURE = (
    "created_on", "privilege", "grant_on", "name", "grant_to", "grantee_name", "grant_option",
)  # fmt: skip


@statement("show grants")
def show_grants(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    names: tuple[str, ...]
    if reader.accept("ON"):
        names, rows = _ON, _on(session, _securable(session, reader))
    elif reader.accept("OF"):
        names, rows = _OF, _of(session, _role(session, reader))
    elif reader.accept("TO"):
        if reader.accept("USER"):
            names, rows = _TO_USER, _to_user(session, require_user(session, reader.name()[-1]))
        else:
            names, rows = _TO, _to(session, _role(session, reader))
    else:
        names, rows = _TO_USER, _to_user(session, session.user)
    return _answer(names, rows, reader)


@statement("show future grants")
def show_future_grants(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    found: Iterable[tuple[Securable, grants.FutureGrant]]
    if reader.accept("TO"):
        name = roles.shown(_role(session, reader))
        found = [(c, one) for c, one in grants.every_future(session) if one.role == name]
    else:
        reader.expect("IN")
        container = _securable(session, reader)
        found = [(container, one) for one in grants.future(session, container)]
    rows = [
        {
            "created_on": _moment(one.at),
            "privilege": one.privilege,
            "grant_on": _underlined(one.kind),
            "name": f"{container.full_name}.<{_underlined(one.kind)}>",
            "grant_to": _role_kind(roles.parse(one.role)),
            "grantee_name": one.role,
            "grant_option": str(one.with_option).lower(),
        }
        for container, one in found
    ]
    return _answer(_FUTURE, rows, reader)


def _securable(session: Session, reader: Reader) -> Securable:
    if reader.accept("ACCOUNT"):
        return THE_ACCOUNT
    kind = read_kind(reader)
    if kind is None:
        raise unsupported(f"show grants on {reader.peek().lower()}.")
    found = read_name(session, reader, kind)
    if not exists(session, found) or not authority.sees(session, found):
        raise authority.missing(found)
    return found


def _role(session: Session, reader: Reader) -> Role:
    if reader.accept("DATABASE", "ROLE"):
        role = named(session, "DATABASE ROLE", reader.name()).name
    elif reader.accept("ROLE"):
        role = roles.account_role(reader.name()[-1])
    else:
        raise unsupported(f"show grants to or of {reader.peek().lower()}.")
    roles.require(session, role)
    return role


def _on(session: Session, securable: Securable) -> list[Row]:
    known = grants.access(session, securable)
    rows = [] if securable == THE_ACCOUNT else [_owned(securable, known.owner)]
    rows += [_row(securable, grant) for grant in known.grants]
    if securable == THE_ACCOUNT:
        rows += list(_system_rows())
    return [row | {"granted_by_role_type": "ROLE"} for row in rows]


def _to(session: Session, role: Role) -> list[Row]:
    name = roles.shown(role)
    rows = []
    for securable, known in grants.every(session):
        if known.owner == name and securable != THE_ACCOUNT and exists(session, securable):
            rows.append(_owned(securable, name))
        rows += [_row(securable, grant) for grant in known.grants if grant.role == name]
    rows += [row for row in _system_rows() if row["grantee_name"] == name]
    for held in roles.granted_to(session, role):
        kind = "DATABASE_ROLE" if role.database else "ROLE"
        for member in roles.memberships(session, held):
            if (member.to, member.name) == (kind, name):
                rows.append(_membership(held, member))
    return sorted(rows, key=lambda row: (row["granted_on"], row["name"], row["privilege"]))


def _to_user(session: Session, user: str) -> list[Row]:
    return [
        _membership(role, member) | {"role": roles.shown(role)}
        for role in roles.roles_of_user(session, user)
        for member in roles.memberships(session, role)
        if (member.to, member.name) == ("USER", user)
    ]


def _of(session: Session, role: Role) -> list[Row]:
    return [
        {
            "created_on": _moment(member.at),
            "role": role.name,
            "granted_to": member.to,
            "grantee_name": member.name,
            "granted_by": member.by,
        }
        for member in roles.memberships(session, role)
    ]


def _membership(role: Role, member: roles.Membership) -> Row:
    return {
        "created_on": _moment(member.at),
        "privilege": "USAGE",
        "granted_on": "DATABASE_ROLE" if role.database else "ROLE",
        "name": roles.shown(role),
        "granted_to": member.to,
        "grantee_name": member.name,
        "grant_option": "false",
        "granted_by": member.by,
    }


def _row(securable: Securable, grant: grants.Grant) -> Row:
    return {
        "created_on": _moment(grant.at),
        "privilege": grant.privilege,
        "granted_on": _underlined(securable.kind),
        "name": securable.full_name or "SANDBOX",
        "granted_to": _role_kind(roles.parse(grant.role)),
        "grantee_name": grant.role.rpartition(".")[2],
        "grant_option": str(grant.with_option).lower(),
        "granted_by": grant.by,
    }


def _owned(securable: Securable, owner: str) -> Row:
    grant = grants.Grant("OWNERSHIP", owner, owner, "", with_option=True)
    return _row(securable, grant)


def _system_rows() -> Iterator[Row]:
    for role, privilege in grants.system_grants():
        yield _row(THE_ACCOUNT, grants.Grant(privilege, role.name, "", ""))


def _role_kind(role: Role) -> str:
    return "DATABASE_ROLE" if role.database else "ROLE"


def _underlined(kind: str) -> str:
    return kind.replace(" ", "_")


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _answer(names: tuple[str, ...], rows: list[Row], reader: Reader) -> Result:
    limit = int(str(reader.value())) if reader.accept("LIMIT") else None
    reader.end()
    columns = [
        Column(name, "timestamp_tz") if name == "created_on" else Column(name) for name in names
    ]
    return table(columns, [[row.get(name) for name in names] for row in rows[:limit]], SHOW)
