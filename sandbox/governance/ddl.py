"""GET_DDL of tables, views, policies and tags.

https://docs.snowflake.com/en/sql-reference/functions/get_ddl
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.governance import authority
from sandbox.governance.policy import MASKING, ROW_ACCESS, find_policy
from sandbox.governance.securable import Securable, exists
from sandbox.governance.tag import find_tag
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.describe import described_columns
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.hook import ADMIN
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.registry import function
from sandbox.warehouse.session import Session

_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$"


@function("get_ddl")
def get_ddl(session: Session, arguments: list[Any]) -> str:
    """The statement that would make the object again; of a secure view only for its owner."""
    kind = str(arguments[0]).upper().replace("_", " ")
    parts = split_name(str(arguments[1]))
    is_full = len(arguments) > 2 and str(arguments[2]).lower() == "true"
    name = session.resolve(parts)
    if kind == "POLICY":
        kind = "MASKING POLICY" if find_policy(session, MASKING, name) else "ROW ACCESS POLICY"
    if kind in ("TABLE", "VIEW"):
        kind = (kind_of(session, name) or kind).upper()
    securable = Securable(kind, name)
    if kind not in ("TABLE", "VIEW", "TAG", "MASKING POLICY", "ROW ACCESS POLICY"):
        raise unsupported(f"get_ddl of a {kind.lower()}.")
    if not exists(session, securable):
        raise authority.missing(securable)
    if session.role != ADMIN:
        authority.require_path(session, securable)
        if not authority.sees(session, securable):
            raise authority.missing(securable)
    shown = _shown(name, is_full)
    if kind == "TABLE":
        return _table(session, name, shown)
    if kind == "VIEW":
        return _view(session, securable, shown)
    if kind == "TAG":
        return _tag(session, name, shown)
    return _policy(session, kind.lower(), name, shown)


def _table(session: Session, name: ObjectName, shown: str) -> str:
    required = {
        row[0]
        for row in session.run(
            "select column_name from duckdb_columns() where database_name = ? and schema_name = ? "
            "and table_name = ? and not is_nullable",
            [name.database, name.schema, name.name],
        )
    }
    columns = [
        f"\t{_quoted(column)} {kind}{' NOT NULL' if column in required else ''}"
        for column, kind in described_columns(session, name)
    ]
    return f"create or replace TABLE {shown} (\n" + ",\n".join(columns) + "\n);"


def _view(session: Session, securable: Securable, shown: str) -> str:
    found = session.catalog.get(session, "view", securable.name) or {}
    is_secure = bool(found.get("is_secure"))
    if is_secure and not authority.holds(session, [], securable):
        raise authority.insufficient(securable)
    columns = [_quoted(column) for column, _ in session.table_columns(securable.name.sql)]
    word = "SECURE VIEW" if is_secure else "VIEW"
    heading = ",\n".join(f"\t{column}" for column in columns)
    return f"create or replace {word} {shown}(\n{heading}\n) as {found['query'].strip()};"


def _tag(session: Session, name: ObjectName, shown: str) -> str:
    found = find_tag(session, name) or {}
    allowed = found.get("allowed_values")
    values = (
        ""
        if allowed is None
        else " ALLOWED_VALUES "
        + ", ".join("'" + value.replace("'", "''") + "'" for value in allowed)
    )
    comment = f" COMMENT={json.dumps(found['comment'])}" if found.get("comment") else ""
    return f"create or replace tag {shown}{values}{comment};".replace('="', "='")


def _policy(session: Session, kind: str, name: ObjectName, shown: str) -> str:
    policy = find_policy(session, MASKING if kind == MASKING else ROW_ACCESS, name)
    assert policy is not None  # noqa: S101 - it was there
    return (
        f"create or replace {kind.upper()} {shown} as {policy.signature} \n"
        f"RETURNS {policy.returns} ->\n{policy.body}\n;"
    )


def _shown(name: ObjectName, is_full: bool) -> str:
    parts = (name.database, name.schema, name.name) if is_full else (name.name,)
    return ".".join(map(_quoted, parts))


def _quoted(name: str) -> str:
    plain = set(name) <= set(_PLAIN) and not name[:1].isdigit()
    return name if plain else '"' + name.replace('"', '""') + '"'
