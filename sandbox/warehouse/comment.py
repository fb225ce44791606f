"""Comments of the objects that DuckDB knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse.names import ObjectName, literal, quote

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


def set_comment(
    session: Session, kind: str, name: ObjectName, text: str | None, column: str | None = None
) -> None:
    """Comment a "table" or "view", or a column of one; part of a DDL. Null takes it away.

    Temporary tables keep none.
    """
    if name in session.temporary:
        return
    place = f"column {name.sql}.{quote(column)}" if column else f"{kind} {name.sql}"
    session.run(f"comment on {place} is {literal(text)}")
