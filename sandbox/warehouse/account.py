"""One Snowflake account: DuckDB databases, the catalog beside them, locks and stages."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from sandbox.warehouse import catalog, information_schema, macros, stream
from sandbox.warehouse.catalog import Catalog
from sandbox.warehouse.errors import already_exists, does_not_exist
from sandbox.warehouse.lock import Locks
from sandbox.warehouse.names import ObjectName, literal, quote
from sandbox.warehouse.result import Result
from sandbox.warehouse.session import Session

MOST_MEMORY = 1024 * 1024 * 1024
_KEPT_RESULTS = 50
_DEPTH, _STACK_BYTES = 20_000, 64 * 1024 * 1024
_SUFFIX = ".duckdb"

CommitCallback = Callable[[frozenset[ObjectName]], None]


class Account:
    """Everything that outlives a session.

    With a folder, objects and data survive a restart and a kill; without one, all is in memory.
    Only one process at a time can open a folder.
    """

    def __init__(self, path: Path | None = None, memory_limit: int | None = None) -> None:
        """`memory_limit` in bytes is DuckDB's; by default half of the machine, at most 1 GiB."""
        self.catalog = Catalog()
        self.locks = Locks()
        self.generation = 0
        """Grows with every committed DDL; what is cached about objects is valid for one of them."""
        self.has_policies = False
        """Whether there may be masking or row access policies; without them nothing is asked."""
        self.ddl_lock = threading.RLock()
        self.queued_streams: set[ObjectName] = set()
        """Streams whose rows began to be copied since the start, whatever a snapshot still says."""
        _allow_deep_statements()
        self._path = path
        self._home = path or Path(tempfile.mkdtemp(prefix="sandbox_warehouse_"))
        self._home.mkdir(parents=True, exist_ok=True)
        self.stages = (self._home / "stages").absolute()
        self._results: OrderedDict[str, Result] = OrderedDict()
        self._callbacks: list[CommitCallback] = []
        self._databases: set[str] = set()
        self._duck = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{memory_limit or _default_memory_limit()}B",
                "threads": os.cpu_count() or 1,
                "temp_directory": str(self._home / "spill"),
                "lambda_syntax": "ENABLE_SINGLE_ARROW",
                "default_null_order": "nulls_last_on_asc_first_on_desc",
                "preserve_insertion_order": False,
                "max_expression_depth": 20_000,
                # DuckDB's own 16 MB would put a checkpoint of the whole file into every other CALL.
                "checkpoint_threshold": "256MB",
            },
        )
        self._duck.execute("set global timezone = 'UTC'").fetchall()
        self._duck.execute(macros.CREATION_SQL).fetchall()
        self._attach(catalog.ACCOUNT_DATABASE)
        for file in sorted(self._home.glob("*" + _SUFFIX)):
            self._attach(file.name.removesuffix(_SUFFIX))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write everything to the folder; an account in memory is gone afterwards."""
        self._duck.close()
        del self._duck
        if self._path is None:
            shutil.rmtree(self._home, ignore_errors=True)

    def connect(self, database: str | None = None, schema: str | None = None) -> Session:
        """A session of its own, for the server and for whatever runs inside the account.

        Database and schema need not exist, as on Snowflake. One thread at a time may use it.
        """
        return Session(self, self._duck.cursor(), database, schema)

    def has_database(self, name: str) -> bool:
        return name in self._databases

    def databases(self) -> list[str]:
        return sorted(self._databases - {catalog.ACCOUNT_DATABASE})

    def create_database(self, name: str) -> None:
        """With its schemas PUBLIC and INFORMATION_SCHEMA. Raises if there is one of that name."""
        with self.ddl_lock:
            if self.has_database(name):
                raise already_exists(name)
            self._attach(name)
            self.generation += 1

    def drop_database(self, name: str) -> None:
        with self.ddl_lock:
            if name not in self.databases():
                raise does_not_exist("Database", name)
            self._duck.cursor().execute(f"detach {quote(name)}").fetchall()
            self._databases.discard(name)
            if self._path is not None:
                (self._path / (name + _SUFFIX)).unlink(missing_ok=True)
            self.generation += 1

    def on_commit(self, callback: CommitCallback) -> None:
        """Call back after each commit that put rows in streams, with the names of those streams.

        The callback runs in the committing thread and must return at once.
        """
        self._callbacks.append(callback)

    def announce(self, streams: frozenset[ObjectName]) -> None:
        for callback in self._callbacks:
            callback(streams)

    def remember(self, result: Result) -> None:
        """Keep a result for `result_scan` and for clients that fetch it by its query id."""
        self._results[result.query_id] = result
        while len(self._results) > _KEPT_RESULTS:
            self._results.popitem(last=False)

    def recall(self, query_id: str) -> Result | None:
        return self._results.get(query_id)

    def _attach(self, name: str) -> None:
        place = ":memory:" if self._path is None else str(self._path / (name + _SUFFIX))
        duck = self._duck.cursor()
        duck.execute(f"attach if not exists {literal(place)} as {quote(name)}").fetchall()
        duck.execute(catalog.creation_sql(name)).fetchall()
        duck.execute(stream.creation_sql(name)).fetchall()
        duck.execute(information_schema.creation_sql(name)).fetchall()
        self.has_policies |= catalog.holds(duck, name, "masking policy", "row access policy")
        if name != catalog.ACCOUNT_DATABASE:
            duck.execute(f'create schema if not exists {quote(name)}."PUBLIC"').fetchall()
        self._databases.add(name)


def _default_memory_limit() -> int:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(machine // 2, MOST_MEMORY)


def _allow_deep_statements() -> None:
    """Snowpark nests queries deeper than Python's default recursion goes."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _DEPTH))
    threading.stack_size(_STACK_BYTES)
