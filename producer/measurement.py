"""What is measured in an encounter: the rows of observations.csv, LOINC codes and UCUM units."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from producer.admission_vitals import draw_vitals
from producer.department import DEPARTMENTS, VitalSigns

_WELL = VitalSigns(76, 122, 76, 98.3, 98.0)
_ILL = {"emergency": DEPARTMENTS[0].vitals, "inpatient": DEPARTMENTS[1].vitals}
_SMOKING = (
    "Never smoked tobacco (finding)",
    "Ex-smoker (finding)",
    "Smokes tobacco daily (finding)",
)
_ADULT_HEIGHT = {"F": 163.0, "M": 177.0}
_GROWN_UP = 18


class Measurement(NamedTuple):
    category: str
    code: str
    description: str
    value: str
    units: str
    kind: str
    """numeric or text."""


def draw_measurements(
    rng: Random,
    encounter_class: str,
    gender: str,
    age: int,
    admission: Mapping[str, float] | None = None,
) -> list[Measurement]:
    """One value per code, all taken at the same moment; `admission` holds the vitals of a stay's
    event, which are told again."""
    if admission is None:
        average = _ILL.get(encounter_class, _WELL)
        severity = int(rng.random() * 2.2) if encounter_class in _ILL else 0
        admission = draw_vitals(rng, average, age, severity)
    breaths = rng.gauss(15 + max(0, 8 - age), 2)
    taken = [
        _vital("8867-4", "Heart rate", f"{admission['heart_rate']:.1f}", "/min"),
        _vital("8480-6", "Systolic Blood Pressure", f"{admission['bp_systolic']:.1f}", "mm[Hg]"),
        _vital("8462-4", "Diastolic Blood Pressure", f"{admission['bp_diastolic']:.1f}", "mm[Hg]"),
        _vital("9279-1", "Respiratory rate", f"{max(8.0, breaths):.1f}", "/min"),
    ]
    if encounter_class not in _PREVENTIVE:
        celsius = (admission["temperature_f"] - 32) / 1.8
        oxygen = f"{admission['oxygen_saturation']:.1f}"
        taken.append(_vital("8310-5", "Body temperature", f"{celsius:.1f}", "Cel"))
        taken.append(_vital("2708-6", "Oxygen saturation in Arterial blood", oxygen, "%"))
    elif encounter_class == "wellness":
        taken += _check_up(rng, gender, age)
    if encounter_class in _WITH_LABORATORY:
        taken += _blood(rng)
    return taken


_PREVENTIVE = ("wellness", "outpatient")
_WITH_LABORATORY = ("outpatient", "inpatient")


def _vital(code: str, description: str, value: str, units: str) -> Measurement:
    return Measurement("vital-signs", code, description, value, units, "numeric")


def _check_up(rng: Random, gender: str, age: int) -> list[Measurement]:
    grown = min(1.0, 0.3 + 0.7 * age / _GROWN_UP)
    height = _ADULT_HEIGHT[gender] * grown * rng.gauss(1, 0.04)
    index = rng.gauss(17 + 10 * grown - 3 * (grown < 1), 2.5)
    measured = [
        _vital("8302-2", "Body Height", f"{height:.1f}", "cm"),
        _vital("29463-7", "Body Weight", f"{max(12.0, index) * (height / 100) ** 2:.1f}", "kg"),
    ]
    if age >= _GROWN_UP:
        habit = rng.choices(_SMOKING, (60, 25, 15))[0]
        status = Measurement("survey", "72166-2", "Tobacco smoking status NHIS", habit, "", "text")
        measured.append(status)
    return measured


def _blood(rng: Random) -> list[Measurement]:
    drawn = (
        ("2339-0", "Glucose", f"{rng.lognormvariate(4.6, 0.2):.1f}", "mg/dL"),
        ("718-7", "Hemoglobin [Mass/volume] in Blood", f"{rng.gauss(13.8, 1.4):.1f}", "g/dL"),
    )
    return [Measurement("laboratory", *result, "numeric") for result in drawn]
