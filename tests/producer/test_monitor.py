"""The ward, judged by its readings: against the patient-flow events and the alarm limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, islice
from statistics import mean
from typing import Any

import pytest

from producer.monitor import Watch, ward_readings
from producer.population import World
from producer.reading import Reading
from producer.simulation import patient_flow

DAY = 86_400
WORLD = World(patients=2_000)
AT = WORLD.start + 14 * DAY
LIMITS = {
    "heart_rate": (60, 100),
    "oxygen_saturation": (95, 100),
    "systolic_bp": (100, 140),
    "diastolic_bp": (0, 90),
    "temperature_c": (35.0, 38.0),
    "respiratory_rate": (9, 20),
}
"""Outside of them a ward is called."""
SIGNS = {
    "FEVER": {"temperature_c": "high", "heart_rate": "high"},
    "TACHYCARDIA": {"heart_rate": "high"},
    "DESATURATION": {"oxygen_saturation": "low", "respiratory_rate": "high"},
    "HYPERTENSION": {"systolic_bp": "high", "diastolic_bp": "high"},
    "HYPOTENSION": {"systolic_bp": "low", "heart_rate": "high"},
    "BRADYCARDIA": {"heart_rate": "low"},
    "ARRHYTHMIA": {"heart_rate": "high", "systolic_bp": "low"},
    "HYPOTHERMIA": {"temperature_c": "low", "heart_rate": "low"},
    "RESPIRATORY_FAILURE": {
        "oxygen_saturation": "low",
        "respiratory_rate": "high",
        "heart_rate": "high",
    },
    "SEPSIS": {
        "heart_rate": "high",
        "systolic_bp": "low",
        "oxygen_saturation": "low",
        "respiratory_rate": "high",
        "temperature_c": "high",
    },
    "OPIOID_OVERDOSE": {
        "respiratory_rate": "low",
        "oxygen_saturation": "low",
        "heart_rate": "low",
    },
}


def values(reading: Reading) -> dict[str, Any]:
    """The six vital signs, whatever the form; Celsius."""
    found = dict(reading.fields)
    if "blood_pressure" in found:
        pressure = found.pop("blood_pressure")
        upper, lower = (None, None) if pressure is None else map(int, pressure.split("/"))
        found |= {"systolic_bp": upper, "diastolic_bp": lower}
    if "oxygen_level" in found:
        found["oxygen_saturation"] = found.pop("oxygen_level")
    if "temperature_f" in found:
        degrees = found.pop("temperature_f")
        found["temperature_c"] = None if degrees is None else (degrees - 32) / 1.8
    return {name: found[name] for name in LIMITS}


def crosses(name: str, value: float | None, side: str) -> bool:
    lowest, highest = LIMITS[name]
    return value is not None and (value < lowest if side == "low" else value > highest)


def by_patient(readings: list[Reading]) -> dict[str | None, list[Reading]]:
    found = defaultdict(list)
    for reading in readings:
        found[reading.patient_id].append(reading)
    return found


def stays() -> Iterator[tuple[str, int, int]]:
    """(patient, admitted, discharged) of the simulation; who lies in a bed at its end is last."""
    admitted: dict[str, int] = {}
    for event in patient_flow(WORLD):
        if event.at > AT + 5 * DAY:
            break
        if event.fields["event_type"] == "ADMISSION":
            admitted[event.patient_id] = event.at
        else:
            yield event.patient_id, admitted.pop(event.patient_id), event.at
    yield from ((patient, since, AT + 6 * DAY) for patient, since in admitted.items())


def ward(seconds: int, interval: int, monitors: int = 500) -> list[Reading]:
    """What so many monitors send in so many seconds."""
    readings = ward_readings(WORLD, Watch(AT, monitors, interval))
    end = AT + seconds
    rounds = seconds // interval
    return [r for r in islice(readings, rounds * monitors) if r.at < end]


@pytest.fixture(scope="module")
def three_hours() -> list[Reading]:
    """Every 30 seconds."""
    return ward(3 * 3600, 30)


@pytest.fixture(scope="module")
def two_days() -> list[Reading]:
    """Every 10 minutes."""
    return ward(2 * DAY, 600)


def test_each_patient_is_measured_once_a_second() -> None:
    readings = ward(60, 1, monitors=40)
    for second, group in groupby(readings, key=lambda r: r.at):
        assert AT <= second < AT + 60
        patients = [r.patient_id for r in group]
        assert len(patients) == len(set(patients)) <= 40
    assert 40 * 60 * 0.9 < len(readings) <= 40 * 60


def test_only_admitted_patients_are_measured_and_only_while_they_are(
    two_days: list[Reading],
) -> None:
    in_bed = defaultdict(list)
    for patient, since, until in stays():
        in_bed[patient].append((since, until))
    measured = by_patient(two_days)
    assert len(measured) > 600, "nobody has been admitted meanwhile"
    for patient, readings in measured.items():
        for reading in readings:
            assert any(since <= reading.at < until for since, until in in_bed[str(patient)])


def test_everybody_in_a_bed_has_a_monitor_where_there_are_enough() -> None:
    in_bed = {patient for patient, since, until in stays() if since <= AT < until}
    readings = ward(120, 30, monitors=1_000)
    assert 500 < len(in_bed) < 1_000
    assert {r.patient_id for r in readings if r.at == AT} <= in_bed
    silent_at_most = 0.02 * len(in_bed)
    assert len(in_bed - {r.patient_id for r in readings}) < silent_at_most


def test_a_reading_names_its_moment_and_is_identified_by_it(three_hours: list[Reading]) -> None:
    for reading in three_hours:
        measured_at = datetime.fromisoformat(reading.fields["measured_at"])
        assert measured_at.timestamp() == reading.at
        assert reading.fields["patient_id"] == reading.patient_id
    assert len({r.fields["event_id"] for r in three_hours}) == len(three_hours)


def test_a_device_keeps_its_form_and_there_are_three_forms(three_hours: list[Reading]) -> None:
    forms = defaultdict(set)
    for reading in three_hours:
        forms[reading.fields["device_id"]].add(tuple(reading.fields)[4:])
    assert all(len(form) == 1 for form in forms.values())
    common = ("consciousness", "on_supplemental_oxygen")
    assert set().union(*forms.values()) == {
        ("heart_rate", "systolic_bp", "diastolic_bp", "oxygen_saturation", "respiratory_rate",
         "temperature_f", *common),
        ("heart_rate", "blood_pressure", "oxygen_level", "respiratory_rate",
         "temperature_f", *common),
        ("heart_rate", "systolic_bp", "diastolic_bp", "oxygen_saturation", "respiratory_rate",
         "temperature_c", *common),
    }  # fmt: skip


def test_the_deteriorating_cross_the_limits_of_their_illness(
    three_hours: list[Reading], two_days: list[Reading]
) -> None:
    """In the middle third of an episode; the beginning and the end lie between well and ill."""
    crossed: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for readings in by_patient(three_hours).values():
        runs = [(kind, list(group)) for kind, group in groupby(readings, key=lambda r: r.kind)]
        for kind, run in runs[1:-1]:
            if kind == "STABLE":
                continue
            for reading in run[len(run) // 3 : len(run) * 2 // 3]:
                for name, side in SIGNS[kind].items():
                    value = values(reading)[name]
                    if value is not None:
                        crossed[kind, name].append(crosses(name, value, side))
    assert len(crossed) >= 12
    assert {r.kind for r in two_days} == SIGNS.keys() | {"STABLE"}
    for (kind, name), readings_crossed in crossed.items():
        assert mean(readings_crossed) > 0.85, f"{name} in {kind}"
    together = [is_crossed for found in crossed.values() for is_crossed in found]
    assert mean(together) > 0.97


def test_stable_adults_seldom_cross_a_limit(three_hours: list[Reading]) -> None:
    ages = {e.patient_id: e.fields["age"] for e in islice(patient_flow(WORLD), 15_000)}
    stable = [
        values(r) for r in three_hours if r.kind == "STABLE" and 18 <= ages[str(r.patient_id)] < 65
    ]
    assert len(stable) > 50_000
    for name in LIMITS:
        outside = [crosses(name, r[name], "low") or crosses(name, r[name], "high") for r in stable]
        assert mean(outside) < 0.12, name


def test_a_twentieth_of_the_patients_deteriorates_at_any_time(two_days: list[Reading]) -> None:
    """1.2 episodes of 55 minutes a day: 66 of 1440 + 66 minutes."""
    share = mean(r.kind != "STABLE" for r in two_days)
    assert share == pytest.approx(66 / 1506, abs=0.006)
    at_once = mean(r.kind != "STABLE" for r in two_days if r.at == AT)
    assert at_once == pytest.approx(66 / 1506, abs=0.03)


def test_children_have_a_faster_pulse_and_a_lower_pressure(three_hours: list[Reading]) -> None:
    ages = {e.patient_id: e.fields["age"] for e in islice(patient_flow(WORLD), 15_000)}

    def average(name: str, youngest: int, oldest: int) -> float:
        return mean(
            value
            for r in three_hours[:20_000]
            if youngest <= ages[str(r.patient_id)] <= oldest
            and (value := values(r)[name]) is not None
        )

    assert average("heart_rate", 0, 5) > average("heart_rate", 18, 64) + 20
    assert average("systolic_bp", 0, 5) < average("systolic_bp", 18, 64) - 15
    assert average("respiratory_rate", 0, 5) > average("respiratory_rate", 18, 64) + 5
    assert average("systolic_bp", 80, 110) > average("systolic_bp", 18, 44)


def test_the_pulse_is_slower_and_the_body_cooler_in_the_night(two_days: list[Reading]) -> None:
    stable = [r for r in two_days if r.kind == "STABLE"]

    def average(name: str, hour: int) -> float:
        found = (values(r)[name] for r in stable if r.at % DAY // 3600 == hour)
        return mean(value for value in found if value is not None)

    assert average("heart_rate", 15) - average("heart_rate", 3) == pytest.approx(7, abs=1)
    assert average("temperature_c", 18) - average("temperature_c", 6) == pytest.approx(0.5, abs=0.1)


def test_a_patients_values_wander_slowly(two_days: list[Reading]) -> None:
    """Neighbours in time differ less than the ends of a day."""
    near, far = [], []
    for readings in by_patient([r for r in two_days if r.kind == "STABLE"]).values():
        rates = {r.at: values(r)["heart_rate"] for r in readings}
        for at, rate in rates.items():
            for after, found in ((600, near), (DAY, far)):
                later = rates.get(at + after)
                if rate is not None and later is not None:
                    found.append(abs(later - rate))
    assert mean(near) < 0.75 * mean(far)


def test_sensors_fail_now_and_then(three_hours: list[Reading]) -> None:
    missing = [name for r in three_hours for name, value in values(r).items() if value is None]
    assert set(missing) == LIMITS.keys()
    share = len(missing) / (6 * len(three_hours))
    # A sensor of five is off 4 times a day for 5.5 minutes: 22 of 1462 minutes, a fifth of it.
    assert share == pytest.approx(22 / 1462 / 5, rel=0.4)
    for reading in three_hours:
        found = values(reading)
        assert (found["systolic_bp"] is None) == (found["diastolic_bp"] is None)


def test_some_values_stick_for_minutes(three_hours: list[Reading]) -> None:
    longest = max(
        len(list(group))
        for readings in by_patient(three_hours).values()
        for temperature, group in groupby(readings, key=lambda r: values(r)["systolic_bp"])
        if temperature is not None
    )
    assert longest >= 12


def test_a_pulse_pressure_is_left_and_no_value_is_impossible(two_days: list[Reading]) -> None:
    for reading in two_days:
        found = values(reading)
        if found["systolic_bp"] is not None:
            assert found["systolic_bp"] - found["diastolic_bp"] >= 11  # 12 before rounding
        assert 25 <= (found["heart_rate"] or 80) <= 230
        assert 60 <= (found["oxygen_saturation"] or 97) <= 100
        assert 30 <= (found["temperature_c"] or 37) <= 43


def test_the_unconscious_and_the_breathless_are_the_severely_ill(two_days: list[Reading]) -> None:
    worst = defaultdict(set)
    for reading in two_days:
        worst[reading.fields["consciousness"]].add(reading.kind)
    assert worst["V"] == {"SEPSIS"}
    assert worst["C"] == {"RESPIRATORY_FAILURE", "ARRHYTHMIA"}
    assert worst["P"] == {"OPIOID_OVERDOSE"}
    given = [r.fields["on_supplemental_oxygen"] for r in two_days if r.kind == "SEPSIS"]
    assert mean(given) > 0.5
    stable = [r.fields["on_supplemental_oxygen"] for r in two_days if r.kind == "STABLE"]
    assert mean(stable) < 0.1


def test_the_same_seed_gives_the_same_readings() -> None:
    assert ward(300, 30) == ward(300, 30)
    other = ward_readings(World(seed=7, patients=2_000), Watch(AT, 500, 30))
    assert list(islice(other, 500)) != ward(30, 30)


def test_shifted_readings_are_the_same_patients_at_another_time() -> None:
    shifted = ward_readings(WORLD, Watch(AT, 500, 30, shift=1_000_000))
    for moved, reading in zip(islice(shifted, 200), ward(30, 30), strict=False):
        assert moved.at == reading.at + 1_000_000
        assert moved.patient_id == reading.patient_id


def test_readings_wait_for_the_first_patient_and_end_when_nobody_is_left() -> None:
    lonely = World(seed=1, patients=1)
    readings = list(ward_readings(lonely, Watch(lonely.start, 10, DAY)))
    assert readings[0].at > lonely.start
    assert {r.patient_id for r in readings} == {lonely.population()[0].patient_id}
