"""Requests of the members of consumer groups."""

from __future__ import annotations

from kafka.protocol import consumer

from sandbox.kafka.error import ErrorCode, RefusedError
from sandbox.kafka.group import MemberIdRequiredError
from sandbox.kafka.groups import Groups
from sandbox.kafka.member import Joining
from sandbox.kafka.protocol import Call, Message

_SESSION_TIMEOUT_MS = range(500, 30 * 60 * 1000 + 1)
_ID_FIRST_FROM = 4  # join version
_LEAVES_IN_BATCHES_FROM = 3  # leave version

_Left = consumer.LeaveGroupResponse.MemberResponse


class GroupApi:
    """Answers who joins, shares, lives and leaves."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups

    async def join(self, request: Message, call: Call) -> Message:
        """Answered when the group's next generation begins."""
        try:
            call.raise_fault()
            _check_joining(request)
            generation = await self._groups.to_join(request.group_id).join(
                _joining(request, call), id_first=call.version >= _ID_FIRST_FROM
            )
        except RefusedError as refused:
            given = (
                refused.member_id
                if isinstance(refused, MemberIdRequiredError)
                else request.member_id
            )
            return consumer.JoinGroupResponse(
                error_code=refused.code, generation_id=-1, member_id=given, members=[]
            )
        member = consumer.JoinGroupResponse.JoinGroupResponseMember
        return consumer.JoinGroupResponse(
            generation_id=generation.number,
            protocol_type=generation.protocol_type,
            protocol_name=generation.protocol,
            leader=generation.leader,
            member_id=generation.member_id,
            members=[
                member(member_id=member_id, group_instance_id=None, metadata=subscription)
                for member_id, subscription in generation.members.items()
            ],
        )

    async def sync(self, request: Message, call: Call) -> Message:
        """Answered when the leader has divided the partitions."""
        group, code, share = self._groups[request.group_id], ErrorCode.NONE, b""
        try:
            call.raise_fault()
            shares = {given.member_id: given.assignment for given in request.assignments}
            share = await group.sync(request.member_id, request.generation_id, shares)
        except RefusedError as refused:
            code = refused.code
        return consumer.SyncGroupResponse(
            error_code=code,
            protocol_type=group.protocol_type,
            protocol_name=group.protocol,
            assignment=share,
        )

    def heartbeat(self, request: Message, call: Call) -> Message:
        """The member lives; the answer tells it to join again if need be."""
        code = ErrorCode.NONE
        try:
            call.raise_fault()
            self._groups[request.group_id].heartbeat(request.member_id, request.generation_id)
        except RefusedError as refused:
            code = refused.code
        return consumer.HeartbeatResponse(error_code=code)

    def leave(self, request: Message, call: Call) -> Message:
        """The members are out at once."""
        if call.version < _LEAVES_IN_BATCHES_FROM:
            code = self._left(request.group_id, request.member_id)
            return consumer.LeaveGroupResponse(error_code=code)
        return consumer.LeaveGroupResponse(
            members=[
                _Left(
                    member_id=leaving.member_id,
                    group_instance_id=leaving.group_instance_id,
                    error_code=self._left(request.group_id, leaving.member_id),
                )
                for leaving in request.members
            ]
        )

    def _left(self, group: str, member_id: str) -> ErrorCode:
        try:
            self._groups[group].leave(member_id)
        except RefusedError as refused:
            return refused.code
        return ErrorCode.NONE


def _check_joining(request: Message) -> None:
    if not request.group_id:
        raise RefusedError(ErrorCode.INVALID_GROUP_ID)
    if request.group_instance_id is not None:  # static membership is not supported
        raise RefusedError(ErrorCode.UNSUPPORTED_VERSION)
    if request.session_timeout_ms not in _SESSION_TIMEOUT_MS:
        raise RefusedError(ErrorCode.INVALID_SESSION_TIMEOUT)


def _joining(request: Message, call: Call) -> Joining:
    return Joining(
        member_id=request.member_id,
        client_id=call.client_id,
        protocol_type=request.protocol_type,
        protocols={protocol.name: bytes(protocol.metadata) for protocol in request.protocols},
        session_timeout=request.session_timeout_ms / 1000,
        rebalance_timeout=max(request.rebalance_timeout_ms, request.session_timeout_ms) / 1000,
    )
