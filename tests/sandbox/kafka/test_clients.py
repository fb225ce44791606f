"""The log as kafka-python's clients with their default settings see it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import (
    MessageSizeTooLargeError,
    OffsetOutOfRangeError,
    PolicyViolationError,
    TopicAlreadyExistsError,
    TransactionalIdAuthorizationFailedError,
    UnsupportedVersionError,
)
from kafka.structs import OffsetAndMetadata

from sandbox.kafka.error import ErrorCode
from sandbox.kafka.fault import DROP_AFTER, DROP_BEFORE, PASS, Fault
from sandbox.kafka.server import KafkaLog

TOPIC = "carefloe.vitals"
FIRST = TopicPartition(TOPIC, 0)

Client = Callable[..., Any]


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Makes clients of the running log and closes them."""
    opened: list[Any] = []

    def make(kind: type, *topics: str, **settings: Any) -> Any:
        opened.append(kind(*topics, bootstrap_servers=address, **settings))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def admin(client: Client) -> KafkaAdminClient:
    return client(KafkaAdminClient)


def reader(client: Client, *partitions: TopicPartition, **settings: Any) -> KafkaConsumer:
    """A consumer outside any group, at the first record."""
    settings = {"auto_offset_reset": "earliest", "enable_auto_commit": False} | settings
    consumer = client(KafkaConsumer, **settings)
    consumer.assign(partitions or [TopicPartition(TOPIC, n) for n in range(4)])
    return consumer


def polled(consumer: KafkaConsumer, count: int) -> list[ConsumerRecord]:
    """The next `count` records, in order per partition."""
    records: list[ConsumerRecord] = []
    deadline = time.monotonic() + 20
    while len(records) < count and time.monotonic() < deadline:
        for batch in consumer.poll(timeout_ms=200).values():
            records += batch
    assert len(records) == count
    return records


def send(producer: KafkaProducer, *values: bytes, **where: Any) -> list[int]:
    """Offsets of the values, once acknowledged."""
    futures = [producer.send(TOPIC, value, **where) for value in values]
    producer.flush(timeout=20)
    return [future.get(timeout=20).offset for future in futures]


@pytest.mark.parametrize("codec", [None, "gzip", "lz4", "zstd"])
def test_what_is_produced_is_consumed(client: Client, codec: str | None) -> None:
    producer = client(KafkaProducer, compression_type=codec, linger_ms=5)
    sent = [(b"key-%d" % n, b"value " * n, [("n", b"%d" % n), ("", b"")]) for n in range(100)]
    for key, value, headers in sent:
        producer.send(TOPIC, value, key=key, headers=headers, timestamp_ms=1_700_000_000_000)
    producer.flush(timeout=20)

    received = polled(reader(client), 100)

    assert sorted((r.key, r.value, r.headers) for r in received) == sorted(sent)
    assert {r.timestamp for r in received} == {1_700_000_000_000}


@pytest.mark.parametrize(
    ("key", "value"), [(None, b"v"), (b"k", None), (b"", b""), (b"\xff", b"\x00")]
)
def test_null_and_empty_keys_and_values_are_kept_apart(
    client: Client, key: bytes | None, value: bytes | None
) -> None:
    producer = client(KafkaProducer)
    producer.send(TOPIC, value, key=key, partition=0).get(timeout=20)

    (record,) = polled(reader(client, FIRST), 1)

    assert (record.key, record.value) == (key, value)


def test_a_message_of_a_million_bytes_passes_and_one_beyond_the_limit_is_refused(
    client: Client,
) -> None:
    producer = client(KafkaProducer, max_request_size=4 << 20)
    million = bytes(1_000_000)

    assert send(producer, million, partition=0) == [0]
    with pytest.raises(MessageSizeTooLargeError):
        send(producer, bytes(1_048_588), partition=0)
    # an idempotent producer of kafka-python ends with such an error
    assert send(client(KafkaProducer), b"after", partition=0) == [1]

    assert [r.value for r in polled(reader(client, FIRST), 2)] == [million, b"after"]


