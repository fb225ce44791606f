"""`make demo`: the whole path on this machine, with the programs a hospital would run.

Every step is the real command, run as a process of its own: nothing here knows how the producer,
the loader or the procedures work. A second run produces the next events; nothing doubles.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sandbox.demo_summary import Stage, Summary, print_speed, print_times
from sandbox.demo_topic import records_in_topics

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
NIGHTS, PATIENTS_IN_FILES = 3, 2000
"""The files tell of some of the patients: all of them would be a million rows a night."""

FAULTS = (
    "--dirty-rate", "0.005", "--duplicate-rate", "0.01",
    "--late-rate", "0.01", "--out-of-order-rate", "0.02",
)  # fmt: skip
"""Few dirty events: every discharge that cannot be read leaves its bed occupied for ever."""

TASKS = {
    "Silver patient flow": "LOAD_SILVER_PATIENT_FLOW",
    "Dimension patient": "LOAD_DIM_PATIENT",
    "Fact patient flow": "LOAD_FACT_PATIENT_FLOW",
}
"""The tasks whose speed is shown: all their runs, per patient-flow event of this demo."""
VITALS_TASKS = {
    "Silver vitals": "LOAD_SILVER_VITALS",
    "Fact vitals": "LOAD_FACT_VITALS",
    "Alerts": "LOAD_FACT_ALERT",
}
"""The same, per reading."""

LOOK_FURTHER = """
Look further:
  source {folder}/env
  .venv/bin/snow sql -c sandbox -q 'select * from gold.kpi_length_of_stay'
  .venv/bin/python -m sandbox status
Run `make demo` again for the next events; `.venv/bin/python -m sandbox down` stops it.
"""

console = Console(width=None if sys.stdout.isatty() else 120)


class StepFailedError(Exception):
    """A command of the demo ended with an error; its output has been shown."""


@dataclass
class Demo:
    """What the steps share: the settings of the programs and how long each step took."""

    folder: Path
    events: int
    patients: int
    readings: int
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    seconds: dict[str, float] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(tzinfo=None))

    @property
    def world(self) -> Path:
        """Folder of the simulated world's files."""
        return self.folder / "world"

    @property
    def nights(self) -> list[Path]:
        """Its nightly snapshots, the first one first."""
        return sorted(self.world.iterdir())

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce a step and measure it."""
        console.rule(f"[bold]{title}", align="left")
        started = time.monotonic()
        yield
        self.seconds[title] = time.monotonic() - started

    def run(self, *command: str, hint: str = "") -> None:
        """Run one of our commands; on failure say which one and what to do."""
        done = subprocess.run([str(BIN / command[0]), *command[1:]], env=self.environment, cwd=ROOT)
        if done.returncode:
            raise StepFailedError(
                f"`{' '.join(command)}` failed with exit code {done.returncode}. {hint}".strip()
            )


def main(
    events: Annotated[int, typer.Option(min=1, help="Patient-flow events to produce.")] = 100_000,
    patients: Annotated[
        int, typer.Option(min=1, help="Size of the simulated population.")
    ] = 20_000,
    readings: Annotated[
        int, typer.Option(min=1, help="Vital signs to produce: 500 patients' in a second.")
    ] = 100_000,
    folder: Annotated[Path, typer.Option("--dir", help="Folder of the sandbox.")] = ROOT
    / ".sandbox",
    install_seconds: Annotated[
        float, typer.Option(help="Time `make install` took, for the table at the end.")
    ] = 0.0,
) -> None:
    """Sandbox, deploy, files, events, tasks, KPIs: the whole path on this machine.

    Example: python -m sandbox.demo --events 20000
    """
    demo = Demo(folder.absolute(), events, patients, readings)
    if install_seconds >= 1:
        demo.seconds["Install"] = install_seconds
    try:
        for title, step in STEPS.items():
            with demo.step(title):
                step(demo)
    except StepFailedError as error:
        console.print(f"[red]{error}", soft_wrap=True)
        raise typer.Exit(1) from None
    show_summary(demo)
    console.print(LOOK_FURTHER.format(folder=os.path.relpath(demo.folder)), highlight=False)


def start_sandbox(demo: Demo) -> None:
    """Start the warehouse and the Kafka log, and take their settings for all that follows."""
    demo.run("python", "-m", "sandbox", "up", "--dir", str(demo.folder))
    for line in (demo.folder / "env").read_text().splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        demo.environment[name] = shlex.split(value)[0]


def deploy(demo: Demo) -> None:
    """`make deploy` on the sandbox: the same target as for a real account."""
    done = subprocess.run(
        ["make", "--no-print-directory", "deploy", f"SANDBOX={demo.folder}"],
        env=demo.environment,
        cwd=ROOT,
    )
    if done.returncode:
        raise StepFailedError("`make deploy` failed.")


def load_files(demo: Demo) -> None:
    """Write some nights of the world's files once and load them; a second demo changes nothing."""
    if not demo.world.exists():
        demo.run(
            "carefloe-producer", "files",
            "--patients", str(demo.patients), "--first", str(PATIENTS_IN_FILES),
            "--nights", str(NIGHTS), "--to", str(demo.world),
        )  # fmt: skip
    demo.run("carefloe-loader", "csv", *map(str, demo.nights))


