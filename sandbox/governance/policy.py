"""Masking and row access policies as the account remembers them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.governance import governed
from sandbox.warehouse.errors import does_not_exist
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session

MASKING, ROW_ACCESS = "masking policy", "row access policy"


@dataclass(frozen=True)
class Policy:
    """`kinds` are the canonical types of the arguments, `body` is SQL text."""

    kind: str
    name: ObjectName
    arguments: tuple[str, ...]
    kinds: tuple[str, ...]
    types: tuple[str, ...]
    """As written."""
    returns: str
    body: str
    comment: str
    created_on: str

    @property
    def signature(self) -> str:
        pairs = zip(self.arguments, self.types, strict=True)
        return "(" + ", ".join(f"{name} {kind.upper()}" for name, kind in pairs) + ")"


def find_policy(session: Session, kind: str, name: ObjectName) -> Policy | None:
    found = session.catalog.get(session, kind, name)
    return None if found is None else _read(kind, name, found)


def require_policy(session: Session, kind: str, name: ObjectName) -> Policy:
    policy = find_policy(session, kind, name)
    if policy is None:
        raise does_not_exist(kind.capitalize(), name)
    return policy


def every_policy(session: Session, kind: str) -> dict[ObjectName, Policy]:
    return {
        name: _read(kind, name, found)
        for database in session.account.databases()
        for name, found in session.catalog.list(session, kind, database).items()
    }


def users_of(session: Session, kind: str, name: ObjectName) -> Iterator[str]:
    """Full names of the objects a policy is set on, tags included."""
    for securable, found in governed.every(session):
        attached = [*found.masks.values()] if kind == MASKING else [found.rows]
        if any(one is not None and one.policy == name for one in attached):
            yield securable.full_name
    for database in session.account.databases():
        for tag, known in session.catalog.list(session, "tag", database).items():
            if [name.database, name.schema, name.name] in known["policies"]:
                yield str(tag)


def _read(kind: str, name: ObjectName, found: dict[str, Any]) -> Policy:
    lists = {key: tuple(found[key]) for key in ("arguments", "kinds", "types")}
    return Policy(kind=kind, name=name, **{**found, **lists})
