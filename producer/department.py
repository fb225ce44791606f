"""The seven departments of every hospital: how many come, how long they stay, and how ill they are.

The figures are of the order of published US averages (length of stay from 6 hours in an emergency
department to about 5 days in oncology) and sized so that beds are about a quarter used outside
winter and four fifths in winter: then a surge fills wards without closing the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from producer.diagnosis import DIAGNOSES, Diagnosis

PRIORITIES = ("Emergency", "Urgent", "Scheduled", "Transfer")
DISCHARGE_STATUSES = ("Discharged-Home", "Discharged-Transfer", "Discharged-AMA", "Deceased")

SEVERITY_WEIGHTS = {
    "Emergency": (15, 35, 35, 15),
    "Urgent": (35, 45, 17, 3),
    "Scheduled": (80, 18, 2, 0),
    "Transfer": (20, 40, 30, 10),
}
"""Weights of severity 0 (mild), 1, 2 and 3 (critical) by admission priority."""


@dataclass(frozen=True)
class LengthOfStay:
    """Log-normal hours, cut to [shortest, longest]."""

    median: float
    sigma: float
    shortest: float
    longest: float

    @property
    def mean(self) -> float:
        """Mean hours before the cut."""
        return self.median * exp(self.sigma**2 / 2)


@dataclass(frozen=True)
class VitalSigns:
    """Adult averages of a mild case; severity and age move them (see admission_vitals.py)."""

    heart_rate: float
    bp_systolic: float
    bp_diastolic: float
    temperature_f: float
    oxygen_saturation: float


@dataclass(frozen=True)
class Department:
    name: str
    code: str
    share: float
    """Share of all arrivals; the seven add up to 1."""
    beds: int
    """Beds in a hospital of size 1.0."""
    stay: LengthOfStay
    youngest: int
    oldest: int
    """Ages admitted, both included."""
    priority_weights: tuple[int, int, int, int]
    """In the order of PRIORITIES."""
    status_weights: tuple[int, int, int, int]
    """In the order of DISCHARGE_STATUSES, per thousand."""
    return_share: float
    """Share of arrivals that are patients lately discharged from the same ward."""
    vitals: VitalSigns
    women_only: bool = False

    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        return DIAGNOSES[self.name]


EMERGENCY = 0
"""Index into DEPARTMENTS. A transfer from here leads to a ward of the same hospital."""
DEPARTMENTS = (
    Department(
        name="Emergency",
        code="EMR",
        share=0.40,
        beds=12,
        stay=LengthOfStay(median=5.5, sigma=0.6, shortest=0.5, longest=36),
        youngest=0,
        oldest=110,
        priority_weights=(66, 31, 0, 3),
        status_weights=(804, 166, 27, 3),
        return_share=0.10,
        vitals=VitalSigns(84, 130, 79, 98.6, 97.5),
    ),
    Department(
        name="Surgery",
        code="SUR",
        share=0.16,
        beds=24,
        stay=LengthOfStay(median=66, sigma=0.5, shortest=8, longest=480),
        youngest=18,
        oldest=110,
        priority_weights=(18, 24, 52, 6),
        status_weights=(905, 83, 8, 4),
        return_share=0.09,
        vitals=VitalSigns(79, 128, 77, 98.5, 97.5),
    ),
    Department(
        name="ICU",
        code="ICU",
        share=0.07,
        beds=14,
        stay=LengthOfStay(median=72, sigma=0.6, shortest=6, longest=720),
        youngest=18,
        oldest=110,
        priority_weights=(58, 20, 4, 18),
        status_weights=(640, 318, 2, 40),
        return_share=0.08,
        vitals=VitalSigns(94, 118, 70, 99.0, 95.5),
    ),
    Department(
        name="Cardiology",
        code="CAR",
        share=0.12,
        beds=22,
        stay=LengthOfStay(median=72, sigma=0.5, shortest=8, longest=480),
        youngest=30,
        oldest=110,
        priority_weights=(44, 28, 20, 8),
        status_weights=(872, 103, 15, 10),
        return_share=0.18,
        vitals=VitalSigns(86, 138, 82, 98.3, 96.5),
    ),
    Department(
        name="Maternity",
        code="MAT",
        share=0.08,
        beds=11,
        stay=LengthOfStay(median=50, sigma=0.3, shortest=8, longest=240),
        youngest=16,
        oldest=45,
        priority_weights=(16, 38, 44, 2),
        status_weights=(985, 12, 3, 0),
        return_share=0.04,
        vitals=VitalSigns(86, 118, 74, 98.5, 98.0),
        women_only=True,
    ),
    Department(
        name="Oncology",
        code="ONC",
        share=0.07,
        beds=19,
        stay=LengthOfStay(median=100, sigma=0.55, shortest=12, longest=720),
        youngest=18,
        oldest=110,
        priority_weights=(10, 26, 58, 6),
        status_weights=(895, 85, 5, 15),
        return_share=0.30,
        vitals=VitalSigns(85, 122, 75, 98.8, 96.8),
    ),
    Department(
        name="Pediatrics",
        code="PED",
        share=0.10,
        beds=12,
        stay=LengthOfStay(median=48, sigma=0.5, shortest=4, longest=360),
        youngest=0,
        oldest=17,
        priority_weights=(34, 40, 22, 4),
        status_weights=(958, 38, 3, 1),
        return_share=0.10,
        vitals=VitalSigns(84, 114, 71, 99.2, 97.8),
    ),
)
