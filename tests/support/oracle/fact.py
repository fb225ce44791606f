"""gold.fact_patient_flow and gold.fact_encounter.

In place of a dimension's key stands what it leads to: (id, valid_from) of a version, the ids of a
member, UNKNOWN for the unknown member.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from support.oracle.event import encounter_time, flow_time, newest
from support.oracle.patient_flow import VITALS
from support.oracle.row import Row
from support.oracle.stay import Stay, trusted_time
from support.oracle.version import Timelines, Version, version_at

UNKNOWN = ("-1",)
NO_DATE_KEY = -1
CALENDAR = (dt.date(1900, 1, 1), dt.date(2099, 12, 31))
FROM_EITHER = [
    "visit_id",
    "admission_priority",
    "diagnosis_code",
    "insurance_type",
    "gender",
    "age",
]

Key = tuple[object, ...]


def flow_facts(stays: Iterable[Stay], patients: Timelines, hospitals: Timelines) -> list[Row]:
    return [_flow_fact(stay, patients, hospitals) for stay in stays]


def encounter_facts(
    winning: Iterable[Row], patients: Timelines, organizations: Timelines
) -> list[Row]:
    """One row per encounter_id; an event without one stands alone."""
    told: dict[tuple[str | None, str], list[Row]] = defaultdict(list)
    for row in winning:
        told[row["encounter_id"], row["encounter_id"] or row["event_id"]].append(row)
    return [
        _encounter_fact(
            newest((encounter_time(row), row["event_id"], row) for row in rows),
            patients,
            organizations,
        )
        for rows in told.values()
    ]


def _flow_fact(stay: Stay, patients: Timelines, hospitals: Timelines) -> Row:
    admission, discharge = stay.admission or {}, stay.discharge or {}
    row: Row = {name: _first(admission.get(name), discharge.get(name)) for name in FROM_EITHER}
    row |= {name: _first(admission.get(name), discharge.get(name)) for name in VITALS}
    row |= _place(stay)
    told_at = [flow_time(event) for event in (stay.admission, stay.discharge) if event is not None]
    happened_at = _first(*told_at)
    admitted_at = _first(
        admission.get("admission_time"),
        trusted_time(discharge) if discharge else None,
        flow_time(admission) if admission else None,
    )
    discharged_at = _first(
        discharge.get("discharge_time"), flow_time(discharge) if discharge else None
    )
    return row | {
        "unit_id": stay.unit_id,
        "patient_id": stay.patient_id,
        "patient_key": _version_key(version_at(patients, stay.patient_id, happened_at)),
        "hospital_key": _version_key(version_at(hospitals, row["hospital_id"], happened_at)),
        "department_key": UNKNOWN
        if row["department"] is None
        else (row["hospital_id"], row["department"]),
        "admission_date_key": date_key(admitted_at),
        "discharge_date_key": date_key(discharged_at),
        "discharge_status": discharge.get("discharge_status"),
        "has_admission": stay.admission is not None,
        "is_currently_admitted": stay.discharge is None,
        "admitted_at": admitted_at,
        "expected_discharge_at": _first(
            admission.get("expected_discharge_time"), discharge.get("expected_discharge_time")
        ),
        "discharged_at": discharged_at,
        "length_of_stay_hours": _hours(admitted_at, discharge.get("discharge_time")),
    }


def _place(stay: Stay) -> Row:
    """Hospital, department and bed of one event: the admission, unless only the other is whole."""
    whole = [
        event
        for event in (stay.admission, stay.discharge)
        if event is not None and None not in (event["hospital_id"], event["department"])
    ]
    source = _first(*whole, stay.admission, stay.discharge)
    return {name: source[name] for name in ("hospital_id", "department", "bed_id")}


def _encounter_fact(row: Row, patients: Timelines, organizations: Timelines) -> Row:
    at = encounter_time(row)
    started_at, ended_at = row["admission_time"], row["discharge_time"]
    minutes = None
    if started_at is not None and ended_at is not None and ended_at >= started_at:
        minutes = Decimal((ended_at - started_at) // dt.timedelta(minutes=1))
    same = [
        "encounter_id",
        "patient_id",
        "organization_id",
        "provider_id",
        "payer_id",
        "department",
        "base_encounter_cost",
        "total_claim_cost",
        "payer_coverage",
    ]
    return {name: row[name] for name in same} | {
        "patient_key": _version_key(version_at(patients, row["patient_id"], at)),
        "organization_key": _version_key(version_at(organizations, row["organization_id"], at)),
        "payer_key": UNKNOWN if row["payer_id"] is None else (row["payer_id"],),
        "admission_date_key": date_key(started_at),
        "started_at": started_at,
        "ended_at": ended_at,
        "duration_minutes": minutes,
        **dict.fromkeys(["code", "description", "reason_code", "reason_description", "payments"]),
    }


def date_key(at: dt.datetime | None) -> int:
    """yyyymmdd; -1 without a time or for a day that gold.dim_date does not have."""
    if at is None or not CALENDAR[0] <= at.date() <= CALENDAR[1]:
        return NO_DATE_KEY
    return at.year * 10000 + at.month * 100 + at.day


def _version_key(version: Version | None) -> Key:
    return UNKNOWN if version is None else (version.id, version.valid_from)


def _hours(admitted_at: dt.datetime | None, ended_at: dt.datetime | None) -> Decimal | None:
    if (
        admitted_at is None
        or date_key(admitted_at) == NO_DATE_KEY
        or ended_at is None
        or ended_at < admitted_at
    ):
        return None
    elapsed = (ended_at - admitted_at) // dt.timedelta(microseconds=1)
    return (Decimal(elapsed) / 3_600_000_000).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