def stream_events(demo: Demo) -> None:
    """Produce events while the loader loads them and the tasks fire."""
    started = time.monotonic()
    loader = subprocess.Popen([str(BIN / "carefloe-loader"), "run"], env=demo.environment, cwd=ROOT)
    try:
        produce(demo)
    finally:
        loader.send_signal(signal.SIGTERM)
        loader.wait()
    demo.run("carefloe-loader", "run", "--until-caught-up")
    events = sum(stage.events for stage in demo.stages)
    demo.stages.append(
        Stage("Load both into raw, while they arrive", events, time.monotonic() - started)
    )


def produce(demo: Demo) -> None:
    """The next patient-flow events, and the encounters if they have not been replayed yet."""
    present = records_in_topics(demo.environment["KAFKA_BOOTSTRAP_SERVERS"])
    sent = present.get("carefloe.patient_flow", 0)
    started = time.monotonic()
    demo.run(
        "carefloe-producer", "patient-flow",
        "--events", str(demo.events), "--skip", str(sent), "--patients", str(demo.patients),
        *FAULTS,
    )  # fmt: skip
    demo.stages.append(Stage("Produce patient flow", demo.events, time.monotonic() - started))
    replayed = present.get("carefloe.encounters", 0)
    started = time.monotonic()
    demo.run(
        "carefloe-producer", "encounters",
        "--from", str(demo.nights[0]), "--skip", str(replayed), "--dirty-rate", "0.01",
    )  # fmt: skip
    seconds = time.monotonic() - started
    now = records_in_topics(demo.environment["KAFKA_BOOTSTRAP_SERVERS"])
    demo.stages.append(Stage("Replay encounters", now["carefloe.encounters"] - replayed, seconds))


def watch_wards(demo: Demo) -> None:
    """Produce and load some minutes of vital signs, of the patients who lie in a bed at the end."""
    summary = Summary(console, demo.folder)
    try:
        at = summary.as_of()
    finally:
        summary.close()
    started = time.monotonic()
    demo.run(
        "carefloe-producer", "vitals",
        "--events", str(demo.readings), "--at", at, "--patients", str(demo.patients),
        *FAULTS,
    )  # fmt: skip
    produced = time.monotonic()
    demo.stages.append(Stage("Produce vital signs", demo.readings, produced - started))
    demo.run("carefloe-loader", "run", "--until-caught-up")
    seconds = time.monotonic() - produced
    demo.stages.append(Stage("Load vital signs into raw", demo.readings, seconds))


def settle(demo: Demo) -> None:
    """Wait until no stream has data and no task runs."""
    demo.run("python", "-m", "sandbox", "settle", "--dir", str(demo.folder))


def show_summary(demo: Demo) -> None:
    """Print what the run has made and how fast."""
    summary = Summary(console, demo.folder)
    try:
        summary.print_tables()
        seconds = summary.print_tasks(demo.started_at)
    finally:
        summary.close()
    for tasks, events in ((TASKS, demo.events), (VITALS_TASKS, demo.readings)):
        for title, task in tasks.items():
            demo.stages.append(Stage(title, events, seconds.get(task, 0.0)))
    print_speed(console, demo.stages)
    print_times(console, demo.seconds)


STEPS: dict[str, Callable[[Demo], None]] = {
    "Start the sandbox": start_sandbox,
    "Deploy with the snow CLI": deploy,
    "Write and load the world's files": load_files,
    "Produce and load events": stream_events,
    "Let the tasks finish": settle,
    "Watch the wards": watch_wards,
    "Let the tasks grade the readings": settle,
}


if __name__ == "__main__":
    typer.run(main)
