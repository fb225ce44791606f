from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from producer.delivery import Message
from producer.dirt import SCENARIOS, dirt_rates, typos_of
from producer.errors import UsageError

EVENTS = 20_000
Messages = Callable[..., list[Message]]
Change = dict[str, tuple[Any, Any]]
ABSENT = "absent"


def changes(clean: Message, dirty: Message) -> Change:
    """{field: (before, after)} between two payloads of the same event."""
    before, after = json.loads(clean.payload), json.loads(dirty.payload)
    return {
        name: (before.get(name, ABSENT), after.get(name, ABSENT))
        for name in before | after
        if before.get(name, ABSENT) != after.get(name, ABSENT)
    }


@pytest.fixture(scope="module")
def clean(messages: Messages) -> list[Message]:
    return messages(EVENTS)


@pytest.fixture
def spoiled(
    messages: Messages, clean: list[Message]
) -> Callable[[str], list[tuple[Message, Message]]]:
    """The (clean, dirty) pairs of a run with one scenario at 10 %, all others being untouched."""

    def run(scenario: str) -> list[tuple[Message, Message]]:
        dirty = messages(EVENTS, {scenario: 0.1})
        assert len(dirty) == EVENTS
        pairs = [(a, b) for a, b in zip(clean, dirty, strict=True) if a.payload != b.payload]
        assert all(b.fault == scenario for _, b in pairs)
        assert sum(b.fault is not None for b in dirty) == len(pairs)
        return pairs

    return run


Spoiled = Callable[[str], list[tuple[Message, Message]]]


def is_about_a_tenth(part: int, whole: int) -> bool:
    return abs(part / whole - 0.1) < 0.012


