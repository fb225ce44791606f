"""The command `carefloe-producer files`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from producer.errors import ProducerError, UsageError
from producer.options import DEFAULT_START_DATE, Patients, Seed, Start, share, start_seconds
from producer.population import DEFAULT_PATIENTS, World
from producer.session import console, explained
from producer.world_files import Snapshot, write_nights, write_world


def files_command(
    to: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="Folder to write; created when missing.")
    ],
    nights: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Write so many nightly snapshots, each complete and in a folder of its own below"
            " DIR, the first as of --start. Without it DIR holds one snapshot, as of --start.",
        ),
    ] = None,
    first: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Write only the first N patients and what concerns them; the world stays whole.",
            metavar="N",
        ),
    ] = None,
    dirt_rate: Annotated[
        float,
        share(
            "Dirty rows of every file; each has one of the faults that can befall it, equally"
            " likely: broken line, wrong encoding, other date format, impossible date, negative"
            " cost, stop before start, impossible birth date."
        ),
    ] = 0.0,
    seed: Seed = World.seed,
    patients: Patients = DEFAULT_PATIENTS,
    start: Start = DEFAULT_START_DATE,
) -> None:
    """Write the same world as Synthea-shaped CSV folders.

    The patients, and from the second night on their stays, deaths and insurance, are those of
    `patient-flow` with the same --seed, --patients and --start. The modification time of a file is
    its snapshot's time, which `carefloe-loader csv` takes as its as-of.

    Example: carefloe-producer files --patients 2000 --nights 3 --dirt-rate 0.01 --to world
    """
    with explained():
        world = World(seed, patients, start_seconds(start))
        if to.exists() and not to.is_dir():
            raise UsageError(f"{to} is not a folder: give --to another path")
        try:
            if nights is None:
                _report_files(write_world(world, to, dirt_rate, first))
            else:
                for snapshot in write_nights(world, to, nights, dirt_rate, first):
                    _report_night(snapshot)
        except OSError as error:
            raise ProducerError(
                f"cannot write to {to} ({error.strerror}): check the folder"
            ) from error


def _report_files(snapshot: Snapshot) -> None:
    for name, rows in snapshot.rows.items():
        _say(f"{snapshot.folder / name}: {rows:,} rows")
    _report_dirt(snapshot)


def _report_night(snapshot: Snapshot) -> None:
    rows = sum(snapshot.rows.values())
    _say(f"{snapshot.folder}: {len(snapshot.rows)} files, {rows:,} rows")
    _report_dirt(snapshot)


def _report_dirt(snapshot: Snapshot) -> None:
    if snapshot.faults:
        faults = ", ".join(f"{fault} {n:,}" for fault, n in sorted(snapshot.faults.items()))
        _say(f"dirty rows: {faults}")


def _say(line: str) -> None:
    console.print(line, soft_wrap=True, highlight=False)
