"""The HTTP interface of an account, as Snowflake's connector, Snowpark and the CLI use it."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import Callable
from typing import Any

from snowflake.connector.errors import ProgrammingError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.warehouse import hook, several, wire
from sandbox.warehouse.account import Account
from sandbox.warehouse.control import VERSION, set_parameter
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.login import Login, Logins
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

LENT_SESSION = "SANDBOX_LENT_SESSION"
"""Session parameter of a login that is to share a session; its value comes from `Logins.lend`."""
_log = logging.getLogger(__name__)
# The last three let Snowpark send common table expressions instead of inlining a frame again at
# each use, and describe fewer statements.
CLIENT_PARAMETERS = {
    "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY": 3600,
    "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD": 0,
    "CLIENT_TELEMETRY_ENABLED": False,
    "PYTHON_SNOWPARK_COMPILATION_STAGE_ENABLED": True,
    "PYTHON_SNOWPARK_USE_CTE_OPTIMIZATION_VERSION": "1.0.0",
    "PYTHON_SNOWPARK_REDUCE_DESCRIBE_QUERY_ENABLED": True,
}


class Endpoints:
    """Answers the requests of all clients of one account."""

    def __init__(self, account: Account, logins: Logins, all_left: Callable[[], None]) -> None:
        self._account = account
        self._logins = logins
        self._all_left = all_left
        self._left: set[str] | None = None
        """Once stopped: tokens of the clients that have not logged out yet."""

    @property
    def app(self) -> Starlette:
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

    def stop(self) -> bool:
        """Close all sessions; returns whether nobody is logged in any more.

        The others get an error at once from then on, and `all_left` is called after the last one.
        """
        self._left = self._logins.close()
        return not self._left

    async def _log_in(self, request: Request) -> JSONResponse:
        body = await _body(request)
        wanted = dict(body["data"].get("SESSION_PARAMETERS") or {})
        names = (request.query_params.get(n) for n in ("databaseName", "schemaName"))
        database, schema = (_folded(name) for name in names)
        lent = self._logins.lent(str(wanted.get(LENT_SESSION)))
        session = lent or self._account.connect(database, schema)
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
        token = self._logins.add(session, lent is not None)
        parameters = CLIENT_PARAMETERS | {
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
            login = self._logins.remove(token)
            if login and not login.is_lent:
                await run_in_threadpool(login.session.close)
            if self._left is not None:
                self._left.discard(token)
                if not self._left:
                    self._all_left()
            return success(None)
        if self._logins.get(token) is None:
            return logged_out()
        return success(None)

    async def _query(self, request: Request) -> JSONResponse:
        """A request sent again under the same id gets the answer of the first."""
        login = self._logins.get(_token(request))
        if self._left is not None:
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
        result = self._account.recall(request.path_params["query_id"])
        if login is None:
            return logged_out()
        if result is None:
            return failure(
                ProgrammingError(msg="Query result is not available.", errno=709, sqlstate="02000")
            )
        return answer(login.session, result)

    async def _monitor(self, request: Request) -> JSONResponse:
        known = self._account.recall(request.path_params["query_id"])
        return success({"queries": [{"status": "SUCCESS"}] if known else []})

    async def _abort(self, request: Request) -> JSONResponse:
        if login := self._logins.get(_token(request)):
            login.session.interrupt()
        return success(None)


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
