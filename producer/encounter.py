"""The encounters of a Synthea folder, joined to their patients, as event fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from pathlib import Path

from producer.clock import age_on, iso, pack, packed_day, seconds_of
from producer.csv_folder import read_columns
from producer.simulation import Fields

_PATIENT_COLUMNS = ("Id", "BIRTHDATE", "GENDER")
_ENCOUNTER_COLUMNS = (
    "Id",
    "START",
    "STOP",
    "PATIENT",
    "ORGANIZATION",
    "PROVIDER",
    "PAYER",
    "ENCOUNTERCLASS",
    "BASE_ENCOUNTER_COST",
    "TOTAL_CLAIM_COST",
    "PAYER_COVERAGE",
)


@dataclass(frozen=True, slots=True)
class Encounter:
    """One row of encounters.csv as its event."""

    fields: Fields
    started_at: int | None
    completed_at: int | None
    """STOP, else START, in seconds since 1970; none when neither can be read."""


def read_encounters(folder: Path) -> list[Encounter]:
    """All encounters of a folder in START order; those without a readable START come last.

    An encounter of a patient the folder does not know has neither gender nor age. A time or cost
    that cannot be read is passed on as it stands. Raises UsageError (see read_columns).
    """
    patients = {
        patient_id: (gender or None, _birth(birth_date))
        for patient_id, birth_date, gender in read_columns(folder, "patients", _PATIENT_COLUMNS)
    }
    encounters = [
        _encounter(row, *patients.get(row[3], (None, None)))
        for row in read_columns(folder, "encounters", _ENCOUNTER_COLUMNS)
    ]
    never = float("inf")
    return sorted(
        encounters,
        key=lambda e: (never if e.started_at is None else e.started_at, e.fields["event_id"]),
    )


def _encounter(row: list[str], gender: str | None, birth: int | None) -> Encounter:
    (encounter_id, start, stop, patient, organization, provider, payer, kind, *costs) = row
    started_at, stopped_at = _seconds(start), _seconds(stop)
    completed_at = started_at if stopped_at is None else stopped_at
    fields = {
        "event_id": f"ENC-{encounter_id}",
        "encounter_id": encounter_id,
        "patient_id": patient or None,
        "gender": gender,
        "age": _age(started_at, birth),
        "department": kind or None,
        "admission_time": _utc_text(start, started_at),
        "discharge_time": _utc_text(stop, stopped_at),
        "organization_id": organization or None,
        "provider_id": provider or None,
        "payer_id": payer or None,
        "base_encounter_cost": _amount(costs[0]),
        "total_claim_cost": _amount(costs[1]),
        "payer_coverage": _amount(costs[2]),
        "event_timestamp": None if completed_at is None else iso(completed_at),
    }
    return Encounter(fields, started_at, completed_at)


def _age(started_at: int | None, birth: int | None) -> int | None:
    if started_at is None or birth is None:
        return None
    return age_on(packed_day(started_at), birth)


def _seconds(text: str) -> int | None:
    try:
        return seconds_of(datetime.fromisoformat(text)) if text else None
    except ValueError:
        return None


def _utc_text(text: str, seconds: int | None) -> str | None:
    return (text or None) if seconds is None else iso(seconds)


def _birth(text: str) -> int | None:
    try:
        return pack(date.fromisoformat(text[:10]))
    except ValueError:
        return None


def _amount(text: str) -> float | str | None:
    try:
        amount = float(text) if text else None
    except ValueError:
        return text
    return amount if amount is None or isfinite(amount) else text
