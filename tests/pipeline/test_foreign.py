"""The foreign generator's truth against the oracle: two independent ways to the same figures."""

from collections import Counter
from itertools import pairwise

import pytest
from support.foreign.hospital import ForeignHospital, foreign_hospital
from support.oracle.truth import Tables, expected_tables


@pytest.fixture(scope="module", params=range(3))
def told(request: pytest.FixtureRequest) -> ForeignHospital:
    return foreign_hospital(seed=request.param, patients=400, dirt=0.3)


@pytest.fixture(scope="module")
def tables(told: ForeignHospital) -> Tables:
    return expected_tables(told.events)


def test_the_generator_sends_every_kind_of_dirt(tables: Tables) -> None:
    flags = {flag for row in tables["silver.patient_flow"] for flag in row["dq_flags"].split("|")}
    reasons = {row["reason"] for row in tables["ops.rejected_event"]}

    assert flags == {
        "CLEAN",
        "FUTURE_ADMISSION",
        "INVALID_AGE",
        "DISCHARGE_BEFORE_ADMIT",
        "DEPT_TYPO",
        "UNKNOWN_DEPT",
        "INVALID_HOSPITAL_ID",
        "MISSING_PATIENT_ID",
        "MISSING_EVENT_TYPE",
        "MISSING_DEPARTMENT",
        "MISSING_ADMISSION_TIME",
        "MISSING_EVENT_TIMESTAMP",
        "MISSING_EVENT_ID",
    }
    assert reasons == {
        "NULL_MESSAGE",
        "EMPTY_MESSAGE",
        "NOT_JSON",
        "NOT_AN_OBJECT",
        "UNKNOWN_EVENT_TYPE",
        "FUTURE_EVENT",
    }


def test_every_stay_is_the_one_the_writer_knows(told: ForeignHospital, tables: Tables) -> None:
    found = Counter(
        (
            row["patient_id"],
            row["hospital_id"],
            row["department"],
            row["admitted_at"],
            row["discharged_at"],
        )
        for row in tables["gold.fact_patient_flow"]
        if row["has_admission"]
    )

    assert found == Counter(
        (bed.patient_id, bed.hospital_id, bed.department, bed.admitted_at, bed.discharged_at)
        for bed in told.beds
    )


def test_no_dirt_makes_an_insurance_version(told: ForeignHospital, tables: Tables) -> None:
    found: dict[str, list[str]] = {}
    rows = [row for row in tables["gold.dim_patient"] if row["patient_id"] is not None]
    for row in sorted(rows, key=lambda row: row["valid_from"]):
        found.setdefault(row["patient_id"], []).append(row["insurance_type"])

    versions = {
        patient_id: 1 + sum(one != other for one, other in pairwise(insurances))
        for patient_id, insurances in found.items()
    }
    assert versions == told.insurance_versions()


def test_everything_unreadable_is_rejected(told: ForeignHospital, tables: Tables) -> None:
    assert len(tables["ops.rejected_event"]) == told.rejected


def test_the_same_seed_gives_the_same_messages() -> None:
    assert foreign_hospital(7, 20).events == foreign_hospital(7, 20).events