def test_future_admission_lies_after_the_event_and_befalls_admissions_only(
    spoiled: Spoiled,
) -> None:
    pairs = spoiled("future_admission")
    assert is_about_a_tenth(len(pairs), EVENTS // 2)
    for clean, dirty in pairs:
        assert changes(clean, dirty).keys() == {"admission_time"}
        event = json.loads(dirty.payload)
        assert event["event_type"] == "ADMISSION"
        assert event["admission_time"] > event["event_timestamp"]


def test_invalid_age_is_negative_or_above_120(spoiled: Spoiled) -> None:
    pairs = spoiled("invalid_age")
    assert is_about_a_tenth(len(pairs), EVENTS)
    for clean, dirty in pairs:
        (_, age) = changes(clean, dirty).pop("age")
        assert age < 0 or age > 120
        assert changes(clean, dirty).keys() == {"age"}


def test_discharge_before_admit_has_a_negative_length(spoiled: Spoiled) -> None:
    pairs = spoiled("discharge_before_admit")
    assert is_about_a_tenth(len(pairs), EVENTS // 2)
    for clean, dirty in pairs:
        assert changes(clean, dirty).keys() == {"discharge_time", "length_of_stay_hrs"}
        event = json.loads(dirty.payload)
        admitted, left = (
            datetime.fromisoformat(event[k]) for k in ("admission_time", "discharge_time")
        )
        assert left < admitted
        assert event["length_of_stay_hrs"] == round((left - admitted).total_seconds() / 3600, 2)


def test_dept_typo_is_one_letter_away(spoiled: Spoiled) -> None:
    pairs = spoiled("dept_typo")
    assert is_about_a_tenth(len(pairs), EVENTS)
    for clean, dirty in pairs:
        assert changes(clean, dirty).keys() == {"department"}
        name, typo = changes(clean, dirty)["department"]
        assert typo != name
        assert abs(len(typo) - len(name)) <= 1
        assert set(typo) <= set(name)


def test_invalid_hospital_id_is_none_of_the_seven(spoiled: Spoiled) -> None:
    pairs = spoiled("invalid_hospital_id")
    assert is_about_a_tenth(len(pairs), EVENTS)
    known = {f"H{number}" for number in range(1, 8)}
    for clean, dirty in pairs:
        assert changes(clean, dirty).keys() == {"hospital_id"}
        assert json.loads(dirty.payload)["hospital_id"] not in known


def test_missing_field_is_absent_or_null_and_takes_the_key_with_the_patient(
    spoiled: Spoiled,
) -> None:
    pairs = spoiled("missing_field")
    assert is_about_a_tenth(len(pairs), EVENTS)
    seen: Counter[tuple[str, object]] = Counter()
    for clean, dirty in pairs:
        ((field, (_, after)),) = changes(clean, dirty).items()
        seen[field, after] += 1
        assert (dirty.key is None) == (field == "patient_id")
    fields = (
        "patient_id",
        "event_type",
        "department",
        "admission_time",
        "event_timestamp",
        "event_id",
    )
    assert seen.keys() == {(field, after) for field in fields for after in (None, ABSENT)}


def test_malformed_is_the_beginning_of_the_clean_payload_and_does_not_parse(
    spoiled: Spoiled,
) -> None:
    pairs = spoiled("malformed")
    assert is_about_a_tenth(len(pairs), EVENTS)
    for clean, dirty in pairs:
        assert clean.payload.startswith(dirty.payload)
        assert dirty.payload
        with pytest.raises(json.JSONDecodeError):
            json.loads(dirty.payload)
        assert dirty.key == clean.key


def test_dirty_rate_is_divided_equally(messages: Messages) -> None:
    dirty = messages(EVENTS, dirt_rates(0.3, {}))
    assert sum(m.fault is not None for m in dirty) / EVENTS == pytest.approx(0.3, abs=0.012)
    kinds = Counter(m.kind for m in dirty)
    faults = Counter(m.fault for m in dirty)
    for scenario in SCENARIOS:
        befallen = {
            "future_admission": kinds["ADMISSION"],
            "discharge_before_admit": kinds["DISCHARGE"],
        }.get(scenario, EVENTS)
        assert faults[scenario] / befallen == pytest.approx(0.05, abs=0.008)


def test_a_rate_of_its_own_wins_over_the_dirty_rate() -> None:
    rates = dirt_rates(0.06, {"malformed": 0.5, "dept_typo": 0.0, "invalid_age": None})
    assert rates == {
        "future_admission": 0.01,
        "invalid_age": 0.01,
        "discharge_before_admit": 0.01,
        "dept_typo": 0.0,
        "invalid_hospital_id": 0.01,
        "missing_field": 0.01,
        "malformed": 0.5,
    }


def test_rates_of_one_event_type_above_one_are_refused() -> None:
    with pytest.raises(UsageError, match="ADMISSION events add up to more than 1"):
        dirt_rates(0.0, {"malformed": 0.6, "invalid_age": 0.5})
    dirt_rates(0.0, {"future_admission": 1.0, "discharge_before_admit": 1.0})


def test_typos_are_all_that_one_letter_can_do() -> None:
    missing = ("urgery", "Srgery", "Sugery", "Surery", "Surgry", "Surgey", "Surger")
    doubled = ("SSurgery", "Suurgery", "Surrgery", "Surggery", "Surgeery", "Surgerry", "Surgeryy")
    swapped = ("uSrgery", "Srugery", "Sugrery", "Suregry", "Surgrey", "Surgeyr")
    assert typos_of("Surgery") == missing + doubled + swapped


def test_a_short_name_has_letters_doubled_only() -> None:
    assert typos_of("ICU") == ("IICU", "ICCU", "ICUU")


def test_typos_of_different_departments_never_meet() -> None:
    names = ("Emergency", "Surgery", "ICU", "Cardiology", "Maternity", "Oncology", "Pediatrics")
    owners: dict[str, set[str]] = {}
    for name in names:
        for typo in typos_of(name):
            owners.setdefault(typo.lower(), set()).add(name)
    assert all(len(named) == 1 for named in owners.values())
    assert not owners.keys() & {name.lower() for name in names}
