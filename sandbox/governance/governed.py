"""What is set on an object: its tags, and the policies of it and of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.governance.securable import Securable, of_record
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session

_KIND = "governed"


@dataclass(frozen=True)
class Attached:
    """A policy with the columns that are its arguments, the protected one first."""

    policy: ObjectName
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Governed:
    tags: Mapping[ObjectName, str] = field(default_factory=dict)
    column_tags: Mapping[str, Mapping[ObjectName, str]] = field(default_factory=dict)
    masks: Mapping[str, Attached] = field(default_factory=dict)
    """By column."""
    rows: Attached | None = None
    """The row access policy."""

    @property
    def is_empty(self) -> bool:
        return not (self.tags or any(self.column_tags.values()) or self.masks or self.rows)


def of(session: Session, securable: Securable) -> Governed:
    found = session.catalog.get(session, _KIND, securable.record)
    return _from_json(found) if found else Governed()


def put(session: Session, securable: Securable, governed: Governed) -> None:
    """Inside `session.ddl()`."""
    if governed.is_empty:
        session.catalog.drop(session, _KIND, securable.record)
    else:
        session.catalog.put(session, _KIND, securable.record, _to_json(governed))


def forget(session: Session, securable: Securable) -> None:
    """Inside `session.ddl()`."""
    session.catalog.drop(session, _KIND, securable.record)


def every(session: Session) -> Iterator[tuple[Securable, Governed]]:
    """All objects something is set on."""
    for database in ("", *session.account.databases()):
        for record, found in session.catalog.list(session, _KIND, database).items():
            yield of_record(record), _from_json(found)


def tags_of(session: Session, securable: Securable) -> dict[ObjectName, tuple[str, Securable]]:
    """Tags of an object with those it inherits, each with its value and where it is set.

    https://docs.snowflake.com/en/user-guide/object-tagging/inheritance
    """
    found: dict[ObjectName, tuple[str, Securable]] = {}
    place: Securable | None = securable
    while place is not None:
        for tag, value in of(session, place).tags.items():
            found.setdefault(tag, (value, place))
        place = place.container if place.kind != "ACCOUNT" else None
    return found


def tags_of_column(
    session: Session, securable: Securable, column: str
) -> dict[ObjectName, tuple[str, Securable | None]]:
    """The tags of a column; where one is set is None for the column itself."""
    own = of(session, securable).column_tags.get(column, {})
    found: dict[ObjectName, tuple[str, Securable | None]] = {
        tag: (value, None) for tag, value in own.items()
    }
    for tag, inherited in tags_of(session, securable).items():
        found.setdefault(tag, inherited)
    return found


def _to_json(governed: Governed) -> dict[str, Any]:
    return {
        "tags": _pairs(governed.tags),
        "column_tags": {c: _pairs(tags) for c, tags in governed.column_tags.items() if tags},
        "masks": {c: _attached(one) for c, one in governed.masks.items()},
        "rows": _attached(governed.rows) if governed.rows else None,
    }


def _from_json(plain: dict[str, Any]) -> Governed:
    return Governed(
        {ObjectName(*name): value for name, value in plain["tags"]},
        {
            column: {ObjectName(*name): value for name, value in pairs}
            for column, pairs in plain["column_tags"].items()
        },
        {column: _read(one) for column, one in plain["masks"].items()},
        _read(plain["rows"]) if plain["rows"] else None,
    )


def _pairs(tags: Mapping[ObjectName, str]) -> list[Any]:
    return [[_parts(name), value] for name, value in tags.items()]


def _attached(one: Attached) -> dict[str, Any]:
    return {"policy": _parts(one.policy), "columns": list(one.columns)}


def _read(plain: dict[str, Any]) -> Attached:
    return Attached(ObjectName(*plain["policy"]), tuple(plain["columns"]))


def _parts(name: ObjectName) -> list[str]:
    return [name.database, name.schema, name.name]
