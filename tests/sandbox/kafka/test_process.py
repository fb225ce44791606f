"""The log as a process of its own: starting, stopping, and being killed while clients work."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from sandbox.kafka.server import KafkaLog

ROOT = Path(__file__).parents[3]
TOPIC = "carefloe.vitals"
IMPATIENT = {
    "retry_backoff_ms": 20,
    "reconnect_backoff_ms": 10,
    "reconnect_backoff_max_ms": 100,
}

# kafka-python drops the sockets of connections that were refused without closing them
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

Process = subprocess.Popen[str]
Start = Callable[..., Process]


@pytest.fixture(autouse=True)
def dropped_sockets(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Frees them while their warning is ignored; a captured log message would hold on to them."""
    caplog.set_level(logging.CRITICAL, logger="kafka")
    yield
    gc.collect()


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts the log on the test's folder and waits until it can be reached."""
    processes: list[Process] = []

    def make(*options: str) -> Process:
        process = command("--dir", str(folder), *options)
        processes.append(process)
        deadline = time.monotonic() + 20
        while not (folder / "address").exists() or process.poll() is not None:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return process

    yield make
    for process in processes:
        process.kill()
        process.communicate()


def command(*options: str) -> Process:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.kafka", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def address(folder: Path) -> str:
    return (folder / "address").read_text().strip()


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_a_terminated_log_leaves_with_0_and_takes_its_address_away(
    start: Start, folder: Path
) -> None:
    process = start()
    announced = address(folder)
    KafkaProducer(bootstrap_servers=announced).close()

    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=10)

    assert process.returncode == 0
    assert output == f"{announced}\n"
    assert not (folder / "address").exists()


def test_a_second_log_on_the_folder_fails_and_says_who_has_it(start: Start, folder: Path) -> None:
    first = start()

    second = command("--dir", str(folder))
    _, complaint = second.communicate(timeout=20)

    assert second.returncode == 1
    assert complaint == (
        f"The data folder {folder} is already served by another broker (process {first.pid}). "
        "Stop it, or start with another folder.\n"
    )
    KafkaProducer(bootstrap_servers=address(folder)).close()


def test_a_port_that_is_taken_is_reported(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        process = command("--dir", str(folder), "--port", str(port))
        _, complaint = process.communicate(timeout=20)

    assert process.returncode == 1
    assert complaint.startswith(f"Cannot listen on 127.0.0.1:{port}: ")
    assert complaint.count("\n") == 1


def test_records_offsets_and_commits_survive_a_restart(folder: Path) -> None:
    partition = TopicPartition(TOPIC, 0)
    for round_ in range(3):
        with KafkaLog(folder).running() as at:
            producer = KafkaProducer(bootstrap_servers=at)
            consumer = KafkaConsumer(
                bootstrap_servers=at, group_id="g", auto_offset_reset="earliest"
            )
            consumer.assign([partition])
            assert consumer.committed(partition) == (round_ or None)
            produced = producer.send(TOPIC, b"%d" % round_, partition=0).get(timeout=20)
            assert produced.offset == round_
            assert next(consumer).value == b"%d" % round_
            consumer.commit()
            consumer.close()
            producer.close()


def test_a_producer_that_outlives_the_log_neither_loses_nor_doubles(folder: Path) -> None:
    port = int(free_port())
    producer = None
    for round_ in range(3):
        with KafkaLog(folder, port=port).running() as at:
            producer = producer or KafkaProducer(bootstrap_servers=at, **IMPATIENT)
            for n in range(50):
                producer.send(TOPIC, b"%d" % (50 * round_ + n), partition=0)
            if round_ == 2:
                producer.flush(timeout=20)
                producer.close()
                values = read_all(at)[0]
    assert values == [b"%d" % n for n in range(150)]


def read_all(at: str) -> dict[int, list[bytes]]:
    """The values of each partition in order."""
    consumer = KafkaConsumer(bootstrap_servers=at, auto_offset_reset="earliest")
    partitions = [TopicPartition(TOPIC, n) for n in range(4)]
    consumer.assign(partitions)
    missing = sum(consumer.end_offsets(partitions).values())
    values: dict[int, list[bytes]] = {n: [] for n in range(4)}
    deadline = time.monotonic() + 60
    while missing > 0 and time.monotonic() < deadline:
        for partition, records in consumer.poll(timeout_ms=200, max_records=5000).items():
            values[partition.partition] += [record.value for record in records]
            missing -= len(records)
    consumer.close()
    return values


@pytest.mark.parametrize(
    ("count", "kills"),
    [(4_000, 3), pytest.param(100_000, 12, marks=pytest.mark.slow)],
    ids=["few", "many"],
)
def test_a_killed_log_has_every_acknowledged_record_once_and_in_order(
    start: Start, folder: Path, count: int, kills: int
) -> None:
    port = free_port()
    start("--port", port)
    producer = KafkaProducer(
        bootstrap_servers=f"127.0.0.1:{port}",
        linger_ms=2,
        **IMPATIENT,
    )
    acknowledged: dict[bytes, tuple[int, int]] = {}
    failed: list[BaseException] = []
    lock = threading.Lock()

    def note(value: bytes) -> Callable[[Any], None]:
        def noted(at: Any) -> None:
            with lock:
                acknowledged[value] = (at.partition, at.offset)

        return noted

    pids = [int((folder / "lock").read_text())]
    for n in range(count):
        value = b"%08d" % n + b"." * 400
        future = producer.send(TOPIC, value, key=b"%d" % (n % 97))
        future.add_callback(note(value)).add_errback(failed.append)
        if n % (count // kills) == count // kills // 2:
            os.kill(pids[-1], signal.SIGKILL)
            (folder / "address").unlink()
            pids.append(start("--port", port).pid)
    producer.flush(timeout=60)
    producer.close()

    stored = read_all(f"127.0.0.1:{port}")

    places = {v: (p, o) for p, values in stored.items() for o, v in enumerate(values)}
    assert failed == []
    assert len(acknowledged) == count
    assert acknowledged == places
    assert max(Counter(v for values in stored.values() for v in values).values()) == 1
    assert all(values == sorted(values) for values in stored.values())


def test_two_producers_and_two_readers_at_once(folder: Path) -> None:
    with KafkaLog(folder).running() as at:
        read: list[dict[int, list[bytes]]] = []

        def write(name: bytes) -> None:
            producer = KafkaProducer(bootstrap_servers=at, linger_ms=2)
            for n in range(1000):
                producer.send(TOPIC, b"%s %04d" % (name, n), partition=n % 4)
            producer.close()

        run_together(*(lambda name=name: write(name) for name in (b"a", b"b")))
        run_together(*[lambda: read.append(read_all(at))] * 2)

    expected = sorted(b"%s %04d" % (name, n) for name in (b"a", b"b") for n in range(1000))
    for values in read:
        assert sorted(v for partition in values.values() for v in partition) == expected
        for partition in values.values():
            for name in (b"a", b"b"):
                of_one = [value for value in partition if value.startswith(name)]
                assert of_one == sorted(of_one)


def run_together(*actions: Callable[[], None]) -> None:
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
