"""Which files a table was loaded from, so that COPY loads none twice.

Files of temporary stages are not kept: nobody can name them again.
https://docs.snowflake.com/en/user-guide/data-load-considerations-load
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.warehouse.catalog import SCHEMA
from sandbox.warehouse.names import quote

if TYPE_CHECKING:
    from sandbox.warehouse.names import ObjectName
    from sandbox.warehouse.session import Session

_KIND = "load history"


def loaded(session: Session, table: ObjectName) -> dict[str, str]:
    """Path and digest of the files that the table, as it is now, was loaded from."""
    place = f"{quote(table.database)}.{quote(SCHEMA)}.object"
    rows = session.run(
        f"select definition from {place} where kind = ? and schema = ? and name = ?",  # noqa: S608
        [_KIND, table.schema, table.name],
    )
    known = json.loads(rows[0][0]) if rows else {}
    if known.get("created_on") != _creation(session, table):
        return {}
    return dict(known["files"])


def keep(session: Session, table: ObjectName, files: dict[str, str]) -> None:
    """Add files; inside the transaction that loads them."""
    known = loaded(session, table) | files
    definition = {"created_on": _creation(session, table), "files": known}
    session.catalog.put(session, _KIND, table, definition)


def forget(session: Session, table: ObjectName) -> None:
    """TRUNCATE TABLE forgets the files: they load again."""
    session.catalog.drop(session, _KIND, table)


def digest(file: Path) -> str:
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()


def _creation(session: Session, table: ObjectName) -> str | None:
    definition = session.catalog.get(session, "table", table) or {}
    created: str | None = definition.get("created_on")
    return created
