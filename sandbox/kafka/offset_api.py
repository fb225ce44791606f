"""Requests about the offsets that consumer groups commit."""

from __future__ import annotations

from collections.abc import Iterable

from kafka.protocol import consumer

from sandbox.kafka.catalog import Catalog
from sandbox.kafka.committed import CommittedOffsets, Place, Position
from sandbox.kafka.error import ErrorCode, RefusedError
from sandbox.kafka.groups import Groups
from sandbox.kafka.protocol import Call, Message

_Committed = consumer.OffsetCommitResponse.OffsetCommitResponseTopic
_Found = consumer.OffsetFetchResponse.OffsetFetchResponseTopic


class OffsetApi:
    """Answers what groups committed on the topics of `catalog`."""

    def __init__(self, catalog: Catalog, committed: CommittedOffsets, groups: Groups) -> None:
        self._catalog = catalog
        self._committed = committed
        self._groups = groups

    def commit(self, request: Message, call: Call) -> Message:
        """All partitions that exist are committed, or none; only members of the generation may."""
        refusal = ErrorCode.NONE
        try:
            call.raise_fault()
            self._groups[request.group_id].check_commit(
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

    def fetch(self, request: Message, _: Call) -> Message:
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
