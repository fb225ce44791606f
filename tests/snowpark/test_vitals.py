"""Vital signs: both tables at every limit, what other systems send, and what cannot be."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any

from carefloe.silver.vitals import SOURCE
from snowflake.snowpark import Session
from support.frame import silver
from support.message import Fields, reading

NOON = "2026-01-05T12:00:00Z"

DIRECTIONS_AND_SEVERITIES: dict[str, list[tuple[float | str, str, str]]] = {
    "heart_rate": [
        (39.9, "LOW", "CRITICAL"),
        (40, "LOW", "HIGH"),
        (40.1, "LOW", "HIGH"),
        (49.9, "LOW", "HIGH"),
        (50, "LOW", "MODERATE"),
        (50.1, "LOW", "MODERATE"),
        (59.9, "LOW", "MODERATE"),
        (60, "IN_RANGE", "NORMAL"),
        (60.1, "IN_RANGE", "NORMAL"),
        (99.9, "IN_RANGE", "NORMAL"),
        (100, "IN_RANGE", "NORMAL"),
        (100.1, "HIGH", "HIGH"),
        (119.9, "HIGH", "HIGH"),
        (120, "HIGH", "HIGH"),
        (120.1, "HIGH", "CRITICAL"),
    ],
    "oxygen_saturation": [
        (89.9, "LOW", "CRITICAL"),
        (90, "LOW", "HIGH"),
        (90.1, "LOW", "HIGH"),
        (91.9, "LOW", "HIGH"),
        (92, "LOW", "MODERATE"),
        (92.1, "LOW", "MODERATE"),
        (94.9, "LOW", "MODERATE"),
        (95, "IN_RANGE", "NORMAL"),
        (95.1, "IN_RANGE", "NORMAL"),
        (100, "IN_RANGE", "NORMAL"),
    ],
    "systolic_bp": [
        (89.9, "LOW", "CRITICAL"),
        (90, "LOW", "HIGH"),
        (90.1, "LOW", "HIGH"),
        (99.9, "LOW", "HIGH"),
        (100, "IN_RANGE", "NORMAL"),
        (100.1, "IN_RANGE", "NORMAL"),
        (139.9, "IN_RANGE", "NORMAL"),
        (140, "IN_RANGE", "NORMAL"),
        (140.1, "HIGH", "HIGH"),
        (159.9, "HIGH", "HIGH"),
        (160, "HIGH", "HIGH"),
        (160.1, "HIGH", "CRITICAL"),
    ],
    "diastolic_bp": [
        (20, "IN_RANGE", "NORMAL"),
        (89.9, "IN_RANGE", "NORMAL"),
        (90, "IN_RANGE", "NORMAL"),
        (90.1, "HIGH", "HIGH"),
        (109.9, "HIGH", "HIGH"),
        (110, "HIGH", "HIGH"),
        (110.1, "HIGH", "CRITICAL"),
    ],
    "temperature": [
        (34.99, "LOW", "CRITICAL"),
        (35, "IN_RANGE", "NORMAL"),
        (35.01, "IN_RANGE", "NORMAL"),
        (37.99, "IN_RANGE", "NORMAL"),
        (38, "IN_RANGE", "NORMAL"),
        (38.01, "HIGH", "HIGH"),
        (39.49, "HIGH", "HIGH"),
        (39.5, "HIGH", "HIGH"),
        (39.51, "HIGH", "CRITICAL"),
    ],
    "respiratory_rate": [
        (8.9, "LOW", "CRITICAL"),
        (9, "IN_RANGE", "NORMAL"),
        (9.1, "IN_RANGE", "NORMAL"),
        (19.9, "IN_RANGE", "NORMAL"),
        (20, "IN_RANGE", "NORMAL"),
        (20.1, "HIGH", "HIGH"),
        (23.9, "HIGH", "HIGH"),
        (24, "HIGH", "HIGH"),
        (24.1, "HIGH", "CRITICAL"),
    ],
}
"""Written out from the project's brief: vital -> value, direction, severity."""

