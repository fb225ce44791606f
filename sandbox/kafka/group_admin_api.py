"""Requests that look at consumer groups from outside, and remove them."""

from __future__ import annotations

from kafka.protocol import admin

from sandbox.kafka.committed import CommittedOffsets
from sandbox.kafka.error import ErrorCode
from sandbox.kafka.groups import Groups
from sandbox.kafka.protocol import Call, Message

_Described = admin.DescribeGroupsResponse.DescribedGroup


class GroupAdminApi:
    """Answers which groups there are: those with members or with committed offsets."""

    def __init__(self, groups: Groups, committed: CommittedOffsets) -> None:
        self._groups = groups
        self._committed = committed

    def list_all(self, request: Message, _: Call) -> Message:
        """Groups that have members or committed offsets."""
        listed = admin.ListGroupsResponse.ListedGroup
        groups = [
            listed(
                group_id=name,
                protocol_type=self._groups[name].protocol_type,
                group_state=self._groups[name].state,
            )
            for name in self._names()
            if not request.states_filter or self._groups[name].state in request.states_filter
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

    def _names(self) -> list[str]:
        return sorted(self._groups.with_members() | self._committed.groups())

    def _described(self, name: str) -> Message:
        if name not in self._names():
            return _Described(group_id=name, group_state="Dead", members=[])
        group = self._groups[name]
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
        if self._groups[name].members:
            return ErrorCode.NON_EMPTY_GROUP
        self._committed.forget_group(name)
        self._groups.forget(name)
        return ErrorCode.NONE
