"""Requests about consumer groups: membership and committed offsets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from kafka.protocol import admin, consumer

from sandbox.kafka.catalog import Catalog
from sandbox.kafka.committed import CommittedOffsets, Place, Position
from sandbox.kafka.error import ErrorCode, RefusedError
from sandbox.kafka.group import Group, MemberIdRequiredError, State
from sandbox.kafka.member import Joining
from sandbox.kafka.protocol import Call, Message

_SESSION_TIMEOUT_MS = range(500, 30 * 60 * 1000 + 1)
_ID_FIRST_FROM = 4  # join version
_LEAVES_IN_BATCHES_FROM = 3  # leave version
_EXPIRY_INTERVAL_SECONDS = 0.1

_Committed = consumer.OffsetCommitResponse.OffsetCommitResponseTopic
_Found = consumer.OffsetFetchResponse.OffsetFetchResponseTopic
_Left = consumer.LeaveGroupResponse.MemberResponse
_Described = admin.DescribeGroupsResponse.DescribedGroup


class GroupApi:
    """Answers requests of consumer groups on the topics of `catalog`."""

    def __init__(self, catalog: Catalog, committed: CommittedOffsets) -> None:
        self._catalog = catalog
        self._committed = committed
        self._groups: dict[str, Group] = {}

    async def join(self, request: Message, call: Call) -> Message:
        """Answered when the group's next generation begins."""
        try:
            call.raise_fault()
            _check_joining(request)
            generation = await self._group(request.group_id).join(
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
        group, code, share = self._group(request.group_id), ErrorCode.NONE, b""
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
            self._group(request.group_id).heartbeat(request.member_id, request.generation_id)
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

    def commit(self, request: Message, call: Call) -> Message:
        """All partitions that exist are committed, or none; only members of the generation may."""
        refusal = ErrorCode.NONE
        try:
            call.raise_fault()
            self._group(request.group_id).check_commit(
                request.member_id, request.generation_id_or_member_epoch
            )
            self._committed.commit(self._positions(request))
        except RefusedError as refused:
            refusal = refused.code
        return consumer.OffsetCommitResponse(
            topics=[
                _Committed(
                    name=topic.name,
                    partitions=[
                        _Committed.OffsetCommitResponsePartition(
                            partition_index=part.partition_index,
                            error_code=refusal or self._known(topic.name, part.partition_index),
                        )
                        for part in topic.partitions
                    ],
                )
                for topic in request.topics
            ]
        )

    def fetch_committed(self, request: Message, _: Call) -> Message:
        """The group's positions, -1 where it has none; all it has when no topic is named."""
        wanted: dict[str, Iterable[int]] = {}
        if request.topics is None:
            for topic, partition in self._committed.places(request.group_id):
                wanted[topic] = [*wanted.get(topic, ()), partition]
        else:
            wanted = {topic.name: topic.partition_indexes for topic in request.topics}
        return consumer.OffsetFetchResponse(
            topics=[
                _Found(
                    name=topic,
                    partitions=[self._position(request.group_id, topic, p) for p in partitions],
                )
                for topic, partitions in wanted.items()
            ]
        )

    def list_groups(self, request: Message, _: Call) -> Message:
        """Groups that have members or committed offsets."""
        listed = admin.ListGroupsResponse.ListedGroup
        groups = [
            listed(group_id=name, protocol_type=self._type(name), group_state=self._state(name))
            for name in self._names()
            if not request.states_filter or self._state(name) in request.states_filter
        ]
        return admin.ListGroupsResponse(groups=groups)

    def describe(self, request: Message, _: Call) -> Message:
        """State and members of each group; an unknown one is reported as Dead, as on Kafka."""
        return admin.DescribeGroupsResponse(groups=[self._described(n) for n in request.groups])

    def delete(self, request: Message, _: Call) -> Message:
        """Groups without members are forgotten with their offsets."""
        result = admin.DeleteGroupsResponse.DeletableGroupResult
        return admin.DeleteGroupsResponse(
            results=[
                result(group_id=name, error_code=self._deleted(name))
                for name in request.groups_names
            ]
        )

    async def watch(self) -> None:
        """Remove silent members, for ever."""
        while True:
            await asyncio.sleep(_EXPIRY_INTERVAL_SECONDS)
            for group in list(self._groups.values()):
                group.expire()

    def _group(self, name: str) -> Group:
        return self._groups.setdefault(name, Group(name))

    def _left(self, group: str, member_id: str) -> ErrorCode:
        try:
            self._group(group).leave(member_id)
        except RefusedError as refused:
            return refused.code
        return ErrorCode.NONE

    def _positions(self, request: Message) -> dict[Place, Position]:
        return {
            (request.group_id, topic.name, part.partition_index): Position(
                part.committed_offset, part.committed_leader_epoch, part.committed_metadata or ""
            )
            for topic in request.topics
            for part in topic.partitions
            if not self._known(topic.name, part.partition_index)
        }

    def _known(self, topic: str, partition: int) -> ErrorCode:
        try:
            self._catalog.partition(topic, partition)
        except RefusedError as refused:
            return refused.code
        return ErrorCode.NONE

    def _position(self, group: str, topic: str, partition: int) -> Message:
        position = self._committed.get(group, topic, partition) or Position(-1, -1, "")
        return _Found.OffsetFetchResponsePartition(
            partition_index=partition,
            committed_offset=position.offset,
            committed_leader_epoch=position.leader_epoch,
            metadata=position.metadata,
        )

    def _names(self) -> list[str]:
        with_members = {name for name, group in self._groups.items() if group.members}
        return sorted(with_members | self._committed.groups())

    def _type(self, name: str) -> str:
        group = self._groups.get(name)
        return group.protocol_type if group else ""

    def _state(self, name: str) -> State:
        group = self._groups.get(name)
        return group.state if group else State.EMPTY

    def _described(self, name: str) -> Message:
        if name not in self._names():
            return _Described(group_id=name, group_state="Dead", members=[])
        group = self._group(name)
        members = [
            _Described.DescribedGroupMember(
                member_id=member.id,
                client_id=member.says.client_id,
                client_host="/127.0.0.1",
                member_metadata=member.says.protocols.get(group.protocol, b""),
                member_assignment=member.assignment,
            )
            for member in group.members.values()
        ]
        return _Described(
            group_id=name,
            group_state=group.state,
            protocol_type=group.protocol_type,
            protocol_data=group.protocol,
            members=members,
        )

    def _deleted(self, name: str) -> ErrorCode:
        if name not in self._names():
            return ErrorCode.GROUP_ID_NOT_FOUND
        if self._group(name).members:
            return ErrorCode.NON_EMPTY_GROUP
        self._committed.forget_group(name)
        self._groups.pop(name, None)
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
