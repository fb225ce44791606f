"""Producer and loader, each beside a bare client loop over the same Kafka log."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from benchmarks.figure import Figure
from benchmarks.warehouse import copied
from sandbox.process import Service
from sandbox.profile import CONNECTION

REQUIRED_SHARE = 0.5
PRODUCED, LOADED = 100_000, 300_000
_LINE = re.compile(r"(\S.*?)\s{2,}([\d,.]+)")


def compare_producer(folder: Path, console: Console) -> Figure:
    """The producer's rate as a share of a send loop's with ready-made payloads."""
    with kafka_log(folder / "producer") as address, console.status("producer"):
        rates = _rates("benchmarks.producer", PRODUCED, {"KAFKA_BOOTSTRAP_SERVERS": address})
    return _figure("producer", "bare send loop", PRODUCED, rates)


def compare_loader(deployed: Path, folder: Path, console: Console) -> Figure:
    """The loader's rate into raw as a share of a poll loop's."""
    home = folder / "loader"
    with (
        copied(deployed, home),
        kafka_log(home) as address,
        console.status("loader"),
    ):
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": address,
            "SNOWFLAKE_HOME": str(home),
            "SNOWFLAKE_DEFAULT_CONNECTION_NAME": CONNECTION,
        }
        rates = _rates("benchmarks.loader", LOADED, environment)
    return _figure("loader into raw", "bare poll loop", LOADED, rates)


@contextmanager
def kafka_log(home: Path) -> Iterator[str]:
    """The address of a Kafka log in a process of its own."""
    service = Service("kafka", home)
    running = service.wait_until_up(service.start(0))
    try:
        yield running.address
    finally:
        service.stop()


def _rates(module: str, events: int, environment: dict[str, str]) -> dict[str, float]:
    """What the module prints when it runs as a program: a name and a number per line."""
    done = subprocess.run(
        [sys.executable, "-m", module, str(events)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stdout}{done.stderr}")
    found = (_LINE.match(line) for line in done.stdout.splitlines())
    return {match[1]: float(match[2].replace(",", "")) for match in found if match}


def _figure(ours: str, bare: str, events: int, rates: dict[str, float]) -> Figure:
    share = rates[ours] / rates[bare]
    return Figure(
        f"{ours} / {bare}, {events:,} events",
        f"{share:.2f} ({rates[ours]:,.0f} / {rates[bare]:,.0f} events/s)",
        f"at least {REQUIRED_SHARE:g}",
        share >= REQUIRED_SHARE,
    )
