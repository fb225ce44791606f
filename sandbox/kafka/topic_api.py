"""Requests about topics and the one broker they are on."""

from __future__ import annotations

from kafka.protocol import admin, metadata

from sandbox.kafka.batch import LEADER_EPOCH
from sandbox.kafka.catalog import Catalog, Topic
from sandbox.kafka.committed import CommittedOffsets
from sandbox.kafka.error import ErrorCode, RefusedError
from sandbox.kafka.protocol import Call, Message

BROKER_ID = 1

_Described = metadata.MetadataResponse.MetadataResponseTopic
_Created = admin.CreateTopicsResponse.CreatableTopicResult
_Deleted = admin.DeleteTopicsResponse.DeletableTopicResult
_Extended = admin.CreatePartitionsResponse.CreatePartitionsTopicResult
_TRANSACTION = 1  # kind of coordinator
_ALWAYS_CREATES_BEFORE = 4  # metadata version from which a client can decline new topics


class TopicApi:
    """Answers requests about the topics of `catalog`, served at `host`:`port`."""

    def __init__(self, catalog: Catalog, committed: CommittedOffsets, host: str, port: int) -> None:
        self._catalog = catalog
        self._committed = committed
        self._host = host
        self._port = port

    def describe(self, request: Message, call: Call) -> Message:
        """Where topics are; one that is asked for by name and does not exist is created."""
        create = call.version < _ALWAYS_CREATES_BEFORE or request.allow_auto_topic_creation
        if request.topics is None or (call.version == 0 and not request.topics):
            topics = [_described(topic) for topic in self._catalog.topics.values()]
        else:
            topics = [self._found(wanted, create=create) for wanted in request.topics]
        broker = metadata.MetadataResponse.MetadataResponseBroker(
            node_id=BROKER_ID, host=self._host, port=self._port
        )
        return metadata.MetadataResponse(
            brokers=[broker],
            cluster_id=self._catalog.cluster_id,
            controller_id=BROKER_ID,
            topics=topics,
        )

    def create(self, request: Message, _: Call) -> Message:
        """Each topic is created, or refused on its own; topic configs are ignored."""
        return admin.CreateTopicsResponse(
            topics=[self._created(topic, request.validate_only) for topic in request.topics]
        )

    def delete(self, request: Message, _: Call) -> Message:
        """Each topic is deleted with its records, or refused on its own."""
        return admin.DeleteTopicsResponse(responses=[self._deleted(n) for n in request.topic_names])

    def extend(self, request: Message, _: Call) -> Message:
        """Each topic gets more partitions, or is refused on its own."""
        return admin.CreatePartitionsResponse(
            results=[self._extended(topic, request.validate_only) for topic in request.topics]
        )

    def describe_cluster(self, _request: Message, _: Call) -> Message:
        """The one broker there is."""
        broker = admin.DescribeClusterResponse.DescribeClusterBroker(
            broker_id=BROKER_ID, host=self._host, port=self._port
        )
        return admin.DescribeClusterResponse(
            cluster_id=self._catalog.cluster_id, controller_id=BROKER_ID, brokers=[broker]
        )

    def find_coordinator(self, request: Message, call: Call) -> Message:
        """The one broker there is coordinates every group, and no transactions."""
        here = {"node_id": BROKER_ID, "host": self._host, "port": self._port}
        outcome: dict[str, ErrorCode | str | None] = {"error_code": ErrorCode.NONE}
        if request.key_type == _TRANSACTION:
            outcome = {
                # the one error for which clients give up at once
                "error_code": ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                "error_message": "this log does not support transactions",
            }
        if call.version < 4:
            return metadata.FindCoordinatorResponse(**outcome, **here)
        coordinator = metadata.FindCoordinatorResponse.Coordinator
        return metadata.FindCoordinatorResponse(
            coordinators=[
                coordinator(key=key, **outcome, **here) for key in request.coordinator_keys
            ]
        )

    def _found(self, wanted: Message, *, create: bool) -> Message:
        if wanted.name is None:
            by_id = [t for t in self._catalog.topics.values() if t.id == wanted.topic_id]
            if by_id:
                return _described(by_id[0])
            return _Described(error_code=ErrorCode.UNKNOWN_TOPIC_ID, topic_id=wanted.topic_id)
        try:
            if create and wanted.name not in self._catalog.topics:
                return _described(self._catalog.create(wanted.name))
            return _described(self._catalog.topic(wanted.name))
        except RefusedError as refused:
            return _Described(error_code=refused.code, name=wanted.name, partitions=[])

    def _created(self, wanted: Message, validate_only: bool) -> Message:
        code, message = ErrorCode.NONE, None
        count = len(wanted.assignments or ()) or wanted.num_partitions
        partitions = None if count == -1 else count
        try:
            self._catalog.check_new(wanted.name, partitions)
            if not validate_only:
                self._catalog.create(wanted.name, partitions)
        except RefusedError as refused:
            code, message = refused.code, refused.message
        return _Created(
            name=wanted.name,
            error_code=code,
            error_message=message,
            num_partitions=self._catalog.default_partitions if partitions is None else partitions,
            replication_factor=1,
            configs=[],
        )

    def _deleted(self, name: str) -> Message:
        code = ErrorCode.NONE
        try:
            self._catalog.delete(name)
            self._committed.forget_topic(name)
        except RefusedError as refused:
            code = refused.code
        return _Deleted(name=name, error_code=code)

    def _extended(self, wanted: Message, validate_only: bool) -> Message:
        code, message = ErrorCode.NONE, None
        try:
            self._catalog.check_extension(wanted.name, wanted.count)
            if not validate_only:
                self._catalog.extend(wanted.name, wanted.count)
        except RefusedError as refused:
            code, message = refused.code, refused.message
        return _Extended(name=wanted.name, error_code=code, error_message=message)


def _described(topic: Topic) -> Message:
    return _Described(
        name=topic.name,
        topic_id=topic.id,
        partitions=[
            _Described.MetadataResponsePartition(
                partition_index=index,
                leader_id=BROKER_ID,
                leader_epoch=LEADER_EPOCH,
                replica_nodes=[BROKER_ID],
                isr_nodes=[BROKER_ID],
                offline_replicas=[],
            )
            for index in range(len(topic.partitions))
        ],
    )
