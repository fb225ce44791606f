"""What is done in an encounter, beside seeing the patient: SNOMED CT procedures and their price."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from producer.clock import MINUTE

_BUSY_SHARE = 0.6
_MOST = 3


@dataclass(frozen=True, slots=True)
class Procedure:
    code: str
    description: str
    started_at: int
    stopped_at: int
    cost: int
    """In cents."""


_IN_CLINIC = (
    ("430193006", "Medication Reconciliation (procedure)"),
    ("710824005", "Assessment of health and social care needs (procedure)"),
    ("171207006", "Depression screening (procedure)"),
    ("428211000124100", "Assessment of substance use (procedure)"),
    ("104091002", "Hemoglobin / Hematocrit / Platelet count"),
    ("117010004", "Urine culture"),
    ("268556000", "Urine screening for glucose"),
    ("395142003", "Allergy screening test"),
    ("76601001", "Intramuscular injection"),
)
_IN_HOSPITAL = (
    ("399208009", "Plain chest X-ray (procedure)"),
    ("104091002", "Hemoglobin / Hematocrit / Platelet count"),
    ("117010004", "Urine culture"),
    ("40701008", "Echocardiography (procedure)"),
    ("76601001", "Intramuscular injection"),
    ("430193006", "Medication Reconciliation (procedure)"),
)
"""Codes and descriptions as Synthea writes them."""


def draw_procedures(
    rng: Random, in_hospital: bool, started_at: int, stopped_at: int, price: int
) -> list[Procedure]:
    """Procedures within the encounter that cost `price` cents together; none where it is 0, and
    none where everything is in the price of the visit."""
    if not price or rng.random() >= _BUSY_SHARE:
        return []
    chosen = rng.sample(_IN_HOSPITAL if in_hospital else _IN_CLINIC, rng.randint(1, _MOST))
    shares = [0.2 + rng.random() for _ in chosen]
    costs = [int(price * share / sum(shares)) for share in shares]
    costs[0] += price - sum(costs)
    each = (stopped_at - started_at) // len(chosen)
    procedures = []
    for number, ((code, description), cost) in enumerate(zip(chosen, costs, strict=True)):
        begins = started_at + number * each
        ends = begins + min(each, (5 + int(rng.random() * 40)) * MINUTE)
        procedures.append(Procedure(code, description, begins, ends, cost))
    return procedures