NEWS2_POINTS: dict[str, list[tuple[float, int]]] = {
    "respiratory_rate": [
        (8, 3),
        (8.4, 3),
        (8.5, 1),
        (9, 1),
        (11, 1),
        (11.4, 1),
        (11.5, 0),
        (12, 0),
        (20, 0),
        (20.4, 0),
        (20.5, 2),
        (21, 2),
        (24, 2),
        (24.4, 2),
        (24.5, 3),
        (25, 3),
    ],
    "oxygen_saturation": [
        (91, 3),
        (91.4, 3),
        (91.5, 2),
        (92, 2),
        (93, 2),
        (93.4, 2),
        (93.5, 1),
        (94, 1),
        (95, 1),
        (95.4, 1),
        (95.5, 0),
        (96, 0),
    ],
    "systolic_bp": [
        (90, 3),
        (90.4, 3),
        (90.5, 2),
        (91, 2),
        (100, 2),
        (100.4, 2),
        (100.5, 1),
        (101, 1),
        (110, 1),
        (110.4, 1),
        (110.5, 0),
        (111, 0),
        (219, 0),
        (219.4, 0),
        (219.5, 3),
        (220, 3),
    ],
    "heart_rate": [
        (40, 3),
        (40.4, 3),
        (40.5, 1),
        (41, 1),
        (50, 1),
        (50.4, 1),
        (50.5, 0),
        (51, 0),
        (90, 0),
        (90.4, 0),
        (90.5, 1),
        (91, 1),
        (110, 1),
        (110.4, 1),
        (110.5, 2),
        (111, 2),
        (130, 2),
        (130.4, 2),
        (130.5, 3),
        (131, 3),
    ],
    "temperature": [
        (35, 3),
        (35.04, 3),
        (35.05, 1),
        (35.1, 1),
        (36, 1),
        (36.04, 1),
        (36.05, 0),
        (36.1, 0),
        (38, 0),
        (38.04, 0),
        (38.05, 1),
        (38.1, 1),
        (39, 1),
        (39.04, 1),
        (39.05, 2),
        (39.1, 2),
    ],
}
"""Written out from the chart of the Royal College of Physicians (2017), SpO2 scale 1."""


def with_value(vital: str, value: Any) -> Fields:
    """A reading of a patient who is well but for this value."""
    if vital == "temperature":
        return reading("E", NOON, temperature_f=None, temperature_c=value)
    if vital == "systolic_bp":
        return reading("E", NOON, systolic_bp=value, diastolic_bp=20)
    return reading("E", NOON, **{vital: value})


def outcomes(session: Session, columns: tuple[str, ...], *payloads: Any) -> list[tuple[Any, ...]]:
    """These columns per payload."""
    return [tuple(row[c] for c in columns) for row in silver(session, SOURCE, *payloads)]


def flagged(session: Session, column: str, *payloads: Any) -> list[tuple[Any, ...]]:
    """Value of a column and flags, per payload."""
    return outcomes(session, (column, "dq_flags"), *payloads)


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
        **{f"{vital}_direction": "IN_RANGE" for vital in DIRECTIONS_AND_SEVERITIES},
        **{f"{vital}_severity": "NORMAL" for vital in DIRECTIONS_AND_SEVERITIES},
        "consciousness_severity": "NORMAL",
        "severity": "NORMAL",
        "news2_score": 0,
        "news2_has_red": False,
        "news2_is_partial": False,
        "news2_risk": "Low",
        "dq_flags": "CLEAN",
        "extra": {"firmware": "7"},
    }


def test_a_limit_itself_is_not_crossed(session: Session) -> None:
    expected = [(v, *told) for v, limits in DIRECTIONS_AND_SEVERITIES.items() for told in limits]
    rows = silver(session, SOURCE, *(with_value(vital, value) for vital, value, _, _ in expected))
    assert [
        (vital, value, row[f"{vital}_direction"], row[f"{vital}_severity"])
        for (vital, value, _, _), row in zip(expected, rows, strict=True)
    ] == expected
    assert [row["severity"] for row in rows] == [severity for _, _, _, severity in expected]


def test_the_bands_of_news2_end_where_the_chart_says(session: Session) -> None:
    expected = [(vital, *told) for vital, bands in NEWS2_POINTS.items() for told in bands]
    rows = silver(session, SOURCE, *(with_value(vital, value) for vital, value, _ in expected))
    assert [
        (vital, value, row[f"news2_{vital}_points"])
        for (vital, value, _), row in zip(expected, rows, strict=True)
    ] == expected
    assert [row["news2_score"] for row in rows] == [points for _, _, points in expected]


