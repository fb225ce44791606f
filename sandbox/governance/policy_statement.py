"""CREATE, ALTER, DROP, DESCRIBE and SHOW of masking and row access policies.

https://docs.snowflake.com/en/sql-reference/sql/create-masking-policy
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime

from sandbox.governance.policy import (
    MASKING,
    ROW_ACCESS,
    Policy,
    every_policy,
    find_policy,
    require_policy,
    users_of,
)
from sandbox.procedure.definition import canonical_type
from sandbox.show.scope import read_scope
from sandbox.warehouse.errors import already_exists, sql_error, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement
from sandbox.warehouse.translation import parse_text

_DONE = "Statement executed successfully."


@statement("create masking policy", "create row access policy")
def create_policy(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    kind = _kind(statement)
    name = session.resolve(reader.name())
    policy = _definition(session, kind, name, reader)
    known = find_policy(session, kind, name)
    if known is not None:
        if "IF NOT EXISTS" in modifiers:
            return status(f"{name.name} already exists, statement succeeded.")
        if not modifiers & {"OR REPLACE", "OR ALTER"}:
            raise already_exists(name)
        if "OR REPLACE" in modifiers:
            _require_free(session, kind, name, "replaced")
    with session.ddl():
        _put(session, policy)
    session.account.has_policies = True
    return status(f"{kind.capitalize()} {name.name} successfully created.")


@statement("alter masking policy", "alter row access policy")
def alter_policy(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-masking-policy"""
    modifiers, reader = statement.after_head()
    kind = _kind(statement)
    name = session.resolve(reader.name())
    if find_policy(session, kind, name) is None and "IF EXISTS" in modifiers:
        return status(_DONE)
    policy = require_policy(session, kind, name)
    if reader.accept("SET", "BODY"):
        reader.expect("->")
        policy = replace(policy, body=_body(reader))
    elif reader.accept("SET", "COMMENT", "="):
        policy = replace(policy, comment=reader.string())
    elif reader.accept("UNSET", "COMMENT"):
        policy = replace(policy, comment="")
    elif reader.accept("RENAME", "TO"):
        return _rename(session, policy, session.resolve(reader.name()))
    else:
        raise unsupported(f"alter {kind} ... {reader.rest()}.")
    reader.end()
    with session.ddl():
        _put(session, policy)
    return status(_DONE)


@statement("drop masking policy", "drop row access policy")
def drop_policy(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/drop-masking-policy"""
    modifiers, reader = statement.after_head()
    kind = _kind(statement)
    name = session.resolve(reader.name())
    reader.end()
    if find_policy(session, kind, name) is None and "IF EXISTS" in modifiers:
        return status("Drop statement executed successfully.")
    require_policy(session, kind, name)
    _require_free(session, kind, name, "dropped")
    with session.ddl():
        session.catalog.drop(session, kind, name)
    return status(f"{name.name} successfully dropped.")


@statement("show masking policies", "show row access policies")
def show_policies(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/show-masking-policies"""
    _, reader = statement.after_head()
    kind = MASKING if statement.words[1] == "MASKING" else ROW_ACCESS
    scope = read_scope(session, reader)
    policies = every_policy(session, kind)
    rows = [
        (
            _moment(policies[name]), name.name, name.database, name.schema, _shown_kind(kind), "",
            policies[name].comment, "ROLE", "",
        )
        for name in scope.select(policies)
    ]  # fmt: skip
    columns = [
        Column("created_on", "timestamp_tz"),
        *map(Column, ("name", "database_name", "schema_name", "kind", "owner", "comment")),
        *map(Column, ("owner_role_type", "options")),
    ]
    return table(columns, rows, SHOW)


@statement(
    "describe masking policy", "desc masking policy",
    "describe row access policy", "desc row access policy",
)  # fmt: skip
def describe_policy(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    kind = _kind(statement)
    policy = require_policy(session, kind, session.resolve(reader.name()))
    row = (policy.name.name, policy.signature, policy.returns, policy.body)
    return table(["name", "signature", "return_type", "body"], [row], DESCRIBE)


def _kind(statement: Statement) -> str:
    return MASKING if statement.words[1] == "MASKING" else ROW_ACCESS


def _shown_kind(kind: str) -> str:
    return kind.upper().replace(" ", "_")


def _definition(session: Session, kind: str, name: ObjectName, reader: Reader) -> Policy:
    reader.expect("AS")
    arguments, types = [], []
    for part in reader.parenthesized().split():
        arguments.append(part.name()[0])
        types.append(part.rest())
    reader.expect("RETURNS")
    returns = reader.until("->")
    reader.expect("->")
    body = _body(reader)
    comment = ""
    while not reader.at_end:
        if reader.accept("COMMENT", "="):
            comment = reader.string()
        elif reader.accept("EXEMPT_OTHER_POLICIES", "="):
            if reader.value() is True:
                raise unsupported("exempt_other_policies = true.")
        else:
            raise reader.unexpected("expected the end of the policy")
    kinds = tuple(canonical_type(one) for one in types)
    returned = canonical_type(returns)
    if not arguments or (kind == MASKING and returned != kinds[0]):
        raise sql_error(
            f"SQL compilation error:\nMasking policy function argument and return type mismatch: "
            f"{kinds[:1]} and {returned}.",
            3003,
            "42601",
        )
    if kind == ROW_ACCESS and returned != "BOOLEAN":
        raise sql_error(
            "SQL compilation error:\nA row access policy must return a BOOLEAN.", 3003, "42601"
        )
    return Policy(
        kind, name, tuple(arguments), kinds, tuple(types), returns.upper(), body, comment,
        session.now(),
    )  # fmt: skip


def _body(reader: Reader) -> str:
    """The expression up to the options behind it; it must parse."""
    body = reader.until("COMMENT", "EXEMPT_OTHER_POLICIES").strip()
    parse_text(f"select {body}")
    return body


def _put(session: Session, policy: Policy) -> None:
    definition = asdict(policy)
    del definition["name"], definition["kind"]
    session.catalog.put(session, policy.kind, policy.name, definition)


def _require_free(session: Session, kind: str, name: ObjectName, action: str) -> None:
    for user in users_of(session, kind, name):
        raise sql_error(
            f"SQL compilation error:\nPolicy {name.name} cannot be dropped/replaced as it is "
            f"associated with one or more entities: it is set on {user} and cannot be {action}.",
            3007,
            "42601",
        )


def _rename(session: Session, policy: Policy, new: ObjectName) -> Result:
    if find_policy(session, policy.kind, new) is not None:
        raise already_exists(new)
    if any(users_of(session, policy.kind, policy.name)):
        raise unsupported("renaming a policy that is set on something.")
    with session.ddl():
        session.catalog.drop(session, policy.kind, policy.name)
        _put(session, replace(policy, name=new))
    return status(_DONE)


def _moment(policy: Policy) -> datetime:
    return datetime.fromisoformat(policy.created_on).astimezone(UTC)
