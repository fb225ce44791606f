"""Users as the account remembers them: no password is kept.

https://docs.snowflake.com/en/sql-reference/sql/create-user
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from sandbox.governance.authority import missing
from sandbox.governance.role import SYSTEM_USER
from sandbox.governance.securable import Securable
from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.parameter import DEFAULTS
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader

KIND = "user"

PROPERTIES = (
    "NAME", "COMMENT", "DISPLAY_NAME", "TYPE", "LOGIN_NAME", "FIRST_NAME", "MIDDLE_NAME",
    "LAST_NAME", "EMAIL", "PASSWORD", "MUST_CHANGE_PASSWORD", "DISABLED", "SNOWFLAKE_LOCK",
    "SNOWFLAKE_SUPPORT", "DAYS_TO_EXPIRY", "MINS_TO_UNLOCK", "DEFAULT_WAREHOUSE",
    "DEFAULT_NAMESPACE", "DEFAULT_ROLE", "DEFAULT_SECONDARY_ROLES", "EXT_AUTHN_DUO",
    "EXT_AUTHN_UID", "MINS_TO_BYPASS_MFA", "MINS_TO_BYPASS_NETWORK_POLICY", "RSA_PUBLIC_KEY",
    "RSA_PUBLIC_KEY_FP", "RSA_PUBLIC_KEY_2", "RSA_PUBLIC_KEY_2_FP", "PASSWORD_LAST_SET_TIME",
)  # fmt: skip
SETTABLE = frozenset(PROPERTIES) | frozenset(DEFAULTS) | {
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

Definition = dict[str, Any]


def find_user(session: Session, name: str) -> Definition | None:
    found = session.catalog.get(session, KIND, ObjectName("", "", name))
    if found is None and name == SYSTEM_USER:
        return {"DEFAULT_ROLE": "ACCOUNTADMIN", "DEFAULT_SECONDARY_ROLES": [], "created_on": None}
    return found


def require_user(session: Session, name: str) -> str:
    if find_user(session, name) is None:
        raise missing(securable_of(name))
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


def securable_of(name: str) -> Securable:
    return Securable("USER", ObjectName("", "", name))


def read_properties(reader: Reader) -> Definition:
    """`name = value` pairs; of a password only that there is one."""
    found: Definition = dict(reader.options())
    for key, value in list(found.items()):
        if key not in SETTABLE:
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


def check(properties: Definition) -> None:
    """Raise for a type nobody knows, and for a service user with properties of a person."""
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


def property_of(name: str, found: Definition, key: str) -> str:
    """A property as DESCRIBE USER shows it; a password never."""
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


def _fingerprint(key: str) -> str:
    """https://docs.snowflake.com/en/user-guide/key-pair-auth#verify-the-user-s-public-key-fingerprint"""
    try:
        text = "".join(line.strip() for line in key.splitlines() if "-----" not in line)
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise sql_error(
            "SQL compilation error:\nNew public key rejected by current policy. Reason: 'Invalid "
            "public key'",
            390402,
            "22023",
        ) from error
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode()
