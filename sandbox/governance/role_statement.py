"""CREATE, ALTER, DROP and SHOW of roles and database roles.

https://docs.snowflake.com/en/sql-reference/sql/create-role
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sandbox.governance import grants
from sandbox.governance import role as roles
from sandbox.governance.authority import authority_of
from sandbox.governance.role import Membership, Role
from sandbox.governance.securable import Securable, named
from sandbox.show.scope import Scope, like_matches, read_scope
from sandbox.warehouse.errors import already_exists, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

_TIME, _COUNT = Column("created_on", "timestamp_tz"), ("fixed", 38, 0)


@statement("create role", "create database role")
def create_role(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    role = _read(session, statement, reader)
    options = reader.options()
    reader.end()
    known = roles.find(session, role)
    if known is not None and "IF NOT EXISTS" in modifiers:
        return status(f"{role.name} already exists, statement succeeded.")
    if known is not None and not modifiers & {"OR REPLACE", "OR ALTER"}:
        raise already_exists(role.name)
    if known is not None and "OR REPLACE" in modifiers:
        _forget(session, role)
        known = None
    fresh: dict[str, Any] = {"created_on": session.now(), "granted_to": []}
    comment = options.get("COMMENT", "")
    with session.ddl():
        roles.put(session, role, {**(known or fresh), "comment": comment})
    return status(f"{_word(role)} {role.name} successfully created.")


@statement("alter role", "alter database role")
def alter_role(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-role"""
    modifiers, reader = statement.after_head()
    role = _read(session, statement, reader)
    if roles.find(session, role) is None and "IF EXISTS" in modifiers:
        return status("Statement executed successfully.")
    known = roles.require(session, role)
    if reader.accept("RENAME", "TO"):
        _rename(session, role, _named(session, role, reader.name()), known)
        return status("Statement executed successfully.")
    if reader.accept("UNSET", "COMMENT"):
        comment: object = ""
    else:
        reader.expect("SET")
        options = reader.options()
        if set(options) != {"COMMENT"}:
            raise unsupported(f"alter role ... set {', '.join(options).lower()}.")
        comment = options["COMMENT"]
    reader.end()
    with session.ddl():
        roles.put(session, role, {**known, "comment": comment})
    return status("Statement executed successfully.")


@statement("drop role", "drop database role")
def drop_role(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/drop-role"""
    modifiers, reader = statement.after_head()
    role = _read(session, statement, reader)
    reader.end()
    if roles.find(session, role) is None and "IF EXISTS" in modifiers:
        return status("Drop statement executed successfully.")
    roles.require(session, role)
    if roles.is_system(role):
        raise unsupported(f"dropping the system role {role.name}.")
    _forget(session, role)
    return status(f"{role.name} successfully dropped.")


@statement("show roles", "show terse roles")
def show_roles(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/show-roles"""
    _, reader = statement.after_head()
    scope = read_scope(session, reader)
    members = [
        (role, member)
        for role in roles.every(session)
        for member in roles.memberships(session, role)
    ]
    active = authority_of(session).active
    rows = [
        (
            _moment(roles.find(session, role) or {}),
            role.name,
            "N",
            "Y" if role.name == session.role else "N",
            "Y" if role in active else "N",
            sum(m.to == "USER" for held, m in members if held == role),
            sum(m.to != "USER" for held, m in members if held == role),
            len(roles.granted_to(session, role)),
            _owner(session, role),
            str((roles.find(session, role) or {}).get("comment") or ""),
        )
        for role in roles.every(session)
        if not role.database and _chosen(scope, role)
    ]
    columns = [
        _TIME, Column("name"), Column("is_default"), Column("is_current"), Column("is_inherited"),
        Column("assigned_to_users", *_COUNT), Column("granted_to_roles", *_COUNT),
        Column("granted_roles", *_COUNT), Column("owner"), Column("comment"),
    ]  # fmt: skip
    return table(columns, rows, SHOW)


@statement("show database roles")
def show_database_roles(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/show-database-roles"""
    _, reader = statement.after_head()
    scope = read_scope(session, reader)
    database = scope.schema or scope.database
    rows = [
        (
            _moment(roles.find(session, role) or {}),
            role.name,
            "N",
            "N",
            "N",
            sum(m.to == "ROLE" for m in roles.memberships(session, role)),
            sum(m.to == "DATABASE_ROLE" for m in roles.memberships(session, role)),
            len(roles.granted_to(session, role)),
            _owner(session, role),
            str((roles.find(session, role) or {}).get("comment") or ""),
            "ROLE",
        )
        for role in roles.every(session)
        if role.database and role.database == database and _chosen(scope, role)
    ]
    columns = [
        _TIME, Column("name"), Column("is_default"), Column("is_current"), Column("is_inherited"),
        Column("granted_to_roles", *_COUNT), Column("granted_to_database_roles", *_COUNT),
        Column("granted_database_roles", *_COUNT), Column("owner"), Column("comment"),
        Column("owner_role_type"),
    ]  # fmt: skip
    return table(columns, rows, SHOW)


def _read(session: Session, statement: Statement, reader: Reader) -> Role:
    is_database_role = statement.words[1] == "DATABASE"
    kind = "DATABASE ROLE" if is_database_role else "ROLE"
    return named(session, kind, reader.name()).name


def _named(session: Session, like: Role, parts: tuple[str, ...]) -> Role:
    return named(session, "DATABASE ROLE" if like.database else "ROLE", parts).name


def _word(role: Role) -> str:
    return "Database role" if role.database else "Role"


def _forget(session: Session, role: Role) -> None:
    """With everything granted to it."""
    kind = "DATABASE_ROLE" if role.database else "ROLE"
    for held in roles.granted_to(session, role):
        with session.ddl():
            roles.revoke(session, held, kind, roles.shown(role))
    grants.forget_role(session, role)
    with session.ddl():
        session.catalog.drop(session, roles.DATABASE_ROLE if role.database else roles.ROLE, role)


def _rename(session: Session, role: Role, new: Role, known: dict[str, Any]) -> None:
    if roles.find(session, new) is not None:
        raise already_exists(new.name)
    kind = "DATABASE_ROLE" if role.database else "ROLE"
    held = roles.granted_to(session, role)
    kept = [
        (securable, grant)
        for securable, access in grants.every(session)
        for grant in access.grants
        if grant.role == roles.shown(role)
    ]
    owned = [s for s, access in grants.every(session) if access.owner == roles.shown(role)]
    _forget(session, role)
    with session.ddl():
        roles.put(session, new, known)
    for one in held:
        member = Membership(kind, roles.shown(new), session.role, session.now())
        with session.ddl():
            roles.grant(session, one, member)
    for securable, grant in kept:
        with session.ddl():
            grants.give(session, securable, [replace(grant, role=roles.shown(new))])
    for securable in owned:
        access = grants.access(session, securable)
        with session.ddl():
            grants.put(session, securable, replace(access, owner=roles.shown(new)))


def _owner(session: Session, role: Role) -> str:
    if roles.is_system(role):
        return ""
    kind = "DATABASE ROLE" if role.database else "ROLE"
    return roles.shown(grants.owner_of(session, Securable(kind, role)))


def _chosen(scope: Scope, role: ObjectName) -> bool:
    return (scope.like is None or like_matches(scope.like, role.name)) and role.name.startswith(
        scope.starts_with or ""
    )


def _moment(found: dict[str, Any]) -> datetime | None:
    text = found.get("created_on")
    return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None
