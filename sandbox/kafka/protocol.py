"""The part of the Kafka protocol this log speaks, on kafka-python's generated protocol classes.

Those classes are not a public interface of kafka-python, so its version is pinned and a test holds
every name used here against the installed one. A version range ends where something begins that
the log does not do: topic ids instead of names (Fetch 13), newer group protocols (OffsetFetch 8).
Produce ends before the "flexible" encoding, the only one whose lengths a hostile client can make
expensive to read, because it alone may send large requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kafka.protocol import admin, consumer, metadata, producer

from sandbox.kafka.error import ErrorCode, RefusedError

Message = Any
"""A request, an answer or a part of one; kafka-python makes their classes when it is imported."""

API_VERSIONS = "ApiVersions"
PRODUCE = "Produce"


@dataclass(frozen=True)
class Api:
    """One kind of request, the versions of it that are understood, and its answer."""

    request: type[Message]
    response: type[Message]
    lowest: int
    highest: int

    @property
    def name(self) -> str:
        """As Kafka's documentation names it, for example `OffsetCommit`."""
        return str(self.request.__name__).removesuffix("Request")

    @property
    def key(self) -> int:
        """Its number in the header of a request."""
        return int(self.request.API_KEY)


@dataclass(frozen=True)
class Call:
    """What a handler has to know of a request besides its content."""

    version: int
    client_id: str
    fault: ErrorCode = ErrorCode.NONE

    def raise_fault(self) -> None:
        """RefusedError when a test asked for an error here."""
        if self.fault:
            raise RefusedError(self.fault, "fault injected by a test")


APIS = (
    Api(metadata.ApiVersionsRequest, metadata.ApiVersionsResponse, 0, 4),
    Api(metadata.MetadataRequest, metadata.MetadataResponse, 0, 12),
    Api(metadata.FindCoordinatorRequest, metadata.FindCoordinatorResponse, 0, 4),
    Api(producer.ProduceRequest, producer.ProduceResponse, 3, 8),
    Api(producer.InitProducerIdRequest, producer.InitProducerIdResponse, 0, 4),
    Api(consumer.FetchRequest, consumer.FetchResponse, 4, 12),
    Api(consumer.ListOffsetsRequest, consumer.ListOffsetsResponse, 1, 6),
    Api(consumer.OffsetForLeaderEpochRequest, consumer.OffsetForLeaderEpochResponse, 2, 4),
    Api(consumer.OffsetCommitRequest, consumer.OffsetCommitResponse, 2, 8),
    Api(consumer.OffsetFetchRequest, consumer.OffsetFetchResponse, 1, 7),
    Api(consumer.JoinGroupRequest, consumer.JoinGroupResponse, 1, 7),
    Api(consumer.SyncGroupRequest, consumer.SyncGroupResponse, 0, 5),
    Api(consumer.HeartbeatRequest, consumer.HeartbeatResponse, 0, 4),
    Api(consumer.LeaveGroupRequest, consumer.LeaveGroupResponse, 0, 4),
    Api(admin.ListGroupsRequest, admin.ListGroupsResponse, 0, 4),
    Api(admin.DescribeGroupsRequest, admin.DescribeGroupsResponse, 0, 5),
    Api(admin.DeleteGroupsRequest, admin.DeleteGroupsResponse, 0, 2),
    Api(admin.CreateTopicsRequest, admin.CreateTopicsResponse, 2, 6),
    Api(admin.DeleteTopicsRequest, admin.DeleteTopicsResponse, 1, 5),
    Api(admin.CreatePartitionsRequest, admin.CreatePartitionsResponse, 0, 3),
    Api(admin.DeleteRecordsRequest, admin.DeleteRecordsResponse, 0, 2),
    Api(admin.DescribeClusterRequest, admin.DescribeClusterResponse, 0, 0),
)


def misses_field(message: Message, version: int) -> bool:
    """Whether a decoded message is null where the protocol does not allow it: no decoder checks."""
    for field in message.fields.values():
        if field.tag is not None or not field.for_version_q(version) or field.type_str == "uuid":
            continue
        value = getattr(message, field.name)
        if value is None:
            if not field.nullable_for_version_q(version):
                return True
        elif field.is_struct_array():
            if any(misses_field(part, version) for part in value):
                return True
        elif field.is_array() and None in value:
            return True
    return False
