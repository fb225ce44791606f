"""Notification integrations for e-mail: kept, shown, and asked before a mail is recorded.

https://docs.snowflake.com/en/sql-reference/sql/create-notification-integration-email
"""

from __future__ import annotations

from typing import Any

from sandbox.show.scope import like_matches
from sandbox.warehouse.catalog import Definition
from sandbox.warehouse.errors import already_exists, does_not_exist, syntax_error, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement

KIND = "notification integration"
_OPTIONS = frozenset(
    {"TYPE", "ENABLED", "ALLOWED_RECIPIENTS", "DEFAULT_RECIPIENTS", "DEFAULT_SUBJECT", "COMMENT"}
)
_SHOWN = ("name", "type", "category", "enabled", "comment", "created_on", "direction")
_PROPERTY_TYPES = {"ENABLED": "Boolean", "ALLOWED_RECIPIENTS": "List", "DEFAULT_RECIPIENTS": "List"}


def integration(session: Session, name: str) -> Definition | None:
    """The options of an integration, names in upper case, None when there is none."""
    return session.catalog.get(session, KIND, ObjectName("", "", name))


@statement("create notification integration")
def create_integration(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = reader.name()[-1]
    options = reader.options()
    reader.end()
    if str(options.get("TYPE", "")).upper() != "EMAIL":
        raise unsupported(f"notification integrations of type {options.get('TYPE')}.")
    _check(dict(options))
    with session.ddl():
        if integration(session, name) is not None:
            if "IF NOT EXISTS" in modifiers:
                return status(f"{name} already exists, statement succeeded.")
            if "OR REPLACE" not in modifiers:
                raise already_exists(name)
        definition = {"ENABLED": True, **options, "created_on": session.now()}
        session.catalog.put(session, KIND, ObjectName("", "", name), definition)
    return status(f"Integration {name} successfully created.")


@statement("alter notification integration", "alter integration")
def alter_integration(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = reader.name()[-1]
    options: dict[str, Any] = {}
    unset: list[str] = []
    if reader.accept("SET"):
        options = dict(reader.options())
        reader.end()
    elif reader.accept("UNSET"):
        unset = [part.rest().upper() for part in reader.split()]
    else:
        raise unsupported(f"alter notification integration ... {reader.rest()[:40]}.")
    _check(options | dict.fromkeys(unset))
    with session.ddl():
        known = integration(session, name)
        if known is None and "IF EXISTS" not in modifiers:
            raise does_not_exist("Integration", name)
        if known is not None:
            kept = {key: value for key, value in (known | options).items() if key not in unset}
            session.catalog.put(session, KIND, ObjectName("", "", name), kept)
    return status("Statement executed successfully.")


@statement("drop integration", "drop notification integration")
def drop_integration(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = reader.name()[-1]
    reader.end()
    with session.ddl():
        found = session.catalog.drop(session, KIND, ObjectName("", "", name))
    if not found and "IF EXISTS" in modifiers:
        return status("Drop statement executed successfully.")
    if not found:
        raise does_not_exist("Integration", name)
    return status(f"{name} successfully dropped.")


@statement("show integrations", "show notification integrations")
def show_integrations(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    like = reader.string() if reader.accept("LIKE") else "%"
    reader.end()
    rows = [
        [
            name.name, "EMAIL", "NOTIFICATION", str(known["ENABLED"]).lower(),
            known.get("COMMENT"), known["created_on"], "OUTBOUND",
        ]
        for name, known in session.catalog.list(session, KIND, "").items()
        if like_matches(like, name.name)
    ]  # fmt: skip
    shown = _SHOWN if "NOTIFICATION" in statement.words else _SHOWN[:-1]
    return table(shown, [row[: len(shown)] for row in rows], SHOW)


@statement(
    "describe integration", "desc integration",
    "describe notification integration", "desc notification integration",
)  # fmt: skip
def describe_integration(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    name = reader.name()[-1]
    reader.end()
    known = integration(session, name)
    if known is None:
        raise does_not_exist("Integration", name)
    columns = [Column(f"property{part}") for part in ("", "_type", "_value", "_default")]
    values = {"DIRECTION": "OUTBOUND"} | {k: v for k, v in known.items() if k in _OPTIONS}
    rows = [
        (key, _PROPERTY_TYPES.get(key, "String"), _written(value), "")
        for key, value in sorted(values.items())
        if key != "TYPE"
    ]
    return table(columns, rows, DESCRIBE)


def _check(options: dict[str, Any]) -> None:
    if unknown := options.keys() - _OPTIONS:
        raise syntax_error(f"invalid property '{min(unknown)}' of a notification integration.")


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
