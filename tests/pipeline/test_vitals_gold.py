"""Gold of the vital signs, step by step, with tables worked out by hand."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from support.account import Project
from support.message import Fields, reading
from support.procedure import GOLD, SILVER
from support.raw import VITALS, event

ALL = {procedure.name.split("load_")[1]: procedure for procedure in (*SILVER, *GOLD)}


def told(event_id: str, time: str, patient_id: str | None = "P1", **values: Any) -> Fields:
    """A reading of 5 January."""
    given = reading(event_id, f"2026-01-05T{time}Z", "", **values)
    return given | {"patient_id": patient_id}


def at(time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-01-05T{time}")


class Ward:
    """Deliveries, each silver first and then one gold table."""

    def __init__(self, project: Project, table: str) -> None:
        self._project = project
        self._table = table
        self._offset = 0

    def hears(self, *readings: Fields) -> str | None:
        """The gold procedure's report after this delivery."""
        raw = [event(VITALS, fields, self._offset + n) for n, fields in enumerate(readings)]
        self._offset += len(raw)
        self._project.land_events(raw)
        self._project.run(ALL["vitals"])
        return self._project.run(ALL[self._table])

    def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        """These columns of the gold table, in order."""
        rows = self._project.rows(f"gold.{self._table}")
        return sorted((tuple(row[c] for c in columns) for row in rows), key=str)


def test_the_fact_keeps_the_newest_version_of_each_reading(project: Project) -> None:
    ward = Ward(project, "fact_vitals")
    assert ward.hears(told("a", "12:00:00"), told("b", "12:00:01", None)) == (
        "inserted 2, updated 0"
    )
    assert ward.hears(told("a", "12:00:00"), told("c", "", heart_rate=61)) == (
        "inserted 1, updated 0"
    )
    later, earlier = told("a", "12:00:02", "P2", heart_rate=70), told("a", "11:00:00", "P3")
    assert ward.hears(later, earlier) == "inserted 0, updated 1"
    assert ward.hears(told("a", "11:59:59", "P4")) == "inserted 0, updated 0"
    assert ward.hears(told("c", "12:00:03", heart_rate=62)) == "inserted 0, updated 1"
    assert ward.rows(
        "event_id", "patient_id", "measured_at", "measured_date_key", "heart_rate"
    ) == [
        ("a", "P2", at("12:00:02"), 20260105, 70),
        ("b", None, at("12:00:01"), 20260105, 80),
        ("c", "P1", at("12:00:03"), 20260105, 62),
    ]


HOUR = ("patient_id", "hour_start", "reading_count", "first_measured_at", "last_measured_at")
HEART = tuple(f"heart_rate_{what}" for what in ("count", "sum", "sum_of_squares", "min", "max"))


def test_an_hour_adds_up_what_is_told_of_it_in_any_order(project: Project) -> None:
    ward = Ward(project, "vitals_hourly")
    ward.hears(told("b", "12:30:00", heart_rate=70.5), told("x", "12:00:00", None), told("y", ""))
    ward.hears(told("c", "12:59:59.999999", heart_rate=None), told("a", "12:00:00", heart_rate=60))
    ward.hears(told("d", "13:00:00", heart_rate=90), told("a", "12:00:00", heart_rate=60))
    assert ward.rows(*HOUR, *HEART) == [
        (
            *("P1", at("12:00:00"), 3, at("12:00:00"), at("12:59:59.999999")),
            *(2, Decimal("130.5"), Decimal("8570.25"), 60, Decimal("70.5")),
        ),
        (
            *("P1", at("13:00:00"), 1, at("13:00:00"), at("13:00:00")),
            *(1, 90, 8100, 90, 90),
        ),
    ]


def test_an_hour_that_loses_a_reading_is_added_up_anew(project: Project) -> None:
    ward = Ward(project, "vitals_hourly")
    ward.hears(told("a", "12:00:00", heart_rate=60), told("b", "12:10:00", heart_rate=100))
    ward.hears(told("c", "14:00:00", heart_rate=75))
    # a and its hour's least value move to another hour, c and its hour to another patient.
    report = ward.hears(
        told("a", "13:00:00", heart_rate=61),
        told("c", "14:00:01", "P2", heart_rate=75),
        told("d", "12:20:00", heart_rate=90),
    )
    assert report == "inserted 2, updated 1, deleted 1"
    assert ward.rows("patient_id", "hour_start", "reading_count", *HEART) == [
        ("P1", at("12:00:00"), 2, 2, 190, 18100, 90, 100),
        ("P1", at("13:00:00"), 1, 1, 61, 3721, 61, 61),
        ("P2", at("14:00:00"), 1, 1, 75, 5625, 75, 75),
    ]


