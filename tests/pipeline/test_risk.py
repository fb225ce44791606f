"""Who is at risk, computed again from the oracle's readings instead of hourly sums."""

import statistics
from collections.abc import Iterable, Mapping
from decimal import Decimal

import pytest
from support.account import Project
from support.comparison import assert_same_rows, plain
from support.oracle.reading import HOUR, floor
from support.oracle.row import Row
from support.oracle.vitals import MEASURED, SEVERITIES, worst
from support.ward import Ward, hourly, per_patient, rounded

RISK_OF = {
    None: "UNKNOWN",
    "NORMAL": "STABLE",
    "MODERATE": "ELEVATED",
    "HIGH": "HIGH",
    "CRITICAL": "CRITICAL",
}
"""Severity -> risk group, from the least to the greatest."""
FIGURES = (
    "risk_group",
    "recent_severity",
    "recent_news2_max",
    "greatest_z_score",
    "latest_severity",
    "hours_silent",
)


def is_recent(reading: Row, readings: Iterable[Row]) -> bool:
    """Within the six hours that end with the patient's newest hour."""
    newest = max(floor(row["measured_at"], HOUR) for row in readings)
    return floor(reading["measured_at"], HOUR) > newest - 6 * HOUR


def baseline(rows: list[Row], vital: str) -> Row | None:
    values = [row[vital] for row in rows if row[vital] is not None]
    if not values:
        return None
    recent = [row[vital] for row in rows if row[vital] is not None and is_recent(row, rows)]
    before = [row[vital] for row in rows if row[vital] is not None and not is_recent(row, rows)]
    spread = statistics.stdev(before) if len(before) > 1 else None
    z = (statistics.mean(recent) - statistics.mean(before)) / spread if spread and recent else None
    return {
        "value_count": len(values),
        "mean_value": rounded(statistics.mean(values)),
        "stddev_value": rounded(statistics.stdev(values)) if len(values) > 1 else None,
        "min_value": min(values),
        "max_value": max(values),
        "recent_mean": rounded(statistics.mean(recent)) if recent else None,
        "baseline_mean": rounded(statistics.mean(before)) if before else None,
        "baseline_stddev": rounded(spread),
        "z_score": rounded(z),
    }


def test_recent_values_are_measured_against_the_patients_own_baseline(ward: Ward) -> None:
    expected = [
        {"patient_id": patient_id, "vital": vital.removesuffix("_c").upper()} | found
        for patient_id, rows in per_patient(ward.readings).items()
        for vital in MEASURED
        if (found := baseline(rows, vital)) is not None
    ]
    assert_same_rows(
        "gold.patient_vital_baseline", ward.rows("gold.patient_vital_baseline"), expected
    )
    assert sum(row["z_score"] is not None for row in expected) > 12


def test_the_risk_group_follows_the_worst_recent_sign(ward: Ward) -> None:
    snapshot = {row["patient_id"]: row for row in ward.rows("gold.patient_risk_snapshot")}
    latest = {row["patient_id"]: row for row in ward.tables["gold.patient_latest_vitals"]}
    readings = per_patient(ward.readings)
    assert set(snapshot) == set(readings)
    for patient_id, rows in readings.items():
        row = snapshot[patient_id]
        recent = [one for one in rows if is_recent(one, rows)]
        severity = worst([one["severity"] for one in recent])
        scored = [one["news2_score"] for one in recent if one["news2_score"] is not None]
        news2 = max(scored, default=None)
        baselines = {vital: baseline(rows, vital) or {} for vital in MEASURED}
        z_scores = [one.get("z_score") for one in baselines.values()]
        distances = [abs(score) for score in z_scores if score is not None]
        risk = [RISK_OF[severity]]
        risk += ["CRITICAL" if news2 is not None and news2 >= 7 else "UNKNOWN"]
        risk += ["HIGH" if news2 is not None and news2 >= 5 else "UNKNOWN"]
        risk += ["ELEVATED" if max(distances, default=0) >= 2 else "UNKNOWN"]
        risk += ["ELEVATED" if news2 is not None and news2 >= 3 else "UNKNOWN"]
        silent = ward.now - latest[patient_id]["measured_at"]
        assert {name: plain(row[name]) for name in FIGURES} == {
            "risk_group": max(risk, key=list(RISK_OF.values()).index),
            "recent_severity": severity,
            "recent_news2_max": plain(news2),
            "greatest_z_score": plain(max(distances, default=None)),
            "latest_severity": latest[patient_id]["severity"],
            "hours_silent": plain(rounded(Decimal(int(silent.total_seconds())) / 3600)),
        }
        assert row["reading_count"] == len(rows)
        for name in SEVERITIES:
            assert row[f"{name.lower()}_count"] == sum(one["severity"] == name for one in rows)
        for vital, found in baselines.items():
            for part in ("mean", "stddev", "min", "max"):
                assert plain(row[f"{vital}_{part}"]) == plain(found.get(f"{part}_value"))
            assert plain(row[f"{vital}_z_score"]) == plain(found.get("z_score"))


@pytest.mark.parametrize(
    ("counts", "news2_max", "expected"),
    [
        ({"critical": 1, "normal": 99}, None, "CRITICAL"),
        ({"high": 1, "normal": 99}, None, "HIGH"),
        ({"moderate": 1, "normal": 99}, None, "ELEVATED"),
        ({"normal": 100}, 3, "ELEVATED"),
        ({"normal": 100}, 2, "STABLE"),
        ({"normal": 1}, None, "STABLE"),
        ({}, None, "UNKNOWN"),
    ],
)
def test_one_bad_reading_among_many_good_ones_is_enough(
    project: Project, counts: Mapping[str, int], news2_max: int | None, expected: str
) -> None:
    hour = dict(hourly("P1", "2026-03-02 10:00:00", 100))
    hour |= {f"{name}_count": count for name, count in counts.items()} | {"news2_max": news2_max}
    project.insert("gold.vitals_hourly", [hour])
    latest = {"patient_id": "P1", "event_id": "e", "measured_at": "2026-03-02 10:59:00"}
    latest |= {"news2_is_partial": True, "severity": "NORMAL"}
    project.insert("gold.patient_latest_vitals", [latest])

    (row,) = project.rows("gold.patient_risk_snapshot")
    assert row["risk_group"] == expected
