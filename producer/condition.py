"""What an encounter finds: SNOMED CT in the clinics, the events' ICD-10-CM in the hospitals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from random import Random

from producer.department import DEPARTMENTS
from producer.diagnosis import ANY_SEX
from producer.weighted import Weighted

SNOMED, ICD10 = "SNOMED-CT", "ICD-10-CM"
_HOSPITAL_DAYS = 14
_WORD_BORDER = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Condition:
    code: str
    description: str
    days: int | None
    """How long it lasts after the encounter that found it; none for ever."""
    system: str = SNOMED


@dataclass(frozen=True, slots=True)
class _Complaint:
    condition: Condition
    weight: int
    youngest: int = 0
    oldest: int = 110
    sexes: str = ANY_SEX

    def befalls(self, gender: str, age: int) -> bool:
        return gender in self.sexes and self.youngest <= age <= self.oldest


_COMPLAINTS = (
    _Complaint(Condition("195662009", "Acute viral pharyngitis (disorder)", 12), 16, 2),
    _Complaint(Condition("444814009", "Viral sinusitis (disorder)", 14), 16, 2),
    _Complaint(Condition("10509002", "Acute bronchitis (disorder)", 10), 12),
    _Complaint(Condition("43878008", "Streptococcal sore throat (disorder)", 8), 6, 3),
    _Complaint(Condition("65363002", "Otitis media", 14), 14, 0, 10),
    _Complaint(Condition("44465007", "Sprain of ankle", 21), 8, 5),
    _Complaint(Condition("267102003", "Sore throat symptom (finding)", 7), 6),
    _Complaint(Condition("386661006", "Fever (finding)", 5), 6),
    _Complaint(Condition("72892002", "Normal pregnancy", 270), 14, 18, 44, "F"),
    _Complaint(
        Condition("232353008", "Perennial allergic rhinitis with seasonal variation", None),
        5,
        2,
        40,
    ),
    _Complaint(Condition("271737000", "Anemia (disorder)", None), 4, 12),
    _Complaint(Condition("40055000", "Chronic sinusitis (disorder)", None), 4, 12),
    _Complaint(Condition("162864005", "Body mass index 30+ - obesity (finding)", None), 8, 16),
    _Complaint(Condition("278860009", "Chronic low back pain (finding)", None), 8, 25),
    _Complaint(Condition("59621000", "Hypertension", None), 18, 35),
    _Complaint(Condition("15777000", "Prediabetes", None), 10, 30),
    _Complaint(Condition("44054006", "Diabetes", None), 9, 40),
    _Complaint(Condition("55822004", "Hyperlipidemia", None), 10, 40),
    _Complaint(Condition("53741008", "Coronary Heart Disease", None), 7, 55),
    _Complaint(Condition("49436004", "Atrial Fibrillation", None), 5, 60),
)
"""Codes and descriptions as Synthea writes them."""
_FOUND_IN_CLINIC = {"wellness": 0.35, "ambulatory": 0.85, "outpatient": 0.6, "urgentcare": 0.95}


def hospital_condition(diagnosis_code: str) -> Condition:
    """The condition of an event's diagnosis: I21.0 and `Chest pain` of `R07.9-ChestPain`."""
    code, _, name = diagnosis_code.partition("-")
    first, *others = _WORD_BORDER.sub(" ", name).split(" ")
    return Condition(code, " ".join((first, *map(str.lower, others))), _HOSPITAL_DAYS, ICD10)


def draw_condition(rng: Random, kind: str, gender: str, age: int) -> Condition | None:
    """The reason for an encounter of this class; in a clinic there may be none."""
    if kind == "emergency":
        return _in_emergency(gender, age).draw(rng)
    if kind == "inpatient":
        return _in_bed(gender, age).draw(rng)
    if rng.random() >= _FOUND_IN_CLINIC[kind]:
        return None
    return _in_clinic(gender, age).draw(rng)


@cache
def _in_clinic(gender: str, age: int) -> Weighted[Condition]:
    found = [complaint for complaint in _COMPLAINTS if complaint.befalls(gender, age)]
    return Weighted([c.condition for c in found], [c.weight for c in found])


@cache
def _in_emergency(gender: str, age: int) -> Weighted[Condition]:
    return _diagnoses(["Emergency"], gender, age)


@cache
def _in_bed(gender: str, age: int) -> Weighted[Condition]:
    """Of the wards that admit this age; nobody gives birth before the simulation begins."""
    wards = [
        d.name
        for d in DEPARTMENTS
        if d.name != "Emergency" and d.youngest <= age <= d.oldest and not d.women_only
    ]
    return _diagnoses(wards, gender, age)


def _diagnoses(wards: list[str], gender: str, age: int) -> Weighted[Condition]:
    found = [
        diagnosis
        for department in DEPARTMENTS
        if department.name in wards
        for diagnosis in department.diagnoses
        if diagnosis.befalls(gender, age)
    ]
    return Weighted([hospital_condition(d.code) for d in found], [d.weight for d in found])
