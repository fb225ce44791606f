"""A line of a file as a row of its silver table, without what identifies the payload."""

from collections.abc import Mapping
from typing import Any

from support.oracle.row import Row, extra, flagged
from support.oracle.value import number, text

FIELDS = {
    "hospital": {
        "hospital_id": "HOSPITAL_ID",
        "hospital_name": "NAME",
        "city": "CITY",
        "state": "STATE",
    },
    "department": {
        "hospital_id": "HOSPITAL_ID",
        "department": "DEPARTMENT",
        "department_code": "DEPARTMENT_CODE",
        "bed_capacity": "BED_CAPACITY",
    },
    "organization": {
        "organization_id": "Id",
        "organization_name": "NAME",
        "city": "CITY",
        "state": "STATE",
        "revenue": "REVENUE",
        "utilization": "UTILIZATION",
    },
    "payer": {"payer_id": "Id", "payer_name": "NAME", "state_headquartered": "STATE_HEADQUARTERED"},
}
NUMBERS = {"bed_capacity": (38, 0), "utilization": (38, 0), "revenue": (18, 2)}
IDS = {
    "hospital": {"hospital_id": "HOSPITAL_ID"},
    "department": {"hospital_id": "HOSPITAL_ID", "department": "DEPARTMENT"},
    "organization": {"organization_id": "Id"},
    "payer": {"payer_id": "Id"},
    "patient": {"patient_id": "Id"},
}
"""Without these a line cannot be read."""


def record_row(source: str, fields: Mapping[str, Any]) -> Row:
    row: Row = {}
    for name, column in FIELDS[source].items():
        given = fields.get(column)
        row[name] = number(given, *NUMBERS[name]) if name in NUMBERS else text(given)
    flags, required = [], (f"{source}_name",)
    if source == "organization":
        flags = _organization_flags(row, fields)
        row["revenue"] = None if "NEGATIVE_COST" in flags else row["revenue"]
    if source == "department":
        required = ("bed_capacity",)
        if row["bed_capacity"] is not None and row["bed_capacity"] < 0:
            flags.append("NEGATIVE_CAPACITY")
    row["dq_flags"] = flagged(flags, row, required)
    if "NEGATIVE_CAPACITY" in flags:
        row["bed_capacity"] = None
    return row | {"extra": extra(fields, FIELDS[source].values())}


def _organization_flags(row: Row, fields: Mapping[str, Any]) -> list[str]:
    def is_bad(name: str) -> bool:
        return text(fields.get(name.upper())) is not None and row[name] is None

    flags = ["BAD_REVENUE"] if is_bad("revenue") else []
    if row["revenue"] is not None and row["revenue"] < 0:
        flags.append("NEGATIVE_COST")
    return [*flags, "BAD_UTILIZATION"] if is_bad("utilization") else flags
