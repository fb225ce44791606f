"""The files of hospitals, departments, organizations and payers."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from carefloe.silver import department, hospital, organization, payer
from carefloe.silver.source import Source, rejected_rows, silver_rows
from snowflake.snowpark import Session
from support.frame import record_frame, rows_of
from support.raw import RawRecord, records

NEW_YEAR = dt.datetime(2026, 1, 1)
NORTH = {"HOSPITAL_ID": "H1", "NAME": "North", "CITY": "Boston", "STATE": "MA"}
SURGERY = {
    "HOSPITAL_ID": "H1",
    "DEPARTMENT": "Surgery",
    "DEPARTMENT_CODE": "SUR",
    "BED_CAPACITY": "12",
}


def sha(fields: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


def read(session: Session, source: Source, *lines: dict[str, str]) -> list[dict[str, Any]]:
    given = records(source.name, "2026-01-01", *lines)
    return rows_of(silver_rows(source, record_frame(session, given)))


def rejected(session: Session, source: Source, given: list[RawRecord]) -> list[dict[str, Any]]:
    return rows_of(rejected_rows(source, record_frame(session, given)))


def test_a_hospital(local: Session) -> None:
    assert read(local, hospital.SOURCE, NORTH) == [
        {
            "hospital_id": "H1",
            "as_of": NEW_YEAR,
            "payload_hash": sha(NORTH),
            "hospital_name": "North",
            "city": "Boston",
            "state": "MA",
            "dq_flags": "CLEAN",
            "extra": None,
        }
    ]


def test_a_department(local: Session) -> None:
    assert read(local, department.SOURCE, SURGERY) == [
        {
            "hospital_id": "H1",
            "department": "Surgery",
            "as_of": NEW_YEAR,
            "payload_hash": sha(SURGERY),
            "department_code": "SUR",
            "bed_capacity": 12,
            "dq_flags": "CLEAN",
            "extra": None,
        }
    ]


def test_an_organization_of_any_synthea_version(local: Session) -> None:
    line = {
        "Id": "O1",
        "NAME": "HOLY FAMILY",
        "ADDRESS": "70 EAST ST",
        "CITY": "METHUEN",
        "STATE": "MA",
        "REVENUE": "129526.155",
        "UTILIZATION": "2000",
    }
    assert read(local, organization.SOURCE, line) == [
        {
            "organization_id": "O1",
            "as_of": NEW_YEAR,
            "payload_hash": sha(line),
            "organization_name": "HOLY FAMILY",
            "city": "METHUEN",
            "state": "MA",
            "revenue": Decimal("129526.16"),
            "revenue_text": "129526.155",
            "utilization": 2000,
            "utilization_text": "2000",
            "dq_flags": "CLEAN",
            "extra": {"ADDRESS": "70 EAST ST"},
        }
    ]


def test_an_organizations_revenue_is_a_number_not_below_zero(local: Session) -> None:
    base = {"Id": "O1", "NAME": "A"}
    rows = read(
        local,
        organization.SOURCE,
        base | {"REVENUE": "-0.01", "UTILIZATION": "7"},
        base | {"REVENUE": "much", "UTILIZATION": "some"},
        base | {"REVENUE": ""},
    )
    assert sorted((row["dq_flags"], row["revenue"], row["utilization"]) for row in rows) == [
        ("BAD_REVENUE|BAD_UTILIZATION", None, None),
        ("CLEAN", None, None),
        ("NEGATIVE_COST", None, 7),
    ]


def test_a_payer_with_columns_we_do_not_know(local: Session) -> None:
    line = {"Id": "Y1", "NAME": "Medicare", "STATE_HEADQUARTERED": "", "AMOUNT_COVERED": "7.5"}
    assert read(local, payer.SOURCE, line) == [
        {
            "payer_id": "Y1",
            "as_of": NEW_YEAR,
            "payload_hash": sha(line),
            "payer_name": "Medicare",
            "state_headquartered": None,
            "dq_flags": "CLEAN",
            "extra": {"AMOUNT_COVERED": "7.5"},
        }
    ]


def test_bed_capacity_is_flagged_when_negative_or_missing(local: Session) -> None:
    capacities = ["0", "-1", "", "many"]
    rows = read(local, department.SOURCE, *(SURGERY | {"BED_CAPACITY": c} for c in capacities))
    found = {row["payload_hash"]: (row["bed_capacity"], row["dq_flags"]) for row in rows}
    assert [found[sha(SURGERY | {"BED_CAPACITY": capacity})] for capacity in capacities] == [
        (0, "CLEAN"),
        (None, "NEGATIVE_CAPACITY"),
        (None, "MISSING_BED_CAPACITY"),
        (None, "MISSING_BED_CAPACITY"),
    ]


@pytest.mark.parametrize(
    ("source", "line", "flag"),
    [
        (hospital.SOURCE, NORTH | {"NAME": " "}, "MISSING_HOSPITAL_NAME"),
        (organization.SOURCE, {"Id": "O1"}, "MISSING_ORGANIZATION_NAME"),
        (payer.SOURCE, {"Id": "Y1"}, "MISSING_PAYER_NAME"),
    ],
)
def test_a_missing_name_is_flagged(
    local: Session, source: Source, line: dict[str, str], flag: str
) -> None:
    assert [row["dq_flags"] for row in read(local, source, line)] == [flag]


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        (hospital.SOURCE, NORTH | {"HOSPITAL_ID": ""}, "MISSING_HOSPITAL_ID"),
        (hospital.SOURCE, {"Id": "H1", "NAME": "North"}, "MISSING_HOSPITAL_ID"),
        (department.SOURCE, SURGERY | {"HOSPITAL_ID": ""}, "MISSING_HOSPITAL_ID"),
        (department.SOURCE, SURGERY | {"DEPARTMENT": " "}, "MISSING_DEPARTMENT"),
        (organization.SOURCE, {"NAME": "HOLY FAMILY"}, "MISSING_ORGANIZATION_ID"),
        (payer.SOURCE, {"NAME": "Medicare"}, "MISSING_PAYER_ID"),
    ],
)
def test_a_line_without_its_id_is_rejected(
    local: Session, source: Source, line: dict[str, str], reason: str
) -> None:
    given = records(source.name, "2026-01-01", line)
    assert [row["reason"] for row in rejected(local, source, given)] == [reason]
    assert len(read(local, source, line, NORTH | SURGERY | {"Id": "another"})) == 1


def test_a_broken_line_is_rejected_with_its_text(local: Session) -> None:
    given = [
        RawRecord("hospital", "c0ffee", NEW_YEAR, 3, "H1,North", "utf-8"),
        RawRecord("hospital", "c0ffee", NEW_YEAR, 4, "//4=", "base64"),
        RawRecord("hospital", "c0ffee", NEW_YEAR, 5, json.dumps(NORTH), "utf-8"),
    ]
    rows = rejected(local, hospital.SOURCE, given)
    assert sorted(rows, key=lambda row: row["origin"])[0] == {
        "source": "hospital_record",
        "origin": "hospitals/c0ffee/1767225600000000/3",
        "payload_hash": hashlib.sha256(b"H1,North").hexdigest(),
        "reason": "BROKEN_LINE",
        "payload": "H1,North",
        "payload_encoding": "utf-8",
        "received_at": NEW_YEAR,
    }
    assert [row["reason"] for row in sorted(rows, key=lambda row: row["origin"])] == [
        "BROKEN_LINE",
        "NOT_UTF8",
        "BROKEN_LINE",
    ]


def test_a_line_that_a_file_repeats_is_one_row(local: Session) -> None:
    assert len(read(local, hospital.SOURCE, NORTH, NORTH)) == 1


def test_the_same_line_in_a_later_snapshot_is_a_row_of_its_own(local: Session) -> None:
    given = [
        *records("hospital", "2026-01-01", NORTH),
        *records("hospital", "2026-02-01", NORTH),
        *records("hospital", "2026-02-01", NORTH),
    ]
    rows = rows_of(silver_rows(hospital.SOURCE, record_frame(local, given)))
    assert sorted(row["as_of"] for row in rows) == [NEW_YEAR, dt.datetime(2026, 2, 1)]
