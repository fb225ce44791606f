"""The oracle of the vital signs, against the charts and the issue's limits written out by hand."""

from decimal import Decimal
from typing import Any

import pytest
from support.message import reading
from support.oracle.event import winners
from support.oracle.news2 import news2
from support.oracle.reading import (
    alert_episodes,
    fact_alert,
    latest_vitals,
    notified,
    vitals_hourly,
)
from support.oracle.row import Row
from support.oracle.silver import silver_events
from support.oracle.vitals import breach
from support.raw import VITALS, at, events

WELL = {
    "respiratory_rate": Decimal(16),
    "oxygen_saturation": Decimal(98),
    "systolic_bp": Decimal(120),
    "heart_rate": Decimal(70),
    "temperature_c": Decimal("37.0"),
    "consciousness": "A",
    "on_supplemental_oxygen": False,
}


@pytest.mark.parametrize(
    ("vital", "points"),
    [
        ("respiratory_rate", {8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3}),
        ("oxygen_saturation", {91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0, 100: 0}),
        (
            "systolic_bp",
            {90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3, "90.4": 3, "90.5": 2},
        ),
        (
            "heart_rate",
            {40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3},
        ),
        (
            "temperature_c",
            {"35.0": 3, "35.1": 1, "36.0": 1, "36.1": 0, "38.0": 0, "38.1": 1}
            | {"39.0": 1, "39.1": 2, "35.04": 3, "35.05": 1, "39.05": 2},
        ),
    ],
)
def test_news2_scores_the_bands_of_the_chart(vital: str, points: dict[Any, int]) -> None:
    scored = {given: news2(WELL | {vital: Decimal(given)})["news2_score"] for given in points}
    assert scored == points


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, (0, "Low", False)),
        ({"on_supplemental_oxygen": True}, (2, "Low", False)),
        ({"consciousness": "V"}, (3, "Low-Medium", False)),
        ({"consciousness": "C", "heart_rate": Decimal(91)}, (4, "Low-Medium", False)),
        ({"on_supplemental_oxygen": True, "heart_rate": Decimal(111)}, (4, "Low", False)),
        ({"heart_rate": Decimal(131), "oxygen_saturation": Decimal(93)}, (5, "Medium", False)),
        ({"heart_rate": Decimal(131), "respiratory_rate": Decimal(8)}, (6, "Medium", False)),
        (
            {"heart_rate": Decimal(131), "systolic_bp": Decimal(90), "temperature_c": Decimal(36)},
            (7, "High", False),
        ),
        ({"consciousness": None}, (0, "Low", True)),
        ({"on_supplemental_oxygen": None}, (0, "Low", True)),
        (
            dict.fromkeys(WELL) | {"on_supplemental_oxygen": True},
            (None, None, True),
        ),
    ],
)
def test_news2_sums_and_names_the_risk(changed: Row, expected: tuple[Any, ...]) -> None:
    assert tuple(news2(WELL | changed).values()) == expected


