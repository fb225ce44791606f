"""NEWS2: every band of the chart at its ends, the risk, and what is missing."""

from carefloe.silver.vitals import SOURCE
from snowflake.snowpark import Session
from support.frame import silver
from support.message import Fields, reading
from support.vital import NOON, outcomes, with_value

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


def test_the_bands_of_news2_end_where_the_chart_says(session: Session) -> None:
    expected = [(vital, *told) for vital, bands in NEWS2_POINTS.items() for told in bands]
    rows = silver(session, SOURCE, *(with_value(vital, value) for vital, value, _ in expected))
    assert [
        (vital, value, row[f"news2_{vital}_points"])
        for (vital, value, _), row in zip(expected, rows, strict=True)
    ] == expected
    assert [row["news2_score"] for row in rows] == [points for _, _, points in expected]


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
