"""CREATE, ALTER, DROP, SHOW and DESCRIBE USER.

https://docs.snowflake.com/en/sql-reference/sql/create-user
"""

from __future__ import annotations

from datetime import UTC, datetime

from sandbox.governance import role as roles
from sandbox.governance.authority import require
from sandbox.governance.role import SYSTEM_USER
from sandbox.governance.user import (
    KIND,
    PROPERTIES,
    SETTABLE,
    Definition,
    check,
    find_user,
    property_of,
    read_properties,
    require_user,
    securable_of,
)
from sandbox.show.scope import like_matches, read_scope
from sandbox.warehouse.errors import already_exists, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement

_SHOWN = (
    "login_name", "display_name", "first_name", "last_name", "email", "mins_to_unlock",
    "days_to_expiry", "comment", "disabled", "must_change_password", "snowflake_lock",
    "default_warehouse", "default_namespace", "default_role", "default_secondary_roles",
    "ext_authn_duo", "ext_authn_uid", "mins_to_bypass_mfa", "owner", "has_password",
    "has_rsa_public_key", "type",
)  # fmt: skip


@statement("create user")
def create_user(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = reader.name()[-1]
    properties = read_properties(reader)
    reader.end()
    with session.ddl():
        if find_user(session, name) is not None:
            if "IF NOT EXISTS" in modifiers:
                return status(f"{name} already exists, statement succeeded.")
            if "OR REPLACE" not in modifiers:
                raise already_exists(name)
        check(properties)
        session.catalog.put(
            session, KIND, ObjectName("", "", name), {**properties, "created_on": session.now()}
        )
    return status(f"User {name} successfully created.")


@statement("alter user")
def alter_user(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-user"""
    modifiers, reader = statement.after_head()
    name = reader.name()[-1]
    if find_user(session, name) is None and "IF EXISTS" in modifiers:
        return status("Statement executed successfully.")
    known = find_user(session, require_user(session, name)) or {}
    if reader.accept("RENAME", "TO"):
        return _rename(session, name, reader.name()[-1], known)
    if reader.accept("SET"):
        for policy in ("PASSWORD", "SESSION", "AUTHENTICATION"):
            if reader.accept(policy, "POLICY"):
                known = {**known, f"{policy}_POLICY": ".".join(reader.name())}
        changed = {**known, **read_properties(reader)}
    elif reader.accept("UNSET"):
        gone = {" ".join(part.rest().upper().split()) for part in reader.split()}
        if unknown := gone - SETTABLE - {f"{p} POLICY" for p in ("PASSWORD", "SESSION")}:
            raise unsupported(f"alter user ... unset {min(unknown).lower()}.")
        gone |= {one.replace(" ", "_") for one in gone}
        changed = {key: value for key, value in known.items() if key not in gone}
    else:
        raise unsupported(f"alter user ... {reader.rest()}.")
    reader.end()
    check(changed)
    with session.ddl():
        session.catalog.put(session, KIND, ObjectName("", "", name), changed)
    return status("Statement executed successfully.")


@statement("drop user")
def drop_user(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = reader.name()[-1]
    reader.end()
    if find_user(session, name) is None and "IF EXISTS" in modifiers:
        return status("Drop statement executed successfully.")
    require_user(session, name)
    for role in roles.roles_of_user(session, name):
        with session.ddl():
            roles.revoke(session, role, "USER", name)
    with session.ddl():
        session.catalog.drop(session, KIND, ObjectName("", "", name))
    return status(f"{name} successfully dropped.")


@statement("show users", "show terse users")
def show_users(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/show-users"""
    _, reader = statement.after_head()
    scope = read_scope(session, reader)
    users = {name.name: found for name, found in session.catalog.list(session, KIND, "").items()}
    users.setdefault(SYSTEM_USER, find_user(session, SYSTEM_USER) or {})
    rows = [
        [name, _moment(users[name]), *(_shown(name, users[name], column) for column in _SHOWN)]
        for name in sorted(users)
        if (scope.like is None or like_matches(scope.like, name))
        and name.startswith(scope.starts_with or "")
    ]
    columns = [Column("name"), Column("created_on", "timestamp_tz"), *map(Column, _SHOWN)]
    return table(columns, rows[: scope.limit] if scope.limit is not None else rows, SHOW)


@statement("describe user", "desc user")
def describe_user(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/desc-user"""
    _, reader = statement.after_head()
    name = require_user(session, reader.name()[-1])
    reader.end()
    found = find_user(session, name) or {}
    require(session, securable_of(name), "MONITOR")
    rows = [
        (key, property_of(name, found, key), "null", f"{key.replace('_', ' ').capitalize()}")
        for key in PROPERTIES
    ]
    return table(["property", "value", "default", "description"], rows, DESCRIBE)


def _rename(session: Session, name: str, new: str, known: Definition) -> Result:
    if find_user(session, new) is not None:
        raise already_exists(new)
    with session.ddl():
        for role in roles.roles_of_user(session, name):
            roles.revoke(session, role, "USER", name)
            roles.grant(session, role, roles.Membership("USER", new, session.role, session.now()))
        session.catalog.drop(session, KIND, ObjectName("", "", name))
        session.catalog.put(session, KIND, ObjectName("", "", new), known)
    return status("Statement executed successfully.")


def _shown(name: str, found: Definition, column: str) -> str | None:
    if column == "owner":
        return "ACCOUNTADMIN"
    if column.startswith("has_"):
        return str(column.removeprefix("has_").upper() in found).lower()
    value = property_of(name, found, column.upper())
    return None if value == "null" else value


def _moment(found: Definition) -> datetime | None:
    text = found.get("created_on")
    return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None
