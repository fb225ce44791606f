"""`carefloe-producer vitals`: the readings of a simulated ward, or those of a Synthea folder."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from producer.clock import DAY
from producer.errors import ProducerError, UsageError
from producer.monitor import Watch, ward_readings
from producer.observation import read_observations
from producer.options import (
    DATE_FORMATS,
    DEFAULT_EVENTS,
    DEFAULT_START_DATE,
    STREAM,
    WORLD,
    DryRun,
    Patients,
    Seed,
    Skip,
    Speed,
    Start,
    SummaryFile,
    share,
    start_seconds,
)
from producer.population import DEFAULT_PATIENTS, World
from producer.reading import Reading
from producer.reading_dirt import reading_rates
from producer.session import explained, send_stream
from producer.transmission import Plan
from producer.vitals import TOPIC, reading_delays, vitals_messages

DAYS_UNTIL_FULL = 14
"""After --start: by then the wards have filled."""
START_UP_SECONDS = 3
"""What the simulation needs to get from --start to the first live reading."""


def vitals_command(
    events: Annotated[
        int | None,
        typer.Option(
            min=1,
            help=f"Messages to send; unless given {DEFAULT_EVENTS:,}, with --from all, with --live"
            " until it is stopped.",
            rich_help_panel=STREAM,
        ),
    ] = None,
    skip: Skip = 0,
    rate: Speed = 0.0,
    is_live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="Stamp readings with the present time, and send them when it has come.",
            rich_help_panel=STREAM,
        ),
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="DIR",
            help="Replay observations.csv (or .csv.gz) of a Synthea folder instead of simulating.",
        ),
    ] = None,
    dry_run: DryRun = False,
    summary: SummaryFile = None,
    seed: Seed = World.seed,
    patients: Patients = DEFAULT_PATIENTS,
    start: Start = DEFAULT_START_DATE,
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=DATE_FORMATS,
            metavar="DATE",
            help="Simulated clock (UTC) at the first reading;"
            f" {DAYS_UNTIL_FULL} days after --start unless given.",
            rich_help_panel=WORLD,
        ),
    ] = None,
    monitors: Annotated[
        int,
        typer.Option(min=1, max=9_999, help="Patients measured at once.", rich_help_panel=WORLD),
    ] = 500,
    interval: Annotated[
        int,
        typer.Option(
            min=1, help="Seconds from a patient's reading to the next.", rich_help_panel=WORLD
        ),
    ] = 1,
    dirty_rate: Annotated[
        float, share("Dirty readings; each has one of the next three faults, equally likely.")
    ] = 0.0,
    impossible_value_rate: Annotated[
        float | None, share("A value no living patient has, such as a heart rate of 999.")
    ] = None,
    missing_field_rate: Annotated[
        float | None, share("Patient, time, event id or device is left out or null.")
    ] = None,
    malformed_rate: Annotated[float | None, share("JSON cut off in the middle.")] = None,
    duplicate_rate: Annotated[float, share("The same bytes again, up to 2 minutes later.")] = 0.0,
    late_rate: Annotated[float, share("Delivered 1 to 30 minutes after it was measured.")] = 0.0,
    out_of_order_rate: Annotated[float, share("Overtaken by the message that follows it.")] = 0.0,
) -> None:
    """Monitor the patients who are admitted in the simulation of `patient-flow`.

    They are the same when --seed, --patients and --start are. With --from the vital signs of a
    folder are replayed by their time, and nothing is simulated.

    Example: carefloe-producer vitals --events 1000 --dry-run
    """
    with explained():
        rates = reading_rates(
            dirty_rate,
            {
                "impossible_value": impossible_value_rate,
                "missing_field": missing_field_rate,
                "malformed": malformed_rate,
            },
        )
        delays = reading_delays(duplicate_rate, late_rate, out_of_order_rate)
        if is_live and (folder is not None or skip or rate):
            raise UsageError("--live goes with none of --from, --skip and --rate: leave one out")
        if events is None and folder is None and not is_live:
            events = DEFAULT_EVENTS
        if folder is not None:
            readings: Iterable[Reading] = read_observations(folder)
        else:
            world = World(seed, patients, start_seconds(start))
            readings = ward_readings(world, _watch(world, at, monitors, interval, is_live))
        messages = vitals_messages(readings, rates, delays, seed)
        plan = Plan(events, skip, rate, is_live)
        is_short = send_stream(messages, TOPIC, plan, dry_run, summary)
        if is_short and folder is None:
            raise ProducerError(
                f"the population died out: give more than --patients {patients}, or an earlier --at"
            )


def _watch(world: World, at: datetime | None, monitors: int, interval: int, is_live: bool) -> Watch:
    """From --at on; live readings are shifted to begin in a moment."""
    first = world.start + DAYS_UNTIL_FULL * DAY if at is None else start_seconds(at, "--at")
    shift = int(time.time()) + START_UP_SECONDS - first if is_live else 0
    return Watch(first, monitors, interval, shift)
