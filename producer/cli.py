"""The command `carefloe-producer`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from producer.delivery import Delays
from producer.dirt import dirt_rates
from producer.encounter import read_encounters
from producer.encounter_replay import TOPIC as ENCOUNTER_TOPIC
from producer.encounter_replay import encounter_messages
from producer.errors import ProducerError
from producer.files_command import files_command
from producer.options import (
    DEFAULT_EVENTS,
    DEFAULT_START_DATE,
    STREAM,
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
from producer.patient_flow import TOPIC as PATIENT_FLOW_TOPIC
from producer.patient_flow import patient_flow_messages
from producer.population import DEFAULT_PATIENTS, World
from producer.session import explained, send_stream
from producer.transmission import Plan
from producer.vitals_command import vitals_command

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Events and files of a simulated hospital network, and the replay of Synthea folders."
    " The broker comes from KAFKA_BOOTSTRAP_SERVERS, KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_*,"
    " KAFKA_SSL_CAFILE and KAFKA_COMPRESSION.",
)


@app.command("patient-flow")
def patient_flow_command(
    events: Annotated[
        int,
        typer.Option(
            min=1, help="Messages to send, repeated ones included.", rich_help_panel=STREAM
        ),
    ] = DEFAULT_EVENTS,
    skip: Skip = 0,
    rate: Speed = 0.0,
    dry_run: DryRun = False,
    summary: SummaryFile = None,
    seed: Seed = World.seed,
    patients: Patients = DEFAULT_PATIENTS,
    start: Start = DEFAULT_START_DATE,
    dirty_rate: Annotated[
        float,
        share("Share of dirty events; each has one of the faults that follow, equally likely."),
    ] = 0.0,
    future_admission_rate: Annotated[
        float | None, share("Of admissions: admission_time lies after event_timestamp.")
    ] = None,
    invalid_age_rate: Annotated[float | None, share("Age below 0 or above 120.")] = None,
    discharge_before_admit_rate: Annotated[
        float | None, share("Of discharges: discharge_time lies before admission_time.")
    ] = None,
    dept_typo_rate: Annotated[
        float | None, share("Department with a letter missing, doubled or swapped.")
    ] = None,
    invalid_hospital_id_rate: Annotated[
        float | None, share("A hospital_id nobody knows, such as H99.")
    ] = None,
    missing_field_rate: Annotated[
        float | None, share("A required field is left out or null.")
    ] = None,
    malformed_rate: Annotated[float | None, share("JSON cut off in the middle.")] = None,
    duplicate_rate: Annotated[float, share("The same bytes again, up to 10 minutes later.")] = 0.0,
    late_rate: Annotated[float, share("Delivered 1 to 12 hours after it happened.")] = 0.0,
    out_of_order_rate: Annotated[float, share("Overtaken by the message that follows it.")] = 0.0,
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
            World(seed, patients, start_seconds(start)),
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


app.command("files")(files_command)


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
        share(
            "Dirty encounters in total: null, malformed or future admission, discharge before it,"
            " invalid age, negative cost, duplicate; each equally likely."
        ),
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Decides which encounters are dirty.")] = World.seed,
    events: Annotated[
        int | None,
        typer.Option(min=1, help="Messages to send; all unless given.", rich_help_panel=STREAM),
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


app.command("vitals")(vitals_command)


def main() -> None:
    """Entry point; exit codes 0 ok, 1 failed, 2 usage or settings, 3 no connection."""
    app()
