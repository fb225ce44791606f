"""Objects that are kept and shown and have no effect here: network policies and rules, session,
password and authentication policies, resource monitors.

https://docs.snowflake.com/en/sql-reference/sql/create-network-policy
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.governance.authority import missing
from sandbox.governance.securable import OF_ACCOUNT, Securable, named
from sandbox.show.scope import like_matches, read_scope
from sandbox.warehouse.errors import already_exists, unsupported
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

_DONE = "Statement executed successfully."
Definition = dict[str, Any]


@dataclass(frozen=True)
class _Recorded:
    """What a kind of object can be given, and what SHOW gives of it."""

    kind: str
    plural: str
    options: frozenset[str]
    shown: tuple[str, ...]


def _kind(kind: str, plural: str, options: str, shown: str) -> _Recorded:
    return _Recorded(kind, plural, frozenset(options.split()), tuple(shown.split()))


_KINDS = {
    one.kind: one
    for one in (
        _kind(
            "NETWORK POLICY", "NETWORK POLICIES",
            "ALLOWED_NETWORK_RULE_LIST BLOCKED_NETWORK_RULE_LIST ALLOWED_IP_LIST BLOCKED_IP_LIST",
            "entries_in_allowed_ip_list entries_in_blocked_ip_list "
            "entries_in_allowed_network_rules entries_in_blocked_network_rules",
        ),
        _kind(
            "NETWORK RULE", "NETWORK RULES", "TYPE MODE VALUE_LIST",
            "type mode entries_in_valuelist",
        ),
        _kind(
            "SESSION POLICY", "SESSION POLICIES",
            "SESSION_IDLE_TIMEOUT_MINS SESSION_UI_IDLE_TIMEOUT_MINS ALLOWED_SECONDARY_ROLES "
            "BLOCKED_SECONDARY_ROLES", "kind",
        ),
        _kind(
            "PASSWORD POLICY", "PASSWORD POLICIES",
            "PASSWORD_MIN_LENGTH PASSWORD_MAX_LENGTH PASSWORD_MIN_UPPER_CASE_CHARS "
            "PASSWORD_MIN_LOWER_CASE_CHARS PASSWORD_MIN_NUMERIC_CHARS PASSWORD_MIN_SPECIAL_CHARS "
            "PASSWORD_MIN_AGE_DAYS PASSWORD_MAX_AGE_DAYS PASSWORD_MAX_RETRIES "
            "PASSWORD_LOCKOUT_TIME_MINS PASSWORD_HISTORY", "kind",
        ),
        _kind(
            "AUTHENTICATION POLICY", "AUTHENTICATION POLICIES",
            "AUTHENTICATION_METHODS MFA_AUTHENTICATION_METHODS MFA_ENROLLMENT MFA_POLICY "
            "CLIENT_TYPES CLIENT_POLICY SECURITY_INTEGRATIONS PAT_POLICY WORKLOAD_IDENTITY_POLICY",
            "kind",
        ),
        _kind(
            "RESOURCE MONITOR", "RESOURCE MONITORS",
            "CREDIT_QUOTA FREQUENCY START_TIMESTAMP END_TIMESTAMP NOTIFY_USERS TRIGGERS",
            "credit_quota used_credits remaining_credits level frequency start_time end_time "
            "notify_at suspend_at suspend_immediately_at",
        ),
    )
}  # fmt: skip


def _heads(verb: str) -> tuple[str, ...]:
    return tuple(f"{verb} {kind.lower()}" for kind in _KINDS)


@statement(*_heads("create"))
def create(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    securable = _named(session, statement, reader)
    definition = _definition(securable.kind, reader)
    found = _find(session, securable)
    if found is not None and "IF NOT EXISTS" in modifiers:
        return status(f"{securable.short_name} already exists, statement succeeded.")
    if found is not None and not modifiers & {"OR REPLACE", "OR ALTER"}:
        raise already_exists(securable.full_name)
    with session.ddl():
        _put(session, securable, {**definition, "created_on": session.now()})
    word = securable.kind.capitalize()
    return status(f"{word} {securable.short_name} successfully created.")


@statement(*_heads("alter"))
def alter(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    securable = _named(session, statement, reader)
    known = _find(session, securable)
    if known is None and "IF EXISTS" in modifiers:
        return status(_DONE)
    if known is None:
        raise missing(securable)
    if reader.accept("RENAME", "TO"):
        new = named(session, securable.kind, reader.name())
        with session.ddl():
            session.catalog.drop(session, securable.kind.lower(), securable.name)
            _put(session, new, known)
        return status(_DONE)
    if reader.accept("UNSET"):
        gone = {part.name()[0] for part in reader.split()}
        changed = {key: value for key, value in known.items() if key not in gone}
    else:
        reader.accept("SET")
        changed = {**known, **_definition(securable.kind, reader)}
    with session.ddl():
        _put(session, securable, changed)
    return status(_DONE)


@statement(*_heads("drop"))
def drop(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    securable = _named(session, statement, reader)
    reader.end()
    if _find(session, securable) is None:
        if "IF EXISTS" in modifiers:
            return status("Drop statement executed successfully.")
        raise missing(securable)
    with session.ddl():
        session.catalog.drop(session, securable.kind.lower(), securable.name)
    return status(f"{securable.short_name} successfully dropped.")


@statement(*(f"show {one.plural.lower()}" for one in _KINDS.values()))
def show(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    words = " ".join(statement.words[1:])
    kind = next(one for one in _KINDS.values() if words.startswith(one.plural))
    scope = read_scope(session, reader)
    databases = [""] if kind.kind in OF_ACCOUNT else session.account.databases()
    rows = []
    for database in databases:
        for name, found in session.catalog.list(session, kind.kind.lower(), database).items():
            is_here = not database or (
                scope.database in (None, name.database) and scope.schema in (None, name.schema)
            )
            if is_here and (scope.like is None or like_matches(scope.like, name.name)):
                places = (name.database or None, name.schema or None)
                shown = [_shown(kind.kind, found, column) for column in kind.shown]
                comment = found.get("COMMENT", "")
                rows.append([_moment(found), name.name, *places, "", comment, *shown])
    columns = [
        Column("created_on", "timestamp_tz"),
        *map(Column, ("name", "database_name", "schema_name", "owner", "comment", *kind.shown)),
    ]
    return table(columns, rows, SHOW)


@statement(*_heads("describe"), *_heads("desc"))
def describe(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    securable = _named(session, statement, reader)
    found = _find(session, securable)
    if found is None:
        raise missing(securable)
    rows = [(key, _text(value)) for key, value in sorted(found.items()) if key != "created_on"]
    return table(["name", "value"], rows, DESCRIBE)


def _named(session: Session, statement: Statement, reader: Reader) -> Securable:
    kind = " ".join(statement.words[1 : statement.head])
    return named(session, kind, reader.name())


def _find(session: Session, securable: Securable) -> Definition | None:
    return session.catalog.get(session, securable.kind.lower(), securable.name)


def _put(session: Session, securable: Securable, definition: Definition) -> None:
    session.catalog.put(session, securable.kind.lower(), securable.name, definition)


def _definition(kind: str, reader: Reader) -> Definition:
    reader.accept("WITH")
    found: Definition = {}
    while not reader.at_end:
        options = reader.options()
        if reader.accept("TRIGGERS"):
            found["TRIGGERS"] = _triggers(reader)
        elif not options:
            raise unsupported(f"{kind.lower()} clause {reader.rest()!r}.")
        found.update(options)
    for option in found:
        if option not in _KINDS[kind].options | {"COMMENT"}:
            raise unsupported(f"{kind.lower()} option {option}.")
    return found


def _triggers(reader: Reader) -> list[list[Any]]:
    """`on 80 percent do notify on 100 percent do suspend`"""
    found: list[list[Any]] = []
    while reader.accept("ON"):
        percent = reader.value()
        reader.expect("PERCENT", "DO")
        found.append([percent, str(reader.value()).upper()])
    return found


def _shown(kind: str, found: Definition, column: str) -> str | None:
    if column.startswith("entries_in_"):
        listed = {
            "entries_in_allowed_ip_list": "ALLOWED_IP_LIST",
            "entries_in_blocked_ip_list": "BLOCKED_IP_LIST",
            "entries_in_allowed_network_rules": "ALLOWED_NETWORK_RULE_LIST",
            "entries_in_blocked_network_rules": "BLOCKED_NETWORK_RULE_LIST",
            "entries_in_valuelist": "VALUE_LIST",
        }[column]
        return str(len(found.get(listed, ())))
    if column == "kind":
        return kind.replace(" ", "_")
    actions = {"notify_at": "NOTIFY", "suspend_at": "SUSPEND",
               "suspend_immediately_at": "SUSPEND_IMMEDIATE"}  # fmt: skip
    if column in actions:
        at = [f"{p}%" for p, action in found.get("TRIGGERS", []) if action == actions[column]]
        return ",".join(at) or None
    if column == "used_credits":
        return "0.00"
    if column == "remaining_credits":
        column = "credit_quota"
    key = {"start_time": "START_TIMESTAMP", "end_time": "END_TIMESTAMP"}.get(column, column.upper())
    value = found.get(key, "MONTHLY" if column == "frequency" else None)
    return None if value is None else str(value).upper()


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _moment(found: Definition) -> datetime:
    return datetime.fromisoformat(str(found["created_on"])).astimezone(UTC)
