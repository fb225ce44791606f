"""The warehouse as one thing to start and stop: account, server, procedures and tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox import procedure_statements, task_functions, task_statements
from sandbox.runtime import Runtime
from sandbox.warehouse.account import Account
from sandbox.warehouse.server import Server
from sandbox.warehouse.session import Session

STATEMENTS = (procedure_statements, task_functions, task_statements)
"""Importing them is what registers their statements."""


class Warehouse:
    """A running account; with a folder it keeps objects, data and tasks across restarts."""

    def __init__(
        self,
        folder: Path | None = None,
        port: int = 0,
        trigger_interval: timedelta = timedelta(seconds=1),
    ) -> None:
        self.account = Account(folder)
        self.server = Server(self.account, port)
        self.runtime = Runtime(self.account, self.server.port, self._lend, trigger_interval)

    @property
    def connection_parameters(self) -> dict[str, Any]:
        """Arguments of `snowflake.connector.connect`."""
        return self.server.connection_parameters

    def start(self) -> None:
        self.server.start()
        self.runtime.start()

    def stop(self) -> None:
        """Let running tasks end, then write everything to the folder."""
        self.runtime.stop()
        self.server.stop()
        self.account.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @contextmanager
    def _lend(self, token: str, session: Session) -> Iterator[None]:
        login = self.server._logins[token]
        with login.lock:
            own, login.session = login.session, session
        try:
            yield
        finally:
            with login.lock:
                login.session = own
