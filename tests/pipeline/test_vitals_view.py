"""The views of vital signs, computed again in plain Python and pandas from the oracle's tables."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from support.comparison import assert_same_rows
from support.oracle.dimension import HOSPITAL, PATIENT
from support.oracle.event import winners
from support.oracle.reading import HOUR, alert_episodes, floor
from support.oracle.row import Row
from support.oracle.version import Version, hospital_timelines, patient_timelines, version_at
from support.oracle.vitals import MEASURED, SEVERITIES
from support.ward import Ward, per_patient, rounded, stays


def test_each_reading_meets_what_was_in_force_when_it_was_measured(ward: Ward) -> None:
    flow = winners(ward.tables["silver.patient_flow"])
    patients = patient_timelines(flow, [], ward.tables["silver.patient"], PATIENT)
    hospitals = hospital_timelines(flow, ward.tables["silver.hospital"], HOSPITAL)
    expected = []
    for reading in ward.tables["gold.fact_vitals"]:
        when = reading["measured_at"]
        stay = open_stay(stays(ward), reading["patient_id"], when)
        version = None if when is None else version_at(patients, reading["patient_id"], when)
        hospital = version_at(hospitals, stay.get("hospital_id"), when)
        expected.append(
            {
                "event_id": reading["event_id"],
                "insurance_type": None if version is None else version.values[2],
                "department": stay.get("department"),
                "bed_id": stay.get("bed_id"),
                "hospital_name": told_by(hospital, 0),
                "city": told_by(hospital, 1),
                "severity": reading["severity"],
            }
        )
    rows = [{name: row[name] for name in expected[0]} for row in ward.rows("gold.vitals_enriched")]
    assert_same_rows("gold.vitals_enriched", rows, expected)
    assert {row["city"] for row in rows} == {None, "Oslo", "Rome", "Bari"}


def open_stay(all_stays: Iterable[Row], patient_id: str | None, when: Any) -> Row:
    """The stay admitted last before an instant, unless it had ended."""
    admitted = [
        stay
        for stay in all_stays
        if None not in (patient_id, when)
        and stay["patient_id"] == patient_id
        and stay["admitted_at"] <= when
    ]
    last = max(admitted, key=lambda stay: stay["admitted_at"], default={})
    is_over = last and last["discharged_at"] is not None and last["discharged_at"] <= when
    return {} if is_over else last


def told_by(version: Version | None, place: int) -> Any:
    return None if version is None else version.values[place]


def test_adjacent_windows_are_one_episode(ward: Ward) -> None:
    expected = alert_episodes(ward.tables["gold.fact_alert"])
    assert any(row["window_count"] > 2 for row in expected)
    assert_same_rows("gold.alert_episode", ward.rows("gold.alert_episode"), expected)


def test_a_patients_figures(ward: Ward) -> None:
    readings, visits = per_patient(ward.readings), per_patient(stays(ward))
    places = {"W0": (2, 2, "Oslo"), "W1": (2, 0, "Rome"), "NOT MEASURED": (1, 0, None)}
    expected = []
    for patient_id in {*readings, *visits}:
        rows = readings.get(patient_id, [])
        beats = [row["heart_rate"] for row in rows if row["heart_rate"] is not None]
        abnormal = sum(
            any(
                row[f"{one}_bp_severity"] not in (None, "NORMAL")
                for one in ("systolic", "diastolic")
            )
            for row in rows
        )
        mean = sum(beats) / len(beats) if beats else None
        seen = [row["measured_at"] for row in rows]
        seen += [
            stay["discharged_at"] or stay["admitted_at"] for stay in visits.get(patient_id, [])
        ]
        hospitals, changes, city = places.get(patient_id, (0, 0, None))
        expected.append(
            {
                "patient_id": patient_id,
                "reading_count": len(rows),
                "avg_heart_rate": rounded(mean),
                "bp_abnormal_count": abnormal,
                "hospitals_visited": hospitals,
                "city_change_count": changes,
                "latest_city": city,
                "last_seen": max(seen),
                "is_high_risk_patient": (mean or 0) > 100 or abnormal >= 3,
            }
        )
    assert_same_rows("gold.patient_kpi", ward.rows("gold.patient_kpi"), expected)
    assert {row["is_high_risk_patient"] for row in expected} == {False, True}


def is_pressure_abnormal(row: Row) -> bool:
    severities = (row["systolic_bp_severity"], row["diastolic_bp_severity"])
    return any(severity not in (None, "NORMAL") for severity in severities)


def test_alerts_are_counted_by_hour_patient_type_and_severity(ward: Ward) -> None:
    counted: Counter[tuple[Any, ...]] = Counter()
    breaches: Counter[tuple[Any, ...]] = Counter()
    for row in ward.tables["gold.fact_alert"]:
        hour = floor(row["window_start"], HOUR)
        key = (hour, row["patient_id"], row["alert_type"], row["severity"])
        counted[key] += 1
        breaches[key] += row["breach_count"]
    names = ("alert_hour", "patient_id", "alert_type", "severity")
    assert_same_rows(
        "gold.kpi_alert_volume",
        ward.rows("gold.kpi_alert_volume"),
        [
            dict(zip(names, key, strict=True))
            | {"alert_count": count, "breach_count": breaches[key]}
            for key, count in counted.items()
        ],
    )


def test_alert_types_that_meet_in_a_window_are_a_pattern(ward: Ward) -> None:
    windows: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in ward.tables["gold.fact_alert"]:
        windows[row["patient_id"], row["window_start"]].append(row)
    patterns: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for (patient_id, _), rows in windows.items():
        pattern = "+".join(sorted(row["alert_type"] for row in rows))
        is_critical = any(row["severity"] == "CRITICAL" for row in rows)
        patterns[pattern].append((patient_id, is_critical))
    assert_same_rows(
        "gold.kpi_breach_pattern",
        ward.rows("gold.kpi_breach_pattern"),
        [
            {
                "pattern": pattern,
                "alert_type_count": pattern.count("+") + 1,
                "window_count": len(found),
                "patient_count": len({patient_id for patient_id, _ in found}),
                "critical_window_count": sum(is_critical for _, is_critical in found),
                "share_percent": rounded(Decimal(100 * len(found)) / len(windows)),
            }
            for pattern, found in patterns.items()
        ],
    )


def test_each_severity_has_its_share_of_the_day(ward: Ward) -> None:
    days = Counter(row["measured_at"].date() for row in ward.readings)
    shares = Counter(
        (row["measured_at"].date(), row["severity"] or "NONE") for row in ward.readings
    )
    assert_same_rows(
        "gold.kpi_severity_share",
        ward.rows("gold.kpi_severity_share"),
        [
            {
                "calendar_date": day,
                "severity": severity,
                "reading_count": count,
                "share_percent": rounded(Decimal(100 * count) / days[day]),
            }
            for (day, severity), count in shares.items()
        ],
    )


def test_vitals_are_correlated_with_severity(ward: Ward) -> None:
    frame = pd.DataFrame(ward.tables["gold.fact_vitals"])
    frame = frame[frame["severity"].notna()]
    rank = frame["severity"].map(SEVERITIES.index)
    found = {row["vital"]: row for row in ward.rows("gold.kpi_vital_severity_correlation")}
    assert set(found) == {vital.removesuffix("_c").upper() for vital in MEASURED}
    for vital in MEASURED:
        values = pd.to_numeric(frame[vital])
        row = found[vital.removesuffix("_c").upper()]
        assert row["value_count"] == values.notna().sum()
        assert float(row["correlation"]) == pytest.approx(values.corr(rank), abs=6e-4)
        distance = (values - values.mean()).abs()
        assert float(row["correlation_of_distance"]) == pytest.approx(distance.corr(rank), abs=6e-4)
