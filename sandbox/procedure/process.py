"""The process that runs procedure handlers: `python -m sandbox.procedure.process FD PORT`.

One process serves one set of imports, so a redeploy can never see modules of an older one, and a
handler's Python does not hold up the warehouse. Each request gets a fresh Snowpark session over the
process's one connection, whose token the warehouse lends the caller's session.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

from sandbox.procedure import client

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

Handler = Callable[..., Any]
_INLINE_NAME = "<procedure>"
_PARENT_CHECK_SECONDS = 1.0


@dataclass(frozen=True)
class Request:
    handler: str
    folder: str | None
    """Where the imports lie."""
    body: str | None
    arguments: tuple[Any, ...]
    database: str | None
    schema: str | None
    role: str
    warehouse: str | None


@dataclass(frozen=True)
class Reply:
    """`text` is the returned value (None for NULL) or, when `failed`, the error."""

    failed: bool
    text: str | None
    is_rows: bool = False
    """The handler returned a DataFrame, which has run: `text` is the id of its query."""


def main() -> None:
    """Serve requests until the other end of the pipe is gone."""
    pipe, port = Connection(int(sys.argv[1])), int(sys.argv[2])
    threading.Thread(target=_exit_with_parent, args=(os.getppid(),), daemon=True).start()
    connection = client.connect(port)
    importlib.import_module("snowflake.snowpark")  # half a second that the first call is spared
    # Building a plan makes many objects: collecting garbage all the while was a sixth of its time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    pipe.send(client.token(connection))
    while True:
        try:
            request: Request = pipe.recv()
        except EOFError:
            os._exit(0)  # atexit handlers of the clients would wait for a server that is gone
        pipe.send(_serve(request, connection))


def _exit_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        sleep(_PARENT_CHECK_SECONDS)
    os._exit(0)


def _serve(request: Request, connection: SnowflakeConnection) -> Reply:
    from snowflake.snowpark import DataFrame

    try:
        function = _load(request)
        with client.session(
            connection, request.database, request.schema, request.role, request.warehouse
        ) as session:
            value = function(session, *request.arguments)
            if isinstance(value, DataFrame):
                job = value.collect_nowait()
                job.result("no_result")
                return Reply(False, job.query_id, is_rows=True)
            return Reply(False, _text(value))
    except BaseException as error:  # noqa: BLE001
        return Reply(True, _explain(error, request))


_inline: dict[tuple[str, str], Handler] = {}


def _load(request: Request) -> Handler:
    if request.folder and request.folder not in sys.path:
        folder = Path(request.folder)
        sys.path[:0] = [request.folder, *(str(file) for file in sorted(folder.glob("*.zip")))]
        sys._xoptions["snowflake_import_directory"] = request.folder + os.sep
    if request.body is None:
        module, _, name = request.handler.rpartition(".")
        function: Handler = getattr(importlib.import_module(module), name)
        return function
    key = (request.body, request.handler)
    if key not in _inline:
        namespace: dict[str, Any] = {"__name__": "__procedure__"}
        exec(compile(request.body, _INLINE_NAME, "exec"), namespace)  # noqa: S102
        _inline[key] = namespace[request.handler]
    return _inline[key]


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, default=str)
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    raise TypeError(f"a procedure cannot return a {type(value).__name__}")


def _explain(error: BaseException, request: Request) -> str:
    """The handler's own frames, without the server's paths, and the error."""
    lines = []
    for frame in traceback.extract_tb(error.__traceback__):
        place = _own_file(frame.filename, request.folder)
        if place is not None:
            lines.append(f'  File "{place}", line {frame.lineno}, in {frame.name}')
    last = "".join(traceback.format_exception_only(error)).strip()
    heading = ["Traceback (most recent call last):", *lines] if lines else []
    return "\n".join([*heading, last])


def _own_file(filename: str, folder: str | None) -> str | None:
    if filename == _INLINE_NAME:
        return filename
    if folder is None or not filename.startswith(folder):
        return None
    below = filename[len(folder) :].lstrip(os.sep)
    archive, _, inner = below.partition(".zip" + os.sep)
    return inner or archive


if __name__ == "__main__":
    # As an imported module: what is pickled names `sandbox.procedure.process`, not `__main__`.
    from sandbox.procedure.process import main as serve

    serve()
