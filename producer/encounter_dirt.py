"""The seven faults of encounter events; a dirty encounter has one of them, each equally likely."""

from __future__ import annotations

from random import Random

from producer.clock import DAY, HOUR, iso
from producer.dirt import IMPOSSIBLE_AGES
from producer.encounter import Encounter
from producer.simulation import Fields

DUPLICATE = "duplicate"
"""The one fault that changes nothing: the message is sent twice."""
ENCOUNTER_FAULTS = (
    "null_admission",
    "malformed_time",
    "future_admission",
    "discharge_before_admit",
    "invalid_age",
    "negative_cost",
    DUPLICATE,
)


def spoil(encounter: Encounter, rate: float, rng: Random) -> tuple[Fields, str | None]:
    """The encounter's fields, changed or not, and the name of the fault.

    `rate` is the share of all encounters; one without a readable START is never spoiled.
    """
    if encounter.started_at is None or rng.random() >= rate:
        return encounter.fields, None
    fault = rng.choice(ENCOUNTER_FAULTS)
    return {**encounter.fields, **_changes(fault, encounter, encounter.started_at, rng)}, fault


def _changes(fault: str, encounter: Encounter, started_at: int, rng: Random) -> Fields:
    match fault:
        case "null_admission":
            return {"admission_time": None}
        case "malformed_time":
            return {"admission_time": f"{iso(started_at)[:-1]}+00:00Z"}
        case "future_admission":
            completed_at = max(encounter.completed_at or 0, started_at)
            return {"admission_time": iso(completed_at + _hours_to_weeks(rng))}
        case "discharge_before_admit":
            return {"discharge_time": iso(started_at - _hours_to_weeks(rng))}
        case "invalid_age":
            return {"age": rng.choice(IMPOSSIBLE_AGES)}
        case "negative_cost":
            cost = encounter.fields["total_claim_cost"]
            return {"total_claim_cost": -cost if isinstance(cost, float) and cost > 0 else -100.0}
        case _:
            return {}


def _hours_to_weeks(rng: Random) -> int:
    return HOUR + int(rng.random() * 20 * DAY)
