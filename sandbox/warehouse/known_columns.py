"""The columns of tables and views, asked for at each translation and remembered until a DDL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse.names import split_name

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

Columns = list[tuple[str, str]]


class KnownColumns:
    """Of one session, which alone sees its temporary tables."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, tuple[tuple[int, int], Columns]] = {}

    def of(self, place: str) -> Columns:
        """Names and DuckDB types of a table or view, given as DuckDB's name; [] without one."""
        session = self._session
        key = (session.temporary_version, session.account.generation)
        known = self._known.get(place)
        if known is None or known[0] != key or session.in_ddl:
            # DESCRIBE of a missing table would abort an open DuckDB transaction.
            rows = session.run(
                "select column_name, data_type from duckdb_columns() where database_name = ? "
                "and schema_name = ? and table_name = ? order by column_index",
                split_name(place),
            )
            known = (key, [(row[0], row[1]) for row in rows])
            self._known[place] = known
        return known[1]
