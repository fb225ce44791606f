"""The command `carefloe-producer`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from producer.clock import seconds_of
from producer.delivery import Delays
from producer.dirt import dirt_rates
from producer.encounter import read_encounters
from producer.encounter_replay import TOPIC as ENCOUNTER_TOPIC
from producer.encounter_replay import encounter_messages
from producer.errors import ProducerError, UsageError
from producer.patient_flow import TOPIC as PATIENT_FLOW_TOPIC
from producer.patient_flow import patient_flow_messages
from producer.population import DEFAULT_PATIENTS, DEFAULT_START, World
from producer.session import console, explained, send_stream
from producer.transmission import Plan
from producer.world_files import write_world

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Events and files of a simulated hospital network, and the replay of Synthea encounters."
    " The broker comes from KAFKA_BOOTSTRAP_SERVERS, KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_*,"
    " KAFKA_SSL_CAFILE and KAFKA_COMPRESSION.",
)

_FAULTS = "Faults, as shares from 0 to 1"
_STREAM = "What is sent, and how fast"
_WORLD = "The simulated world"

_START_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]
_DEFAULT_START = datetime.fromtimestamp(DEFAULT_START, UTC).replace(tzinfo=None)
_EARLIEST_START, _LATEST_START = datetime(1971, 1, 1), datetime(2200, 1, 1)

Seed = Annotated[int, typer.Option(help="Same seed, same bytes; another seed is another world.")]
Patients = Annotated[
    int, typer.Option(min=1, help="Size of the population.", rich_help_panel=_WORLD)
]
Start = Annotated[
    datetime,
    typer.Option(
        formats=_START_FORMATS,
        metavar="DATE",
        help="Simulated clock (UTC) at the first arrival. 100,000 events take about a year.",
        rich_help_panel=_WORLD,
    ),
]
Skip = Annotated[
    int,
    typer.Option(
        min=0,
        help="Leave out the first N messages, which an earlier run with the same options has"
        " sent: a second run continues where the first ended. N is the number of records in the"
        " topic.",
        rich_help_panel=_STREAM,
    ),
]
Speed = Annotated[
    float,
    typer.Option(
        "--rate",
        min=0,
        help="Events per second; 0 is as fast as possible.",
        rich_help_panel=_STREAM,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="JSON lines on standard output; no broker.", rich_help_panel=_STREAM
    ),
]
SummaryFile = Annotated[
    Path | None,
    typer.Option("--summary", help="Write what was sent as JSON.", rich_help_panel=_STREAM),
]


def _share(help_text: str) -> Any:  # noqa: ANN401 - typer.Option itself returns Any
    return typer.Option(min=0, max=1, help=help_text, rich_help_panel=_FAULTS)


@app.command("patient-flow")
def patient_flow_command(
    events: Annotated[
        int,
        typer.Option(
            min=1, help="Messages to send, repeated ones included.", rich_help_panel=_STREAM
        ),
    ] = 100_000,
    skip: Skip = 0,
    rate: Speed = 0.0,
    dry_run: DryRun = False,
    summary: SummaryFile = None,
    seed: Seed = World.seed,
    patients: Patients = DEFAULT_PATIENTS,
    start: Start = _DEFAULT_START,
    dirty_rate: Annotated[
        float,
        _share("Share of dirty events; each has one of the faults that follow, equally likely."),
    ] = 0.0,
    future_admission_rate: Annotated[
        float | None, _share("Of admissions: admission_time lies after event_timestamp.")
    ] = None,
    invalid_age_rate: Annotated[float | None, _share("Age below 0 or above 120.")] = None,
    discharge_before_admit_rate: Annotated[
        float | None, _share("Of discharges: discharge_time lies before admission_time.")
    ] = None,
    dept_typo_rate: Annotated[
        float | None, _share("Department with a letter missing, doubled or swapped.")
    ] = None,
    invalid_hospital_id_rate: Annotated[
        float | None, _share("A hospital_id nobody knows, such as H99.")
    ] = None,
    missing_field_rate: Annotated[
        float | None, _share("A required field is left out or null.")
    ] = None,
    malformed_rate: Annotated[float | None, _share("JSON cut off in the middle.")] = None,
    duplicate_rate: Annotated[float, _share("The same bytes again, up to 10 minutes later.")] = 0.0,
    late_rate: Annotated[float, _share("Delivered 1 to 12 hours after it happened.")] = 0.0,
    out_of_order_rate: Annotated[float, _share("Overtaken by the message that follows it.")] = 0.0,
) -> None:
    """Simulate admissions and discharges of 7 hospitals with 7 departments each.

    Example: carefloe-producer patient-flow --events 20 --dry-run --dirty-rate 0.06
    """
    with explained():
        own_rates = {
            "future_admission": future_admission_rate,
            "invalid_age": invalid_age_rate,
            "discharge_before_admit": discharge_before_admit_rate,
            "dept_typo": dept_typo_rate,
            "invalid_hospital_id": invalid_hospital_id_rate,
            "missing_field": missing_field_rate,
            "malformed": malformed_rate,
        }
        messages = patient_flow_messages(
            World(seed, patients, _start_seconds(start)),
            dirt_rates(dirty_rate, own_rates),
            Delays(duplicate_rate, late_rate, out_of_order_rate),
        )
        plan = Plan(events, skip, rate)
        is_short = send_stream(messages, PATIENT_FLOW_TOPIC, plan, dry_run, summary)
        if is_short:
            raise ProducerError(
                f"the population died out before event {skip + events:,}:"
                f" give more than --patients {patients}"
            )


@app.command("files")
def files_command(
    to: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="Folder to write; created when missing.")
    ],
    seed: Seed = World.seed,
    patients: Patients = DEFAULT_PATIENTS,
    start: Start = _DEFAULT_START,
) -> None:
    """Write the same world as a Synthea-shaped CSV folder.

    The patients are those of `patient-flow` with the same --seed, --patients and --start; their
    encounters fill the five years before --start.

    Example: carefloe-producer files --patients 2000 --to world
    """
    with explained():
        world = World(seed, patients, _start_seconds(start))
        if to.exists() and not to.is_dir():
            raise UsageError(f"{to} is not a folder: give --to another path")
        try:
            written = write_world(world, to)
        except OSError as error:
            raise ProducerError(
                f"cannot write to {to} ({error.strerror}): check the folder"
            ) from error
        for name, rows in written.items():
            console.print(f"{to / name}: {rows:,} rows", soft_wrap=True, highlight=False)


@app.command("encounters")
def encounters_command(
    folder: Annotated[
        Path,
        typer.Option(
            "--from",
            metavar="DIR",
            help="Folder with encounters.csv and patients.csv (or .csv.gz).",
        ),
    ],
    dirty_rate: Annotated[
        float,
        _share(
            "Dirty encounters in total: null, malformed or future admission, discharge before it,"
            " invalid age, negative cost, duplicate; each equally likely."
        ),
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Decides which encounters are dirty.")] = World.seed,
    events: Annotated[
        int | None,
        typer.Option(min=1, help="Messages to send; all unless given.", rich_help_panel=_STREAM),
    ] = None,
    skip: Skip = 0,
    rate: Speed = 0.0,
    dry_run: DryRun = False,
    summary: SummaryFile = None,
) -> None:
    """Replay the encounters of a Synthea folder in the order they began.

    Example: carefloe-producer encounters --from world --dry-run
    """
    with explained():
        encounters = read_encounters(folder)
        messages = encounter_messages(encounters, dirty_rate, World(seed).random("dirt"))
        send_stream(messages, ENCOUNTER_TOPIC, Plan(events, skip, rate), dry_run, summary)


def main() -> None:
    """Entry point; exit codes 0 ok, 1 failed, 2 usage or settings, 3 no connection."""
    app()


def _start_seconds(start: datetime) -> int:
    if not _EARLIEST_START <= start <= _LATEST_START:
        raise UsageError("--start must lie between 1971 and 2200")
    return seconds_of(start)
