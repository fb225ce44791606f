"""Tags: CREATE, ALTER, DROP, SHOW, and the function that reads one.

https://docs.snowflake.com/en/user-guide/object-tagging/introduction
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sandbox.governance import governed
from sandbox.governance.domain import of_domain
from sandbox.governance.policy import MASKING, Policy, find_policy
from sandbox.show.scope import read_scope
from sandbox.warehouse.errors import already_exists, does_not_exist, sql_error, unsupported
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.registry import function, statement
from sandbox.warehouse.result import SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

KIND = "tag"
_DONE = "Statement executed successfully."
_MOST_VALUES = 5000

Definition = dict[str, Any]


def find_tag(session: Session, name: ObjectName) -> Definition | None:
    return session.catalog.get(session, KIND, name)


def require_tag(session: Session, name: ObjectName) -> Definition:
    found = find_tag(session, name)
    if found is None:
        raise does_not_exist("Tag", name)
    return found


def checked_value(session: Session, name: ObjectName, value: str) -> str:
    """The value, which must be one of the allowed ones."""
    allowed = require_tag(session, name)["allowed_values"]
    if allowed is not None and value not in allowed:
        raise sql_error(
            f"SQL compilation error:\nTag value {value} is not allowed. Allowed values for "
            f"tag '{name.name}' are {allowed}.",
            391802,
            "22023",
        )
    return value


def policies_of(session: Session, name: ObjectName) -> list[Policy]:
    """The masking policies set on a tag, one per data type."""
    places = (find_tag(session, name) or {}).get("policies", [])
    found = (find_policy(session, MASKING, ObjectName(*place)) for place in places)
    return [policy for policy in found if policy is not None]


@statement("create tag")
def create_tag(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/create-tag"""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    allowed, comment = _clauses(reader)
    with session.ddl():
        known = find_tag(session, name)
        if known is not None:
            if "IF NOT EXISTS" in modifiers:
                return status(f"{name.name} already exists, statement succeeded.")
            if not modifiers & {"OR REPLACE", "OR ALTER"}:
                raise already_exists(name)
        definition = {
            "allowed_values": allowed,
            "comment": comment or "",
            "created_on": session.now(),
            "policies": known["policies"] if known and "OR ALTER" in modifiers else [],
        }
        session.catalog.put(session, KIND, name, definition)
    return status(f"Tag {name.name} successfully created.")


