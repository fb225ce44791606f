"""The privileges each kind of object has.

https://docs.snowflake.com/en/user-guide/security-access-control-privileges
"""

from __future__ import annotations

from sandbox.governance.securable import OF_SCHEMA
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.statement import Reader

_CREATABLE = tuple(
    f"CREATE {kind}"
    for kind in (
        *OF_SCHEMA, "AGGREGATION POLICY", "PROJECTION POLICY", "PACKAGES POLICY", "HYBRID TABLE",
        "ICEBERG TABLE", "MODEL", "NOTEBOOK", "GIT REPOSITORY", "SERVICE", "TYPE",
    )
)  # fmt: skip
_TABLE = ("DELETE", "INSERT", "REFERENCES", "SELECT", "TRUNCATE", "UPDATE", "EVOLVE SCHEMA")
_OF_KIND: dict[str, tuple[str, ...]] = {
    "ACCOUNT": (
        "CREATE DATABASE", "CREATE WAREHOUSE", "CREATE ROLE", "CREATE USER", "CREATE INTEGRATION",
        "CREATE NETWORK POLICY", "CREATE SHARE", "CREATE ACCOUNT", "CREATE COMPUTE POOL",
        "CREATE EXTERNAL VOLUME", "CREATE RESOURCE MONITOR",
        "APPLY MASKING POLICY", "APPLY ROW ACCESS POLICY", "APPLY SESSION POLICY",
        "APPLY PASSWORD POLICY", "APPLY AUTHENTICATION POLICY", "APPLY TAG", "ATTACH POLICY",
        "EXECUTE TASK", "EXECUTE MANAGED TASK", "EXECUTE ALERT", "EXECUTE MANAGED ALERT",
        "EXECUTE DATA METRIC FUNCTION", "IMPORT SHARE", "MANAGE GRANTS", "MANAGE WAREHOUSES",
        "MANAGE USER SUPPORT CASES", "MODIFY LOG LEVEL", "MODIFY TRACE LEVEL",
        "MODIFY METRIC LEVEL", "MODIFY SESSION LOG LEVEL", "MODIFY SESSION TRACE LEVEL",
        "MONITOR EXECUTION", "MONITOR SECURITY", "MONITOR USAGE", "BIND SERVICE ENDPOINT",
        "APPLY AGGREGATION POLICY", "APPLY PROJECTION POLICY", "AUDIT", "RESOLVE ALL",
        "READ SESSION",
    ),
    "DATABASE": (
        "CREATE SCHEMA", "CREATE DATABASE ROLE", "MODIFY", "MONITOR", "USAGE", "APPLYBUDGET",
        "IMPORTED PRIVILEGES", "MANAGE GRANTS",
    ),
    "SCHEMA": (*_CREATABLE, "MODIFY", "MONITOR", "USAGE", "APPLYBUDGET", "MANAGE GRANTS",
               "ADD SEARCH OPTIMIZATION"),
    "WAREHOUSE": ("MODIFY", "MONITOR", "OPERATE", "USAGE", "APPLYBUDGET"),
    "USER": ("MONITOR", "IMPERSONATE"),
    "RESOURCE MONITOR": ("MODIFY", "MONITOR"),
    "INTEGRATION": ("USAGE", "USE_ANY_ROLE"),
    "NETWORK POLICY": ("USAGE",),
    "TABLE": (*_TABLE, "APPLYBUDGET"),
    "DYNAMIC TABLE": ("MONITOR", "OPERATE", "SELECT"),
    "EVENT TABLE": ("DELETE", "REFERENCES", "SELECT", "TRUNCATE", "INSERT", "INGEST TELEMETRY"),
    "EXTERNAL TABLE": ("REFERENCES", "SELECT"),
    "VIEW": ("REFERENCES", "SELECT", "DELETE", "INSERT", "UPDATE", "TRUNCATE"),
    "MATERIALIZED VIEW": ("REFERENCES", "SELECT", "APPLYBUDGET"),
    "STAGE": ("READ", "USAGE", "WRITE"),
    "STREAM": ("SELECT",),
    "TASK": ("MONITOR", "OPERATE", "APPLYBUDGET"),
    "ALERT": ("MONITOR", "OPERATE"),
    "PIPE": ("MONITOR", "OPERATE", "APPLYBUDGET"),
    "PROCEDURE": ("USAGE",),
    "FUNCTION": ("USAGE",),
    "SEQUENCE": ("USAGE",),
    "FILE FORMAT": ("USAGE",),
    "STREAMLIT": ("USAGE",),
    "SECRET": ("READ", "USAGE"),
    "TAG": ("APPLY", "READ"),
    "MASKING POLICY": ("APPLY",),
    "ROW ACCESS POLICY": ("APPLY",),
    "SESSION POLICY": ("APPLY",),
    "PASSWORD POLICY": ("APPLY",),
    "AUTHENTICATION POLICY": ("APPLY",),
    "NETWORK RULE": ("USAGE",),
    "ROLE": (),
    "DATABASE ROLE": ("USAGE",),
}  # fmt: skip
_EVERY = frozenset(one for found in _OF_KIND.values() for one in found) | {"OWNERSHIP", "ALL"}


def read_privileges(reader: Reader) -> tuple[str, ...]:
    """The privileges before ON; `ALL` for `all [privileges]`."""
    text = reader.until("ON")
    found = [" ".join(one.upper().split()) for one in text.split(",")]
    privileges = tuple("ALL" if one == "ALL PRIVILEGES" else one for one in found)
    for one in privileges:
        if one not in _EVERY:
            raise sql_error(f"SQL compilation error:\nInvalid privilege '{one}'.", 1003, "42000")
    return privileges


def of_kind(privileges: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """The privileges as this kind of object has them; raises for one it has not."""
    known = _OF_KIND[kind]
    if privileges == ("ALL",):
        return known
    for one in privileges:
        if one not in known and one != "OWNERSHIP":
            raise sql_error(
                f"SQL compilation error:\nInvalid object type '{kind}' for privilege '{one}'.",
                3008,
                "42601",
            )
    return privileges
