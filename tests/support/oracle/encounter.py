"""An encounter payload as the row of silver.encounter, without what identifies the payload."""

from collections.abc import Mapping
from typing import Any

from support.oracle.row import Row, extra, flagged, is_after
from support.oracle.value import number, text, time

COSTS = ("base_encounter_cost", "total_claim_cost", "payer_coverage")
REQUIRED = ("patient_id", "encounter_id", "event_timestamp", "event_id")
FIELDS = [
    "event_id",
    "encounter_id",
    "patient_id",
    "gender",
    "age",
    "department",
    "admission_time",
    "discharge_time",
    "organization_id",
    "provider_id",
    "payer_id",
    "base_encounter_cost",
    "total_claim_cost",
    "payer_coverage",
    "event_timestamp",
]


def encounter_row(fields: Mapping[str, Any]) -> Row:
    texts = [
        "event_id",
        "encounter_id",
        "patient_id",
        "organization_id",
        "provider_id",
        "payer_id",
        "gender",
        "department",
    ]
    row: Row = {name: text(fields.get(name)) for name in texts}
    row |= {
        name: time(fields.get(name))
        for name in ("event_timestamp", "admission_time", "discharge_time")
    }
    row |= {name: number(fields.get(name), 18, 2) for name in COSTS}
    row["age"] = number(fields.get("age"))
    row["extra"] = extra(fields, FIELDS)
    return _repaired(row, text(fields.get("admission_time")))


def _repaired(given: Row, admission_text: str | None) -> Row:
    row, flags = dict(given), []
    if admission_text is None:
        flags.append("MISSING_ADMISSION_TIME")
    elif given["admission_time"] is None:
        flags.append("MALFORMED_ADMISSION_TIME")
        if admission_text.endswith("Z"):
            row["admission_time"] = time(admission_text[:-1])
    if is_after(given["admission_time"], given["event_timestamp"]):
        flags.append("FUTURE_ADMISSION")
        row["admission_time"] = given["event_timestamp"]
    if is_after(given["admission_time"], given["discharge_time"]):
        flags.append("DISCHARGE_BEFORE_ADMIT")
        row["discharge_time"] = None
    if given["age"] is not None and not 0 <= given["age"] <= 120:
        flags.append("INVALID_AGE")
        row["age"] = None
    negative = [name for name in COSTS if given[name] is not None and given[name] < 0]
    if negative:
        flags.append("NEGATIVE_COST")
        row |= dict.fromkeys(negative)
    return row | {"dq_flags": flagged(flags, given, REQUIRED)}
