"""A session: its current database and schema, its transaction, its temporary tables.

Statements go through `execute`, which looks the handler up in the registry. Handlers use `run` and
`fetch` (DuckDB's SQL), `dml` and `ddl` (the transaction a statement runs in) and `resolve`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from snowflake.connector.errors import ProgrammingError

from sandbox.warehouse import stream
from sandbox.warehouse.errors import from_duckdb, sql_error, unsupported
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.parameter import Parameters
from sandbox.warehouse.registry import find_statement
from sandbox.warehouse.result import QUERY, Column, Result, status
from sandbox.warehouse.statement import canonical, is_empty, read_statement

if TYPE_CHECKING:
    from sandbox.warehouse.account import Account
    from sandbox.warehouse.catalog import Catalog

Params = Sequence[Any] | Mapping[str, Any]


@dataclass
class Transaction:
    """What is to be done when the open transaction commits."""

    explicit: bool
    fed: set[ObjectName] = field(default_factory=set)
    """Streams that got rows."""
    consumed: set[ObjectName] = field(default_factory=set)
    """Streams a DML read: their offsets move with the commit."""
    queued: set[ObjectName] = field(default_factory=set)
    """Streams that have a queue from here on."""


class Session:
    """One thread at a time. Errors of `execute` and `describe` are `ProgrammingError`s."""

    def __init__(
        self,
        account: Account,
        duck: duckdb.DuckDBPyConnection,
        database: str | None,
        schema: str | None,
    ) -> None:
        self.account = account
        self.id = uuid.uuid4().int >> 80
        self.database = database
        self.schema = schema if schema or database is None else "PUBLIC"
        self.role = "SYSADMIN"
        self.warehouse: str | None = None
        self.user = "SANDBOX"
        self.parameters = Parameters()
        self.variables: dict[str, Any] = {}
        self.temporary: set[ObjectName] = set()
        self.temporary_version = 0
        """Grows with each change of the temporary tables, which no other session sees."""
        self.temporary_stages: dict[ObjectName, dict[str, Any]] = {}
        self.autocommit = True
        self.last_query_id: str | None = None
        self.transaction: Transaction | None = None
        self.in_ddl = False
        self._columns: dict[str, tuple[tuple[int, int], list[tuple[str, str]]]] = {}
        self._duck = duck
        self.run("set search_path = 'memory.main'")

    @property
    def catalog(self) -> Catalog:
        return self.account.catalog

    @property
    def in_transaction(self) -> bool:
        return self.transaction is not None

    def close(self) -> None:
        """Roll an open transaction back and drop the temporary tables and stages."""
        from sandbox.warehouse.stage import forget_temporary

        if self.transaction:
            self.rollback()
        forget_temporary(self)
        self._duck.close()
        del self._duck

    def execute(self, text: str, params: Params = ()) -> Result:
        """Run one Snowflake statement; `params` are the values of `?` or `:name`."""
        with _snowflake_errors():
            statement = read_statement(
                text, params if isinstance(params, Mapping) else tuple(params)
            )
            if is_empty(statement):
                raise sql_error("Empty SQL Statement.", 900, "42000")
            handler, statement = find_statement(statement)
            result = handler(self, statement)
        result.query_id = self.last_query_id = str(uuid.uuid4())
        self.account.remember(result)
        return result

    def describe(self, text: str) -> tuple[Sequence[Column], int]:
        """Columns and statement type of a statement that is not run."""
        from sandbox.warehouse.query import describe

        with _snowflake_errors():
            return describe(self, canonical(text))

    def run(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """Rows of a statement in DuckDB's SQL."""
        return self._duck.execute(sql, _bound(params)).fetchall()

    def fetch(self, sql: str, params: Params = (), kind: int = QUERY) -> Result:
        """The result of a query in DuckDB's SQL, with Snowflake's column types."""
        relation = self._duck.sql(sql, params=_bound(params) or None)
        columns = _columns(relation)
        table = relation.to_arrow_table()
        return Result(columns, table, kind)

    def columns_of(self, sql: str, params: Params = ()) -> list[Column]:
        """The columns of a query in DuckDB's SQL, which is bound but not run."""
        return _columns(self._duck.sql(sql, params=_bound(params) or None))

    def table_columns(self, place: str) -> list[tuple[str, str]]:
        """Names and DuckDB types of a table or view, given as DuckDB's name; [] without one."""
        key = (self.temporary_version, self.account.generation)
        known = self._columns.get(place)
        if known is None or known[0] != key or self.in_ddl:
            # DESCRIBE of a missing table would abort an open DuckDB transaction.
            rows = self.run(
                "select column_name, data_type from duckdb_columns() where database_name = ? "
                "and schema_name = ? and table_name = ? order by column_index",
                split_name(place),
            )
            known = (key, [(row[0], row[1]) for row in rows])
            self._columns[place] = known
        return known[1]

    def duckdb_columns(self, sql: str) -> list[tuple[str, str]]:
        """Names and DuckDB types of the columns of a query in DuckDB's SQL."""
        relation = self._duck.sql(sql)
        return [(n, str(kind)) for n, kind in zip(relation.columns, relation.types, strict=True)]

    @contextmanager
    def relation(self, name: str, table: pa.Table) -> Iterator[None]:
        """Lend an Arrow table to the queries run inside as a relation of that name."""
        self._duck.register(name, table)
        try:
            yield
        finally:
            self._duck.unregister(name)

    def resolve(self, parts: Sequence[str]) -> ObjectName:
        """The full name of a schema object, completed by the current database and schema."""
        if len(parts) > 3:
            raise unsupported(f"name {'.'.join(parts)} with more than three parts.")
        if len(parts) < 3 and self.database is None:
            raise sql_error(
                "Cannot perform operation. This session does not have a current database. "
                "Call 'USE DATABASE', or use a qualified name.",
                90105,
                "22000",
            )
        if len(parts) < 2 and self.schema is None:
            raise sql_error(
                "Cannot perform operation. This session does not have a current schema. "
                "Call 'USE SCHEMA', or use a qualified name.",
                90106,
                "22000",
            )
        database, schema, name = (self.database, self.schema)[: 3 - len(parts)] + tuple(parts)
        return ObjectName(str(database), str(schema), str(name))

    def lock(self, names: Iterable[ObjectName], shared: Iterable[ObjectName] = ()) -> None:
        """Hold these until the end of the transaction; call it before the transaction reads."""
        wanted = dict.fromkeys(shared, True) | dict.fromkeys(names, False)
        for name, is_shared in sorted(wanted.items()):
            self.account.locks.acquire(self, name, is_shared)

    def begin(self, explicit: bool = True) -> Transaction:
        """The open transaction, opened if there is none."""
        if self.transaction is None:
            self.run("begin")
            self.transaction = Transaction(explicit)
        return self.transaction

    def commit(self) -> None:
        """Commit the open transaction, if any, and tell who waits for streams."""
        transaction, self.transaction = self.transaction, None
        if transaction is None:
            return
        try:
            for name in sorted(transaction.consumed):
                stream.advance(self, name)
            self.run("commit")
            self.account.queued_streams.update(transaction.queued)
        except duckdb.Error:
            self._undo()
            raise
        finally:
            self.account.locks.release(self)
        if transaction.fed:
            self.account.announce(frozenset(transaction.fed))

    def rollback(self) -> None:
        if self.transaction is not None:
            self.transaction = None
            self._undo()
            self.account.locks.release(self)

    @contextmanager
    def dml(
        self, locks: Iterable[ObjectName] = (), shared: Iterable[ObjectName] = ()
    ) -> Iterator[Transaction]:
        """The open transaction, or one of its own that ends with the statement."""
        own = self.transaction is None
        try:
            self.lock(locks, shared)
            yield self.begin(explicit=False)
        except BaseException:
            if own:
                self.rollback()
                self.account.locks.release(self)
            raise
        if own and self.autocommit:
            self.commit()

    @contextmanager
    def ddl(self, locks: Iterable[ObjectName] = (), is_temporary: bool = False) -> Iterator[None]:
        """A transaction of its own; an open one is committed first.

        A change of temporary objects leaves valid what other sessions know about objects.

        https://docs.snowflake.com/en/sql-reference/transactions#ddl
        """
        if self.in_ddl:
            yield
            return
        self.commit()
        try:
            self.lock(locks)
            with self.account.ddl_lock:
                self.run("begin")
                self.in_ddl = True
                try:
                    yield
                    self.run("commit")
                except BaseException:
                    self._undo()
                    raise
                finally:
                    self.in_ddl = False
                    self.temporary_version += is_temporary
                    self.account.generation += not is_temporary
        finally:
            self.account.locks.release(self)

    def use(self, database: str, schema: str | None) -> None:
        self.database, self.schema = database, schema

    @staticmethod
    def now() -> str:
        """The time of day for `created_on` of an object, UTC."""
        return datetime.now(UTC).isoformat()

    def interrupt(self) -> None:
        """From another thread: make the running statement fail, so that it cannot commit."""
        self._duck.interrupt()

    def _undo(self) -> None:
        """Roll DuckDB back; it may have done so on its own."""
        with suppress(duckdb.TransactionException):
            self.run("rollback")


def ok(message: str = "Statement executed successfully.") -> Result:
    return status(message)


def _bound(params: Params) -> dict[str, Any] | list[Any]:
    return dict(params) if isinstance(params, Mapping) else list(params)


def _columns(relation: duckdb.DuckDBPyRelation) -> list[Column]:
    return [
        Column.of_duckdb(name, str(kind))
        for name, kind in zip(relation.columns, relation.types, strict=True)
    ]


@contextmanager
def _snowflake_errors() -> Iterator[None]:
    try:
        yield
    except ProgrammingError:
        raise
    except duckdb.Error as error:
        raise from_duckdb(error) from error
    except Exception as error:
        message = f"Internal error of the sandbox warehouse: {type(error).__name__}: {error}"
        raise sql_error(message, 603, "XX000") from error
