"""The producer beside a bare client loop over the same Kafka log."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median

from rich.console import Console

from benchmarks import producer
from benchmarks.figure import Figure
from producer.patient_flow import patient_flow_messages
from sandbox.process import Service

RUNS = 3
EVENTS = 100_000
REQUIRED_SHARE = 0.5


def measure_producer(folder: Path, console: Console) -> list[Figure]:
    """The producer's rate as a share of a send loop's with ready-made payloads."""
    messages = list(
        islice(patient_flow_messages(producer.WORLD, producer.RATES, producer.DELAYS), EVENTS)
    )
    shares, rates, bare_rates = [], [], []
    with kafka_log(folder / "producer"), console.status("producer"):
        for _ in range(RUNS):
            bare_rates.append(producer.bare_send_loop(messages))
            rates.append(producer.whole_producer(EVENTS))
            shares.append(rates[-1] / bare_rates[-1])
    share = median(shares)
    return [
        Figure(
            f"producer / bare send loop, {EVENTS:,} events",
            f"{share:.2f} ({median(rates):,.0f} / {median(bare_rates):,.0f} events/s)",
            f"at least {REQUIRED_SHARE:g}",
            share >= REQUIRED_SHARE,
        )
    ]


@contextmanager
def kafka_log(home: Path) -> Iterator[None]:
    """A Kafka log in a process of its own, named in the environment for the programs."""
    service = Service("kafka", home)
    running = service.wait_until_up(service.start(0))
    os.environ["KAFKA_BOOTSTRAP_SERVERS"] = running.address
    try:
        yield
    finally:
        service.stop()
        del os.environ["KAFKA_BOOTSTRAP_SERVERS"]
