"""The two background processes of the sandbox: how they are found, started and stopped.

A process holds a lock on its folder as long as it lives and writes its address there when it
answers. So nothing is ever stale: a lock that can be had means that nobody serves the folder,
whatever files a killed process left behind.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_START_SECONDS = 60.0
_STOP_SECONDS = 120.0
_POLL_SECONDS = 0.05
_MODULES = {"warehouse": "sandbox.service", "kafka": "sandbox.kafka"}


class ProcessError(Exception):
    """A process did not start or stop; the message names the cause and the next step."""


@dataclass(frozen=True)
class Running:
    pid: int
    address: str


@dataclass(frozen=True)
class Service:
    """One of the processes of a sandbox folder."""

    name: str
    home: Path
    """The sandbox's folder."""

    @property
    def folder(self) -> Path:
        return self.home / self.name

    @property
    def log(self) -> Path:
        return self.home / f"{self.name}.log"

    def running(self) -> Running | None:
        """The process that serves the folder, once it answers."""
        pid = _lock_holder(self.folder / "lock")
        address = self.folder / "address"
        if pid is None or not address.is_file():
            return None
        return Running(pid, address.read_text().strip())

    def start(self, port: int, arguments: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """Start it in the background, in a session of its own: it outlives this terminal.

        Port 0 is the one it had last time if that is free, so that settings stay valid.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        chosen = port or self._last_port()
        root = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        command = [sys.executable, "-P", "-W", "ignore", "-m", _MODULES[self.name]]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*command, "--dir", str(self.folder), "--port", str(chosen), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": path},
            )

    def wait_until_up(self, process: subprocess.Popen[bytes]) -> Running:
        """The running service; raises with the last line of its log when there is none."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if found := self.running():
                self._port_file.write_text(found.address.rpartition(":")[2])
                return found
            if process.poll() is not None:
                raise ProcessError(f"The {self.name} did not start. {self._last_line()}")
            time.sleep(_POLL_SECONDS)
        process.kill()
        raise ProcessError(
            f"The {self.name} did not answer within {_START_SECONDS:.0f} s. See {self.log}."
        )

    def stop(self) -> bool:
        """Let it end gracefully; whether there was one. Raises when it does not end."""
        pid = _lock_holder(self.folder / "lock")
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while _lock_holder(self.folder / "lock") == pid:
            if time.monotonic() > deadline:
                raise ProcessError(
                    f"The {self.name} (process {pid}) still works after {_STOP_SECONDS:.0f} s: "
                    f"a long task? Wait and try again, or end it with `kill -9 {pid}`; "
                    "committed data are safe."
                )
            time.sleep(_POLL_SECONDS)
        return True

    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())

    @property
    def _port_file(self) -> Path:
        return self.home / f"{self.name}.port"

    def _last_port(self) -> int:
        text = self._port_file.read_text() if self._port_file.is_file() else ""
        port = int(text) if text.isdigit() else 0
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return 0
        return port

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return f"{lines[-1] if lines else ''} (log: {self.log})"


def _lock_holder(lock: Path) -> int | None:
    """The process that holds the lock, None when nobody does."""
    try:
        file = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProcessError(f"Cannot read {lock}: {error.strerror}.") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(file, 32).decode("ascii", "replace")
        return int(holder) if holder.isdigit() else None
    finally:
        os.close(file)
    return None
