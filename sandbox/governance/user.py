"""Users: kept and shown; there are no passwords to check, and secrets are never shown.

https://docs.snowflake.com/en/sql-reference/sql/create-user
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, datetime
from typing import Any

from sandbox.governance import role as roles
from sandbox.governance.authority import missing, require
from sandbox.governance.role import SYSTEM_USER
from sandbox.governance.securable import Securable
from sandbox.show.scope import like_matches, read_scope
from sandbox.warehouse.errors import already_exists, sql_error, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.parameter import DEFAULTS
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

KIND = "user"

_PROPERTIES = (
    "NAME", "COMMENT", "DISPLAY_NAME", "TYPE", "LOGIN_NAME", "FIRST_NAME", "MIDDLE_NAME",
    "LAST_NAME", "EMAIL", "PASSWORD", "MUST_CHANGE_PASSWORD", "DISABLED", "SNOWFLAKE_LOCK",
    "SNOWFLAKE_SUPPORT", "DAYS_TO_EXPIRY", "MINS_TO_UNLOCK", "DEFAULT_WAREHOUSE",
    "DEFAULT_NAMESPACE", "DEFAULT_ROLE", "DEFAULT_SECONDARY_ROLES", "EXT_AUTHN_DUO",
    "EXT_AUTHN_UID", "MINS_TO_BYPASS_MFA", "MINS_TO_BYPASS_NETWORK_POLICY", "RSA_PUBLIC_KEY",
    "RSA_PUBLIC_KEY_FP", "RSA_PUBLIC_KEY_2", "RSA_PUBLIC_KEY_2_FP", "PASSWORD_LAST_SET_TIME",
)  # fmt: skip
_SETTABLE = frozenset(_PROPERTIES) | frozenset(DEFAULTS) | {
    "NETWORK_POLICY", "ALLOWED_INTERFACES", "WORKLOAD_IDENTITY", "STATEMENT_TIMEOUT_IN_SECONDS",
    "LOG_LEVEL", "TRACE_LEVEL", "ENABLE_UNREDACTED_QUERY_SYNTAX_ERROR",
    "ENABLE_UNREDACTED_SECURE_OBJECT_ERROR", "ERROR_ON_NONDETERMINISTIC_MERGE",
    "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "LOCK_TIMEOUT",
}  # fmt: skip
_TYPES = ("PERSON", "SERVICE", "LEGACY_SERVICE", "SERVICE_AGENT")
# https://docs.snowflake.com/en/user-guide/admin-user-management#label-user-management-types
_NOT_OF_SERVICE = (
    "FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "PASSWORD", "MUST_CHANGE_PASSWORD",
    "MINS_TO_BYPASS_MFA",
)  # fmt: skip
_SHOWN = (
    "login_name", "display_name", "first_name", "last_name", "email", "mins_to_unlock",
    "days_to_expiry", "comment", "disabled", "must_change_password", "snowflake_lock",
    "default_warehouse", "default_namespace", "default_role", "default_secondary_roles",
    "ext_authn_duo", "ext_authn_uid", "mins_to_bypass_mfa", "owner", "has_password",
    "has_rsa_public_key", "type",
)  # fmt: skip

Definition = dict[str, Any]


def find_user(session: Session, name: str) -> Definition | None:
    found = session.catalog.get(session, KIND, ObjectName("", "", name))
    if found is None and name == SYSTEM_USER:
        return {"DEFAULT_ROLE": "ACCOUNTADMIN", "DEFAULT_SECONDARY_ROLES": [], "created_on": None}
    return found


def require_user(session: Session, name: str) -> str:
    if find_user(session, name) is None:
        raise missing(_securable(name))
    return name


def by_login(session: Session, login: str) -> tuple[str, Definition] | None:
    """The user with this login name, in any case."""
    users = {name.name: found for name, found in session.catalog.list(session, KIND, "").items()}
    if SYSTEM_USER not in users:
        users[SYSTEM_USER] = find_user(session, SYSTEM_USER) or {}
    for name, found in users.items():
        if str(found.get("LOGIN_NAME") or name).upper() == login.upper():
            return name, found
    return None


def fingerprints(found: Definition) -> set[str]:
    """Of the public keys a user has."""
    keys = (found.get(name) for name in ("RSA_PUBLIC_KEY_FP", "RSA_PUBLIC_KEY_2_FP"))
    return {str(one) for one in keys if one}


@statement("create user")
def create_user(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = reader.name()[-1]
    properties = _properties(reader)
    reader.end()
    with session.ddl():
        if find_user(session, name) is not None:
            if "IF NOT EXISTS" in modifiers:
                return status(f"{name} already exists, statement succeeded.")
            if "OR REPLACE" not in modifiers:
                raise already_exists(name)
        _check(properties)
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
        changed = {**known, **_properties(reader)}
    elif reader.accept("UNSET"):
        gone = {" ".join(part.rest().upper().split()) for part in reader.split()}
        if unknown := gone - _SETTABLE - {f"{p} POLICY" for p in ("PASSWORD", "SESSION")}:
            raise unsupported(f"alter user ... unset {min(unknown).lower()}.")
        gone |= {one.replace(" ", "_") for one in gone}
        changed = {key: value for key, value in known.items() if key not in gone}
    else:
        raise unsupported(f"alter user ... {reader.rest()}.")
    reader.end()
    _check(changed)
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
    require(session, _securable(name), "MONITOR")
    rows = [
        (key, _property(name, found, key), "null", f"{key.replace('_', ' ').capitalize()}")
        for key in _PROPERTIES
    ]
    return table(["property", "value", "default", "description"], rows, DESCRIBE)


def _securable(name: str) -> Securable:
    return Securable("USER", ObjectName("", "", name))


def _properties(reader: Reader) -> Definition:
    found: Definition = dict(reader.options())
    for key, value in list(found.items()):
        if key not in _SETTABLE:
            raise unsupported(f"user property {key}.")
        if key in ("DEFAULT_ROLE", "DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE", "TYPE"):
            found[key] = str(value).upper()
        if key in ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2"):
            found[f"{key}_FP"] = _fingerprint(str(value))
        if key == "PASSWORD":
            found[key] = True  # that there is one is all that is ever asked
        if isinstance(value, tuple):
            found[key] = list(value)
    return found


def _fingerprint(key: str) -> str:
    """https://docs.snowflake.com/en/user-guide/key-pair-auth#verify-the-user-s-public-key-fingerprint"""
    try:
        text = "".join(line for line in key.split() if "-----" not in line)
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise sql_error(
            "SQL compilation error:\nNew public key rejected by current policy. Reason: 'Invalid "
            "public key'",
            390402,
            "22023",
        ) from error
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode()


