"""A patient-flow payload as the row of silver.patient_flow, without what identifies the payload."""

from collections.abc import Mapping
from typing import Any

from support.oracle.department import meant
from support.oracle.row import Row, extra, flagged, is_after
from support.oracle.value import number, text, time

HOSPITALS = {"H1", "H2", "H3", "H4", "H5", "H6", "H7"}
VITALS = ("heart_rate", "bp_systolic", "bp_diastolic", "temperature_f", "oxygen_saturation")
REQUIRED = (
    "patient_id",
    "event_type",
    "department",
    "admission_time",
    "event_timestamp",
    "event_id",
)
FIELDS = [
    "event_type",
    "event_id",
    "visit_id",
    "patient_id",
    "gender",
    "age",
    "department",
    "hospital_id",
    "hospital_name",
    "bed_id",
    "admission_time",
    "expected_discharge_time",
    "admission_priority",
    "discharge_time",
    "length_of_stay_hrs",
    "discharge_status",
    "diagnosis_code",
    "insurance_type",
    "vitals",
    "event_timestamp",
]


def flow_row(fields: Mapping[str, Any]) -> Row:
    vitals = fields.get("vitals")
    vitals = vitals if isinstance(vitals, dict) else {}
    texts = [
        "event_id",
        "visit_id",
        "patient_id",
        "hospital_id",
        "bed_id",
        "gender",
        "department",
        "hospital_name",
        "admission_priority",
        "discharge_status",
        "diagnosis_code",
        "insurance_type",
    ]
    times = ("event_timestamp", "admission_time", "expected_discharge_time", "discharge_time")
    event_type = text(fields.get("event_type"))
    row: Row = {name: text(fields.get(name)) for name in texts}
    row |= {name: time(fields.get(name)) for name in times}
    row |= {name: number(vitals.get(name), 10, 2) for name in VITALS}
    row["event_type"] = None if event_type is None else event_type.upper()
    row["age"] = number(fields.get("age"))
    row["length_of_stay_hours"] = number(fields.get("length_of_stay_hrs"), 10, 2)
    row["extra"] = extra(fields, FIELDS)
    return _repaired(row)


def _repaired(given: Row) -> Row:
    row, flags = dict(given), []
    if is_after(given["admission_time"], given["event_timestamp"]):
        flags.append("FUTURE_ADMISSION")
        row["admission_time"] = given["event_timestamp"]
    if given["age"] is not None and not 0 <= given["age"] <= 120:
        flags.append("INVALID_AGE")
        row["age"] = None
    if is_after(given["admission_time"], given["discharge_time"]):
        flags.append("DISCHARGE_BEFORE_ADMIT")
        row["discharge_time"] = row["length_of_stay_hours"] = None
    department = given["department"]
    if department is not None:
        stands_for = meant(department)
        if stands_for is None:
            flags.append("UNKNOWN_DEPT")
        elif stands_for != department:
            flags.append("DEPT_TYPO")
            row["department"] = stands_for
    if given["hospital_id"] is not None and given["hospital_id"] not in HOSPITALS:
        flags.append("INVALID_HOSPITAL_ID")
        row["hospital_id"] = None
    return row | {"dq_flags": flagged(flags, given, REQUIRED)}
