from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from random import Random
from typing import Any

import pytest

from producer.delivery import Message
from producer.errors import UsageError
from producer.monitor import Watch, ward_readings
from producer.population import World
from producer.reading import Reading
from producer.reading_dirt import ReadingDirt, reading_rates
from producer.vitals import reading_delays, vitals_messages

WORLD = World(patients=1_000)
WATCH = Watch(WORLD.start + 14 * 86_400, monitors=300)
CLEAN = list(islice(ward_readings(WORLD, WATCH), 10_000))
POSSIBLE = {
    "heart_rate": (0, 350),
    "systolic_bp": (0, 375),
    "diastolic_bp": (0, 375),
    "oxygen_saturation": (0, 100),
    "oxygen_level": (0, 100),
    "respiratory_rate": (0, 300),
    "temperature_c": (26, 45),
    "temperature_f": (78.8, 113),
}
"""The valid ranges of the MIMIC-III benchmark (Harutyunyan 2019, variable_ranges.csv)."""


def sent(**rates: float) -> list[Message]:
    return list(vitals_messages(CLEAN, rates, reading_delays(0, 0, 0), seed=5))


def is_possible(field: str, value: Any) -> bool:
    if field == "blood_pressure":
        return all(0 <= float(half) <= 375 for half in value.split("/"))
    lowest, highest = POSSIBLE[field]
    return lowest <= value <= highest


def changes(reading: Reading, message: Message) -> dict[str, Any]:
    """The fields that differ from the clean reading; "absent" where one is left out."""
    after = json.loads(message.payload)
    return {
        name: after.get(name, "absent")
        for name, value in reading.fields.items()
        if after.get(name, "absent") != value
    }


def test_without_rates_every_reading_is_sent_as_it_is() -> None:
    messages = sent()
    assert [json.loads(m.payload) for m in messages] == [r.fields for r in CLEAN]
    assert [(m.delivered_at, m.key, m.fault) for m in messages] == [
        (r.at, r.patient_id, None) for r in CLEAN
    ]


def test_an_impossible_value_is_one_that_no_patient_has() -> None:
    seen = Counter()
    for reading, message in zip(CLEAN, sent(impossible_value=0.1), strict=True):
        changed = changes(reading, message)
        assert bool(changed) == (message.fault == "impossible_value")
        for field, value in changed.items():
            assert not is_possible(field, value), f"{field} {value}"
            seen[field] += 1
    assert seen.keys() == {*POSSIBLE, "blood_pressure"}
    assert seen.total() == pytest.approx(1_000, abs=100)


def test_clean_readings_are_possible() -> None:
    for reading in CLEAN:
        for field in {*POSSIBLE, "blood_pressure"} & reading.fields.keys():
            value = reading.fields[field]
            assert value is None or is_possible(field, value)


def test_a_missing_field_is_absent_or_null_and_takes_the_key_with_the_patient() -> None:
    seen = set()
    for reading, message in zip(CLEAN, sent(missing_field=0.1), strict=True):
        if message.fault is None:
            continue
        ((field, value),) = changes(reading, message).items()
        seen.add((field, value))
        assert (message.key is None) == (field == "patient_id")
    fields = ("patient_id", "measured_at", "event_id", "device_id")
    assert seen == {(field, value) for field in fields for value in (None, "absent")}


def test_a_malformed_reading_is_the_beginning_of_the_clean_one() -> None:
    malformed = 0
    for clean, message in zip(sent(), sent(malformed=0.1), strict=True):
        assert clean.payload.startswith(message.payload)
        if message.fault == "malformed":
            malformed += 1
            with pytest.raises(json.JSONDecodeError):
                json.loads(message.payload)
    assert malformed == pytest.approx(1_000, abs=100)


def test_the_dirty_rate_is_divided_equally_and_a_rate_of_its_own_wins() -> None:
    assert reading_rates(0.3, {}) == pytest.approx(
        {"impossible_value": 0.1, "missing_field": 0.1, "malformed": 0.1}
    )
    assert reading_rates(0.3, {"malformed": 0.5, "missing_field": 0.0}) == pytest.approx(
        {"impossible_value": 0.1, "missing_field": 0.0, "malformed": 0.5}
    )
    counts = Counter(message.fault for message in sent(**reading_rates(0.3, {})))
    assert counts.keys() == {None, "impossible_value", "missing_field", "malformed"}
    assert all(count == pytest.approx(1_000, abs=100) for fault, count in counts.items() if fault)


def test_rates_above_one_are_refused() -> None:
    with pytest.raises(UsageError, match="add up to more than 1"):
        reading_rates(0.0, {"malformed": 0.6, "missing_field": 0.5})


def test_a_reading_without_any_value_cannot_have_an_impossible_one() -> None:
    reading = Reading(0, "p", {"patient_id": "p", "heart_rate": None}, "STABLE")
    dirt = ReadingDirt({"impossible_value": 1.0}, Random(1))
    assert dirt.spoil(reading) == (reading.fields, None)
