"""ALTER ACCOUNT, and parameters of databases, schemas and warehouses that are recorded only.

https://docs.snowflake.com/en/sql-reference/sql/alter-account
"""

from __future__ import annotations

from typing import Any

from sandbox.governance.securable import THE_ACCOUNT
from sandbox.warehouse.errors import does_not_exist, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

_KIND = "account setting"
_POLICIES = ("PASSWORD", "SESSION", "AUTHENTICATION")
_OF_DATABASE = frozenset(
    {"COMMENT", "DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS",
     "DEFAULT_DDL_COLLATION", "LOG_LEVEL", "TRACE_LEVEL", "METRIC_LEVEL", "EVENT_TABLE"}
)  # fmt: skip
_OF_ACCOUNT = frozenset(
    {"NETWORK_POLICY", "RESOURCE_MONITOR", "LOG_LEVEL", "TRACE_LEVEL", "METRIC_LEVEL",
     "EVENT_TABLE", "DATA_RETENTION_TIME_IN_DAYS", "MIN_DATA_RETENTION_TIME_IN_DAYS",
     "STATEMENT_TIMEOUT_IN_SECONDS", "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS",
     "PERIODIC_DATA_REKEYING",
     "PREVENT_UNLOAD_TO_INLINE_URL", "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION",
     "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION", "CORTEX_ENABLED_CROSS_REGION", "TIMEZONE",
     "DEFAULT_STREAMLIT_NOTEBOOK_WAREHOUSE", "SSO_LOGIN_PAGE", "ALLOW_ID_TOKEN"}
)  # fmt: skip


@statement("alter account")
def alter_account(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    known: dict[str, Any] = session.catalog.get(session, _KIND, THE_ACCOUNT.name) or {}
    if reader.accept("SET"):
        changed = {**known, **(_policy(reader) or _settings(reader, _OF_ACCOUNT))}
    else:
        reader.expect("UNSET")
        gone = {" ".join(part.rest().upper().split()).replace(" ", "_") for part in reader.split()}
        changed = {key: value for key, value in known.items() if key not in gone}
    reader.end()
    with session.ddl():
        session.catalog.put(session, _KIND, THE_ACCOUNT.name, changed)
    return status("Statement executed successfully.")


@statement("alter database")
def alter_database(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-database"""
    modifiers, reader = statement.after_head()
    place = ObjectName(reader.name()[-1], "", "")
    if not session.account.has_database(place.database):
        if "IF EXISTS" in modifiers:
            return status("Statement executed successfully.")
        raise does_not_exist("Database", place.database)
    known: dict[str, Any] = session.catalog.get(session, "database", place) or {}
    if reader.accept("SET"):
        known = {**known, **_settings(reader, _OF_DATABASE)}
    elif reader.accept("UNSET"):
        gone = {part.name()[0] for part in reader.split()}
        known = {key: value for key, value in known.items() if key not in gone}
    else:
        raise unsupported(f"alter database ... {reader.rest()}.")
    reader.end()
    with session.ddl():
        session.catalog.put(session, "database", place, known)
    return status("Statement executed successfully.")


def _settings(reader: Reader, known: frozenset[str]) -> dict[str, Any]:
    """`name = value` pairs; a value may be a dotted name."""
    found: dict[str, Any] = {}
    while reader.peek(1) == "=":
        key = reader.peek()
        reader.accept(key, "=")
        found[key] = ".".join(reader.name()) if reader.peek(1) == "." else reader.value()
        reader.accept(",")
    for key in found:
        if key not in known:
            raise unsupported(f"parameter {key}.")
    return found


def _policy(reader: Reader) -> dict[str, Any] | None:
    for policy in _POLICIES:
        if reader.accept(policy, "POLICY"):
            name = ".".join(reader.name())
            reader.accept("FORCE")
            return {f"{policy}_POLICY": name}
    return None