def test_an_hour_counts_severities_and_scores(project: Project) -> None:
    ward = Ward(project, "vitals_hourly")
    ward.hears(
        told("well", "12:00:00"),
        told("slow", "12:00:01", heart_rate=55),
        told("fast", "12:00:02", heart_rate=101),
        told("confused", "12:00:03", consciousness="C", on_supplemental_oxygen=True),
        told("pressed", "12:00:04", systolic_bp=150, diastolic_bp=111),
        told("sick", "12:00:05", heart_rate=131, respiratory_rate=25, oxygen_saturation=95),
        {"event_id": "silent", "patient_id": "P1", "measured_at": "2026-01-05T12:00:06Z"},
    )
    columns = ("normal_count", "moderate_count", "high_count", "critical_count")
    columns += ("bp_abnormal_count", "not_alert_count", "on_oxygen_count")
    columns += ("news2_count", "news2_sum", "news2_max", "news2_high_count")
    # NEWS2: 0, 0, 1, 3 + 2, 0, 3 + 3 + 1.
    assert ward.rows(*columns) == [(1, 1, 1, 3, 1, 1, 1, 6, 13, 7, 1)]


BREACH = ("patient_id", "alert_type", "window_start", "severity", "severity_rank")
BREACH += ("first_breach_at", "last_breach_at", "breach_count")
WORST = ("worst_value", "worst_consciousness")


def test_an_alert_tells_first_last_worst_and_count_of_its_quarter_of_an_hour(
    project: Project,
) -> None:
    ward = Ward(project, "fact_alert")
    ward.hears(
        told("b", "12:14:59.999999", heart_rate=105),
        told("d", "12:15:00", heart_rate=121, consciousness="V"),
        told("n", "12:15:00", None, heart_rate=121),
    )
    ward.hears(told("a", "12:00:00", heart_rate=120), told("well", "12:05:00"))
    ward.hears(told("c", "12:20:00", heart_rate=45, temperature_f=95, consciousness="P"))
    first, second = at("12:00:00"), at("12:15:00")
    last = at("12:20:00")
    assert ward.rows(*BREACH, *WORST) == [
        ("P1", "CONSCIOUSNESS", second, "CRITICAL", 3, second, last, 2, None, "P"),
        ("P1", "HEART_RATE_HIGH", first, "HIGH", 2, first, at("12:14:59.999999"), 2, 120, None),
        ("P1", "HEART_RATE_HIGH", second, "CRITICAL", 3, second, second, 1, 121, None),
        ("P1", "HEART_RATE_LOW", second, "HIGH", 2, last, last, 1, 45, None),
    ]


def test_an_alert_loses_what_a_correction_takes(project: Project) -> None:
    ward = Ward(project, "fact_alert")
    ward.hears(
        told("a", "12:00:00", oxygen_saturation=85),
        told("b", "12:01:00", oxygen_saturation=91),
        told("c", "12:30:00", "P2", systolic_bp=80, diastolic_bp=60),
    )
    # a was no breach at all, and neither was c.
    report = ward.hears(
        told("a", "12:00:01", oxygen_saturation=96), told("c", "12:30:01", "P2", systolic_bp=110)
    )
    assert report == "inserted 0, updated 1, deleted 1"
    only = at("12:01:00")
    assert ward.rows(*BREACH, *WORST) == [
        ("P1", "OXYGEN_SATURATION_LOW", at("12:00:00"), "HIGH", 2, only, only, 1, 91, None)
    ]


LATEST = ("patient_id", "event_id", "measured_at", "heart_rate")


def latest_after(project: Project, *deliveries: Sequence[Fields]) -> list[tuple[Any, ...]]:
    ward = Ward(project, "patient_latest_vitals")
    for delivery in deliveries:
        ward.hears(*delivery)
    return ward.rows(*LATEST)


def test_the_latest_is_the_newest_by_its_own_time_and_then_by_id(project: Project) -> None:
    assert latest_after(
        project,
        [told("b", "12:00:00"), told("x", "", "P2"), told("y", "12:00:00", None)],
        [told("a", "11:00:00", heart_rate=61), told("a2", "12:00:00", heart_rate=62)],
        [told("c", "12:00:00", heart_rate=63)],
    ) == [("P1", "c", at("12:00:00"), 63)]


def test_a_correction_of_the_latest_is_the_latest_or_uncovers_the_one_before(
    project: Project,
) -> None:
    assert latest_after(
        project,
        [
            told("kept", "12:00:00", "CORRECTED"),
            told("before", "11:00:00", "UNCOVERED", heart_rate=61),
            told("older", "10:00:00", "UNCOVERED", heart_rate=62),
            told("back", "12:00:00", "UNCOVERED"),
            told("gone", "12:00:00", "BEREFT"),
            told("moved", "12:00:00", "MOVED"),
        ],
        [
            told("kept", "12:30:00", "CORRECTED", heart_rate=70),
            told("back", "12:00:01", None),
            told("gone", "12:00:01", None),
            told("moved", "12:10:00", "OTHER", heart_rate=71),
        ],
    ) == [
        ("CORRECTED", "kept", at("12:30:00"), 70),
        ("OTHER", "moved", at("12:10:00"), 71),
        ("UNCOVERED", "before", at("11:00:00"), 61),
    ]
