"""Vital signs live: from the moment a monitor measures to the row that a ward's screen reads.

All programs run as in a hospital: broker, warehouse with its tasks, loader and producer.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import snowflake.connector
from rich.console import Console

from benchmarks.figure import Figure
from sandbox.profile import CONNECTION

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
MONITORS = 500
FLUSH_SECONDS, TRIGGER_SECONDS = 5.0, 1.0
ALLOWED_BEYOND = 5.0
"""Seconds on top of flush and trigger interval."""
WARM_UP_SECONDS, MEASURED_SECONDS = 20.0, 60.0
_LOOK_SECONDS = 0.2
_LATEST = "select patient_id, measured_at from gold.patient_latest_vitals"

Newest = dict[str, datetime]
"""Per patient, when the newest reading that can be seen was measured."""


def compare_live(deployed: Path, folder: Path, console: Console) -> list[Figure]:
    """How long a reading takes to be seen, of every reading in a minute of 500 monitors."""
    home = folder / "live"
    shutil.copytree(deployed, home)
    with console.status("live"), _sandbox(home) as environment, _programs(environment):
        latencies = _latencies(home)
    shutil.rmtree(home)
    percentiles = quantiles(latencies, n=100)
    p50, p95 = percentiles[49], percentiles[94]
    allowed = FLUSH_SECONDS + TRIGGER_SECONDS + ALLOWED_BEYOND
    return [
        Figure(
            f"{MONITORS} monitors live, measured to visible ({len(latencies):,} readings)",
            f"p50 {p50:.1f} s, p95 {p95:.1f} s",
            f"p95 under {FLUSH_SECONDS:g} + {TRIGGER_SECONDS:g} + {ALLOWED_BEYOND:g} s",
            p95 < allowed,
        )
    ]


def delays(before: datetime, newest: datetime, seen_at: float) -> Iterator[float]:
    """The delay of each second's reading after `before`, up to and including `newest`."""
    last = newest.replace(tzinfo=UTC).timestamp()
    for back in range(round((newest - before).total_seconds())):
        yield seen_at - (last - back)


def _latencies(home: Path) -> list[float]:
    """Seconds from each reading's second to the first look that shows it or a newer one."""
    found: list[float] = []
    with snowflake.connector.connect(
        connection_name=CONNECTION, connections_file_path=home / "connections.toml"
    ) as connection:
        begins = time.time() + WARM_UP_SECONDS
        newest: Newest = {}
        while time.time() < begins + MEASURED_SECONDS:
            time.sleep(_LOOK_SECONDS)
            rows = connection.cursor().execute(_LATEST).fetchall()
            seen_at = time.time()
            for patient, measured_at in rows:
                before = newest.get(patient)
                if before is not None and measured_at > before and seen_at > begins:
                    found += delays(before, measured_at, seen_at)
                newest[patient] = measured_at
    if not found:
        raise RuntimeError(f"no reading became visible in gold.patient_latest_vitals: see {home}")
    return found


@contextmanager
def _sandbox(home: Path) -> Iterator[dict[str, str]]:
    """Broker and warehouse with the tasks started; the environment of the programs."""
    up = ("up", "--trigger-interval", str(TRIGGER_SECONDS))
    _run([sys.executable, "-m", "sandbox", *up, "--dir", str(home)], os.environ)
    try:
        environment = {
            **os.environ,
            **_exported(home / "env"),
            "LOADER_FLUSH_SECONDS": str(FLUSH_SECONDS),
        }
        after_procedures = sorted(ROOT.glob("sql/[89]*.sql"))
        files = (argument for file in after_procedures for argument in ("-f", str(file)))
        snow = [str(BIN / "snow"), "sql", "-c", CONNECTION, "--enable-templating", "STANDARD"]
        _run([*snow, *files], environment)
        yield environment
    finally:
        _run([sys.executable, "-m", "sandbox", "down", "--dir", str(home)], os.environ)


@contextmanager
def _programs(environment: Mapping[str, str]) -> Iterator[None]:
    """The loader, and monitors that send each second."""
    commands = (
        ["carefloe-loader", "run"],
        ["carefloe-producer", "vitals", "--live", "--monitors", str(MONITORS)],
    )
    running = [
        subprocess.Popen(
            [str(BIN / name), *arguments],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name, *arguments in commands
    ]
    try:
        yield
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(timeout=60)


def _exported(file: Path) -> dict[str, str]:
    """The variables that the sandbox's `env` exports."""
    lines = (line.removeprefix("export ") for line in file.read_text().splitlines())
    pairs = (line.partition("=") for line in lines)
    return {name: shlex.split(value)[0] for name, _, value in pairs}


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
