"""A session's DuckDB connection, whose open transaction outlives a statement that fails.

DuckDB gives a transaction up at the first error, while on Snowflake the failed statement alone is
undone and the transaction stays open. So the statements of an open transaction are noted, and
after an error they run again in a new one: late, when the next statement comes, because most often
that is a rollback.

https://docs.snowflake.com/en/sql-reference/transactions#failed-statements-within-a-transaction
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.result import QUERY, Column, Result

Params = Sequence[Any] | Mapping[str, Any]
# What only reads need not run again.
_READING = ("select", "from", "describe", "show", "set ")


@dataclass(frozen=True)
class _Done:
    """A statement of the open transaction."""

    sql: str
    params: Params
    relations: dict[str, pa.Table]
    rows: int | None
    """How many rows it changed; another number when it runs again would be another history."""


class Engine:
    """Statements in DuckDB's SQL. One thread at a time."""

    def __init__(self, duck: duckdb.DuckDBPyConnection) -> None:
        self._duck = duck
        self._relations: dict[str, pa.Table] = {}
        self._done: list[_Done] | None = None
        self._is_broken = False

    def run(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        self._mend()
        rows = self._duck.execute(sql, _bound(params)).fetchall()
        self._note(sql, params, _changed(rows))
        return rows

    def fetch(self, sql: str, params: Params = (), kind: int = QUERY) -> Result:
        """The result of a query, with Snowflake's column types."""
        self._mend()
        relation = self._duck.sql(sql, params=_bound(params) or None)
        columns = _columns(relation)
        table = relation.to_arrow_table()
        if not sql[:20].lstrip().lower().startswith("with"):
            self._note(sql, params, table.num_rows)
        return Result(columns, table, kind)

    def columns_of(self, sql: str, params: Params = ()) -> list[Column]:
        """The columns of a query, which is bound but not run."""
        self._mend()
        return _columns(self._duck.sql(sql, params=_bound(params) or None))

    def duckdb_columns(self, sql: str) -> list[tuple[str, str]]:
        """Names and DuckDB types of the columns of a query."""
        self._mend()
        relation = self._duck.sql(sql)
        return [(n, str(kind)) for n, kind in zip(relation.columns, relation.types, strict=True)]

    @contextmanager
    def relation(self, name: str, table: pa.Table) -> Iterator[None]:
        """Lend an Arrow table to the queries run inside as a relation of that name."""
        self._duck.register(name, table)
        self._relations[name] = table
        try:
            yield
        finally:
            del self._relations[name]
            with suppress(duckdb.TransactionException):  # of a statement that failed
                self._duck.unregister(name)

    def begin(self) -> None:
        self._duck.execute("begin")
        self._done = []
        self._is_broken = False

    def commit(self) -> None:
        self._mend()
        self._done = None
        self._duck.execute("commit")

    def rollback(self) -> None:
        """DuckDB may have rolled back on its own; that is no error."""
        self._done, self._is_broken = None, False
        with suppress(duckdb.TransactionException):
            self._duck.execute("rollback")

    def mark(self) -> int:
        """Where the open transaction is, for `undo`."""
        return len(self._done or ())

    def undo(self, mark: int) -> None:
        """Leave out what ran since the mark: the statement failed."""
        if self._done is not None:
            del self._done[mark:]
            self._is_broken = True

    def interrupt(self) -> None:
        """From another thread: make the running statement fail."""
        self._duck.interrupt()

    def close(self) -> None:
        self._duck.close()
        del self._duck

    def _note(self, sql: str, params: Params, rows: int | None) -> None:
        if self._done is not None and not sql[:20].lstrip().lower().startswith(_READING):
            self._done.append(_Done(sql, params, dict(self._relations), rows))

    def _mend(self) -> None:
        """Run the statements of the transaction again that a failed one took with it."""
        if not self._is_broken:
            return
        done = self._done or []
        self.rollback()
        self._duck.execute("begin")
        self._done = done
        for one in done:
            if self._again(one) != one.rows:
                raise sql_error(
                    "The transaction cannot go on: other sessions changed what its earlier "
                    "statements read. Roll it back and try again.",
                    625,
                    "57014",
                )

    def _again(self, one: _Done) -> int | None:
        for name, table in one.relations.items():
            self._duck.register(name, table)
        try:
            return _changed(self._duck.execute(one.sql, _bound(one.params)).fetchall())
        finally:
            for name in one.relations:
                self._duck.unregister(name)


def _changed(rows: list[tuple[Any, ...]]) -> int | None:
    """What DuckDB says that a statement changed; the number of rows of one with RETURNING."""
    if len(rows) == 1 and len(rows[0]) == 1 and isinstance(rows[0][0], int):
        return rows[0][0]
    return len(rows)


def _bound(params: Params) -> dict[str, Any] | list[Any]:
    return dict(params) if isinstance(params, Mapping) else list(params)


def _columns(relation: duckdb.DuckDBPyRelation) -> list[Column]:
    return [
        Column.of_duckdb(name, str(kind))
        for name, kind in zip(relation.columns, relation.types, strict=True)
    ]
