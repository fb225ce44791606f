"""The roles of a session: USE ROLE, logging in, and the functions that ask for them.

https://docs.snowflake.com/en/sql-reference/sql/use-role
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from snowflake.connector.errors import ProgrammingError

from sandbox.governance import role as roles
from sandbox.governance.authority import authority_of
from sandbox.governance.role import Role, account_role
from sandbox.governance.user import by_login, find_user, fingerprints
from sandbox.warehouse.errors import does_not_exist, sql_error, unsupported
from sandbox.warehouse.hook import ADMIN
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.registry import function, statement
from sandbox.warehouse.result import OTHER, Result, status
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement

_BAD_LOGIN, _DISABLED, _BAD_TOKEN, _BAD_ROLE = 390100, 390101, 390144, 390189


@statement("use role")
def use_role(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    role = account_role(reader.name()[-1])
    reader.end()
    if roles.find(session, role) is None:
        raise does_not_exist("Role", role.name)
    if not _may_take(session, role):
        raise sql_error(
            f"SQL access control error:\nRequested role '{role.name}' is not assigned to the "
            "executing user. Specify another role to activate.",
            3013,
            "42501",
        )
    session.role = role.name
    return status("Statement executed successfully.", OTHER)


@statement("use secondary roles")
def use_secondary_roles(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/use-secondary-roles"""
    _, reader = statement.after_head()
    if reader.accept("ALL"):
        chosen = "ALL"
    elif reader.accept("NONE"):
        chosen = "NONE"
    else:
        raise unsupported("use secondary roles with names; write all or none.")
    reader.end()
    session.secondary_roles = chosen
    return status("Statement executed successfully.", OTHER)


def log_in(session: Session, data: Mapping[str, Any], role: str | None) -> None:
    """Give a new session its user, and the role asked for or the user's default.

    No password and no signature is checked; a service user must come with a key, and a key must be
    the one the user has. `data` is what the client sent.
    https://docs.snowflake.com/en/user-guide/key-pair-auth
    """
    known = by_login(session, str(data.get("LOGIN_NAME") or ""))
    if known is None:
        raise _refused("Incorrect username or password was specified.", _BAD_LOGIN)
    session.user, found = known
    if data.get("AUTHENTICATOR") == "SNOWFLAKE_JWT":
        if _fingerprint(str(data.get("TOKEN"))) not in fingerprints(found):
            raise _refused("JWT token is invalid.", _BAD_TOKEN)
    elif found.get("TYPE") == "SERVICE":
        raise _refused("Incorrect username or password was specified.", _BAD_LOGIN)
    if found.get("DISABLED") is True:
        raise _refused("User access disabled. Contact your local system administrator.", _DISABLED)
    all_secondary = "ALL" in [str(one) for one in found.get("DEFAULT_SECONDARY_ROLES", ["ALL"])]
    session.secondary_roles = "ALL" if all_secondary else "NONE"
    wanted = account_role(role or str(found.get("DEFAULT_ROLE") or "PUBLIC"))
    if roles.find(session, wanted) is not None and _may_take(session, wanted):
        session.role = wanted.name
    elif role is not None:
        raise _refused(
            f"Role '{role}' specified in the connect string does not exist or not authorized. "
            "Contact your local system administrator, or attempt to login with another role, "
            "e.g. PUBLIC.",
            _BAD_ROLE,
        )
    else:
        session.role = "PUBLIC"
    session.warehouse = session.warehouse or found.get("DEFAULT_WAREHOUSE")
    if session.database is None and found.get("DEFAULT_NAMESPACE"):
        database, *schema = split_name(str(found["DEFAULT_NAMESPACE"]))
        session.use(database, schema[0] if schema else "PUBLIC")


@function("invoker_role")
def invoker_role(session: Session, _arguments: list[Any]) -> str:
    return session.role


@function("current_role_type")
def current_role_type(_session: Session, _arguments: list[Any]) -> str:
    return "ROLE"


@function("current_secondary_roles")
def current_secondary_roles(session: Session, _arguments: list[Any]) -> str:
    """https://docs.snowflake.com/en/sql-reference/functions/current_secondary_roles"""
    if session.secondary_roles == "NONE":
        return json.dumps({"roles": "", "value": ""})
    names = [role.name for role in roles.roles_of_user(session, session.user)]
    return json.dumps({"roles": ",".join(names), "value": "ALL"})


@function("current_available_roles")
def current_available_roles(session: Session, _arguments: list[Any]) -> str:
    """The account roles the user can take. A JSON array.

    https://docs.snowflake.com/en/sql-reference/functions/current_available_roles
    """
    found = _available(session)
    return json.dumps(sorted(role.name for role in found if not role.database))


@function("is_role_in_session")
def is_role_in_session(session: Session, arguments: list[Any]) -> bool:
    return account_role(str(arguments[0])) in authority_of(session).active


@function("is_granted_to_invoker_role")
def is_granted_to_invoker_role(session: Session, arguments: list[Any]) -> bool:
    found = roles.closure(session, [roles.parse(session.role)])
    return account_role(str(arguments[0])) in found


@function("is_database_role_in_session")
def is_database_role_in_session(session: Session, arguments: list[Any]) -> bool:
    """https://docs.snowflake.com/en/sql-reference/functions/is_database_role_in_session"""
    parts = split_name(str(arguments[0]))
    database = parts[0] if len(parts) == 2 else str(session.database)
    return ObjectName(database, "", parts[-1]) in authority_of(session).active


def _may_take(session: Session, role: Role) -> bool:
    return role in _available(session)


def _available(session: Session) -> frozenset[Role]:
    held = roles.roles_of_user(session, session.user)
    if find_user(session, session.user) is None:
        held = [account_role(session.role)]
    if account_role(ADMIN) in held:
        # Who may do everything can take any role.
        return frozenset(roles.every(session))
    return roles.closure(session, held)


def _fingerprint(token: str) -> str:
    """The one of the public key that a JWT names as the end of its issuer."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["iss"]).rpartition(".")[2]
    except (IndexError, ValueError, KeyError):
        return ""


def _refused(message: str, errno: int) -> ProgrammingError:
    return ProgrammingError(msg=message, errno=errno, sqlstate="08001")