@statement("alter tag")
def alter_tag(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-tag"""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    if find_tag(session, name) is None and "IF EXISTS" in modifiers:
        return status(_DONE)
    changed = _altered(session, require_tag(session, name), reader)
    reader.end()
    with session.ddl():
        session.catalog.put(session, KIND, name, changed)
    return status(_DONE)


@statement("drop tag")
def drop_tag(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/drop-tag"""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    if find_tag(session, name) is None and "IF EXISTS" in modifiers:
        return status("Drop statement executed successfully.")
    if require_tag(session, name)["policies"]:
        raise sql_error(
            f"SQL compilation error:\nCannot drop tag {name.name}: a masking policy is set on it.",
            391805,
            "42601",
        )
    for securable, found in list(governed.every(session)):
        if _without(found, name) != found:
            with session.ddl():
                governed.put(session, securable, _without(found, name))
    with session.ddl():
        session.catalog.drop(session, KIND, name)
    return status(f"{name.name} successfully dropped.")


@statement("show tags")
def show_tags(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/show-tags"""
    _, reader = statement.after_head()
    scope = read_scope(session, reader)
    tags = {
        name: found
        for database in session.account.databases()
        for name, found in session.catalog.list(session, KIND, database).items()
    }
    rows = []
    for name in scope.select(tags):
        found = tags[name]
        allowed = None if found["allowed_values"] is None else json.dumps(found["allowed_values"])
        moment = datetime.fromisoformat(found["created_on"]).astimezone(UTC)
        rows.append(
            (moment, name.name, name.database, name.schema, "", found["comment"], allowed, "ROLE")
        )
    columns = [
        Column("created_on", "timestamp_tz"),
        *map(Column, ("name", "database_name", "schema_name", "owner", "comment")),
        Column("allowed_values"),
        Column("owner_role_type"),
    ]
    return table(columns, rows, SHOW)


@function("system$get_tag")
def get_tag(session: Session, arguments: list[Any]) -> str | None:
    """The value of a tag on an object, inherited ones included; NULL when it has none.

    https://docs.snowflake.com/en/sql-reference/functions/system_get_tag
    """
    tag = session.resolve(split_name(str(arguments[0])))
    require_tag(session, tag)
    securable, column = of_domain(session, str(arguments[1]), str(arguments[2]))
    if column is not None:
        found = governed.tags_of_column(session, securable, column).get(tag)
        return found[0] if found else None
    inherited = governed.tags_of(session, securable).get(tag)
    return inherited[0] if inherited else None


@function("system$get_tag_allowed_values")
def get_tag_allowed_values(session: Session, arguments: list[Any]) -> str | None:
    allowed = require_tag(session, session.resolve(split_name(str(arguments[0]))))["allowed_values"]
    return None if allowed is None else json.dumps(allowed, separators=(",", ":"))


def _clauses(reader: Reader) -> tuple[list[str] | None, str | None]:
    allowed: list[str] | None = None
    comment = None
    while not reader.at_end:
        if reader.accept("ALLOWED_VALUES"):
            allowed = _values(reader)
        elif reader.accept("COMMENT", "="):
            comment = reader.string()
        else:
            raise unsupported(f"tag clause {reader.rest()!r}.")
    return allowed, comment


def _values(reader: Reader) -> list[str]:
    found = [reader.string()]
    while reader.accept(","):
        found.append(reader.string())
    if len(found) > _MOST_VALUES:
        raise sql_error("SQL compilation error:\nToo many allowed values.", 391803, "22023")
    return found


def _altered(session: Session, known: Definition, reader: Reader) -> Definition:
    allowed = known["allowed_values"]
    if reader.accept("ADD", "ALLOWED_VALUES"):
        return {
            **known,
            "allowed_values": list(dict.fromkeys([*(allowed or []), *_values(reader)])),
        }
    if reader.accept("DROP", "ALLOWED_VALUES"):
        gone = _values(reader)
        return {**known, "allowed_values": [one for one in allowed or [] if one not in gone]}
    if reader.accept("UNSET", "ALLOWED_VALUES"):
        return {**known, "allowed_values": None}
    if reader.accept("UNSET", "COMMENT"):
        return {**known, "comment": ""}
    if reader.accept("SET", "COMMENT", "="):
        return {**known, "comment": reader.string()}
    if reader.accept("SET", "ALLOWED_VALUES"):
        return {**known, "allowed_values": _values(reader)}
    if reader.peek() in ("SET", "UNSET") and reader.peek(1) == "MASKING":
        return {**known, "policies": _policies(session, known["policies"], reader)}
    raise unsupported(f"alter tag ... {reader.rest()}.")


def _policies(session: Session, known: list[list[str]], reader: Reader) -> list[list[str]]:
    """The masking policies after SET or UNSET MASKING POLICY a, MASKING POLICY b [FORCE]."""
    is_set = reader.accept("SET")
    if not is_set:
        reader.expect("UNSET")
    found = [find_policy(session, MASKING, ObjectName(*place)) for place in known]
    policies = {policy.kinds[0]: policy for policy in found if policy is not None}
    named = list(_named_policies(session, reader))
    forces = is_set and reader.accept("FORCE")
    for policy in named:
        old = policies.get(policy.kinds[0])
        if not is_set:
            policies.pop(policy.kinds[0], None)
        elif old is not None and old.name != policy.name and not forces:
            raise sql_error(
                f"SQL compilation error:\nTag already has a masking policy for the data type "
                f"{policy.kinds[0]}.",
                391804,
                "42601",
            )
        else:
            policies[policy.kinds[0]] = policy
    return [[p.name.database, p.name.schema, p.name.name] for p in policies.values()]


def _named_policies(session: Session, reader: Reader) -> Iterator[Policy]:
    while True:
        reader.expect("MASKING", "POLICY")
        name = session.resolve(reader.name())
        policy = find_policy(session, MASKING, name)
        if policy is None:
            raise does_not_exist("Masking policy", name)
        yield policy
        if not reader.accept(","):
            return


def _without(found: governed.Governed, tag: ObjectName) -> governed.Governed:
    return governed.Governed(
        {name: value for name, value in found.tags.items() if name != tag},
        {
            column: {name: value for name, value in tags.items() if name != tag}
            for column, tags in found.column_tags.items()
        },
        found.masks,
        found.rows,
    )
