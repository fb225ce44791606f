"""The account behind Snowflake's HTTP interface, on loopback, for connector, Snowpark and CLI.

There is no authentication: every login succeeds, so the server binds 127.0.0.1 only.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import secrets
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from snowflake.connector.errors import ProgrammingError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.warehouse import hook, several, statements, wire
from sandbox.warehouse.account import Account
from sandbox.warehouse.control import VERSION, set_parameter
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.response import (
    answer,
    answers,
    described,
    failure,
    logged_out,
    session_info,
    success,
)
from sandbox.warehouse.result import Result
from sandbox.warehouse.session import Session

HOST = "127.0.0.1"
START_TIMEOUT_SECONDS = 30.0
LENT_SESSION = "SANDBOX_LENT_SESSION"
"""Session parameter of a login that is to share a session; its value comes from `Server.lend`."""
KEPT_ANSWERS, KEPT_LARGE_ANSWERS, LARGE = 100, 2, 1_000_000
"""How many answers of a session are kept; large ones (bytes) only the last few."""
_log = logging.getLogger(__name__)
# The last three let Snowpark send common table expressions instead of inlining a frame again at
# each use, and describe fewer statements.
_CLIENT_PARAMETERS = {
    "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY": 3600,
    "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD": 0,
    "CLIENT_TELEMETRY_ENABLED": False,
    "PYTHON_SNOWPARK_COMPILATION_STAGE_ENABLED": True,
    "PYTHON_SNOWPARK_USE_CTE_OPTIMIZATION_VERSION": "1.0.0",
    "PYTHON_SNOWPARK_REDUCE_DESCRIBE_QUERY_ENABLED": True,
}


@dataclass
class Login:
    """What a token stands for. A lent session is closed by its owner."""

    session: Session
    is_lent: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: OrderedDict[str, asyncio.Future[JSONResponse]] = field(default_factory=OrderedDict)
    """By request id, for clients that lost the connection before the answer came."""

    def keep(self, request_id: str, answer: asyncio.Future[JSONResponse]) -> None:
        self.answers[request_id] = answer
        for old in list(self.answers)[:-KEPT_ANSWERS]:
            del self.answers[old]
        large = [i for i, a in self.answers.items() if a.done() and len(a.result().body) > LARGE]
        for old in large[:-KEPT_LARGE_ANSWERS]:
            del self.answers[old]


class Server:
    """One account on one port."""

    def __init__(self, account: Account, port: int = 0) -> None:
        statements.load()
        self.account = account
        self._logins: dict[str, Login] = {}
        self._lent: dict[str, Session] = {}
        self._is_stopped = False
        self._left: set[str] = set()
        """Tokens of clients that had not logged out when the server stopped."""
        # With the protocol named, asyncio sets TCP_NODELAY; without it each answer waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, port))
        self.port = int(self._socket.getsockname()[1])
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(self._app(), log_level="error", lifespan="off", timeout_keep_alive=60)
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
        self._is_stopped = True
        for login in self._logins.values():
            if not login.is_lent:
                login.session.close()
        self._left = set(self._logins)
        self._logins.clear()
        self._end_without_clients()
        if not self._left:
            self._thread.join(START_TIMEOUT_SECONDS)

    def _end_without_clients(self) -> None:
        if self._is_stopped and not self._left:
            self._uvicorn.should_exit = True
            self._uvicorn.force_exit = True

    @contextmanager
    def lend(self, session: Session) -> Iterator[dict[str, Any]]:
        """Connection parameters of a client that shares this session and its transaction.

        The lender must not use the session while the borrower does.
        """
        secret = secrets.token_urlsafe(32)
        self._lent[secret] = session
        try:
            yield self.connection_parameters | {"session_parameters": {LENT_SESSION: secret}}
        finally:
            del self._lent[secret]
            for token in [t for t, login in self._logins.items() if login.session is session]:
                if self._logins[token].is_lent:
                    del self._logins[token]

    @contextmanager
    def lend_to(self, token: str, session: Session) -> Iterator[None]:
        """Let the client logged in with this token use `session` instead of its own.

        The lender must not use the session meanwhile. Waits at the end for a request in flight.
        """
        login = self._logins[token]
        with login.lock:
            own, login.session = login.session, session
        try:
            yield
        finally:
            with login.lock:
                login.session = own

    def _serve(self) -> None:
        self._uvicorn.run(sockets=[self._socket])

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/session/v1/login-request", self._log_in, methods=["POST"]),
                Route("/session", self._session, methods=["POST"]),
                Route("/session/heartbeat", self._session, methods=["POST"]),
                Route("/session/token-request", self._session, methods=["POST"]),
                Route("/queries/v1/query-request", self._query, methods=["POST"]),
                Route("/queries/v1/abort-request", self._abort, methods=["POST"]),
                Route("/queries/{query_id}/result", self._result, methods=["GET"]),
                Route("/monitoring/queries/{query_id}", self._monitor, methods=["GET"]),
                Route("/telemetry/send", _accept, methods=["POST"]),
            ]
        )

    async def _log_in(self, request: Request) -> JSONResponse:
        body = await _body(request)
        wanted = dict(body["data"].get("SESSION_PARAMETERS") or {})
        names = (request.query_params.get(n) for n in ("databaseName", "schemaName"))
        database, schema = (_folded(name) for name in names)
        lent = self._lent.get(str(wanted.get(LENT_SESSION)))
        session = lent or self.account.connect(database, schema)
        if lent is None:
            session.warehouse = _folded(request.query_params.get("warehouse"))
        try:
            if lent is None:
                role = _folded(request.query_params.get("roleName"))
                hook.hooks.log_in(session, body["data"], role)
            _apply(session, wanted)
        except ProgrammingError as error:
            if lent is None:
                session.close()
            return failure(error)
        token = secrets.token_urlsafe(32)
        self._logins[token] = Login(session, lent is not None)
        parameters = _CLIENT_PARAMETERS | {
            "AUTOCOMMIT": session.autocommit,
            "TIMEZONE": session.parameters["TIMEZONE"],
        }
        return success(
            {
                "token": token,
                "masterToken": token,
                "validityInSeconds": 86400,
                "masterValidityInSeconds": 86400,
                "sessionId": session.id,
                "serverVersion": VERSION,
                "parameters": [{"name": n, "value": v} for n, v in parameters.items()],
                "sessionInfo": session_info(session),
            }
        )

    async def _session(self, request: Request) -> JSONResponse:
        token = _token(request)
        if request.query_params.get("delete"):
            login = self._logins.pop(token, None)
            if login and not login.is_lent:
                await run_in_threadpool(login.session.close)
            self._left.discard(token)
            self._end_without_clients()
            return success(None)
        if token not in self._logins:
            return logged_out()
        return success(None)

    async def _query(self, request: Request) -> JSONResponse:
        """A request sent again under the same id gets the answer of the first."""
        login = self._logins.get(_token(request))
        if self._is_stopped:
            return failure(ProgrammingError(msg="The sandbox warehouse has stopped.", errno=603))
        if login is None:
            return logged_out()
        body = await _body(request)
        request_id = request.query_params.get("requestId", "")
        running = login.answers.get(request_id)
        if running is None:
            running = asyncio.ensure_future(run_in_threadpool(self._run, login, body))
            login.keep(request_id, running)
        return await asyncio.shield(running)

    def _run(self, login: Login, body: dict[str, Any]) -> JSONResponse:
        session = login.session
        with login.lock:
            try:
                if body.get("describeOnly"):
                    columns, kind = session.describe(body["sqlText"])
                    return described(session, list(columns), kind)
                wanted = _wanted(session, body)
                if wanted == 1:
                    return answer(session, _execute(session, body))
                return answers(session, several.run(session, body["sqlText"], wanted))
            except ProgrammingError as error:
                return failure(error)
            except Exception as error:  # noqa: BLE001 - an HTTP 500 would be retried
                _log.exception("request failed")
                return failure(ProgrammingError(msg=str(error), errno=603, sqlstate="XX000"))

    async def _result(self, request: Request) -> JSONResponse:
        login = self._logins.get(_token(request))
        result = self.account.recall(request.path_params["query_id"])
        if login is None:
            return logged_out()
        if result is None:
            return failure(
                ProgrammingError(msg="Query result is not available.", errno=709, sqlstate="02000")
            )
        return answer(login.session, result)

    async def _monitor(self, request: Request) -> JSONResponse:
        known = self.account.recall(request.path_params["query_id"])
        return success({"queries": [{"status": "SUCCESS"}] if known else []})

    async def _abort(self, request: Request) -> JSONResponse:
        if login := self._logins.get(_token(request)):
            login.session.interrupt()
        return success(None)


@contextmanager
def serve(account: Account, port: int = 0) -> Iterator[dict[str, Any]]:
    """Serve the account; yields the arguments of `snowflake.connector.connect`."""
    server = Server(account, port)
    server.start()
    try:
        yield server.connection_parameters
    finally:
        server.stop()


def _execute(session: Session, body: dict[str, Any]) -> Result:
    text, bindings = body["sqlText"], body.get("bindings") or {}
    if not wire.is_batch(bindings):
        return session.execute(text, wire.bound_values(bindings))
    with session.one_statement(), session.dml():
        results = [session.execute(text, row) for row in wire.batch_rows(bindings)]
    last = results[-1]
    total = sum(result.rowcount or 0 for result in results)
    last.table = last.table.set_column(0, last.columns[0].name, [[total]])
    return last


def _wanted(session: Session, body: dict[str, Any]) -> int:
    """How many statements the request is to hold; 0 for any number."""
    given = (body.get("parameters") or {}).get("MULTI_STATEMENT_COUNT")
    wanted = int(str(session.parameters["MULTI_STATEMENT_COUNT"] if given is None else given))
    if wanted != 1 and body.get("bindings"):
        raise unsupported("bound values for several statements in one request.")
    return wanted


def _apply(session: Session, wanted: dict[str, Any]) -> None:
    """Parameters of the login with a meaning here; the rest steers clients we do not have."""
    for name, value in wanted.items():
        if name.upper() in {"AUTOCOMMIT", "TIMEZONE", "QUERY_TAG"}:
            set_parameter(session, name.upper(), value)


async def _accept(request: Request) -> JSONResponse:
    await request.body()
    return success(None)


async def _body(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    parsed: dict[str, Any] = json.loads(body)
    return parsed


def _token(request: Request) -> str:
    return request.headers.get("Authorization", "")[17:-1]


def _folded(name: str | None) -> str | None:
    if not name:
        return None
    return name[1:-1] if name.startswith('"') else name.upper()
