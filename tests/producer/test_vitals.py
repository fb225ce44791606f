from __future__ import annotations

import json
from collections import Counter
from itertools import islice, pairwise

import pytest

from producer.delivery import Message
from producer.monitor import Watch, ward_readings
from producer.population import World
from producer.vitals import reading_delays, vitals_messages

WORLD = World(patients=1_000)
WATCH = Watch(WORLD.start + 14 * 86_400, monitors=10)


def messages(
    count: int, seed: int = 1, duplicate: float = 0.0, late: float = 0.0, out_of_order: float = 0.0
) -> list[Message]:
    delays = reading_delays(duplicate, late, out_of_order)
    return list(islice(vitals_messages(ward_readings(WORLD, WATCH), {}, delays, seed), count))


def at(message: Message) -> int:
    """When it was measured: the end of the event id."""
    return int(json.loads(message.payload)["event_id"].rpartition("-")[2])


def test_delivery_follows_the_simulated_clock() -> None:
    sent = messages(30_000, duplicate=0.05, late=0.05, out_of_order=0.05)
    assert all(a.delivered_at <= b.delivered_at for a, b in pairwise(sent))
    assert Counter(m.way for m in sent).keys() == {None, "duplicate", "late", "out_of_order"}


def test_a_repeated_reading_has_the_same_bytes_within_two_minutes() -> None:
    sent = messages(30_000, duplicate=0.05)
    originals = {m.payload for m in sent if m.way is None}
    repeated = [m for m in sent if m.way == "duplicate"]
    assert len(repeated) == pytest.approx(30_000 * 0.05 / 1.05, abs=150)
    for message in repeated:
        assert message.payload in originals
        assert 0 < message.delivered_at - at(message) <= 120


def test_a_late_reading_comes_within_half_an_hour() -> None:
    late = [m.delivered_at - at(m) for m in messages(30_000, late=0.05) if m.way == "late"]
    assert 60 <= min(late) < 120
    assert 1_700 < max(late) <= 1_800


def test_the_network_changes_no_reading() -> None:
    clean = {m.payload for m in messages(20_000)}
    disturbed = messages(10_000, late=0.05, duplicate=0.1, out_of_order=0.1)
    assert {m.payload for m in disturbed} <= clean


def test_the_same_seed_spoils_and_delays_the_same_readings() -> None:
    first = messages(3_000, late=0.1, duplicate=0.1)
    assert first == messages(3_000, late=0.1, duplicate=0.1)
    assert first != messages(3_000, seed=2, late=0.1, duplicate=0.1)
