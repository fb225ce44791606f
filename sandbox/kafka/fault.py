"""Faults a test can ask for: what networks and busy brokers do to clients, at a chosen request."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from sandbox.kafka.error import ErrorCode
from sandbox.kafka.protocol import APIS

_REFUSABLE = ("Produce", "Fetch", "OffsetCommit", "JoinGroup", "SyncGroup", "Heartbeat")


@dataclass(frozen=True)
class Fault:
    """What happens to one request; the default is nothing."""

    drop_before: bool = False
    """The connection breaks and the request is not applied."""
    drop_after: bool = False
    """The request is applied, then the connection breaks: its answer is lost."""
    delay_seconds: float = 0
    """The request waits before it is applied."""
    code: ErrorCode = ErrorCode.NONE
    """The request is not applied and answered with this error."""


PASS = Fault()
DROP_BEFORE = Fault(drop_before=True)
DROP_AFTER = Fault(drop_after=True)


class Faults:
    """The faults to come, per kind of request; a test may add to them from its own thread."""

    def __init__(self) -> None:
        self._planned: dict[str, deque[Fault]] = {api.name: deque() for api in APIS}

    def plan(self, api: str, *faults: Fault) -> None:
        """The next requests of kind `api` ("Produce", "Fetch") meet these, one each, in order."""
        if api not in self._planned:
            raise ValueError(f"unknown kind of request {api!r}, known: {', '.join(self._planned)}")
        if api not in _REFUSABLE and any(fault.code for fault in faults):
            raise ValueError(f"an error code can be planned for {', '.join(_REFUSABLE)} only")
        self._planned[api].extend(faults)

    def pending(self, api: str) -> int:
        """How many planned faults no request of kind `api` has met yet."""
        return len(self._planned[api])

    def next(self, api: str) -> Fault:
        """What happens to the request of kind `api` that has just arrived."""
        planned = self._planned[api]
        return planned.popleft() if planned else PASS