def test_topics_are_created_with_four_partitions_when_they_are_used(
    client: Client, admin: KafkaAdminClient
) -> None:
    assert client(KafkaProducer).partitions_for(TOPIC) == {0, 1, 2, 3}
    assert admin.list_topics() == [TOPIC]


def test_positions_in_the_log(client: Client) -> None:
    producer = client(KafkaProducer)
    for n in range(5):
        producer.send(TOPIC, b"%d" % n, partition=0, timestamp_ms=1000 + 10 * n)
    producer.flush(timeout=20)
    empty = TopicPartition(TOPIC, 1)
    consumer = reader(client, FIRST, empty)

    assert consumer.beginning_offsets([FIRST, empty]) == {FIRST: 0, empty: 0}
    assert consumer.end_offsets([FIRST, empty]) == {FIRST: 5, empty: 0}
    found = {
        time: consumer.offsets_for_times({FIRST: time})[FIRST] for time in (0, 1010, 1011, 1041)
    }
    assert {time: at and at.offset for time, at in found.items()} == {
        0: 0,
        1010: 1,
        1011: 2,
        1041: None,
    }
    assert consumer.offsets_for_times({empty: 0})[empty] is None
    consumer.seek(FIRST, 3)
    assert [r.offset for r in polled(consumer, 2)] == [3, 4]
    assert consumer.position(FIRST) == 5


def test_a_consumer_waits_for_what_comes(client: Client) -> None:
    producer = client(KafkaProducer)
    consumer = reader(client, FIRST, fetch_max_wait_ms=20_000)
    assert consumer.poll(timeout_ms=300) == {}

    began = time.monotonic()
    send(producer, b"news", partition=0)

    assert [r.value for r in polled(consumer, 1)] == [b"news"]
    assert time.monotonic() - began < 10


def test_deleted_records_are_out_of_range(client: Client, admin: KafkaAdminClient) -> None:
    producer = client(KafkaProducer)
    send(producer, b"a", b"b", b"c", partition=0)
    consumer = reader(client, FIRST, auto_offset_reset="none")

    admin.delete_records({FIRST: 2})

    assert consumer.beginning_offsets([FIRST]) == {FIRST: 2}
    consumer.seek(FIRST, 1)
    with pytest.raises(OffsetOutOfRangeError):
        polled(consumer, 1)
    consumer.seek(FIRST, 2)
    assert [r.value for r in polled(consumer, 1)] == [b"c"]


def test_a_topic_created_again_is_empty_and_its_groups_start_anew(
    client: Client, admin: KafkaAdminClient
) -> None:
    producer = client(KafkaProducer)
    send(producer, b"a", b"b", partition=0)
    consumer = reader(client, FIRST, group_id="g")
    consumer.commit({FIRST: OffsetAndMetadata(2, "", -1)})
    before = admin.describe_topics([TOPIC])[0]["topic_id"]

    admin.delete_topics([TOPIC])
    assert admin.list_topics() == []
    admin.create_topics({TOPIC: {"num_partitions": 2, "replication_factor": 1}})

    described = admin.describe_topics([TOPIC])[0]
    assert described["topic_id"] != before
    assert len(described["partitions"]) == 2
    assert consumer.end_offsets([FIRST]) == {FIRST: 0}
    assert consumer.committed(FIRST) is None
    assert send(producer, b"new", partition=0) == [0]


def test_topics_can_be_managed(admin: KafkaAdminClient) -> None:
    admin.create_topics({"small": {"num_partitions": 1, "replication_factor": 1}})
    with pytest.raises(TopicAlreadyExistsError):
        admin.create_topics({"small": {"num_partitions": 1, "replication_factor": 1}})
    admin.create_partitions({"small": 3})

    assert len(admin.describe_topics(["small"])[0]["partitions"]) == 3


def test_commits_without_a_group_protocol_are_kept(client: Client) -> None:
    consumer = reader(client, FIRST, group_id="g")
    client(KafkaProducer).partitions_for(TOPIC)

    consumer.commit({FIRST: OffsetAndMetadata(7, "note", -1)})

    assert consumer.committed(FIRST) == 7
    assert consumer.committed(FIRST, metadata=True).metadata == "note"
    assert consumer.committed(TopicPartition(TOPIC, 1)) is None


