"""Readings: typed, in the forms that other systems send, and what cannot be."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any

from carefloe.silver.vitals import SOURCE
from snowflake.snowpark import Session
from support.frame import silver
from support.message import Fields, reading
from support.vital import NOON, outcomes

VITALS = (
    "heart_rate",
    "systolic_bp",
    "diastolic_bp",
    "oxygen_saturation",
    "respiratory_rate",
    "temperature",
)


def test_a_clean_reading_is_typed_field_by_field(local: Session) -> None:
    payload = reading("E1", "2026-01-05T14:00:00.5+02:00", patient_id=" P1 ", firmware="7")
    [row] = silver(local, SOURCE, payload)
    assert {name: value for name, value in row.items() if not name.endswith("_points")} == {
        "payload_hash": hashlib.sha256(json.dumps(payload).encode()).hexdigest(),
        "event_id": "E1",
        "event_date": dt.date(2026, 1, 5),
        "event_timestamp": dt.datetime(2026, 1, 5, 12, 0, 0, 500_000),
        "patient_id": "P1",
        "device_id": "M1",
        "heart_rate": 80,
        "systolic_bp": 120,
        "diastolic_bp": 80,
        "blood_pressure": None,
        "oxygen_saturation": 98,
        "oxygen_level": None,
        "respiratory_rate": 16,
        "temperature_c": 37,
        "temperature_f": Decimal("98.6"),
        "has_guessed_unit": False,
        "consciousness": "A",
        "on_supplemental_oxygen": False,
        **{f"{vital}_direction": "IN_RANGE" for vital in VITALS},
        **{f"{vital}_severity": "NORMAL" for vital in VITALS},
        "consciousness_severity": "NORMAL",
        "severity": "NORMAL",
        "news2_score": 0,
        "news2_has_red": False,
        "news2_is_partial": False,
        "news2_risk": "Low",
        "dq_flags": "CLEAN",
        "extra": {"firmware": "7"},
    }


def test_what_no_body_has_is_nulled_and_flagged(session: Session) -> None:
    limits: list[tuple[str, float, float, float, float]] = [
        ("heart_rate", 0, 350, -0.1, 350.1),
        ("systolic_bp", 0, 375, -0.1, 375.1),
        ("diastolic_bp", 0, 375, -0.1, 375.1),
        ("oxygen_saturation", 0, 100, -0.1, 100.1),
        ("respiratory_rate", 0, 300, -0.1, 300.1),
        ("temperature", 26, 45, 25.99, 45.01),
    ]
    given, expected = [], []
    for vital, *values in limits:
        name = "temperature_c" if vital == "temperature" else vital
        for place, value in enumerate([*values, 10**12]):
            given.append({"event_id": "E", "patient_id": "P", "measured_at": NOON, name: value})
            is_possible = place < 2
            flag = "CLEAN" if is_possible else f"IMPOSSIBLE_{vital.upper()}"
            expected.append((vital, value if is_possible else None, is_possible, flag))
    rows = silver(session, SOURCE, *given)
    assert [
        (
            vital,
            row["temperature_c" if vital == "temperature" else vital],
            row[f"{vital}_severity"] is not None,
            row["dq_flags"],
        )
        for (vital, _, _, _), row in zip(expected, rows, strict=True)
    ] == expected


def test_a_systolic_pressure_below_the_diastolic_takes_both(local: Session) -> None:
    def pressures(systolic: float | None, diastolic: float | None) -> Fields:
        return reading("E", NOON, systolic_bp=systolic, diastolic_bp=diastolic)

    columns = ("systolic_bp", "diastolic_bp", "dq_flags")
    assert outcomes(
        local,
        columns,
        pressures(80, 80),
        pressures(79.9, 80),
        pressures(None, 80),
        pressures(-1, 80),
        pressures(80, 376),
        pressures(-2, -1),
    ) == [
        (80, 80, "CLEAN"),
        (None, None, "SYSTOLIC_BELOW_DIASTOLIC"),
        (None, 80, "CLEAN"),
        (None, 80, "IMPOSSIBLE_SYSTOLIC_BP"),
        (80, None, "IMPOSSIBLE_DIASTOLIC_BP"),
        (None, None, "IMPOSSIBLE_SYSTOLIC_BP|IMPOSSIBLE_DIASTOLIC_BP"),
    ]


def test_a_pressure_may_come_as_one_text(session: Session) -> None:
    def told(pressure: Any, **fields: Any) -> Fields:
        return {"event_id": "E", "blood_pressure": pressure, **fields}

    assert outcomes(
        session,
        ("systolic_bp", "diastolic_bp"),
        told("120/80"),
        told(" 121 / 79.5 "),
        told("120"),
        told("120/80/60"),
        told("120/"),
        told("/80"),
        told("high"),
        told(""),
        told(None),
        told(120),
        told("120/80", systolic_bp=110),
        told("120/80", diastolic_bp=70),
        told("120/80", systolic_bp="?", diastolic_bp=70),
    ) == [
        (120, 80),
        (121, Decimal("79.5")),
        (None, None),
        (None, None),
        (120, None),
        (None, 80),
        *[(None, None)] * 4,
        (110, 80),
        (120, 70),
        (120, 70),
    ]


def test_a_saturation_may_be_called_oxygen_level(local: Session) -> None:
    assert outcomes(
        local,
        ("oxygen_saturation",),
        {"oxygen_level": "91.5"},
        {"oxygen_level": 91, "oxygen_saturation": 97},
        {"oxygen_level": 91, "oxygen_saturation": "lost"},
    ) == [(Decimal("91.5"),), (97,), (91,)]


def test_a_temperature_may_come_in_either_unit(session: Session) -> None:
    assert outcomes(
        session,
        ("temperature_c", "dq_flags"),
        *(
            {"event_id": "E", "patient_id": "P", "measured_at": NOON, **temperature}
            for temperature in (
                {"temperature_f": 98.6},
                {"temperature_f": "100.4"},
                {"temperature_f": 99.005},
                {"temperature_f": 95.009},
                {"temperature_c": 36.6},
                {"temperature_c": 36.6, "temperature_f": 104, "temperature": 39},
                {"temperature_f": 104, "temperature": 39},
                {"temperature_f": 37},
                {"temperature": 49.9},
                {"temperature": 50},
                {"temperature": "37.0"},
                {"temperature": 98.6},
                {"temperature": "98.6 F"},
                {"temperature": "98.6°f"},
                {"temperature": "37 °C"},
                {"temperature": "104 C"},
                {"temperature": "warm"},
                {"temperature": "F"},
                {"temperature": None},
            )
        ),
    ) == [
        (37, "CLEAN"),
        (38, "CLEAN"),
        (Decimal("37.23"), "CLEAN"),  # 37.225
        (Decimal("35.01"), "CLEAN"),  # 35.005
        (Decimal("36.6"), "CLEAN"),
        (Decimal("36.6"), "CLEAN"),
        (40, "CLEAN"),
        (None, "IMPOSSIBLE_TEMPERATURE"),
        (None, "IMPOSSIBLE_TEMPERATURE|GUESSED_TEMPERATURE_UNIT"),
        (None, "IMPOSSIBLE_TEMPERATURE|GUESSED_TEMPERATURE_UNIT"),
        (37, "GUESSED_TEMPERATURE_UNIT"),
        (37, "GUESSED_TEMPERATURE_UNIT"),
        (37, "CLEAN"),
        (37, "CLEAN"),
        (37, "CLEAN"),
        (None, "IMPOSSIBLE_TEMPERATURE"),
        (None, "CLEAN"),
        (None, "CLEAN"),
        (None, "CLEAN"),
    ]


def test_oxygen_is_given_or_not_or_not_told(local: Session) -> None:
    told: list[Any] = [True, "TRUE", " yes ", 1, "1", False, "no", 0, "2 l/min", "", None, {}]
    given = ({"event_id": "E", "on_supplemental_oxygen": value} for value in told)
    assert outcomes(local, ("on_supplemental_oxygen",), *given) == [
        *[(True,)] * 5,
        *[(False,)] * 3,
        *[(None,)] * 4,
    ]


def test_what_is_missing_is_flagged_and_an_event_without_id_is_its_payload(local: Session) -> None:
    [row] = silver(local, SOURCE, "{}")
    assert (row["event_id"], row["event_date"], row["dq_flags"], row["severity"]) == (
        hashlib.sha256(b"{}").hexdigest(),
        dt.date(1900, 1, 1),
        "MISSING_PATIENT_ID|MISSING_EVENT_TIMESTAMP|MISSING_EVENT_ID",
        None,
    )


def test_flags_stand_in_the_order_of_the_rules(local: Session) -> None:
    wrong = {
        "heart_rate": -1,
        "oxygen_saturation": 101,
        "respiratory_rate": 999,
        "temperature": 70,
        "blood_pressure": "80/120",
        "consciousness": "?",
    }
    [row] = silver(local, SOURCE, wrong)
    assert row["dq_flags"].split("|") == [
        "IMPOSSIBLE_HEART_RATE",
        "IMPOSSIBLE_OXYGEN_SATURATION",
        "IMPOSSIBLE_RESPIRATORY_RATE",
        "IMPOSSIBLE_TEMPERATURE",
        "SYSTOLIC_BELOW_DIASTOLIC",
        "GUESSED_TEMPERATURE_UNIT",
        "INVALID_CONSCIOUSNESS",
        "MISSING_PATIENT_ID",
        "MISSING_EVENT_TIMESTAMP",
        "MISSING_EVENT_ID",
    ]
