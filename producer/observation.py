"""The vital signs of a Synthea folder: one reading per patient, encounter and time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from math import isfinite
from pathlib import Path

from producer.clock import iso, seconds_of
from producer.csv_folder import read_columns
from producer.reading import Reading
from producer.simulation import Fields

VITAL_OF_CODE = {
    "8867-4": "heart_rate",
    "8480-6": "systolic_bp",
    "8462-4": "diastolic_bp",
    "2708-6": "oxygen_saturation",
    "59408-5": "oxygen_saturation",
    "9279-1": "respiratory_rate",
    "8310-5": "temperature",
}
"""LOINC codes (loinc.org); 2708-6 is arterial oxygen saturation, 59408-5 by pulse oximetry."""
TEMPERATURE_OF_UNIT = {"cel": "temperature_c", "[degf]": "temperature_f"}
"""UCUM units, which are matched without regard to case; any other leaves `temperature`."""
KIND = "OBSERVATION"
_COLUMNS = ("DATE", "PATIENT", "ENCOUNTER", "CODE", "VALUE", "UNITS")


def read_observations(folder: Path) -> list[Reading]:
    """The readings of observations.csv by time, those without a readable DATE last.

    Where a vital sign has several values at the same time, the last in the file counts. A time or
    value that cannot be read is passed on as it stands. Raises UsageError (see read_columns).
    """
    measured: defaultdict[tuple[str, str, str], Fields] = defaultdict(dict)
    for date, patient, encounter, code, value, unit in read_columns(
        folder, "observations", _COLUMNS
    ):
        vital = VITAL_OF_CODE.get(code.strip())
        if vital == "temperature":
            vital = TEMPERATURE_OF_UNIT.get(unit.strip().lower(), vital)
        if vital is not None and value:
            measured[patient, encounter, date][vital] = _number(value)
    return _by_time(_reading(*key, vitals) for key, vitals in measured.items())


def _by_time(readings: Iterable[tuple[int | None, Reading]]) -> list[Reading]:
    never = float("inf")
    ordered = sorted(
        readings,
        key=lambda found: (never if found[0] is None else found[0], found[1].fields["event_id"]),
    )
    return [reading for _, reading in ordered]


def _reading(patient: str, encounter: str, date: str, vitals: Fields) -> tuple[int | None, Reading]:
    at = _seconds(date)
    name = sha256(f"{patient}|{encounter}|{date}".encode()).hexdigest()[:32]
    fields = {
        "event_id": f"OBS-{name}",
        "encounter_id": encounter or None,
        "patient_id": patient or None,
        "measured_at": (date or None) if at is None else iso(at),
        **vitals,
    }
    return at, Reading(at or 0, patient or None, fields, KIND)


def _seconds(text: str) -> int | None:
    try:
        return seconds_of(datetime.fromisoformat(text)) if text else None
    except ValueError:
        return None


def _number(text: str) -> float | int | str:
    try:
        number = float(text)
    except ValueError:
        return text
    if not isfinite(number):
        return text
    return int(number) if number.is_integer() else number
