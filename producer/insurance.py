"""Who pays: insurance types by age, their payers, and when a patient changes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from producer.weighted import Weighted

MEDICARE, MEDICAID, PRIVATE, SELF_PAY = "Medicare", "Medicaid", "Private", "Self-Pay"
RETIREMENT_AGE = 65
CHANGE_RATE = 0.04
"""Chance that an adult or child below 65 has another insurance at a return visit."""


@dataclass(frozen=True)
class Payer:
    name: str
    insurance_type: str
    city: str
    state: str
    coverage: float
    """Share of a claim it pays."""


PAYERS = (
    Payer("Medicare", MEDICARE, "Baltimore", "MD", 0.80),
    Payer("Medicaid", MEDICAID, "Baltimore", "MD", 0.95),
    Payer("Humana", PRIVATE, "Louisville", "KY", 0.75),
    Payer("Blue Cross Blue Shield", PRIVATE, "Chicago", "IL", 0.80),
    Payer("UnitedHealthcare", PRIVATE, "Minnetonka", "MN", 0.75),
    Payer("Aetna", PRIVATE, "Hartford", "CT", 0.78),
    Payer("Cigna Health", PRIVATE, "Bloomfield", "CT", 0.76),
    Payer("NO_INSURANCE", SELF_PAY, "", "", 0.0),
)

_CHILD = Weighted((MEDICAID, PRIVATE, SELF_PAY), (38, 56, 6))
_ADULT = Weighted((MEDICAID, PRIVATE, SELF_PAY), (20, 68, 12))
_RETIRED = Weighted((MEDICARE, PRIVATE, MEDICAID), (90, 7, 3))


def first_insurance(rng: Random, age: int) -> str:
    """The insurance of somebody seen for the first time."""
    return _types_at(age).draw(rng)


def insurance_at_return(rng: Random, current: str, age: int) -> str:
    """The insurance at a later admission: everybody joins Medicare from 65, a few others change."""
    if age >= RETIREMENT_AGE:
        return MEDICARE
    if rng.random() >= CHANGE_RATE:
        return current
    return another_insurance(rng, current, age)


def another_insurance(rng: Random, current: str, age: int) -> str:
    """An insurance other than the current one that people of this age have."""
    changed = current
    while changed == current:
        changed = _types_at(age).draw(rng)
    return changed


def payers_of(insurance_type: str) -> tuple[Payer, ...]:
    """The payers that sell an insurance type."""
    return tuple(payer for payer in PAYERS if payer.insurance_type == insurance_type)


def _types_at(age: int) -> Weighted[str]:
    if age < 18:
        return _CHILD
    return _ADULT if age < RETIREMENT_AGE else _RETIRED
