"""A consumer in a group, as the broker sees it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from sandbox.kafka.error import ErrorCode, RefusedError


@dataclass(frozen=True)
class Joining:
    """What a consumer says when it wants into a group; times in seconds."""

    member_id: str
    client_id: str
    protocol_type: str
    protocols: dict[str, bytes]
    """Assignment strategies in the consumer's order of preference, each with its subscription."""
    session_timeout: float
    rebalance_timeout: float


@dataclass(frozen=True)
class Generation:
    """The answer to a join; `members` with their subscriptions is for the leader alone."""

    number: int
    protocol_type: str
    protocol: str
    leader: str
    member_id: str
    members: dict[str, bytes]


@dataclass(eq=False)
class Member:
    """One member; `joined` and `synced` hold its open request of that kind, if any."""

    id: str
    says: Joining
    joined: asyncio.Future[Generation] | None = None
    synced: asyncio.Future[bytes] | None = None
    assignment: bytes = b""
    last_seen: float = field(default_factory=time.monotonic)

    @property
    def is_waiting(self) -> bool:
        """Whether the broker owes it an answer: meanwhile it cannot send heartbeats."""
        return self.joined is not None or self.synced is not None

    @property
    def is_expired(self) -> bool:
        """Whether it has been silent for longer than it promised."""
        silent = time.monotonic() - self.last_seen
        return not self.is_waiting and silent > self.says.session_timeout

    def wait_for_generation(self) -> asyncio.Future[Generation]:
        """Done when the next generation begins; an older open request is answered with an error."""
        self.refuse_join(ErrorCode.UNKNOWN_MEMBER_ID)
        self.joined = asyncio.get_running_loop().create_future()
        return self.joined

    def wait_for_assignment(self) -> asyncio.Future[bytes]:
        """Done when the leader has divided the partitions."""
        self.refuse_sync(ErrorCode.UNKNOWN_MEMBER_ID)
        self.synced = asyncio.get_running_loop().create_future()
        return self.synced

    def enter(self, generation: Generation) -> None:
        """Answer the open join."""
        if self.joined is not None and not self.joined.done():
            self.joined.set_result(generation)
        self.joined, self.assignment = None, b""
        self.last_seen = time.monotonic()

    def assign(self, assignment: bytes) -> None:
        """Take note of the member's share and answer its open sync."""
        self.assignment = assignment
        if self.synced is not None and not self.synced.done():
            self.synced.set_result(assignment)
        self.synced = None
        self.last_seen = time.monotonic()

    def refuse_join(self, code: ErrorCode) -> None:
        """Answer the open join, if any, with an error."""
        if self.joined is not None and not self.joined.done():
            self.joined.set_exception(RefusedError(code))
        self.joined = None

    def refuse_sync(self, code: ErrorCode) -> None:
        """Answer the open sync, if any, with an error."""
        if self.synced is not None and not self.synced.done():
            self.synced.set_exception(RefusedError(code))
        self.synced = None
        self.last_seen = time.monotonic()
