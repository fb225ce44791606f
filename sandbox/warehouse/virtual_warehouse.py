"""Virtual warehouses: their settings are recorded, nothing runs slower or faster for them.

https://docs.snowflake.com/en/sql-reference/sql/create-warehouse
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.warehouse.errors import already_exists, does_not_exist, sql_error, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import SHOW, Column, Result, status, table
from sandbox.warehouse.statement import Reader, Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

KIND = "warehouse"
_DONE = "Statement executed successfully."
_SIZES = {
    "XSMALL": "X-Small",
    "SMALL": "Small",
    "MEDIUM": "Medium",
    "LARGE": "Large",
    "XLARGE": "X-Large",
    **{f"X{n}LARGE": f"{n}X-Large" for n in range(2, 7)},
    **{f"{n}XLARGE": f"{n}X-Large" for n in range(2, 7)},
    "XXLARGE": "2X-Large",
    "XXXLARGE": "3X-Large",
}
_OPTIONS = frozenset(
    [
        *("WAREHOUSE_SIZE", "WAREHOUSE_TYPE", "AUTO_SUSPEND", "AUTO_RESUME", "COMMENT"),
        *("INITIALLY_SUSPENDED", "RESOURCE_MONITOR", "MIN_CLUSTER_COUNT", "MAX_CLUSTER_COUNT"),
        *("SCALING_POLICY", "ENABLE_QUERY_ACCELERATION", "QUERY_ACCELERATION_MAX_SCALE_FACTOR"),
        *("MAX_CONCURRENCY_LEVEL", "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "GENERATION"),
        *("STATEMENT_TIMEOUT_IN_SECONDS", "WAIT_FOR_COMPLETION", "RESOURCE_CONSTRAINT"),
    ]
)
_SHOWN = (
    *("name", "state", "type", "size", "min_cluster_count", "max_cluster_count", "is_default"),
    *("is_current", "auto_suspend", "auto_resume", "owner", "comment", "resource_monitor"),
    *("scaling_policy", "statement_timeout_in_seconds", "owner_role_type"),
)
_NUMBERS = frozenset({"min_cluster_count", "max_cluster_count", "auto_suspend"})

Definition = dict[str, Any]


@statement("create warehouse")
def create_warehouse(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = ObjectName("", "", reader.name()[-1])
    reader.accept("WITH")
    options = _options(reader)
    reader.end()
    known = session.catalog.get(session, KIND, name)
    if known is not None and "IF NOT EXISTS" in modifiers:
        return status(f"{name.name} already exists, statement succeeded.")
    if known is not None and not modifiers & {"OR REPLACE", "OR ALTER"}:
        raise already_exists(name.name)
    with session.ddl():
        session.catalog.put(session, KIND, name, {**options, "created_on": session.now()})
    session.warehouse = name.name
    return status(f"Warehouse {name.name} successfully created.")


@statement("alter warehouse")
def alter_warehouse(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-warehouse"""
    modifiers, reader = statement.after_head()
    if reader.peek() in ("RESUME", "SUSPEND", "SET", "UNSET") and session.warehouse:
        name = ObjectName("", "", session.warehouse)
    else:
        name = ObjectName("", "", reader.name()[-1])
    known = session.catalog.get(session, KIND, name)
    if known is None and "IF EXISTS" in modifiers:
        return status(_DONE)
    if known is None:
        raise does_not_exist("Warehouse", name.name)
    changed = _changed(known, reader)
    reader.end()
    with session.ddl():
        session.catalog.put(session, KIND, name, changed)
    return status(_DONE)


@statement("drop warehouse")
def drop_warehouse(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = ObjectName("", "", reader.name()[-1])
    with session.ddl():
        dropped = session.catalog.drop(session, KIND, name)
    if not dropped and "IF EXISTS" not in modifiers:
        raise does_not_exist("Warehouse", name.name)
    return status(f"{name.name} successfully dropped.")


@statement("show warehouses")
def show_warehouses(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/show-warehouses"""
    from sandbox.show.scope import like_matches

    _, reader = statement.after_head()
    like = reader.string() if reader.accept("LIKE") else "%"
    reader.end()
    rows = [
        [*(_shown(session, name.name, found, column) for column in _SHOWN), _moment(found)]
        for name, found in session.catalog.list(session, KIND, "").items()
        if like_matches(like, name.name)
    ]
    columns = [
        Column(name, "fixed", 38, 0) if name in _NUMBERS else Column(name) for name in _SHOWN
    ]
    return table([*columns, Column("created_on", "timestamp_tz")], rows, SHOW)


def _changed(known: Definition, reader: Reader) -> Definition:
    if reader.accept("SUSPEND"):
        return {**known, "is_suspended": True}
    if reader.accept("RESUME"):
        reader.accept("IF", "SUSPENDED")
        return {**known, "is_suspended": False}
    if reader.accept("SET"):
        return {**known, **_options(reader)}
    if reader.accept("UNSET"):
        gone = {part.name()[0] for part in reader.split()}
        return {key: value for key, value in known.items() if key not in gone}
    raise unsupported(f"alter warehouse ... {reader.rest()}.")


def _options(reader: Reader) -> Definition:
    found: Definition = dict(reader.options())
    for name in found:
        if name not in _OPTIONS:
            raise unsupported(f"warehouse option {name}.")
    size = found.get("WAREHOUSE_SIZE")
    if size is not None and _size(found) is None:
        raise sql_error(
            f"SQL compilation error:\ninvalid value [{size}] for parameter 'WAREHOUSE_SIZE'",
            1008,
            "22023",
        )
    return found


def _size(found: Mapping[str, Any]) -> str | None:
    text = str(found.get("WAREHOUSE_SIZE", "XSMALL")).upper().replace("-", "")
    return _SIZES.get(text)


def _shown(session: Session, name: str, found: Definition, column: str) -> object:
    suspended = found.get("is_suspended", found.get("INITIALLY_SUSPENDED") is True)
    known: dict[str, object] = {
        "name": name,
        "state": "SUSPENDED" if suspended else "STARTED",
        "type": found.get("WAREHOUSE_TYPE", "STANDARD"),
        "size": _size(found),
        "is_default": "N",
        "is_current": "Y" if name == session.warehouse else "N",
        "auto_resume": str(found.get("AUTO_RESUME", True)).lower(),
        "owner": "",
        "resource_monitor": str(found.get("RESOURCE_MONITOR", "null")),
        "owner_role_type": "ROLE",
    }
    if column in known:
        return known[column]
    defaults = {"comment": "", "auto_suspend": 600, "min_cluster_count": 1, "max_cluster_count": 1}
    value = found.get(column.upper(), defaults.get(column))
    return value if value is None or column in _NUMBERS else str(value)


def _moment(found: Definition) -> datetime:
    return datetime.fromisoformat(str(found["created_on"])).astimezone(UTC)
