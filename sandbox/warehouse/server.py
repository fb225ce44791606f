"""The account behind Snowflake's HTTP interface, on loopback, for connector, Snowpark and CLI.

No password is checked, so the server binds 127.0.0.1 only.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from sandbox.warehouse import statements
from sandbox.warehouse.account import Account
from sandbox.warehouse.endpoint import LENT_SESSION, Endpoints
from sandbox.warehouse.login import Logins
from sandbox.warehouse.session import Session

HOST = "127.0.0.1"
START_TIMEOUT_SECONDS = 30.0


class Server:
    """One account on one port."""

    def __init__(self, account: Account, port: int = 0) -> None:
        statements.load()
        self.account = account
        self.logins = Logins()
        self.lend_to = self.logins.lend_to
        # With the protocol named, asyncio sets TCP_NODELAY; without it each answer waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, port))
        self.port = int(self._socket.getsockname()[1])
        self._endpoints = Endpoints(account, self.logins, all_left=self._end)
        app = self._endpoints.app
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(app, log_level="error", lifespan="off", timeout_keep_alive=60)
        )
        self._thread = threading.Thread(target=self._serve, name="warehouse", daemon=True)

    @property
    def connection_parameters(self) -> dict[str, Any]:
        """Arguments of `snowflake.connector.connect`."""
        return {
            "account": "sandbox",
            "user": "sandbox",
            "password": "sandbox",
            "host": HOST,
            "port": self.port,
            "protocol": "http",
            # Asks the clouds' metadata services: without internet, the name lookup may take 5 s.
            "platform_detection_timeout_seconds": 0.0,
        }

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._uvicorn.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError(f"the warehouse did not start on port {self.port}")
            time.sleep(0.005)

    def stop(self) -> None:
        """Close all sessions.

        Clients that are still logged in get an error at once from then on: if nobody listened any
        more, they would try again for minutes, at the exit of the process at the latest.
        """
        if self._endpoints.stop():
            self._end()
            self._thread.join(START_TIMEOUT_SECONDS)

    @contextmanager
    def lend(self, session: Session) -> Iterator[dict[str, Any]]:
        """Connection parameters of a client that shares this session; see `Logins.lend`."""
        with self.logins.lend(session) as secret:
            yield self.connection_parameters | {"session_parameters": {LENT_SESSION: secret}}

    def _serve(self) -> None:
        self._uvicorn.run(sockets=[self._socket])

    def _end(self) -> None:
        self._uvicorn.should_exit = True
        self._uvicorn.force_exit = True


@contextmanager
def serve(account: Account, port: int = 0) -> Iterator[dict[str, Any]]:
    """Serve the account; yields the arguments of `snowflake.connector.connect`."""
    server = Server(account, port)
    server.start()
    try:
        yield server.connection_parameters
    finally:
        server.stop()