@pytest.mark.parametrize(
    ("vital", "expected"),
    [
        (
            "heart_rate",
            {"39.9": "LOW CRITICAL", "40": "LOW HIGH", "49.9": "LOW HIGH", "50": "LOW MODERATE"}
            | {"59.9": "LOW MODERATE", "60": "IN_RANGE NORMAL", "100": "IN_RANGE NORMAL"}
            | {"100.1": "HIGH HIGH", "120": "HIGH HIGH", "120.1": "HIGH CRITICAL"},
        ),
        (
            "oxygen_saturation",
            {"89.9": "LOW CRITICAL", "90": "LOW HIGH", "91.9": "LOW HIGH", "92": "LOW MODERATE"}
            | {"94.9": "LOW MODERATE", "95": "IN_RANGE NORMAL", "100": "IN_RANGE NORMAL"},
        ),
        (
            "systolic_bp",
            {"89.9": "LOW CRITICAL", "90": "LOW HIGH", "99.9": "LOW HIGH"}
            | {"100": "IN_RANGE NORMAL", "140": "IN_RANGE NORMAL", "140.1": "HIGH HIGH"}
            | {"160": "HIGH HIGH", "160.1": "HIGH CRITICAL"},
        ),
        (
            "diastolic_bp",
            {"0": "IN_RANGE NORMAL", "90": "IN_RANGE NORMAL", "90.1": "HIGH HIGH"}
            | {"110": "HIGH HIGH", "110.1": "HIGH CRITICAL"},
        ),
        (
            "temperature_c",
            {"34.99": "LOW CRITICAL", "35.00": "IN_RANGE NORMAL", "38.00": "IN_RANGE NORMAL"}
            | {"38.01": "HIGH HIGH", "39.50": "HIGH HIGH", "39.51": "HIGH CRITICAL"},
        ),
        (
            "respiratory_rate",
            {"8.9": "LOW CRITICAL", "9": "IN_RANGE NORMAL", "20": "IN_RANGE NORMAL"}
            | {"20.1": "HIGH HIGH", "24": "HIGH HIGH", "24.1": "HIGH CRITICAL"},
        ),
    ],
)
def test_severities_change_at_the_limits_of_the_issue(vital: str, expected: dict[str, str]) -> None:
    assert {v: " ".join(map(str, breach(vital, Decimal(v)))) for v in expected} == expected


def silver(**changed: Any) -> Row:
    (row,) = silver_events(events(VITALS, reading("r", "2026-01-05T08:30:00Z", **changed)))
    return row


@pytest.mark.parametrize(
    ("given", "celsius", "flags"),
    [
        ({"temperature_f": 101.3}, "38.5", "CLEAN"),
        ({"temperature_f": "98.6"}, "37", "CLEAN"),
        ({"temperature_f": 212}, None, "IMPOSSIBLE_TEMPERATURE"),
        ({"temperature_f": 101.3, "temperature_c": 37.25}, "37.25", "CLEAN"),
        ({"temperature_f": "?", "temperature": "101.3 F"}, "38.5", "CLEAN"),
        ({"temperature_f": None, "temperature": "38.5\u00b0C"}, "38.5", "CLEAN"),
        ({"temperature_f": None, "temperature": 101.3}, "38.5", "GUESSED_TEMPERATURE_UNIT"),
        ({"temperature_f": None, "temperature": "38.5"}, "38.5", "GUESSED_TEMPERATURE_UNIT"),
        ({"temperature_f": None, "temperature": "warm"}, None, "CLEAN"),
    ],
)
def test_a_temperature_is_read_in_celsius(given: Row, celsius: str | None, flags: str) -> None:
    row = silver(**given)
    assert row["temperature_c"] == (None if celsius is None else Decimal(celsius))
    assert row["dq_flags"] == flags


@pytest.mark.parametrize(
    ("given", "pressures", "flags"),
    [
        ({"blood_pressure": "130/85"}, (120, 80), "CLEAN"),
        ({"systolic_bp": None, "blood_pressure": " 130 / 85 "}, (130, 80), "CLEAN"),
        (
            {"systolic_bp": None, "diastolic_bp": "x", "blood_pressure": "130/"},
            (130, None),
            "CLEAN",
        ),
        ({"systolic_bp": None, "blood_pressure": "130-85"}, (None, 80), "CLEAN"),
        ({"systolic_bp": 376}, (None, 80), "IMPOSSIBLE_SYSTOLIC_BP"),
        ({"systolic_bp": 70}, (None, None), "SYSTOLIC_BELOW_DIASTOLIC"),
        ({"systolic_bp": 80}, (80, 80), "CLEAN"),
    ],
)
def test_blood_pressure_comes_in_two_forms(given: Row, pressures: Any, flags: str) -> None:
    row = silver(**given)
    assert (row["systolic_bp"], row["diastolic_bp"]) == pressures
    assert row["dq_flags"] == flags


