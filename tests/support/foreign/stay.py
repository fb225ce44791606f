"""The true life of a foreign hospital: who lay in which bed from when to when."""

import datetime as dt
import random
from dataclasses import dataclass

BEGIN = dt.datetime(2026, 3, 1)
HOSPITALS = ("H1", "H2", "H5")
DEPARTMENTS = ("Emergency", "Surgery", "ICU", "Oncology", "Neurology")
"""Neurology is a department of theirs that we do not know."""
INSURANCES = ("Medicare", "Medicaid", "Private", "Self-Pay")


@dataclass(frozen=True)
class Stay:
    """One stay as it truly was."""

    patient_id: str
    gender: str
    age: int
    insurance: str
    hospital_id: str
    department: str
    bed: int
    admitted_at: dt.datetime
    discharged_at: dt.datetime | None
    """Null while the patient is still in bed at the end."""


def lives(patients: int, days: int, rng: random.Random) -> list[list[Stay]]:
    """The stays of each patient, in time, until BEGIN + days; no patient is in two beds at once."""
    return [_life(number, BEGIN + dt.timedelta(days=days), rng) for number in range(patients)]


def _life(number: int, end: dt.datetime, rng: random.Random) -> list[Stay]:
    patient_id = f"MRN/{number:05d}-{number % 7}"
    gender, age = rng.choice("FM"), rng.randint(0, 95)
    insurance = rng.choice(INSURANCES)
    stays: list[Stay] = []
    admitted_at = BEGIN + _hours(rng, 0, 400)
    while admitted_at < end:
        discharged_at = admitted_at + _hours(rng, 2, 160)
        stays.append(
            Stay(
                patient_id,
                gender,
                age,
                insurance,
                rng.choice(HOSPITALS),
                rng.choice(DEPARTMENTS),
                rng.randint(1, 30),
                admitted_at,
                discharged_at if discharged_at < end else None,
            )
        )
        # A fifth moves on at the very moment of the discharge: a transfer. Its insurance stays,
        # for nobody could say which of two messages of one instant is newer.
        if rng.random() < 0.2:
            admitted_at = discharged_at
            continue
        admitted_at = discharged_at + _hours(rng, 3, 500)
        if rng.random() < 0.3:
            insurance = rng.choice([other for other in INSURANCES if other != insurance])
    return stays


def _hours(rng: random.Random, least: int, most: int) -> dt.timedelta:
    """Whole minutes, often whole hours: the census counts at full hours."""
    hours = dt.timedelta(hours=rng.randint(least, most))
    return hours if rng.random() < 0.2 else hours + dt.timedelta(minutes=rng.randint(0, 59))
