"""Direction and severity of every vital at every limit, just below and just above it."""

from carefloe.silver.vitals import SOURCE
from snowflake.snowpark import Session
from support.frame import silver
from support.message import reading
from support.vital import NOON, outcomes, with_value

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


def test_a_limit_itself_is_not_crossed(session: Session) -> None:
    expected = [(v, *told) for v, limits in DIRECTIONS_AND_SEVERITIES.items() for told in limits]
    rows = silver(session, SOURCE, *(with_value(vital, value) for vital, value, _, _ in expected))
    assert [
        (vital, value, row[f"{vital}_direction"], row[f"{vital}_severity"])
        for (vital, value, _, _), row in zip(expected, rows, strict=True)
    ] == expected
    assert [row["severity"] for row in rows] == [severity for _, _, _, severity in expected]


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
