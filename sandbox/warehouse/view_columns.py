"""A view has the columns it was created with, and no others when its tables change.

https://docs.snowflake.com/en/sql-reference/sql/create-view#usage-notes
"""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.names import ObjectName

if TYPE_CHECKING:
    from sandbox.warehouse.catalog import Definition
    from sandbox.warehouse.session import Session


def columns_of(session: Session, view: ObjectName) -> list[str]:
    return [name for name, _ in session.duckdb_columns(f"select * from {view.sql}")]


def require_same(session: Session, name: ObjectName, definition: Definition) -> None:
    """Raise when `select *` in a view, or in one it reads, gives other columns than it did."""
    for parts in definition.get("reads", ()):
        inner = session.catalog.get(session, "view", ObjectName(*parts))
        if inner is not None:
            require_same(session, ObjectName(*parts), inner)
    declared = definition.get("columns")
    if declared is None:
        return
    found = columns_of(session, name)
    if found != declared:
        raise sql_error(
            f"SQL compilation error:\nView definition for '{name}' declared {len(declared)} "
            f"column(s), but view query produces {len(found)} column(s).",
            2057,
            "42601",
        )
