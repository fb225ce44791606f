"""From the emergency department to a ward: who waits for a bed there, how long, and for which."""

from __future__ import annotations

from functools import cache
from random import Random

from producer.clock import HOUR
from producer.department import DEPARTMENTS, EMERGENCY, PRIORITIES, LengthOfStay
from producer.weighted import Weighted

BOARDING = LengthOfStay(median=3, sigma=0.9, shortest=0.25, longest=23)
"""Hours until a bed is asked for; a full ward is asked again every hour."""
LONGEST_BOARDING = 23 * HOUR
"""Then the patient goes home after all."""
_BY_BOARDERS = ("Emergency", "Urgent")


def ward_for(rng: Random, age: int) -> int:
    """The index of a department that takes somebody of this age who came as an emergency."""
    return _wards_at(age).draw(rng)


def boarders_priority(rng: Random, department: int) -> str:
    """The admission priority there: nobody in the emergency department was scheduled."""
    return _PRIORITIES[department].draw(rng)


@cache
def _wards_at(age: int) -> Weighted[int]:
    wards = [
        index
        for index, ward in enumerate(DEPARTMENTS)
        if index != EMERGENCY and not ward.women_only and ward.youngest <= age <= ward.oldest
    ]
    return Weighted(wards, [DEPARTMENTS[index].share for index in wards])


_PRIORITIES = [
    Weighted(_BY_BOARDERS, [d.priority_weights[PRIORITIES.index(name)] for name in _BY_BOARDERS])
    for d in DEPARTMENTS
]
