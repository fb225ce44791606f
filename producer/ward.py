"""Beds: a ward never holds more patients than its capacity, nor a bed two at once."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from producer.department import DEPARTMENTS
from producer.hospital import HOSPITALS


class Bed(NamedTuple):
    bed_id: str
    """`H3-SUR-15`."""
    hospital: int
    department: int
    """Indices into HOSPITALS and DEPARTMENTS."""


class Wards:
    """The free beds of the whole network."""

    def __init__(self) -> None:
        self._free = [
            [
                deque(
                    Bed(f"{hospital.hospital_id}-{department.code}-{number:02d}", h, d)
                    for number in range(1, hospital.beds_of(department) + 1)
                )
                for h, hospital in enumerate(HOSPITALS)
            ]
            for d, department in enumerate(DEPARTMENTS)
        ]

    def take(self, hospital: int, department: int) -> Bed | None:
        """A free bed there, else where the department has most free beds, else none."""
        wards = self._free[department]
        ward = wards[hospital] or max(wards, key=len)
        return ward.popleft() if ward else None

    def take_in(self, hospital: int, department: int) -> Bed | None:
        """A free bed of this very hospital, or none."""
        ward = self._free[department][hospital]
        return ward.popleft() if ward else None

    def give_back(self, bed: Bed) -> None:
        """Make a bed free again; the longest free bed of a ward is taken first."""
        self._free[bed.department][bed.hospital].append(bed)
