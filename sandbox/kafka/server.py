"""A durable log on loopback that speaks the Kafka protocol; it is not Kafka (docs/kafka.md)."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path

from sandbox.kafka.catalog import Catalog
from sandbox.kafka.committed import CommittedOffsets
from sandbox.kafka.connection import Connections
from sandbox.kafka.dispatch import handlers_of
from sandbox.kafka.durable import replace_file
from sandbox.kafka.error import PortError
from sandbox.kafka.fault import Faults
from sandbox.kafka.folder import FolderLock
from sandbox.kafka.groups import Groups

HOST = "127.0.0.1"
MAX_BYTES = 10 << 30
DEFAULT_PARTITIONS = 4
RETENTION_CHECK_SECONDS = 300.0  # Kafka's log.retention.check.interval.ms
_READ_BUFFER_BYTES = 4 << 20


class KafkaLog:
    """A broker over one data folder.

    `port` 0 takes a free one. A topic that is asked for and does not exist is created with
    `partitions`. Beyond `max_bytes` of records, new ones are refused. Nothing is ever dropped, but
    for what is older than `retention_seconds`, where that is given. What was acknowledged survives
    a killed process, with `fsync` also a power cut. `faults` takes what a test wants to go wrong.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        partitions: int = DEFAULT_PARTITIONS,
        max_bytes: int = MAX_BYTES,
        retention_seconds: float | None = None,
        fsync: bool = False,
    ) -> None:
        self.faults = Faults()
        self._folder = folder
        self._port = port
        self._partitions = partitions
        self._max_bytes = max_bytes
        self._retention_seconds = retention_seconds
        self._fsync = fsync

    @property
    def address_file(self) -> Path:
        """Holds host:port while the log is being served."""
        return self._folder / "address"

    async def serve(self, ready: Callable[[str], None]) -> None:
        """Serve until cancelled; `ready` gets the address ("127.0.0.1:9092") once clients may come.

        Raises FolderError when the folder cannot be served, PortError when the port cannot be used.
        """
        lock = FolderLock(self._folder)
        try:
            self.address_file.unlink(missing_ok=True)
            catalog = Catalog(
                self._folder,
                default_partitions=self._partitions,
                max_bytes=self._max_bytes,
                fsync=self._fsync,
            )
            committed = CommittedOffsets(self._folder / "offsets.jsonl", fsync=self._fsync)
            try:
                await self._serve(catalog, committed, ready)
            finally:
                self.address_file.unlink(missing_ok=True)
                committed.close()
                catalog.close()
        finally:
            lock.close()

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve from a thread of this process; gives the address, stops when left."""
        started: Future[str] = Future()
        loop = asyncio.new_event_loop()
        serving = loop.create_task(self.serve(started.set_result))

        def run() -> None:
            try:
                with suppress(asyncio.CancelledError):
                    loop.run_until_complete(serving)
            except BaseException as error:
                if started.done():
                    raise
                started.set_exception(error)
            finally:
                loop.close()

        thread = threading.Thread(target=run, name="kafka-log", daemon=True)
        thread.start()
        try:
            yield started.result()
        finally:
            with suppress(RuntimeError):  # it could not start, so its loop is closed
                loop.call_soon_threadsafe(serving.cancel)
            thread.join()

    async def _serve(
        self, catalog: Catalog, committed: CommittedOffsets, ready: Callable[[str], None]
    ) -> None:
        listener = self._listener()
        port = listener.getsockname()[1]
        groups = Groups()
        handlers = handlers_of(catalog, committed, groups, HOST, port)
        connections = Connections(handlers, self.faults)
        server = await asyncio.start_server(
            connections.accept, sock=listener, limit=_READ_BUFFER_BYTES
        )
        watches = [asyncio.create_task(groups.expire())]
        if self._retention_seconds is not None:
            watches.append(asyncio.create_task(_expire(catalog, self._retention_seconds)))
        address = f"{HOST}:{port}"
        replace_file(self.address_file, f"{address}\n".encode())
        ready(address)
        try:
            await server.serve_forever()
        finally:
            server.close()
            for watch in watches:
                watch.cancel()
            await connections.close()

    def _listener(self) -> socket.socket:
        try:
            return socket.create_server((HOST, self._port))
        except (OSError, OverflowError) as error:
            raise PortError(
                f"Cannot listen on {HOST}:{self._port}: {error}. Use another --port, or 0."
            ) from error


async def _expire(catalog: Catalog, retention_seconds: float) -> None:
    """Forget old records for ever, at least ten times per retention."""
    while True:
        catalog.expire(int((time.time() - retention_seconds) * 1000))
        await asyncio.sleep(min(RETENTION_CHECK_SECONDS, retention_seconds / 10))
