"""gold's tables of vital signs, from the winning version of each reading."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from support.oracle.fact import date_key
from support.oracle.row import Row
from support.oracle.vitals import MEASURED, SEVERITIES, worst

VALUES = (*MEASURED, "consciousness", "on_supplemental_oxygen")
STEMS = tuple(name.removesuffix("_c") for name in MEASURED)
GRADES = (
    *(f"{stem}_{what}" for stem in STEMS for what in ("direction", "severity")),
    "consciousness_severity",
    "severity",
    "news2_score",
    "news2_risk",
    "news2_is_partial",
)
HOUR, WINDOW = dt.timedelta(hours=1), dt.timedelta(minutes=15)


def fact_vitals(winning: Iterable[Row]) -> list[Row]:
    """One row per reading, also of those without patient or time."""
    same = ("event_id", "payload_hash", "patient_id", "device_id", *VALUES, *GRADES)
    return [
        {name: row[name] for name in same}
        | {
            "measured_at": row["event_timestamp"],
            "measured_date_key": date_key(row["event_timestamp"]),
        }
        for row in winning
    ]


def vitals_hourly(winning: Iterable[Row]) -> list[Row]:
    """One row per patient and hour with a reading."""
    hours = _grouped(
        _placed(winning), lambda row: (row["patient_id"], floor(row["event_timestamp"], HOUR))
    )
    return [
        {"patient_id": patient_id, "hour_start": hour_start} | _hour(rows)
        for (patient_id, hour_start), rows in hours.items()
    ]


def fact_alert(winning: Iterable[Row]) -> list[Row]:
    """One row per patient, alert type and window with a breach."""
    windows = _grouped(
        (
            {"row": row, "alert_type": alert_type, "severity": severity, "value": value}
            for row in _placed(winning)
            for alert_type, severity, value in breaches(row)
        ),
        lambda found: (
            found["row"]["patient_id"],
            found["alert_type"],
            floor(found["row"]["event_timestamp"], WINDOW),
        ),
    )
    return [_alert(key, found) for key, found in windows.items()]


def alert_episodes(alerts: Iterable[Row]) -> list[Row]:
    """Adjacent windows of one patient and alert type joined."""
    episodes: list[Row] = []
    by_type = _grouped(alerts, lambda row: (row["patient_id"], row["alert_type"]))
    for (patient_id, alert_type), rows in by_type.items():
        runs: list[list[Row]] = []
        for row in sorted(rows, key=lambda r: r["window_start"]):
            if runs and row["window_start"] == runs[-1][-1]["window_start"] + WINDOW:
                runs[-1].append(row)
            else:
                runs.append([row])
        for run in runs:
            values = [row["worst_value"] for row in run if row["worst_value"] is not None]
            letters = [row["worst_consciousness"] for row in run if row["worst_consciousness"]]
            episodes.append(
                {
                    "patient_id": patient_id,
                    "alert_type": alert_type,
                    "started_at": min(row["first_breach_at"] for row in run),
                    "ended_at": max(row["last_breach_at"] for row in run),
                    "window_count": len(run),
                    "breach_count": sum(row["breach_count"] for row in run),
                    "severity": worst([row["severity"] for row in run]),
                    "worst_value": _extreme(alert_type, values),
                    "worst_consciousness": max(letters, key="CVPU".index, default=None),
                }
            )
    return episodes


def latest_vitals(winning: Iterable[Row]) -> list[Row]:
    """One row per patient: the reading of the greatest (time, id)."""
    by_patient = _grouped(_placed(winning), lambda row: row["patient_id"])
    same = ("patient_id", "event_id", "device_id", *VALUES, *GRADES)
    newest = (
        max(rows, key=lambda row: (row["event_timestamp"], row["event_id"]))
        for rows in by_patient.values()
    )
    return [
        {name: row[name] for name in same} | {"measured_at": row["event_timestamp"]}
        for row in newest
    ]


def notified(silver: Iterable[Row]) -> set[tuple[str, str, dt.datetime, str]]:
    """Patient, alert type, window and severity of what anybody was ever told of.

    From all versions of the readings: what a correction takes back was told none the less.
    """
    return {
        (row["patient_id"], alert_type, floor(row["event_timestamp"], WINDOW), severity)
        for row in _placed(silver)
        for alert_type, severity, _ in breaches(row)
        if severity in ("HIGH", "CRITICAL")
    }


def breaches(row: Row) -> list[tuple[str, str, Any]]:
    """Alert type, severity and value of each vital of a reading that is over a threshold."""
    found = []
    for name, stem in zip(MEASURED, STEMS, strict=True):
        direction, severity = row[f"{stem}_direction"], row[f"{stem}_severity"]
        if direction in ("LOW", "HIGH"):
            found.append((f"{stem.upper()}_{direction}", severity, row[name]))
    if row["consciousness"] not in (None, "A"):
        found.append(("CONSCIOUSNESS", "CRITICAL", row["consciousness"]))
    return found


def floor(at: dt.datetime, step: dt.timedelta) -> dt.datetime:
    return at - (at - dt.datetime(1970, 1, 1)) % step


def _placed(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if None not in (row["patient_id"], row["event_timestamp"])]


def _hour(rows: list[Row]) -> Row:
    times = [row["event_timestamp"] for row in rows]
    scores = [row["news2_score"] for row in rows if row["news2_score"] is not None]
    hour: Row = {
        "reading_count": len(rows),
        "first_measured_at": min(times),
        "last_measured_at": max(times),
    }
    for name in MEASURED:
        values = [row[name] for row in rows if row[name] is not None]
        hour |= {
            f"{name}_count": len(values),
            f"{name}_sum": sum(values),
            f"{name}_sum_of_squares": sum(value * value for value in values),
            f"{name}_min": min(values, default=None),
            f"{name}_max": max(values, default=None),
        }
    for severity in SEVERITIES:
        hour[f"{severity.lower()}_count"] = sum(row["severity"] == severity for row in rows)
    pressures = ("systolic_bp_severity", "diastolic_bp_severity")
    return hour | {
        "bp_abnormal_count": sum(
            any(row[name] not in (None, "NORMAL") for name in pressures) for row in rows
        ),
        "not_alert_count": sum(row["consciousness"] not in (None, "A") for row in rows),
        "on_oxygen_count": sum(row["on_supplemental_oxygen"] is True for row in rows),
        "news2_count": len(scores),
        "news2_sum": sum(scores),
        "news2_max": max(scores, default=None),
        "news2_high_count": sum(row["news2_risk"] == "High" for row in rows),
    }


def _alert(key: tuple[str, str, dt.datetime], found: list[Row]) -> Row:
    patient_id, alert_type, window_start = key
    times = [one["row"]["event_timestamp"] for one in found]
    severity = worst([one["severity"] for one in found])
    assert severity is not None
    values = [one["value"] for one in found]
    is_letter = alert_type == "CONSCIOUSNESS"
    return {
        "patient_id": patient_id,
        "alert_type": alert_type,
        "window_start": window_start,
        "severity": severity,
        "severity_rank": SEVERITIES.index(severity),
        "first_breach_at": min(times),
        "last_breach_at": max(times),
        "breach_count": len(found),
        "worst_value": None if is_letter else _extreme(alert_type, values),
        "worst_consciousness": max(values, key="CVPU".index) if is_letter else None,
    }


def _extreme(alert_type: str, values: list[Decimal]) -> Decimal | None:
    pick = min if alert_type.endswith("_LOW") else max
    return pick(values, default=None)


def _grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
