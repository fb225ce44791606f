"""A consumer group: who is in it, and who may commit.

The classic protocol (https://cwiki.apache.org/confluence/display/KAFKA/Kafka+Client-side+Assignment+Proposal):
members join, the broker opens a generation once all are there, the leader divides the partitions,
and only members of the current generation are listened to.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from enum import StrEnum

from sandbox.kafka.error import ErrorCode, RefusedError
from sandbox.kafka.member import Generation, Joining, Member


class State(StrEnum):
    """Names as Kafka reports them."""

    EMPTY = "Empty"
    PREPARING = "PreparingRebalance"
    COMPLETING = "CompletingRebalance"
    STABLE = "Stable"


class MemberIdRequiredError(RefusedError):
    """A newcomer must join again under the id it is given here."""

    def __init__(self, member_id: str) -> None:
        super().__init__(ErrorCode.MEMBER_ID_REQUIRED)
        self.member_id = member_id


class Group:
    """One group, in memory only: after a restart of the broker its members join again."""

    def __init__(self, group_id: str) -> None:
        self.id = group_id
        self.state = State.EMPTY
        self.generation = 0
        self.protocol_type = ""
        self.protocol = ""
        self.members: dict[str, Member] = {}
        self._leader = ""
        self._promised_ids: dict[str, float] = {}  # id -> until when
        self._deadline: asyncio.TimerHandle | None = None

    async def join(self, joining: Joining, *, id_first: bool) -> Generation:
        """The generation that the member is part of, once it begins.

        `id_first` (join version 4 and later): a newcomer first gets an id, in a
        MemberIdRequiredError, so that a lost answer leaves no ghost behind.
        """
        self._check_protocols(joining)
        member = self.members.get(joining.member_id) or self._admit(joining, id_first=id_first)
        repeated = member.says.protocols == joining.protocols and (
            self.state is State.COMPLETING
            or (self.state is State.STABLE and member.id != self._leader)
        )
        is_new = member.id not in self.members
        member.says, member.last_seen = joining, time.monotonic()
        if is_new or not repeated:
            self.members[member.id] = member
            self.protocol_type = joining.protocol_type
            generation = member.wait_for_generation()
            self._rebalance()
            return await generation
        return self._generation_for(member)

    async def sync(self, member_id: str, generation: int, shares: dict[str, bytes]) -> bytes:
        """The member's share of the partitions, as soon as the leader has brought `shares`."""
        member = self._listen(member_id, generation)
        if self.state is State.PREPARING:
            raise RefusedError(ErrorCode.REBALANCE_IN_PROGRESS)
        if self.state is State.COMPLETING:
            if member_id != self._leader:
                return await member.wait_for_assignment()
            self.state = State.STABLE
            for other in self.members.values():
                other.assign(shares.get(other.id, b""))
        return member.assignment

    def heartbeat(self, member_id: str, generation: int) -> None:
        """RefusedError with REBALANCE_IN_PROGRESS when the member has to join again."""
        self._listen(member_id, generation)
        if self.state is State.PREPARING:
            raise RefusedError(ErrorCode.REBALANCE_IN_PROGRESS)

    def check_commit(self, member_id: str, generation: int) -> None:
        """RefusedError for a commit by anybody who is not in the current generation.

        A consumer outside any group protocol (no member id, generation -1) may commit only while
        the group has no members.
        """
        if generation < 0 and not member_id:
            if self.members:
                raise RefusedError(ErrorCode.UNKNOWN_MEMBER_ID)
            return
        self._listen(member_id, generation)
        if self.state is State.COMPLETING:
            raise RefusedError(ErrorCode.REBALANCE_IN_PROGRESS)

    def leave(self, member_id: str) -> None:
        """The member is out at once; the others share what it had."""
        if self._promised_ids.pop(member_id, None) is not None:
            return
        if member_id not in self.members:
            raise RefusedError(ErrorCode.UNKNOWN_MEMBER_ID)
        self._remove(self.members[member_id])

    def expire(self) -> None:
        """Remove everybody who has been silent for too long."""
        now = time.monotonic()
        self._promised_ids = {i: until for i, until in self._promised_ids.items() if until > now}
        for member in list(self.members.values()):
            if member.is_expired:
                self._remove(member)

    def _check_protocols(self, joining: Joining) -> None:
        others = [m.says for m in self.members.values() if m.id != joining.member_id]
        common = set(joining.protocols).intersection(*(other.protocols for other in others))
        if not common or any(other.protocol_type != joining.protocol_type for other in others):
            raise RefusedError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)

    def _admit(self, joining: Joining, *, id_first: bool) -> Member:
        if joining.member_id:
            if self._promised_ids.pop(joining.member_id, None) is None:
                raise RefusedError(ErrorCode.UNKNOWN_MEMBER_ID)
            return Member(joining.member_id, joining)
        member_id = f"{joining.client_id or 'member'}-{uuid.uuid4()}"
        if id_first:
            self._promised_ids[member_id] = time.monotonic() + joining.session_timeout
            raise MemberIdRequiredError(member_id)
        return Member(member_id, joining)

    def _listen(self, member_id: str, generation: int) -> Member:
        member = self.members.get(member_id)
        if member is None:
            raise RefusedError(ErrorCode.UNKNOWN_MEMBER_ID)
        if generation != self.generation:
            raise RefusedError(ErrorCode.ILLEGAL_GENERATION)
        member.last_seen = time.monotonic()
        return member

    def _rebalance(self) -> None:
        """Begin a generation now if everybody is there, else when the slowest had time to come."""
        if self.state is not State.PREPARING:
            self.state = State.PREPARING
            for member in self.members.values():
                member.refuse_sync(ErrorCode.REBALANCE_IN_PROGRESS)
            patience = max((m.says.rebalance_timeout for m in self.members.values()), default=0)
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(patience, self._begin_generation)
        if all(member.joined for member in self.members.values()):
            self._begin_generation()

    def _begin_generation(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self.members = {m.id: m for m in self.members.values() if m.joined}
        self.generation += 1
        if not self.members:
            self.state, self._leader, self.protocol = State.EMPTY, "", ""
            return
        self.state = State.COMPLETING
        self.protocol = self._elected_protocol()
        if self._leader not in self.members:
            self._leader = next(iter(self.members))
        for member in self.members.values():
            member.enter(self._generation_for(member))

    def _elected_protocol(self) -> str:
        offers = [member.says.protocols for member in self.members.values()]
        common = set(offers[0]).intersection(*offers)
        votes = Counter(next(name for name in offer if name in common) for offer in offers)
        return votes.most_common(1)[0][0]

    def _generation_for(self, member: Member) -> Generation:
        others = self.members.values() if member.id == self._leader else ()
        return Generation(
            number=self.generation,
            protocol_type=self.protocol_type,
            protocol=self.protocol,
            leader=self._leader,
            member_id=member.id,
            members={other.id: other.says.protocols[self.protocol] for other in others},
        )

    def _remove(self, member: Member) -> None:
        del self.members[member.id]
        member.refuse_join(ErrorCode.UNKNOWN_MEMBER_ID)
        member.refuse_sync(ErrorCode.UNKNOWN_MEMBER_ID)
        self._rebalance()
