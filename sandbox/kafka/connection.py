"""One client's connection: frames in, answers out, in the order of the requests."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
import struct

from sandbox.kafka.dispatch import Handlers
from sandbox.kafka.error import ErrorCode
from sandbox.kafka.fault import Faults
from sandbox.kafka.protocol import API_VERSIONS, PRODUCE, Api, Call, Message, misses_field

logger = logging.getLogger(__name__)

_HEADER = struct.Struct(">hhi")  # kind of request, its version, correlation id
_MAX_PRODUCE_BYTES = 32 << 20
_MAX_REQUEST_BYTES = 1 << 20
_ROUNDS_TO_CLOSE = 5  # of the event loop: one to accept, one to begin, one to close, and spare
# the decoder reads a number of variable length to its end, however long it is
_ENDLESS_NUMBER = re.compile(rb"[\x80-\xff]{4096}")


class MalformedError(Exception):
    """The bytes are no request: nothing can be answered, the connection ends."""


class Connections:
    """All open connections, served with one handler per kind of request and the faults to come."""

    def __init__(self, handlers: Handlers, faults: Faults) -> None:
        self._handlers = handlers
        self._faults = faults
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._is_closing = False

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of a new client until it leaves, sends nonsense, or meets a fault."""
        if self._is_closing:
            writer.close()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._open[task] = writer
        task.add_done_callback(self._open.pop)

    async def close(self) -> None:
        """Break off all connections, also those that are just being opened."""
        self._is_closing = True
        tasks = list(self._open)
        for task, writer in self._open.items():
            task.cancel()
            writer.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _ in range(_ROUNDS_TO_CLOSE):
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (answer := await self._answer(await _frame(reader))) is not None:
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except MalformedError as error:
            logger.warning("closed a connection reason=%r", str(error))
        except Exception:  # one client's fault must not reach the others
            logger.exception("closed a connection after an error of the log itself")
        finally:
            writer.close()

    async def _answer(self, frame: bytes) -> bytes | None:
        """The bytes to send back, none at all for a request without answer, None to break off."""
        key, version, correlation_id = _HEADER.unpack_from(frame)
        if key not in self._handlers:
            raise MalformedError(f"request of unsupported kind {key}")
        api, handler = self._handlers[key]
        if not api.lowest <= version <= api.highest:
            if api.name != API_VERSIONS:
                raise MalformedError(f"{api.name} version {version} is not supported")
            # the client asks again with version 0 (KIP-511)
            refusal = api.response(error_code=ErrorCode.UNSUPPORTED_VERSION, api_keys=[])
            return _encoded(refusal, 0, correlation_id)
        request = _decoded(api, frame, version)
        fault = self._faults.next(api.name)
        if fault.drop_before:
            return None
        if fault.delay_seconds:
            await asyncio.sleep(fault.delay_seconds)
        answer = handler(request, Call(version, request.header.client_id or "", fault.code))
        if inspect.isawaitable(answer):
            answer = await answer
        if fault.drop_after:
            return None
        return b"" if answer is None else _encoded(answer, version, correlation_id)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    size = int.from_bytes(await reader.readexactly(4), signed=True)
    if not _HEADER.size <= size <= _MAX_PRODUCE_BYTES:
        raise MalformedError(f"request of {size} bytes")
    return await reader.readexactly(size)


def _decoded(api: Api, frame: bytes, version: int) -> Message:
    if api.name != PRODUCE:
        if len(frame) > _MAX_REQUEST_BYTES:
            raise MalformedError(f"{api.name} request of {len(frame)} bytes")
        if _ENDLESS_NUMBER.search(frame):
            raise MalformedError(f"{api.name} request with an endless number")
    try:
        request = api.request.decode(frame, version=version, header=True)
    except (ValueError, IndexError, TypeError, struct.error, OverflowError, MemoryError) as error:
        raise MalformedError(
            f"{api.name} request cannot be read: {type(error).__name__}"
        ) from error
    if misses_field(request, version):
        raise MalformedError(f"{api.name} request misses a field")
    return request


def _encoded(answer: Message, version: int, correlation_id: int) -> bytes:
    answer.API_VERSION = version
    answer.with_header(correlation_id=correlation_id)
    encoded: bytes = answer.encode(header=True, framed=True)
    return encoded
