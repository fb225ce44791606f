"""Keeps handler processes: one per set of imports in use, more when calls overlap."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import chain
from multiprocessing.connection import Connection
from pathlib import Path

from sandbox.procedure.process import Reply, Request
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.session import Session

_START_SECONDS = 60.0
_IDLE_PROCESSES = 4

Lend = Callable[[str, Session], AbstractContextManager[None]]
"""While it lasts, requests with this token run in that session."""


class HandlerPool:
    def __init__(self, port: int, lend: Lend) -> None:
        """`port` is where the warehouse listens on loopback."""
        self._port = port
        self._lend = lend
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._busy: dict[Session, list[_Process]] = {}
        self._imports = _Imports()

    def warm_up(self) -> None:
        """Start the first process before the first call needs it."""
        process = _Process(self._port)
        with self._lock:
            self._idle.append(process)

    def call(self, session: Session, files: Sequence[Path], request: Request) -> Reply:
        """Run a handler for `session`, which must not be used by the caller until this returns.

        Raises when the process ends on the way, e.g. because `cancel` killed it.
        """
        folder = self._imports.folder(files) if files else None
        process = self._take(session, folder)
        process.folder = folder
        try:
            with self._lend(process.token(), session):
                reply = process.ask(replace(request, folder=folder))
        except (EOFError, OSError) as error:
            process.end()
            raise sql_error(
                "The process that ran the procedure's handler ended unexpectedly.", 100357, "P0000"
            ) from error
        finally:
            self._give_back(session, process)
        return reply

    def cancel(self, session: Session) -> None:
        """End the handlers that run for `session`."""
        with self._lock:
            for process in self._busy.get(session, []):
                process.end()

    def close(self) -> None:
        with self._lock:
            for process in [*self._idle, *chain.from_iterable(self._busy.values())]:
                process.end()
            self._idle.clear()
        self._imports.remove()

    def _take(self, session: Session, folder: str | None) -> _Process:
        """An idle process with these imports, or one that has none yet, or a new one."""
        with self._lock:
            for wanted in (folder, None):
                found = [one for one in self._idle if one.folder == wanted and one.alive]
                if found:
                    process = found[-1]
                    self._idle.remove(process)
                    break
            else:
                process = _Process(self._port)
            self._busy.setdefault(session, []).append(process)
            return process

    def _give_back(self, session: Session, process: _Process) -> None:
        with self._lock:
            self._busy[session].remove(process)
            if not self._busy[session]:
                del self._busy[session]
            if process.alive:
                self._idle.append(process)
            while len(self._idle) > _IDLE_PROCESSES:
                self._idle.pop(0).end()


class _Process:
    def __init__(self, port: int) -> None:
        self.folder: str | None = None
        self._token: str | None = None
        ours, theirs = socket.socketpair()
        self._pipe = Connection(ours.detach())
        root = str(Path(__file__).resolve().parents[2])
        command = [sys.executable, "-P", "-W", "ignore", "-m", "sandbox.procedure.process"]
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), str(port)],
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": root},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def token(self) -> str:
        """The session token the process logged in with; waits while it starts."""
        if self._token is None:
            if not self._pipe.poll(_START_SECONDS):
                raise EOFError
            self._token = str(self._pipe.recv())
        return self._token

    def ask(self, request: Request) -> Reply:
        self._pipe.send(request)
        reply: Reply = self._pipe.recv()
        return reply

    def end(self) -> None:
        """Kill it; whoever waits for its reply gets an EOFError."""
        self._process.kill()
        self._process.wait()


class _Imports:
    """Copies of import files, one folder per content: a redeploy leaves running code alone."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="sandbox_imports_"))
        self._lock = threading.Lock()
        self._folders: dict[tuple[tuple[str, int, int], ...], str] = {}

    def folder(self, files: Sequence[Path]) -> str:
        stamps = [(file, file.stat()) for file in files]
        key = tuple((str(file), stat.st_mtime_ns, stat.st_size) for file, stat in stamps)
        with self._lock:
            if key not in self._folders:
                self._folders[key] = self._copy(files)
            return self._folders[key]

    def remove(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)

    def _copy(self, files: Sequence[Path]) -> str:
        digest = hashlib.sha256()
        for file in files:
            digest.update(f"{file.name}\0".encode() + file.read_bytes())
        folder = self._home / digest.hexdigest()[:16]
        folder.mkdir(exist_ok=True)
        for file in files:
            shutil.copyfile(file, folder / file.name)
        return str(folder)
