"""Who answers which request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from kafka.protocol import metadata

from sandbox.kafka.catalog import Catalog
from sandbox.kafka.committed import CommittedOffsets
from sandbox.kafka.group_admin_api import GroupAdminApi
from sandbox.kafka.group_api import GroupApi
from sandbox.kafka.groups import Groups
from sandbox.kafka.offset_api import OffsetApi
from sandbox.kafka.protocol import API_VERSIONS, APIS, PRODUCE, Api, Call, Message
from sandbox.kafka.record_api import RecordApi
from sandbox.kafka.topic_api import TopicApi

Handler = Callable[[Message, Call], Message | Awaitable[Message]]
Handlers = Mapping[int, tuple[Api, Handler]]
"""By the number of the kind of request."""


def handlers_of(
    catalog: Catalog, committed: CommittedOffsets, groups: Groups, host: str, port: int
) -> Handlers:
    """The handler of every kind of request that is understood, for a log at `host`:`port`."""
    topics = TopicApi(catalog, committed, host, port)
    records = RecordApi(catalog)
    members = GroupApi(groups)
    offsets = OffsetApi(catalog, committed, groups)
    group_admin = GroupAdminApi(groups, committed)
    by_name: dict[str, Handler] = {
        API_VERSIONS: _supported_versions,
        "Metadata": topics.describe,
        "FindCoordinator": topics.find_coordinator,
        "CreateTopics": topics.create,
        "DeleteTopics": topics.delete,
        "CreatePartitions": topics.extend,
        "DescribeCluster": topics.describe_cluster,
        PRODUCE: records.produce,
        "InitProducerId": records.init_producer_id,
        "Fetch": records.fetch,
        "ListOffsets": records.list_offsets,
        "OffsetForLeaderEpoch": records.offset_for_leader_epoch,
        "DeleteRecords": records.delete_records,
        "JoinGroup": members.join,
        "SyncGroup": members.sync,
        "Heartbeat": members.heartbeat,
        "LeaveGroup": members.leave,
        "OffsetCommit": offsets.commit,
        "OffsetFetch": offsets.fetch,
        "ListGroups": group_admin.list_all,
        "DescribeGroups": group_admin.describe,
        "DeleteGroups": group_admin.delete,
    }
    return {api.key: (api, by_name[api.name]) for api in APIS}


def _supported_versions(_request: Message, _: Call) -> Message:
    supported = metadata.ApiVersionsResponse.ApiVersion
    return metadata.ApiVersionsResponse(
        api_keys=[
            supported(api_key=api.key, min_version=api.lowest, max_version=api.highest)
            for api in APIS
        ]
    )
