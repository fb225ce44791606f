from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import pytest

from producer.clock import iso
from producer.delivery import Message
from producer.encounter import Encounter
from producer.encounter_replay import encounter_messages

DAY = 86_400


def encounter(number: int, started_at: int | None = None) -> Encounter:
    start = number * DAY if started_at is None else started_at
    fields = {
        "event_id": f"ENC-{number}",
        "patient_id": f"p{number}",
        "age": 40,
        "admission_time": iso(start),
        "discharge_time": iso(start + 1800),
        "total_claim_cost": 120.5,
        "event_timestamp": iso(start + 1800),
    }
    return Encounter(fields, start, start + 1800)


ENCOUNTERS = [encounter(number) for number in range(1, 7001)]


def replay(rate: float, seed: int = 1) -> list[Message]:
    return list(encounter_messages(ENCOUNTERS, rate, Random(seed)))


@pytest.fixture(scope="module")
def dirty() -> dict[str, list[dict[str, Any]]]:
    """The events of a replay with 35 % dirt by fault; 5 % each."""
    by_fault: dict[str, list[dict[str, Any]]] = {}
    for message in replay(0.35):
        if message.fault is not None:
            by_fault.setdefault(message.fault, []).append(json.loads(message.payload))
    return by_fault


def test_a_clean_replay_sends_each_encounter_once_at_its_own_time() -> None:
    messages = replay(0.0)
    assert [json.loads(m.payload) for m in messages] == [e.fields for e in ENCOUNTERS]
    assert [m.delivered_at for m in messages] == [e.completed_at for e in ENCOUNTERS]
    assert messages[0].key == "p1"


def test_the_same_seed_spoils_the_same_encounters() -> None:
    assert replay(0.2) == replay(0.2)
    assert replay(0.2) != replay(0.2, seed=2)


def test_each_fault_has_its_share(dirty: dict[str, list[dict[str, Any]]]) -> None:
    counts = {fault: len(events) for fault, events in dirty.items()}
    counts["duplicate"] = sum(m.way == "duplicate" for m in replay(0.35))
    assert counts.keys() == {
        "null_admission",
        "malformed_time",
        "future_admission",
        "discharge_before_admit",
        "invalid_age",
        "negative_cost",
        "duplicate",
    }
    assert all(count == pytest.approx(350, abs=70) for count in counts.values())


def test_faults_are_what_their_names_say(dirty: dict[str, list[dict[str, Any]]]) -> None:
    assert all(e["admission_time"] is None for e in dirty["null_admission"])
    assert all(e["admission_time"].endswith("+00:00Z") for e in dirty["malformed_time"])
    assert all(e["admission_time"] > e["event_timestamp"] for e in dirty["future_admission"])
    assert all(e["discharge_time"] < e["admission_time"] for e in dirty["discharge_before_admit"])
    assert all(e["age"] < 0 or e["age"] > 120 for e in dirty["invalid_age"])
    assert all(e["total_claim_cost"] == -120.5 for e in dirty["negative_cost"])


def test_a_fault_touches_its_own_field_only(dirty: dict[str, list[dict[str, Any]]]) -> None:
    field = {
        "null_admission": "admission_time",
        "malformed_time": "admission_time",
        "future_admission": "admission_time",
        "discharge_before_admit": "discharge_time",
        "invalid_age": "age",
        "negative_cost": "total_claim_cost",
    }
    clean = {e.fields["event_id"]: e.fields for e in ENCOUNTERS}
    for fault, events in dirty.items():
        for event in events:
            before = clean[event["event_id"]]
            assert {k for k in event if event[k] != before[k]} == {field[fault]}


def test_a_duplicate_follows_its_original_byte_for_byte() -> None:
    messages = replay(0.35)
    counts = Counter(m.payload for m in messages)
    assert len(counts) == len(ENCOUNTERS)
    for place, message in enumerate(messages):
        if message.way == "duplicate":
            assert message.payload == messages[place - 1].payload
            assert counts[message.payload] == 2


def test_a_record_from_before_1970_is_stamped_1970() -> None:
    (message,) = encounter_messages([encounter(1, started_at=-9 * DAY)], 0.0, Random(1))
    assert message.delivered_at == 0
    assert json.loads(message.payload)["event_timestamp"] == "1969-12-23T00:30:00Z"


def test_an_encounter_without_a_readable_start_is_never_spoiled() -> None:
    unreadable = Encounter({"event_id": "ENC-1", "patient_id": None}, None, None)
    (message,) = encounter_messages([unreadable], 1.0, Random(1))
    assert (message.fault, message.key, message.delivered_at) == (None, None, 0)
