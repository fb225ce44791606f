"""Options that several commands share, and how they are read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from producer.clock import seconds_of
from producer.errors import UsageError
from producer.population import DEFAULT_START

FAULTS = "Faults, as shares from 0 to 1"
STREAM = "What is sent, and how fast"
WORLD = "The simulated world"

DEFAULT_EVENTS = 100_000
DATE_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]
DEFAULT_START_DATE = datetime.fromtimestamp(DEFAULT_START, UTC).replace(tzinfo=None)
_EARLIEST, _LATEST = datetime(1971, 1, 1), datetime(2200, 1, 1)

Seed = Annotated[int, typer.Option(help="Same seed, same bytes; another seed is another world.")]
Patients = Annotated[
    int, typer.Option(min=1, help="Size of the population.", rich_help_panel=WORLD)
]
Start = Annotated[
    datetime,
    typer.Option(
        formats=DATE_FORMATS,
        metavar="DATE",
        help="Simulated clock (UTC) at the first arrival. 100,000 events take about a year.",
        rich_help_panel=WORLD,
    ),
]
Skip = Annotated[
    int,
    typer.Option(
        min=0,
        help="Leave out the first N messages, which an earlier run with the same options has"
        " sent: a second run continues where the first ended. N is the number of records in the"
        " topic.",
        rich_help_panel=STREAM,
    ),
]
Speed = Annotated[
    float,
    typer.Option(
        "--rate",
        min=0,
        help="Events per second; 0 is as fast as possible.",
        rich_help_panel=STREAM,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="JSON lines on standard output; no broker.", rich_help_panel=STREAM
    ),
]
SummaryFile = Annotated[
    Path | None,
    typer.Option("--summary", help="Write what was sent as JSON.", rich_help_panel=STREAM),
]


def share(help_text: str) -> Any:  # noqa: ANN401 - typer.Option itself returns Any
    """The option of a fault's rate."""
    return typer.Option(min=0, max=1, help=help_text, rich_help_panel=FAULTS)


def start_seconds(date: datetime, option: str = "--start") -> int:
    """Seconds since 1970; raises UsageError outside of 1971 to 2200."""
    if not _EARLIEST <= date <= _LATEST:
        raise UsageError(f"{option} must lie between 1971 and 2200")
    return seconds_of(date)
