"""A session: its current database and schema, its transaction, its temporary tables.

Statements go through `execute`, which looks the handler up in the registry. Handlers use `run` and
`fetch` (DuckDB's SQL), `dml` and `ddl` (the transaction a statement runs in) and `resolve`.
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
from snowflake.connector.errors import ProgrammingError

from sandbox.warehouse import hook, stream
from sandbox.warehouse.engine import Engine, Params
from sandbox.warehouse.errors import ConflictError, snowflake_errors, sql_error
from sandbox.warehouse.known_columns import KnownColumns
from sandbox.warehouse.names import ObjectName, complete_name, quote
from sandbox.warehouse.parameter import Parameters
from sandbox.warehouse.registry import find_statement
from sandbox.warehouse.result import Column, Result
from sandbox.warehouse.statement import canonical, is_empty, read_statement
from sandbox.warehouse.transaction import Transaction

if TYPE_CHECKING:
    from sandbox.warehouse.account import Account
    from sandbox.warehouse.catalog import Catalog

__all__ = ["Params", "Session", "Transaction"]


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
        self.role = hook.ADMIN
        self.secondary_roles = "NONE"
        """ALL when every role granted to the user counts, NONE when the role alone does."""
        self.warehouse: str | None = None
        self.user = "SANDBOX"
        self.parameters = Parameters()
        self.variables: dict[str, Any] = {}
        self.temporary: set[ObjectName] = set()
        self.temporary_version = 0
        """Grows with each change of the temporary tables, which no other session sees."""
        self.temporary_stages: dict[ObjectName, dict[str, Any]] = {}
        self.temporary_formats: dict[ObjectName, dict[str, Any]] = {}
        self.autocommit = True
        self.query_ids: deque[str] = deque(maxlen=50)
        self.transaction: Transaction | None = None
        self.outer: Transaction | None = None
        """The transaction in which the running procedure was called: not its to end."""
        self.in_ddl = False
        self.table_columns = KnownColumns(self).of
        self._engine = Engine(duck)
        self.run, self.fetch = self._engine.run, self._engine.fetch
        self.columns_of, self.relation = self._engine.columns_of, self._engine.relation
        self.duckdb_columns, self.interrupt = self._engine.duckdb_columns, self._engine.interrupt
        self.mark, self.undo = self._engine.mark, self._engine.undo
        self.run("set search_path = 'memory.main'")

    @property
    def catalog(self) -> Catalog:
        return self.account.catalog

    @property
    def last_query_id(self) -> str | None:
        return self.query_ids[-1] if self.query_ids else None

    def close(self) -> None:
        """Roll an open transaction back and drop the temporary tables and stages."""
        from sandbox.warehouse.stage import forget_temporary

        if self.transaction:
            self.rollback()
        forget_temporary(self)
        self._engine.close()

    def execute(self, text: str, params: Params = ()) -> Result:
        """Run one Snowflake statement; `params` are the values of `?` or `:name`.

        One that comes upon rows that others changed since its transaction began, which is no error
        on Snowflake, runs again after the earlier ones of the transaction.
        """
        open_one = self.transaction
        try:
            return self._execute(text, params)
        except ConflictError:
            if self.transaction is not open_one:
                raise
            return self._execute(text, params)

    def describe(self, text: str) -> tuple[Sequence[Column], int]:
        """Columns and statement type of a statement that is not run."""
        from sandbox.warehouse.query import describe

        with self.one_statement():
            return describe(self, canonical(text))

    @contextmanager
    def one_statement(self) -> Iterator[None]:
        """What runs inside is undone as a whole when it fails, and an open transaction goes on."""
        open_one, mark = self.transaction, self._engine.mark()
        before = open_one.copy() if open_one else {}
        try:
            with snowflake_errors():
                yield
        except ProgrammingError:
            if open_one is not None and open_one is self.transaction:
                open_one.restore(before)
                self._engine.undo(mark)
            raise

    def resolve(self, parts: Sequence[str]) -> ObjectName:
        """The full name of a schema object, completed by the current database and schema."""
        return complete_name(parts, self.database, self.schema)

    def place(self, table: ObjectName) -> str:
        """DuckDB's name of a table."""
        return f"temp.main.{quote(str(table))}" if table in self.temporary else table.sql

    def lock(self, names: Iterable[ObjectName], shared: Iterable[ObjectName] = ()) -> None:
        """Hold these until the end of the transaction; call it before the transaction reads."""
        wanted = dict.fromkeys(shared, True) | dict.fromkeys(names, False)
        for name, is_shared in sorted(wanted.items()):
            self.account.locks.acquire(self, name, is_shared)

    def begin(self, explicit: bool = True) -> Transaction:
        """The open transaction, opened if there is none."""
        if self.transaction is None:
            self._engine.begin()
            self.transaction = Transaction(explicit, time.time_ns())
        return self.transaction

    def commit(self) -> None:
        """Commit the open transaction, if any, and tell who waits for streams."""
        transaction = self.transaction
        if transaction is None:
            return
        try:
            for name in sorted(transaction.consumed):
                stream.advance(self, name)
            stream.unpin(self)
            self._engine.commit()
            self.account.queued_streams.update(transaction.queued)
        except (duckdb.Error, ProgrammingError):
            self._engine.rollback()
            raise
        finally:
            self.transaction = None
            self.account.locks.release(self)
        if transaction.fed:
            self.account.announce(frozenset(transaction.fed))

    def require_scope(self) -> None:
        """An error where a procedure would end the transaction that it was called in.

        https://docs.snowflake.com/en/sql-reference/transactions#scoped-transactions
        """
        if self.transaction is not None and self.transaction is self.outer:
            raise sql_error(
                "Modifying a transaction that has started at a different scope is not allowed.",
                90232,
                "57014",
            )

    def rollback(self) -> None:
        if self.transaction is not None:
            self.transaction = None
            self._engine.rollback()
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
        self.require_scope()
        self.commit()
        try:
            self.lock(locks)
            with self.account.ddl_lock:
                self._engine.begin()
                self.in_ddl = True
                self.catalog.forget()
                try:
                    yield
                    self._engine.commit()
                except BaseException:
                    self._engine.rollback()
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

    def _execute(self, text: str, params: Params) -> Result:
        with self.one_statement():
            statement = read_statement(
                text, params if isinstance(params, Mapping) else tuple(params)
            )
            if is_empty(statement):
                raise sql_error("Empty SQL Statement.", 900, "42000")
            handler, statement = find_statement(statement)
            result = hook.run(self, statement, handler)
        result.query_id = str(uuid.uuid4())
        self.query_ids.append(result.query_id)
        self.account.remember(result)
        return result
