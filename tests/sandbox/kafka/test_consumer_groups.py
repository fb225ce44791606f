"""Consumer groups of kafka-python on the log: sharing, taking over, and the limits of a zombie."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import CommitFailedError
from kafka.structs import OffsetAndMetadata

from sandbox.kafka.fault import Fault
from sandbox.kafka.server import KafkaLog

TOPIC = "carefloe.vitals"
FIRST = TopicPartition(TOPIC, 0)

Join = Callable[..., KafkaConsumer]


@pytest.fixture
def join(address: str) -> Iterator[Join]:
    """Makes members of group g and closes them."""
    members: list[KafkaConsumer] = []

    def make(**settings: Any) -> KafkaConsumer:
        defaults: dict[str, Any] = {
            "group_id": "g",
            "auto_offset_reset": "earliest",
            "enable_auto_commit": False,
            "heartbeat_interval_ms": 100,
            "session_timeout_ms": 3000,
        }
        members.append(KafkaConsumer(TOPIC, bootstrap_servers=address, **(defaults | settings)))
        return members[-1]

    yield make
    for member in members:
        member.close(autocommit=False)


@pytest.fixture
def values(address: str) -> set[bytes]:
    """Forty records over four partitions."""
    producer = KafkaProducer(bootstrap_servers=address)
    sent = [b"%d" % n for n in range(40)]
    for n, value in enumerate(sent):
        producer.send(TOPIC, value, partition=n % 4)
    producer.close()
    return set(sent)


def poll_until(
    condition: Callable[[], bool], *members: KafkaConsumer, seconds: float = 20
) -> set[bytes]:
    """What the members read until the condition holds; fails when it does not in time."""
    read: set[bytes] = set()
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        for member in members:
            # Long polls: kafka-python forgets a join that is done as a poll ends.
            for batch in member.poll(timeout_ms=500).values():
                read.update(record.value for record in batch)
    return read


def shares(*members: KafkaConsumer) -> list[int]:
    return [len(member.assignment()) for member in members]


@pytest.mark.usefixtures("values")
@pytest.mark.parametrize(
    "strategy", ["default", "cooperative"], ids=["default strategy", "cooperative strategy"]
)
def test_two_members_share_the_partitions_and_one_takes_over(join: Join, strategy: str) -> None:
    settings: dict[str, Any] = {}
    if strategy == "cooperative":
        from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor

        settings["partition_assignment_strategy"] = [CooperativeStickyAssignor]
    first = join(**settings)
    poll_until(lambda: shares(first) == [4], first)

    second = join(**settings)
    poll_until(lambda: shares(first, second) == [2, 2], first, second)
    assert first.assignment().isdisjoint(second.assignment())

    second.close()
    poll_until(lambda: shares(first) == [4], first)


def test_a_group_continues_at_its_commit(join: Join, values: set[bytes]) -> None:
    first = join(max_poll_records=7)
    read: set[bytes] = set()
    while len(read) < 20:
        read |= poll_until(lambda: True) | {
            record.value for batch in first.poll(timeout_ms=200).values() for record in batch
        }
    first.commit()
    committed = {tp: first.committed(tp) for tp in first.assignment()}
    assert committed == {tp: first.position(tp) for tp in first.assignment()}
    first.close()

    second = join()
    rest: set[bytes] = set()
    deadline = time.monotonic() + 20
    while read | rest != values and time.monotonic() < deadline:
        rest |= {r.value for batch in second.poll(timeout_ms=200).values() for r in batch}

    assert read | rest == values
    assert read & rest == set()


@pytest.mark.usefixtures("values")
def test_the_late_commit_of_an_expelled_member_is_refused(join: Join, log: KafkaLog) -> None:
    zombie = join(session_timeout_ms=500)
    poll_until(lambda: shares(zombie) == [4], zombie)
    log.faults.plan("Heartbeat", Fault(delay_seconds=1.5))
    time.sleep(1)  # the zombie's heartbeat is stuck for longer than its session lasts

    heir = join()
    poll_until(lambda: shares(heir) == [4], heir)
    heir.commit({FIRST: OffsetAndMetadata(7, "", -1)})

    with pytest.raises(CommitFailedError):
        zombie.commit({FIRST: OffsetAndMetadata(3, "", -1)})
    assert heir.committed(FIRST) == 7