def _check(properties: Definition) -> None:
    kind = str(properties.get("TYPE", "PERSON"))
    if kind not in _TYPES:
        raise sql_error(
            f"SQL compilation error:\ninvalid value [{kind}] for parameter 'TYPE'", 1008, "22023"
        )
    if kind == "SERVICE":
        for key in _NOT_OF_SERVICE:
            if key in properties:
                raise sql_error(
                    f"SQL compilation error:\nCannot set {key} on users with TYPE=SERVICE.",
                    3123,
                    "22023",
                )


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


def _property(name: str, found: Definition, key: str) -> str:
    if key == "NAME":
        return name
    if key in ("LOGIN_NAME", "DISPLAY_NAME"):
        return str(found.get(key) or name)
    if key == "PASSWORD":
        return "********" if key in found else "null"
    if key == "TYPE":
        return str(found.get(key, "PERSON"))
    if key == "DEFAULT_SECONDARY_ROLES":
        return "[" + ",".join(f'"{one}"' for one in found.get(key, ["ALL"])) + "]"
    value = found.get(key)
    if value is None:
        return "false" if key in ("DISABLED", "MUST_CHANGE_PASSWORD") else "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(name: str, found: Definition, column: str) -> str | None:
    if column == "owner":
        return "ACCOUNTADMIN"
    if column.startswith("has_"):
        return str(column.removeprefix("has_").upper() in found).lower()
    value = _property(name, found, column.upper())
    return None if value == "null" else value


def _moment(found: Definition) -> datetime | None:
    text = found.get("created_on")
    return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None
