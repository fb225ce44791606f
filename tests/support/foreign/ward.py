"""Readings of monitors from elsewhere, and every kind of dirt that is likely at a bedside.

Independent of `producer`. Few patients and few hours, so that corrections, ties and late readings
meet the same hours and windows again and again.
"""

import datetime as dt
import json
import random
from collections.abc import Callable
from typing import Any

from support.raw import VITALS, RawEvent

Fields = dict[str, Any]

START = dt.datetime(2026, 3, 1, 22)
PARTITIONS = 3
TWICE_SHARE = 0.08
LATE_SHARE = 0.15


def foreign_ward(
    seed: int, readings: int, patients: int = 4, minutes: int = 300, dirt: float = 0.5
) -> list[RawEvent]:
    """Deliveries in the order of arrival, corrections and repetitions on top of the readings."""
    rng = random.Random(seed)
    sent: list[tuple[float, str, dt.datetime]] = []
    for number in range(readings):
        at = START + dt.timedelta(seconds=rng.randrange(minutes * 60))
        for order, payload in enumerate(_told(number, at, patients, dirt, rng)):
            late = rng.expovariate(1 / 7200) if rng.random() < LATE_SHARE else rng.random() * 5
            arrives = at.timestamp() + late + order
            sent += [(arrives, payload, at)] * (2 if rng.random() < TWICE_SHARE else 1)
    arrivals = sorted(sent, key=lambda one: one[:2])
    return [
        RawEvent(VITALS, number % PARTITIONS, number // PARTITIONS, payload, "utf-8", at)
        for number, (_, payload, at) in enumerate(arrivals)
    ]


def _told(
    number: int, at: dt.datetime, patients: int, dirt: float, rng: random.Random
) -> list[str]:
    """The payloads of one reading, in the order in which they were meant to arrive."""
    fields = _fields(number, at, patients, rng)
    if rng.random() >= dirt:
        return [json.dumps(fields)]
    return rng.choice(_DIRT)(fields, at, rng)


def _fields(number: int, at: dt.datetime, patients: int, rng: random.Random) -> Fields:
    systolic = rng.randint(80, 175)
    fields: Fields = {
        "event_id": f"monitor-{number}",
        "patient_id": f"W{rng.randrange(patients)}",
        "device_id": f"bed/{rng.randrange(9)}",
        "measured_at": _written(at, rng),
        "heart_rate": rng.choice([rng.randint(35, 135), 97.5, "88", 40, 60, 100, 120]),
        "respiratory_rate": rng.choice([rng.randint(7, 27), 9, 20, 24]),
        "consciousness": rng.choice(["A"] * 8 + ["a", "C", "V", " P ", "U"]),
        "on_supplemental_oxygen": rng.choice([True, False, False, "yes", 0]),
        "ward": {"floor": rng.randrange(3)},
    }
    fields |= rng.choice(
        [
            {"systolic_bp": systolic, "diastolic_bp": systolic - rng.randint(20, 70)},
            {"blood_pressure": f"{systolic}/{systolic - rng.randint(20, 70)}"},
            {"blood_pressure": f" {systolic} / {systolic - 30}", "systolic_bp": systolic + 5},
        ]
    )
    saturation = rng.choice([rng.randint(87, 100), 90, 92, 95, "94.96"])
    fields[rng.choice(["oxygen_saturation", "oxygen_level"])] = saturation
    celsius = rng.choice([round(rng.uniform(34.5, 40.2), 1), 35.0, 38.0, 39.5])
    fields |= rng.choice(
        [
            {"temperature_c": celsius},
            {"temperature_f": round(celsius * 9 / 5 + 32, 2)},
            {"temperature": f"{round(celsius * 9 / 5 + 32, 1)} F"},
            {"temperature": celsius},
        ]
    )
    for name in rng.sample(sorted(fields), rng.choice([0, 0, 1, 3])):
        if name not in ("event_id", "patient_id", "measured_at"):
            del fields[name]
    return fields


def _impossible(fields: Fields, _: dt.datetime, rng: random.Random) -> list[str]:
    wrong: Fields = rng.choice(
        [
            {"heart_rate": 999},
            {"heart_rate": -1},
            {"oxygen_saturation": 101},
            {"systolic_bp": 60, "diastolic_bp": 90},
            {"blood_pressure": "400/80"},
            {"temperature_f": 212},
            {"temperature_c": 0},
            {"respiratory_rate": 301},
            {"consciousness": "asleep"},
        ]
    )
    return [json.dumps(fields | wrong)]


def _unreadable_value(fields: Fields, _: dt.datetime, rng: random.Random) -> list[str]:
    wrong: Fields = rng.choice(
        [
            {"heart_rate": "---"},
            {"heart_rate": True},
            {"blood_pressure": "120"},
            {"blood_pressure": "120/"},
            {"temperature": "warm"},
            {"measured_at": "just now"},
            {"oxygen_level": None},
            {"on_supplemental_oxygen": "2 litres"},
        ]
    )
    return [json.dumps(fields | wrong)]


def _without(fields: Fields, _: dt.datetime, rng: random.Random) -> list[str]:
    name = rng.choice(["event_id", "patient_id", "measured_at"])
    return [json.dumps({key: value for key, value in fields.items() if key != name})]


def _other_value(fields: Fields, _: dt.datetime, rng: random.Random) -> list[str]:
    """A wrong value first; the correction has the same time, so the greater hash counts."""
    return [json.dumps(fields | {"heart_rate": rng.choice([30, 150, 72])}), json.dumps(fields)]


def _other_patient(fields: Fields, at: dt.datetime, rng: random.Random) -> list[str]:
    """Told of another patient first, a second early: the correction moves the reading."""
    early = _written(at - dt.timedelta(seconds=1), rng)
    wrong = fields | {"patient_id": f"W{rng.randrange(9)}", "measured_at": early}
    return [json.dumps(wrong), json.dumps(fields)]


def _other_hour(fields: Fields, at: dt.datetime, rng: random.Random) -> list[str]:
    """Told with a clock that is slow; the correction moves it into another hour and window."""
    slow = _written(at - dt.timedelta(minutes=rng.choice([3, 40, 90])), rng)
    return [json.dumps(fields | {"measured_at": slow}), json.dumps(fields)]


def _taken_back(fields: Fields, at: dt.datetime, rng: random.Random) -> list[str]:
    """Told, then told of nobody, later in time: the patient loses the reading."""
    later = _written(at + dt.timedelta(seconds=1), rng)
    return [json.dumps(fields), json.dumps(fields | {"patient_id": None, "measured_at": later})]


def _cut_off(fields: Fields, _: dt.datetime, rng: random.Random) -> list[str]:
    text = json.dumps(fields)
    return [text[: rng.randrange(5, len(text))], text]


def _wrong_clock(fields: Fields, at: dt.datetime, rng: random.Random) -> list[str]:
    future = _written(at + dt.timedelta(days=30), rng)
    return [json.dumps(fields | {"measured_at": future}), json.dumps(fields)]


_DIRT: list[Callable[[Fields, dt.datetime, random.Random], list[str]]] = [
    _impossible,
    _unreadable_value,
    _without,
    _other_value,
    _other_patient,
    _other_patient,
    _other_hour,
    _other_hour,
    _taken_back,
    _cut_off,
    _wrong_clock,
]


def _written(at: dt.datetime, rng: random.Random) -> str:
    """The same instant in UTC or with another offset."""
    hours = rng.choice([0, 0, 2, -5])
    local = at.replace(tzinfo=dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=hours)))
    return local.isoformat().replace("+00:00", rng.choice(["Z", ""]))