def test_groups_can_be_listed_described_and_deleted(
    client: Client, admin: KafkaAdminClient
) -> None:
    client(KafkaProducer).partitions_for(TOPIC)
    reader(client, FIRST, group_id="g").commit({FIRST: OffsetAndMetadata(7, "", -1)})

    assert [group["group_id"] for group in admin.list_groups()] == ["g"]
    assert admin.describe_groups(["g"])["g"]["group_state"] == "Empty"
    assert admin.list_group_offsets("g")["g"][FIRST].offset == 7
    admin.delete_groups(["g"])
    assert admin.list_groups() == []


@pytest.mark.parametrize("fault", [DROP_BEFORE, DROP_AFTER], ids=["before", "after"])
def test_a_dropped_produce_lands_once_and_in_order(
    client: Client, log: KafkaLog, fault: Fault
) -> None:
    producer = client(KafkaProducer, retry_backoff_ms=10, reconnect_backoff_ms=10)
    sent = [b"%d" % n for n in range(60)]
    for n in range(0, 60, 10):
        log.faults.plan("Produce", PASS, fault)
        send(producer, *sent[n : n + 10], partition=0)

    assert log.faults.pending("Produce") < 12
    assert [r.value for r in polled(reader(client, FIRST), 60)] == sent
    assert reader(client, FIRST).end_offsets([FIRST]) == {FIRST: 60}


def test_errors_that_pass_are_retried(client: Client, log: KafkaLog) -> None:
    producer = client(KafkaProducer, retry_backoff_ms=10)
    log.faults.plan("Produce", Fault(code=ErrorCode.NOT_LEADER_OR_FOLLOWER))

    assert send(producer, b"a", partition=0) == [0]
    log.faults.plan("Fetch", DROP_BEFORE, Fault(delay_seconds=0.05), DROP_AFTER)
    consumer = reader(client, FIRST, reconnect_backoff_ms=10)

    assert [r.value for r in polled(consumer, 1)] == [b"a"]
    assert send(producer, b"b", partition=0) == [1]
    assert [r.value for r in polled(consumer, 1)] == [b"b"]


def test_transactions_are_refused(client: Client) -> None:
    producer = client(KafkaProducer, transactional_id="t")

    with pytest.raises(TransactionalIdAuthorizationFailedError):
        producer.init_transactions()


def test_static_membership_is_refused(client: Client) -> None:
    consumer = client(KafkaConsumer, TOPIC, group_id="g", group_instance_id="one")

    with pytest.raises(UnsupportedVersionError):
        consumer.poll(timeout_ms=5000)


def test_a_full_log_says_so(folder: Path) -> None:
    with KafkaLog(folder, max_bytes=1000).running() as address:
        producer = KafkaProducer(bootstrap_servers=address)
        assert send(producer, b"small", partition=0) == [0]
        with pytest.raises(PolicyViolationError, match="holds 73 of at most 1000 bytes"):
            send(producer, bytes(2000), partition=0)
        producer.close()


def test_records_older_than_the_retention_are_dropped_and_offsets_go_on(folder: Path) -> None:
    now = int(time.time() * 1000)
    at = TopicPartition(TOPIC, 0)
    with KafkaLog(folder, retention_seconds=3600).running() as address:
        producer = KafkaProducer(bootstrap_servers=address)
        for value, age in ((b"old", 7200), (b"new", 60)):
            producer.send(TOPIC, value, partition=0, timestamp_ms=now - age * 1000).get(10)
        producer.close()
    with KafkaLog(folder, retention_seconds=3600).running() as address:  # it looks at the start
        consumer = KafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest")
        consumer.assign([at])
        assert consumer.beginning_offsets([at]) == {at: 1}
        polled = consumer.poll(5000)[at]
        consumer.close()
    assert [(record.offset, record.value) for record in polled] == [(1, b"new")]
