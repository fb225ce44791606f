"""`python -m benchmarks`: print each figure beside its requirement, exit 1 if one is not met."""

from __future__ import annotations

import os
import platform
import signal
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from snowflake.connector.errors import Error

from benchmarks.figure import Figure, print_figures
from benchmarks.files import compare_files
from benchmarks.live import compare_live
from benchmarks.pipeline import Pipeline
from benchmarks.transport import compare_loader, compare_producer
from benchmarks.vitals import compare_vitals
from benchmarks.warehouse import deploy
from sandbox.process import ProcessError

EVENTS = (100_000, 500_000)


class Part(StrEnum):
    PRODUCER = "producer"
    LOADER = "loader"
    PIPELINE = "pipeline"
    VITALS = "vitals"
    FILES = "files"


def main(
    only: Annotated[Part | None, typer.Option(help="Measure this part alone.")] = None,
    events: Annotated[
        int | None,
        typer.Option(min=1, help="The pipeline on this many events alone, without increments."),
    ] = None,
) -> None:
    """Measure the producer, the loader, the pipeline, the vital signs and the nightly files.

    Example: python -m benchmarks --only pipeline --events 100000
    """
    # So that a benchmark that is stopped stops its warehouse, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    console = Console()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    console.print(f"{os.cpu_count()} cores, {platform.machine()}; load before: {load}")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="carefloe-benchmark-") as name:
        try:
            for part in [only] if only else Part:
                figures += measure(part, Path(name), console, events)
        except (Error, ProcessError, RuntimeError) as error:
            print(f"The benchmark cannot go on: {error}", file=sys.stderr)
            raise typer.Exit(1) from None
    print_figures(console, "Requirements", figures)
    if not all(figure.met for figure in figures):
        raise typer.Exit(1)


def measure(part: Part, folder: Path, console: Console, events: int | None) -> list[Figure]:
    """The figures of one part; what is deployed in the folder serves them all."""
    if part is Part.PRODUCER:
        return [compare_producer(folder, console)]
    deployed = folder / "deployed"
    if not deployed.exists():
        with console.status("deploying"):
            deploy(deployed)
    if part is Part.LOADER:
        return [compare_loader(deployed, folder, console)]
    if part is Part.VITALS:
        figures = compare_vitals(deployed, folder, console)
        return figures + compare_live(deployed, folder, console)
    if part is Part.FILES:
        return compare_files(deployed, folder, console)
    pipeline = Pipeline(deployed, folder, console)
    if events:
        return pipeline.compare(events)
    compared = [figure for number in EVENTS for figure in pipeline.compare(number)]
    return compared + pipeline.compare_increments()


if __name__ == "__main__":
    typer.run(main)
