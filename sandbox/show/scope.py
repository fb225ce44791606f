"""The scope and filters shared by SHOW statements: LIKE, IN, STARTS WITH, LIMIT.

https://docs.snowflake.com/en/sql-reference/sql/show-tasks
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader


@dataclass(frozen=True)
class Scope:
    """Which objects a SHOW lists; `select` gives them ordered by name."""

    database: str | None
    schema: str | None
    like: str | None
    starts_with: str | None
    root_only: bool
    limit: int | None
    start_after: str | None

    def select(self, names: Iterable[ObjectName]) -> list[ObjectName]:
        """The names in scope, ordered by database, schema and name."""
        found = [name for name in sorted(names) if self._contains(name)]
        return found[: self.limit] if self.limit is not None else found

    def _contains(self, name: ObjectName) -> bool:
        return (
            self.database in (None, name.database)
            and self.schema in (None, name.schema)
            and (self.like is None or like_matches(self.like, name.name))
            and (self.starts_with is None or name.name.startswith(self.starts_with))
            and (self.start_after is None or name.name > self.start_after)
        )


def read_scope(session: Session, reader: Reader) -> Scope:
    """What follows `SHOW <kind>`, to the end of the statement."""
    like = reader.string() if reader.accept("LIKE") else None
    database, schema = session.database, None
    if reader.accept("IN"):
        database, schema = _place(session, reader)
    starts_with = reader.string() if reader.accept("STARTS", "WITH") else None
    root_only = reader.accept("ROOT", "ONLY")
    limit = int(str(reader.value())) if reader.accept("LIMIT") else None
    start_after = reader.string() if limit is not None and reader.accept("FROM") else None
    reader.end()
    return Scope(database, schema, like, starts_with, root_only, limit, start_after)


def like_matches(pattern: str, text: str) -> bool:
    """SHOW's LIKE: `%`, `_`, a backslash before a literal one; case does not matter."""
    regex = ""
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            regex += re.escape(next(characters, "\\"))
        else:
            regex += {"%": ".*", "_": "."}.get(character, re.escape(character))
    return re.fullmatch(regex, text, re.IGNORECASE | re.DOTALL) is not None


def _place(session: Session, reader: Reader) -> tuple[str | None, str | None]:
    if reader.accept("ACCOUNT"):
        return None, None
    if reader.accept("DATABASE"):
        return (reader.name()[-1] if _name_follows(reader) else session.database), None
    if reader.accept("SCHEMA") and not _name_follows(reader):
        return session.database, session.schema
    parts = reader.name()
    return (parts[0], parts[1]) if len(parts) == 2 else (session.database, parts[0])


def _name_follows(reader: Reader) -> bool:
    return not reader.at_end and reader.peek() not in ("STARTS", "ROOT", "LIMIT")
