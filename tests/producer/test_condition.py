from __future__ import annotations

from random import Random

import pytest

from producer.condition import Condition, draw_condition, hospital_condition


@pytest.mark.parametrize(
    ("diagnosis", "code", "description"),
    [
        ("R07.9-ChestPain", "R07.9", "Chest pain"),
        ("I21.0-STEMI", "I21.0", "STEMI"),
        ("C92.0-AcuteMyeloidLeukemia", "C92.0", "Acute myeloid leukemia"),
        ("A09-Gastroenteritis", "A09", "Gastroenteritis"),
    ],
)
def test_an_events_diagnosis_is_told_in_code_and_words(
    diagnosis: str, code: str, description: str
) -> None:
    assert hospital_condition(diagnosis) == Condition(code, description, 14, "ICD-10-CM")


@pytest.mark.parametrize("kind", ["wellness", "ambulatory", "outpatient", "urgentcare"])
def test_clinics_find_what_the_age_allows_or_nothing(kind: str) -> None:
    rng = Random(1)
    infants = {draw_condition(rng, kind, "F", 0) for _ in range(500)}
    assert None in infants
    assert not {c.description for c in infants if c} & {"Hypertension", "Normal pregnancy"}
    women = {draw_condition(rng, kind, "F", 30) for _ in range(2000)}
    men = {draw_condition(rng, kind, "M", 30) for _ in range(2000)}
    assert {c.description for c in women - men if c} == {"Normal pregnancy"}


def test_hospitals_always_find_something_the_patient_can_have() -> None:
    rng = Random(1)
    children = {draw_condition(rng, "inpatient", "M", 8) for _ in range(500)}
    assert "Asthma" in {c.description for c in children if c}
    assert None not in children
    men = {draw_condition(rng, "inpatient", "M", 70) for _ in range(2000)}
    codes = {c.code for c in men if c}
    assert "C61" in codes
    assert not codes & {"C50.9", "O80", "J21.9"}
