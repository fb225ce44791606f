from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.partitioner import murmur2

from producer.delivery import Message
from producer.errors import ProducerError
from producer.settings import KafkaSettings, kafka_settings
from producer.sink import KafkaTopic
from sandbox.kafka.error import ErrorCode
from sandbox.kafka.fault import DROP_AFTER, DROP_BEFORE, Fault
from sandbox.kafka.server import KafkaLog

Messages = Callable[..., list[Message]]
Record = tuple[int, int, bytes | None, bytes, int]
TOPIC = "carefloe.patient_flow"


@pytest.fixture
def log(tmp_path: Path) -> KafkaLog:
    return KafkaLog(tmp_path / "kafka")


@pytest.fixture
def settings(log: KafkaLog, monkeypatch: pytest.MonkeyPatch) -> Iterator[KafkaSettings]:
    with log.running() as address:
        monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", address)
        yield kafka_settings()


def records(settings: KafkaSettings) -> list[Record]:
    """Everything in the topic as (partition, offset, key, value, timestamp)."""
    consumer = KafkaConsumer(bootstrap_servers=settings.bootstrap_servers, consumer_timeout_ms=5000)
    partitions = [TopicPartition(TOPIC, p) for p in consumer.partitions_for_topic(TOPIC)]
    consumer.assign(partitions)
    consumer.seek_to_beginning()
    expected = sum(consumer.end_offsets(partitions).values())
    found: list[Record] = []
    while len(found) < expected:
        for batch in consumer.poll(timeout_ms=5000).values():
            found += [(r.partition, r.offset, r.key, r.value, r.timestamp) for r in batch]
    consumer.close()
    return sorted(found)


def send(settings: KafkaSettings, messages: list[Message]) -> None:
    with KafkaTopic(settings, TOPIC) as topic:
        for message in messages:
            topic.send(message)
        topic.finish()


def test_the_topic_holds_key_payload_and_simulated_time_of_every_message(
    settings: KafkaSettings, messages: Messages
) -> None:
    sent = messages(3000, {"missing_field": 0.1}, late=0.05, duplicate=0.05)
    send(settings, sent)
    found = records(settings)
    expected = [
        (None if m.key is None else m.key.encode(), m.payload, m.delivered_at * 1000) for m in sent
    ]
    assert sorted((k or b"", v, t) for _, _, k, v, t in found) == sorted(
        (k or b"", v, t) for k, v, t in expected
    )
    assert any(key is None for _, _, key, _, _ in found)


def test_keys_go_where_kafkas_own_partitioner_sends_them(
    settings: KafkaSettings, messages: Messages
) -> None:
    send(settings, messages(500))
    for partition, _, key, _, _ in records(settings):
        assert key is not None
        assert partition == (murmur2(key) & 0x7FFFFFFF) % 4


def test_the_same_messages_give_the_same_log(
    messages: Messages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = []
    for name in ("one", "two"):
        with KafkaLog(tmp_path / name).running() as address:
            monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", address)
            send(kafka_settings(), messages(1500, {"missing_field": 0.2}))
            logs.append(records(kafka_settings()))
    assert logs[0] == logs[1]


def test_lost_requests_and_answers_neither_lose_nor_double_a_message(
    log: KafkaLog, settings: KafkaSettings, messages: Messages
) -> None:
    log.faults.plan("Produce", DROP_BEFORE, DROP_AFTER)
    sent = messages(2000)
    send(settings, sent)
    assert sorted(value for _, _, _, value, _ in records(settings)) == sorted(
        message.payload for message in sent
    )


def test_a_refused_message_is_counted_and_reported(
    log: KafkaLog, settings: KafkaSettings, messages: Messages
) -> None:
    log.faults.plan("Produce", *[Fault(code=ErrorCode.POLICY_VIOLATION)] * 20)
    with pytest.raises(ProducerError, match=r"of 50 messages were not acknowledged"):
        send(settings, messages(50))


def test_a_message_beyond_the_request_limit_is_reported_without_its_content(
    log: KafkaLog, settings: KafkaSettings
) -> None:
    oversized = Message(0, "p1", b"private" * 300_000, "ADMISSION", None)
    with pytest.raises(ProducerError, match="not acknowledged") as failure:
        send(settings, [oversized])
    assert "private" not in str(failure.value)
    assert not log.faults.pending("Produce")