def test_any_consciousness_but_alert_is_critical_and_three_points(session: Session) -> None:
    columns = ("consciousness", "consciousness_severity", "severity", "news2_score", "dq_flags")
    words = ["A", " a ", "C", "V", "P", "u", "drowsy", "", None]
    well = (None, None, "NORMAL", 0)
    assert outcomes(session, columns, *(reading("E", NOON, consciousness=w) for w in words)) == [
        ("A", "NORMAL", "NORMAL", 0, "CLEAN"),
        ("A", "NORMAL", "NORMAL", 0, "CLEAN"),
        ("C", "CRITICAL", "CRITICAL", 3, "CLEAN"),
        ("V", "CRITICAL", "CRITICAL", 3, "CLEAN"),
        ("P", "CRITICAL", "CRITICAL", 3, "CLEAN"),
        ("U", "CRITICAL", "CRITICAL", 3, "CLEAN"),
        (*well, "INVALID_CONSCIOUSNESS"),
        (*well, "CLEAN"),
        (*well, "CLEAN"),
    ]


def test_the_worst_vital_decides_the_severity_low_values_included(local: Session) -> None:
    assert outcomes(
        local,
        ("severity",),
        reading("E", NOON, heart_rate=55),
        reading("E", NOON, heart_rate=55, systolic_bp=150),
        reading("E", NOON, heart_rate=39, systolic_bp=150),
        {"event_id": "E", "measured_at": NOON, "oxygen_saturation": 94},
        {"event_id": "E", "measured_at": NOON},
    ) == [("MODERATE",), ("HIGH",), ("CRITICAL",), ("MODERATE",), (None,)]


def test_the_risk_of_news2_follows_the_score_and_a_single_three(session: Session) -> None:
    risks: list[tuple[Fields, int | None, str | None]] = [
        (reading("four in ones and twos", NOON, heart_rate=115, respiratory_rate=22), 4, "Low"),
        (reading("a single three", NOON, heart_rate=131), 3, "Low-Medium"),
        (reading("three and one", NOON, heart_rate=131, oxygen_saturation=95), 4, "Low-Medium"),
        (reading("three and two", NOON, heart_rate=131, oxygen_saturation=93), 5, "Medium"),
        (reading("three and three", NOON, heart_rate=131, consciousness="C"), 6, "Medium"),
        (
            reading("and one", NOON, heart_rate=131, consciousness="C", oxygen_saturation=95),
            7,
            "High",
        ),
        (reading("oxygen is two and no three", NOON, on_supplemental_oxygen=True), 2, "Low"),
        (
            reading(
                "all of it",
                NOON,
                heart_rate=131,
                consciousness="U",
                oxygen_saturation=80,
                respiratory_rate=30,
                systolic_bp=85,
                temperature_f=90.0,
                on_supplemental_oxygen=True,
            ),
            20,
            "High",
        ),
    ]
    assert outcomes(session, ("news2_score", "news2_risk"), *(given for given, _, _ in risks)) == [
        (score, risk) for _, score, risk in risks
    ]


def test_a_missing_parameter_makes_news2_partial_and_none_at_all_null(session: Session) -> None:
    parameters = (
        "respiratory_rate",
        "oxygen_saturation",
        "systolic_bp",
        "heart_rate",
        "consciousness",
        "temperature_f",
        "on_supplemental_oxygen",
    )
    columns = ("news2_score", "news2_risk", "news2_is_partial")
    without_one = [reading("E", NOON, **{name: None}) for name in parameters]
    assert outcomes(
        session,
        columns,
        *without_one,
        reading("E", NOON, diastolic_bp=None),
        {"event_id": "E", "heart_rate": 131},
        {"event_id": "E", "diastolic_bp": 80, "on_supplemental_oxygen": True},
        {"event_id": "E"},
    ) == [
        *[(0, "Low", True)] * 7,
        (0, "Low", False),
        (3, "Low-Medium", True),
        (None, None, True),
        (None, None, True),
    ]


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
    assert flagged(
        session,
        "temperature_c",
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
