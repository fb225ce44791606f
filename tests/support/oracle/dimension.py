"""The rows of gold's dimensions, the unknown members among them, without surrogate keys."""

from collections.abc import Iterable, Sequence

from support.oracle.row import Row
from support.oracle.version import Timelines

PATIENT = (
    "gender",
    "age",
    "insurance_type",
    "first_name",
    "last_name",
    "birth_date",
    "address",
    "city",
    "state",
)
HOSPITAL = ("hospital_name", "city", "state")
ORGANIZATION = ("organization_name", "city", "state", "revenue", "utilization")


def version_rows(of: Timelines, id_column: str, tracked: Sequence[str]) -> list[Row]:
    """One row per version, and the unknown member."""
    unknown: Row = dict.fromkeys((id_column, *tracked, "valid_from", "valid_to"))
    unknown["is_current"] = True
    if id_column != "patient_id":
        unknown[tracked[0]] = "Unknown"
    return [unknown] + [
        {
            id_column: version.id,
            **dict(zip(tracked, version.values, strict=True)),
            "valid_from": version.valid_from,
            "valid_to": version.valid_to,
            "is_current": version.valid_to is None,
        }
        for versions in of.values()
        for version in versions
    ]


def department_rows(flow: Iterable[Row], files: Iterable[Row]) -> list[Row]:
    """One row per department of a hospital that any version of an event or a file names."""
    ids = ("hospital_id", "department")
    unknown = {"hospital_id": None, "department": "Unknown"}
    named = [row for row in flow if row["department"] is not None]
    attributes = ("department_code", "bed_capacity")
    return [unknown | dict.fromkeys(attributes), *_members(named, list(files), ids, attributes)]


def payer_rows(encounters: Iterable[Row], files: Iterable[Row]) -> list[Row]:
    """One row per payer that any version of an encounter or a file names."""
    unknown = {"payer_id": None, "payer_name": "Unknown", "state_headquartered": None}
    named = [row for row in encounters if row["payer_id"] is not None]
    attributes = ("payer_name", "state_headquartered")
    return [unknown, *_members(named, list(files), ("payer_id",), attributes)]


def _members(
    named: list[Row], files: list[Row], ids: Sequence[str], attributes: Sequence[str]
) -> list[Row]:
    members: dict[tuple[str | None, ...], Row] = {}
    for row in named:
        key = tuple(row[name] for name in ids)
        members[key] = {name: row[name] for name in ids} | dict.fromkeys(attributes)
    for row in sorted(files, key=lambda r: (r["as_of"], r["payload_hash"])):
        key = tuple(row[name] for name in ids)
        members[key] = {name: row[name] for name in (*ids, *attributes)}
    return list(members.values())
