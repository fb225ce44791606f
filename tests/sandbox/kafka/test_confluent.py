"""The second opinion: librdkafka, which shares no code with the log, does the same with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from kafka import KafkaConsumer, KafkaProducer
from kafka import TopicPartition as KafkaTopicPartition

from sandbox.kafka.fault import DROP_AFTER, DROP_BEFORE, PASS
from sandbox.kafka.server import KafkaLog

TOPIC = "carefloe.vitals"

Join = Callable[..., Consumer]
Record = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]] | None]


@pytest.fixture
def consumer_of(address: str) -> Iterator[Join]:
    opened: list[Consumer] = []

    def make(**settings: Any) -> Consumer:
        defaults: dict[str, Any] = {
            "bootstrap.servers": address,
            "group.id": "g",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "heartbeat.interval.ms": 100,
            "session.timeout.ms": 3000,
        }
        opened.append(Consumer(defaults | settings))
        return opened[-1]

    yield make
    for consumer in opened:
        consumer.close()


def produce(address: str, *records: Record, codec: str = "none", **settings: Any) -> list[int]:
    """Offsets of the records in partition 0, once acknowledged."""
    producer = Producer(
        {"bootstrap.servers": address, "enable.idempotence": True, "compression.type": codec}
        | settings
    )
    offsets: list[int] = []

    def delivered(error: Any, message: Message) -> None:
        assert error is None
        offsets.append(message.offset())

    for key, value, headers in records:
        producer.produce(
            TOPIC, value, key, partition=0, headers=headers or [], on_delivery=delivered
        )
    assert producer.flush(20) == 0
    return offsets


def consumed(consumer: Consumer, count: int) -> list[Message]:
    messages: list[Message] = []
    deadline = time.monotonic() + 20
    while len(messages) < count and time.monotonic() < deadline:
        messages += consumer.consume(count - len(messages), timeout=0.2)
    assert [message.error() for message in messages] == [None] * count
    return messages


RECORDS: list[Record] = [
    (b"k", b"v" * 500, [("h", b"1"), ("h", None), ("", b"")]),
    (None, b"v" * 500, None),
    (b"k", None, None),
    (None, None, None),
    (b"", b"", None),
]


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_what_librdkafka_writes_it_reads_again(address: str, consumer_of: Join, codec: str) -> None:
    assert produce(address, *RECORDS, codec=codec) == [0, 1, 2, 3, 4]
    consumer = consumer_of()
    consumer.assign([TopicPartition(TOPIC, 0, 0)])

    messages = consumed(consumer, 5)

    assert [(m.key(), m.value(), m.headers()) for m in messages] == RECORDS


@pytest.mark.parametrize("codec", ["none", "gzip", "lz4", "zstd"])
def test_each_client_reads_what_the_other_writes(
    address: str, consumer_of: Join, codec: str
) -> None:
    produce(address, *RECORDS, codec=codec)
    other = KafkaProducer(
        bootstrap_servers=address, compression_type=None if codec == "none" else codec
    )
    other.send(TOPIC, b"from kafka-python", key=b"k", headers=[("h", b"2")], partition=0)
    other.close()

    expected = [*RECORDS, (b"k", b"from kafka-python", [("h", b"2")])]
    consumer = consumer_of()
    consumer.assign([TopicPartition(TOPIC, 0, 0)])
    reader = KafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest")
    reader.assign([KafkaTopicPartition(TOPIC, 0)])
    try:
        messages = [(m.key(), m.value(), m.headers()) for m in consumed(consumer, 6)]
        records = [(r.key, r.value, r.headers or None) for r in (next(reader) for _ in range(6))]
    finally:
        reader.close()

    assert messages == records == expected


def test_positions_in_the_log(address: str, consumer_of: Join) -> None:
    produce(address, *RECORDS)
    consumer = consumer_of()
    first = TopicPartition(TOPIC, 0)

    assert consumer.get_watermark_offsets(first, timeout=10) == (0, 5)
    assert consumer.offsets_for_times([TopicPartition(TOPIC, 0, 1)], timeout=10)[0].offset == 0
    consumer.assign([TopicPartition(TOPIC, 0, 3)])
    assert [message.offset() for message in consumed(consumer, 2)] == [3, 4]


@pytest.mark.parametrize("strategy", ["range", "cooperative-sticky"])
def test_two_members_share_the_partitions_and_one_takes_over(
    address: str, consumer_of: Join, strategy: str
) -> None:
    produce(address, *RECORDS)
    settings = {"partition.assignment.strategy": strategy}
    first, second = consumer_of(**settings), consumer_of(**settings)

    def shares_become(expected: list[int], *members: Consumer) -> None:
        deadline = time.monotonic() + 20
        while [len(member.assignment()) for member in members] != expected:
            assert time.monotonic() < deadline
            for member in members:
                member.poll(0.05)

    first.subscribe([TOPIC])
    shares_become([4], first)
    second.subscribe([TOPIC])
    shares_become([2, 2], first, second)
    second.close()
    shares_become([4], first)


def test_a_group_continues_at_its_commit(address: str, consumer_of: Join) -> None:
    produce(address, *RECORDS)
    first = consumer_of()
    first.subscribe([TOPIC])
    assert [message.offset() for message in consumed(first, 3)] == [0, 1, 2]
    first.commit(offsets=[TopicPartition(TOPIC, 0, 3)], asynchronous=False)
    first.close()

    second = consumer_of()
    second.subscribe([TOPIC])

    assert [message.offset() for message in consumed(second, 2)] == [3, 4]
    assert second.committed([TopicPartition(TOPIC, 0)], timeout=10)[0].offset == 3


def test_dropped_connections_neither_lose_nor_double_records(
    address: str, log: KafkaLog, consumer_of: Join
) -> None:
    log.faults.plan("Produce", PASS, DROP_AFTER, DROP_BEFORE, PASS, DROP_AFTER)
    records: list[Record] = [(None, b"%d" % n, None) for n in range(2000)]

    offsets = produce(
        address,
        *records,
        **{"batch.num.messages": 100, "linger.ms": 1, "reconnect.backoff.ms": 10},
    )

    assert offsets == list(range(2000))
    consumer = consumer_of()
    consumer.assign([TopicPartition(TOPIC, 0, 0)])
    assert [m.value() for m in consumed(consumer, 2000)] == [value for _, value, _ in records]
    assert consumer.get_watermark_offsets(TopicPartition(TOPIC, 0), timeout=10) == (0, 2000)


def test_topics_and_records_can_be_managed(address: str, consumer_of: Join) -> None:
    admin = AdminClient({"bootstrap.servers": address})
    admin.create_topics([NewTopic("small", 1)])["small"].result(10)
    with pytest.raises(KafkaException, match="TOPIC_ALREADY_EXISTS"):
        admin.create_topics([NewTopic("small", 1)])["small"].result(10)
    produce(address, *RECORDS)

    deleted = admin.delete_records([TopicPartition(TOPIC, 0, 2)])
    assert [future.result(10).low_watermark for future in deleted.values()] == [2]
    consumer = consumer_of()
    assert consumer.get_watermark_offsets(TopicPartition(TOPIC, 0), timeout=10) == (2, 5)

    admin.delete_topics(["small"])["small"].result(10)
    assert set(admin.list_topics(timeout=10).topics) == {TOPIC}


def test_transactions_are_refused(address: str) -> None:
    producer = Producer({"bootstrap.servers": address, "transactional.id": "t"})

    with pytest.raises(KafkaException, match="TRANSACTIONAL_ID_AUTHORIZATION_FAILED"):
        producer.init_transactions(10)
