"""`python -m benchmarks`: print each figure beside its requirement, exit 1 if one is not met."""

from __future__ import annotations

import os
import platform
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.figure import Figure, print_figures
from benchmarks.pipeline import Pipeline

EVENTS = (100_000, 500_000)


class Part(StrEnum):
    PIPELINE = "pipeline"


def main(
    only: Annotated[Part | None, typer.Option(help="Measure this part alone.")] = None,
    events: Annotated[
        int | None,
        typer.Option(min=1, help="Compare on this many events alone, without increments."),
    ] = None,
) -> None:
    """Measure the pipeline, the loader and the producer.

    Example: python -m benchmarks --only pipeline --events 100000
    """
    console = Console()
    console.print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    )
    figures: list[Figure] = []
    if only in (None, Part.PIPELINE):
        figures += measure_pipeline(console, events)
    print_figures(console, "Requirements", figures)
    if not all(figure.met for figure in figures):
        raise typer.Exit(1)


def measure_pipeline(console: Console, events: int | None) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="carefloe-benchmark-") as folder:
        pipeline = Pipeline(Path(folder), console)
        figures = [
            figure for n in ([events] if events else EVENTS) for figure in pipeline.compare(n)
        ]
        return figures if events else figures + pipeline.compare_increments()


if __name__ == "__main__":
    typer.run(main)