def test_a_nulled_value_has_neither_severity_nor_points() -> None:
    row = silver(heart_rate=351, consciousness="asleep")
    names = ("heart_rate", "heart_rate_direction", "heart_rate_severity", "consciousness_severity")
    assert [row[name] for name in names] == [None] * 4
    assert (row["severity"], row["news2_score"], row["news2_is_partial"]) == ("NORMAL", 0, True)
    assert row["dq_flags"] == "IMPOSSIBLE_HEART_RATE|INVALID_CONSCIOUSNESS"


RACING = [
    reading("r1", "2026-01-05T08:16:00Z", heart_rate=110),
    reading("r2", "2026-01-05T08:29:59Z", heart_rate=125),
    reading("r3", "2026-01-05T08:30:00Z", heart_rate=101),
    reading("r4", "2026-01-05T09:00:00Z", heart_rate=130, consciousness="V"),
    reading("r4", "2026-01-05T09:00:01Z", heart_rate=55, consciousness="P"),
]


def test_breaches_of_a_quarter_of_an_hour_are_one_alert_and_adjacent_ones_an_episode() -> None:
    rows = silver_events(events(VITALS, *RACING))
    alerts = fact_alert(winners(rows))
    columns = ("alert_type", "window_start", "severity", "breach_count", "worst_value")
    assert sorted((tuple(row[c] for c in columns) for row in alerts), key=str) == [
        ("CONSCIOUSNESS", at("2026-01-05 09:00"), "CRITICAL", 1, None),
        ("HEART_RATE_HIGH", at("2026-01-05 08:15"), "CRITICAL", 2, 125),
        ("HEART_RATE_HIGH", at("2026-01-05 08:30"), "HIGH", 1, 101),
        ("HEART_RATE_LOW", at("2026-01-05 09:00"), "MODERATE", 1, 55),
    ]
    columns = ("alert_type", "started_at", "ended_at", "window_count", "severity")
    assert sorted((tuple(row[c] for c in columns) for row in alert_episodes(alerts)), key=str) == [
        ("CONSCIOUSNESS", at("2026-01-05 09:00:01"), at("2026-01-05 09:00:01"), 1, "CRITICAL"),
        ("HEART_RATE_HIGH", at("2026-01-05 08:16"), at("2026-01-05 08:30"), 2, "CRITICAL"),
        ("HEART_RATE_LOW", at("2026-01-05 09:00:01"), at("2026-01-05 09:00:01"), 1, "MODERATE"),
    ]


def test_a_correction_takes_back_an_alert_but_not_what_was_told() -> None:
    rows = silver_events(events(VITALS, *RACING))
    nine = at("2026-01-05 09:00")
    assert {one for one in notified(rows) if one[2] == nine} == {
        ("P1", "HEART_RATE_HIGH", nine, "CRITICAL"),
        ("P1", "CONSCIOUSNESS", nine, "CRITICAL"),
    }
    eight = {one[1:] for one in notified(rows) if one[2] < nine}
    assert eight == {
        ("HEART_RATE_HIGH", at("2026-01-05 08:15"), "HIGH"),
        ("HEART_RATE_HIGH", at("2026-01-05 08:15"), "CRITICAL"),
        ("HEART_RATE_HIGH", at("2026-01-05 08:30"), "HIGH"),
    }


def test_the_hour_holds_sums_and_the_latest_row_the_newest_reading() -> None:
    winning = winners(silver_events(events(VITALS, *RACING)))
    first, second = sorted(vitals_hourly(winning), key=lambda row: row["hour_start"])
    names = ("reading_count", "heart_rate_sum", "heart_rate_sum_of_squares", "heart_rate_max")
    assert [first[name] for name in names] == [3, 336, 110**2 + 125**2 + 101**2, 125]
    names = ("reading_count", "heart_rate_min", "not_alert_count", "critical_count", "news2_max")
    assert [second[name] for name in names] == [1, 55, 1, 1, 3]
    (latest,) = latest_vitals(winning)
    assert (latest["event_id"], latest["measured_at"]) == ("r4", at("2026-01-05 09:00:01"))
