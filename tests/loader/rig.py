"""What the loader's tests share: a log to produce to, an account to look into, a real process."""

import json
import os
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import snowflake.connector
from confluent_kafka import Producer

with warnings.catch_warnings():
    # kafka-python reads its schemas through a deprecated function of importlib.resources
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

    from sandbox.kafka.server import KafkaLog

__all__ = ["KafkaLog", "TopicPartition"]

FLOW = "carefloe.patient_flow"
ENCOUNTERS = "carefloe.encounters"
TABLES = (
    "raw.patient_flow_event",
    "raw.encounter_event",
    "raw.vitals_event",
    "raw.hospital_record",
    "raw.department_record",
    "raw.organization_record",
    "raw.payer_record",
    "raw.patient_record",
    "raw.provider_record",
    "raw.encounter_record",
    "raw.condition_record",
    "raw.observation_record",
    "raw.procedure_record",
    "raw.allergy_record",
    "raw.claim_record",
    "raw.claim_transaction_record",
    "ops.notification",
    "ops.notification_delivery",
)

Origin = tuple[str, int, int]


@dataclass
class Message:
    """A Kafka message; every field but the value has a default."""

    value: bytes | None
    key: bytes | None = b"P000001"
    partition: int | None = None
    headers: list[tuple[str, bytes | None]] = field(default_factory=list)
    timestamp_ms: int | None = None


def produce(address: str, messages: Iterable[Message], topic: str = FLOW) -> None:
    """Send the messages and wait until all are acknowledged."""
    producer = Producer({"bootstrap.servers": address, "message.max.bytes": 2_000_000})
    for message in messages:
        producer.produce(
            topic,
            message.value,
            message.key,
            partition=-1 if message.partition is None else message.partition,
            headers=message.headers,
            timestamp=message.timestamp_ms or 0,
        )
    assert producer.flush(30) == 0, "not all messages were acknowledged"


def numbered(first: int, count: int) -> list[Message]:
    """Return small messages whose value is their number."""
    return [
        Message(f'{{"event_id": "E{n}"}}'.encode(), key=f"P{n % 17}".encode())
        for n in range(first, first + count)
    ]


def log_origins(address: str, *topics: str) -> Counter[Origin]:
    """Return every (topic, partition, offset) of the log, read by a client of its own."""
    consumer = KafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)
    partitions = [
        TopicPartition(topic, number)
        for topic in topics
        for number in consumer.partitions_for_topic(topic)
    ]
    consumer.assign(partitions)
    consumer.seek_to_beginning()
    ends = consumer.end_offsets(partitions)
    found: Counter[Origin] = Counter()
    deadline = time.monotonic() + 30
    while any(consumer.position(at) < ends[at] for at in partitions):
        assert time.monotonic() < deadline, "the log could not be read"
        for at, records in consumer.poll(500).items():
            found.update((at.topic, at.partition, record.offset) for record in records)
    consumer.close()
    return found


@contextmanager
def admin(address: str) -> Iterator[KafkaAdminClient]:
    """Give a client that can delete topics and records."""
    client = KafkaAdminClient(bootstrap_servers=address)
    try:
        yield client
    finally:
        client.close()


LOADER = {"role": "CAREFLOE_LOADER", "warehouse": "CAREFLOE_LOAD_WH"}


class RawAccount:
    """The raw tables of a sandbox account, seen past the loader."""

    def __init__(self, parameters: dict[str, Any], home: Path) -> None:
        self.parameters = parameters | {"database": "CAREFLOE", "schema": "RAW"}
        self.home = home
        self._connection = snowflake.connector.connect(**self.parameters)

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            return list(cursor.execute(statement).fetchall())

    def empty(self) -> None:
        for table in TABLES:
            self.execute(f"delete from {table}")

    def origins(self, table: str = "patient_flow_event") -> Counter[Origin]:
        rows = self.execute(f"select topic, kafka_partition, kafka_offset from raw.{table}")
        return Counter((topic, int(at), int(offset)) for topic, at, offset in rows)

    def use(self, **other: Any) -> None:
        """Write connections.toml, with the loader's role and nothing more.

        `other` overrides connection parameters (a proxy's port).
        """
        path = self.home / "connections.toml"
        path.touch(0o600)
        path.write_text(toml_table("sandbox", self.parameters | LOADER | other))

    def close(self) -> None:
        self._connection.close()


def environment(home: Path, address: str | None = None, **settings: object) -> dict[str, str]:
    """Return the environment of a loader process; nothing of ours leaks in."""
    ours = ("KAFKA_", "SNOWFLAKE_", "LOADER_")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    given = {
        "SNOWFLAKE_HOME": str(home),
        "SNOWFLAKE_DEFAULT_CONNECTION_NAME": "sandbox",
        "LOADER_SESSION_SECONDS": "2",
        "COLUMNS": "120",
        **({"KAFKA_BOOTSTRAP_SERVERS": address} if address else {}),
        **{name: str(value) for name, value in settings.items()},
    }
    return inherited | given


class Loader:
    """A loader in a process of its own."""

    def __init__(
        self, environment: dict[str, str], *arguments: str, output: int = subprocess.PIPE
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from loader.cli import main; main()", *arguments],
            env=environment,
            stdout=output,
            stderr=output,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def wait(self, seconds: float = 120) -> "Finished":
        try:
            out, err = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"the loader did not end in {seconds} s\n{out}\n{err}") from None
        return Finished(self.process.returncode, out, err)

    def kill(self) -> None:
        """End it at once, as SIGKILL does; what it said goes to the test's output."""
        self.process.kill()
        print(*self.process.communicate(), sep="\n")  # noqa: T201


@dataclass(frozen=True)
class Finished:
    """How a process ended."""

    code: int
    out: str
    err: str


def load(environment: dict[str, str], *arguments: str) -> Finished:
    """Run a loader to its end."""
    return Loader(environment, *arguments).wait()


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Poll until it holds; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"did not happen within {seconds} s"
        time.sleep(0.05)


@contextmanager
def running(loader: Loader) -> Iterator[Loader]:
    """Kill the loader if the test leaves it behind."""
    try:
        yield loader
    finally:
        if loader.process.poll() is None:
            loader.kill()


def toml_table(name: str, values: dict[str, Any]) -> str:
    """Return a TOML table of texts, numbers and truth values."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join([f"[{name}]", *lines, ""])
