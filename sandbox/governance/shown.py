"""SHOW and DESCRIBE as a role gets them: only what it sees, each with its owner."""

from __future__ import annotations

from typing import Any

from sandbox.governance import authority, grants
from sandbox.governance.protection import protection_of
from sandbox.governance.securable import KINDS, Securable, named, object_of
from sandbox.warehouse.hook import ADMIN
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.result import Result, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement

_SINGULARS = {
    (kind[:-1] + "IES" if kind.endswith("Y") else kind + "S"): kind for kind in sorted(KINDS)
} | {"OBJECTS": "TABLE", "PROCEDURES": "PROCEDURE"}
_OWN = ("ROLE", "DATABASE ROLE", "USER")
_TEXTS = ("text", "definition")

Row = dict[str, Any]


def with_owner(session: Session, statement: Statement, result: Result) -> Result:
    """The rows the role sees, with the true owner in the column `owner`."""
    kind = _kind(statement)
    if kind is None or kind in _OWN:
        return result
    names = [column.name for column in result.columns]
    found = [dict(zip(names, row, strict=True)) for row in result.rows()]
    one = object_of(session, statement) if statement.verb != "SHOW" else None
    if "policy name" in names and one is not None and session.account.has_policies:
        return _with_policies(session, one, result, found)
    limited = session.role != ADMIN and not authority.authority_of(session).is_total
    if "owner" not in names and not limited:
        return result
    rows = []
    for row in found:
        securable = one or _securable(session, kind, row)
        if securable is None:
            rows.append(row)
            continue
        if limited and one is None and not authority.sees(session, securable):
            continue
        rows.append(_filled(session, securable, row, limited))
    return table(result.columns, [[row[name] for name in names] for row in rows], result.kind)


def _with_policies(
    session: Session, securable: Securable, result: Result, rows: list[Row]
) -> Result:
    """DESCRIBE TABLE names the masking policy that acts on a column."""
    protection = protection_of(session, securable.name)
    masks = protection.masks if protection is not None else {}
    for row in rows:
        if mask := masks.get(str(row["name"])):
            row["policy name"] = str(mask.policy.name)
    return table(result.columns, [list(row.values()) for row in rows], result.kind)


def _kind(statement: Statement) -> str | None:
    words = [word for word in statement.words[1:] if word not in ("TERSE", "USER", "EXTERNAL")]
    if not words and statement.words[1:2] == ("USER",):
        return "USER"
    for length in (3, 2, 1):
        phrase = " ".join(words[:length])
        if statement.verb == "SHOW" and phrase in _SINGULARS:
            return _SINGULARS[phrase]
        if statement.verb != "SHOW" and phrase in KINDS:
            return phrase
    return None


def _securable(session: Session, kind: str, row: Row) -> Securable | None:
    name = row.get("name")
    if name is None:
        return None
    if kind in ("DATABASE", "WAREHOUSE", "RESOURCE MONITOR", "NETWORK POLICY", "INTEGRATION"):
        return named(session, kind, (str(name),))
    database = row.get("database_name") or row.get("catalog_name")
    if database is None:
        return None
    if kind == "SCHEMA":
        return Securable(kind, ObjectName(str(database), str(name), ""))
    schema = row.get("schema_name")
    if schema is None:
        return None
    if row.get("kind") == "VIEW":
        kind = "VIEW"
    if kind in ("PROCEDURE", "FUNCTION"):
        name = str(row.get("arguments", "")).partition(" RETURN ")[0].replace("DEFAULT ", "")
    return Securable(kind, ObjectName(str(database), str(schema), str(name)))


def _filled(session: Session, securable: Securable, row: Row, limited: bool) -> Row:
    owner = grants.access(session, securable).owner
    filled = {**row, "owner": owner.rpartition(".")[2]} if "owner" in row else dict(row)
    is_secure = row.get("is_secure") in ("true", "Y")
    if limited and is_secure and not authority.holds(session, [], securable):
        filled |= {name: "" for name in _TEXTS if name in filled}
    return filled
