"""The nightly files of patients, encounters, claims and so on: what silver reads and flags."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from carefloe.silver import (
    allergy,
    claim,
    claim_transaction,
    condition,
    encounter_record,
    observation,
    patient,
    procedure,
    provider,
)
from carefloe.silver.source import rejected_rows, silver_rows
from snowflake.snowpark import Session
from support.frame import record_frame, rows_of
from support.raw import records

AS_OF = "2026-01-01"
Row = dict[str, Any]
Line = dict[str, str]

BORN = {"Id": "P1", "BIRTHDATE": "1980-05-01", "DEATHDATE": "", "GENDER": "F"}
STAY = {
    "Id": "E1",
    "START": "2025-03-01T10:00:00Z",
    "STOP": "2025-03-01T10:30:00Z",
    "PATIENT": "P1",
    "BASE_ENCOUNTER_COST": "100.00",
    "TOTAL_CLAIM_COST": "250.50",
    "PAYER_COVERAGE": "0.00",
}
FINDING = {"PATIENT": "P1", "ENCOUNTER": "E1", "CODE": "195662009", "START": "2025-03-01"}
CHARGE = {"ID": "T1", "CLAIMID": "C1", "PATIENTID": "P1", "TYPE": "CHARGE", "AMOUNT": "77.49"}
BILL = {"Id": "C1", "PATIENTID": "P1", "APPOINTMENTID": "E1", "SERVICEDATE": "2025-03-01T10:00:00Z"}


def read(session: Session, module: ModuleType, *lines: Line) -> list[Row]:
    """The silver rows of these lines, in their order."""
    given = records(module.SOURCE.name, AS_OF, *lines)
    made = rows_of(silver_rows(module.SOURCE, record_frame(session, given)))
    by_hash = {row["payload_hash"]: row for row in made}
    return [by_hash[hashlib.sha256(one.payload.encode()).hexdigest()] for one in given]


def flags(session: Session, module: ModuleType, whole: Line, *changes: Line) -> list[str]:
    """The flags of the whole line with each of these changes."""
    return [row["dq_flags"] for row in read(session, module, *(whole | one for one in changes))]


def columns(row: Row, *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_a_patient(local: Session) -> None:
    line = {
        "Id": "3edac2e3",
        "BIRTHDATE": "2014-10-06",
        "DEATHDATE": "",
        "SSN": "999-17-5017",
        "FIRST": "Maynard46",
        "LAST": "Mosciski958",
        "MARITAL": "",
        "RACE": "white",
        "ETHNICITY": "nonhispanic",
        "GENDER": "M",
        "ADDRESS": "784 Stamm Lock Unit 46",
        "CITY": "Somerville",
        "STATE": "Massachusetts",
        "ZIP": "02155",
        "INSURANCE_TYPE": "Medicare",
    }
    (row,) = read(local, patient, line)
    assert row == {
        "patient_id": "3edac2e3",
        "as_of": dt.datetime(2026, 1, 1),
        "payload_hash": hashlib.sha256(json.dumps(line).encode()).hexdigest(),
        "first_name": "Maynard46",
        "last_name": "Mosciski958",
        "birth_date": dt.date(2014, 10, 6),
        "birth_date_text": "2014-10-06",
        "death_date": None,
        "death_date_text": None,
        "gender": "M",
        "race": "white",
        "ethnicity": "nonhispanic",
        "marital_status": None,
        "address": "784 Stamm Lock Unit 46",
        "city": "Somerville",
        "state": "Massachusetts",
        "zip_code": "02155",
        "insurance_type": "Medicare",
        "dq_flags": "CLEAN",
        "extra": {"SSN": "999-17-5017"},
    }


def test_a_birth_is_within_120_years_before_the_snapshot_or_the_death(local: Session) -> None:
    found = [
        (row["dq_flags"], row["birth_date"], row["death_date"])
        for row in read(
            local,
            patient,
            BORN | {"BIRTHDATE": "2026-01-01"},
            BORN | {"BIRTHDATE": "2026-01-02"},
            BORN | {"BIRTHDATE": "1906-01-01"},
            BORN | {"BIRTHDATE": "1905-12-31"},
            BORN | {"BIRTHDATE": "1850-07-04", "DEATHDATE": "1970-07-04"},
            BORN | {"BIRTHDATE": "1850-07-04", "DEATHDATE": "1970-07-05"},
            BORN | {"DEATHDATE": "1980-05-01"},
            BORN | {"DEATHDATE": "1980-04-30"},
            BORN | {"BIRTHDATE": "2026-01-02", "DEATHDATE": "2025-12-31"},
        )
    ]
    born = dt.date(1980, 5, 1)
    assert found == [
        ("CLEAN", dt.date(2026, 1, 1), None),
        ("INVALID_BIRTH_DATE", None, None),
        ("CLEAN", dt.date(1906, 1, 1), None),
        ("INVALID_BIRTH_DATE", None, None),
        ("CLEAN", dt.date(1850, 7, 4), dt.date(1970, 7, 4)),
        ("INVALID_BIRTH_DATE", None, dt.date(1970, 7, 5)),
        ("CLEAN", born, born),
        ("DEATH_BEFORE_BIRTH", born, None),
        ("INVALID_BIRTH_DATE|DEATH_BEFORE_BIRTH", None, None),
    ]


def test_a_date_that_cannot_be_read_is_flagged_and_null_and_never_missing_too(
    local: Session,
) -> None:
    rows = read(
        local,
        patient,
        BORN | {"BIRTHDATE": "1980-02-30"},
        BORN | {"BIRTHDATE": " "},
        BORN | {"DEATHDATE": "unknown", "GENDER": ""},
        BORN | {"BIRTHDATE": "05/01/1980"},
    )
    assert [columns(row, "dq_flags", "birth_date", "death_date") for row in rows] == [
        ("BAD_BIRTH_DATE", None, None),
        ("MISSING_BIRTH_DATE", None, None),
        ("BAD_DEATH_DATE|MISSING_GENDER", dt.date(1980, 5, 1), None),
        ("CLEAN", dt.date(1980, 5, 1), None),
    ]


def test_an_encounter_ends_after_its_start_and_costs_nothing_below_zero(local: Session) -> None:
    rows = read(
        local,
        encounter_record,
        STAY,
        STAY | {"STOP": "2025-03-01T09:59:59Z"},
        STAY | {"STOP": ""},
        STAY | {"START": "03/01/2025 10:00", "STOP": "2025-03-01"},
        STAY | {"START": "soon"},
        STAY | {"TOTAL_CLAIM_COST": "-0.01"},
        STAY | {"PAYER_COVERAGE": "free", "PAYER": "0", "PATIENT": ""},
    )
    start = dt.datetime(2025, 3, 1, 10)
    end = dt.datetime(2025, 3, 1, 10, 30)
    paid = (Decimal("250.5"), Decimal(0))
    names = ("dq_flags", "started_at", "ended_at", "total_claim_cost", "payer_coverage")
    assert [columns(row, *names) for row in rows] == [
        ("CLEAN", start, end, *paid),
        ("DISCHARGE_BEFORE_ADMIT", start, None, *paid),
        ("CLEAN", start, None, *paid),
        ("DISCHARGE_BEFORE_ADMIT", start, None, *paid),
        ("BAD_STARTED_AT", None, end, *paid),
        ("NEGATIVE_COST", start, end, None, Decimal(0)),
        ("BAD_PAYER_COVERAGE|MISSING_PATIENT_ID", start, end, Decimal("250.5"), None),
    ]
    assert rows[-1]["payer_id"] is None


def test_a_condition_keeps_its_id_when_its_days_are_corrected(local: Session) -> None:
    rows = read(
        local,
        condition,
        FINDING,
        FINDING | {"START": "03/01/2025", "STOP": "2025-03-09"},
        FINDING | {"START": "never", "STOP": "2025-02-28"},
        FINDING | {"STOP": "2025-02-28"},
        FINDING | {"CODE": "195662008"},
    )
    assert [columns(row, "dq_flags", "started_on", "ended_on") for row in rows] == [
        ("CLEAN", dt.date(2025, 3, 1), None),
        ("CLEAN", dt.date(2025, 3, 1), dt.date(2025, 3, 9)),
        ("BAD_STARTED_ON", None, dt.date(2025, 2, 28)),
        ("ENDED_BEFORE_STARTED", dt.date(2025, 3, 1), None),
        ("CLEAN", dt.date(2025, 3, 1), None),
    ]
    # Each part of the id with its length before it; without a fourth part, a dash.
    text = "2:P12:E19:195662009-"
    same = hashlib.sha256(text.encode()).hexdigest()
    assert [row["condition_id"] == same for row in rows] == [True, True, True, True, False]


def test_without_an_encounter_the_start_tells_conditions_apart(local: Session) -> None:
    alone = FINDING | {"ENCOUNTER": ""}
    ids = [
        row["condition_id"]
        for row in read(
            local,
            condition,
            alone,
            alone | {"START": "03/01/2025"},
            alone | {"START": "2024-03-01"},
            alone | {"START": "??"},
        )
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_an_allergy(local: Session) -> None:
    line = FINDING | {"STOP": "", "TYPE": "allergy", "CATEGORY": "food", "DESCRIPTION": "Peanut"}
    (row,) = read(local, allergy, line)
    names = ("code", "description", "started_on", "ended_on", "allergy_type", "category")
    assert columns(row, *names) == (
        "195662009",
        "Peanut",
        dt.date(2025, 3, 1),
        None,
        "allergy",
        "food",
    )


def test_a_procedure_of_an_older_file_has_one_date(local: Session) -> None:
    newer = FINDING | {"START": "2025-03-01T10:00:00Z", "STOP": "2025-03-01T10:20:00Z"}
    older = {name: value for name, value in newer.items() if name not in ("START", "STOP")}
    rows = read(
        local,
        procedure,
        newer | {"BASE_COST": "431.40"},
        older | {"DATE": "2025-03-01T10:00:00Z", "BASE_COST": "431.40"},
        newer | {"BASE_COST": "-1", "STOP": "2025-02-01"},
        older | {"DATE": "2025-03-01", "BASE_COST": ""},
    )
    names = ("dq_flags", "started_at", "ended_at", "base_cost", "extra")
    ten = dt.datetime(2025, 3, 1, 10)
    assert [columns(row, *names) for row in rows] == [
        ("CLEAN", ten, dt.datetime(2025, 3, 1, 10, 20), Decimal("431.4"), None),
        ("CLEAN", ten, None, Decimal("431.4"), None),
        ("ENDED_BEFORE_STARTED|NEGATIVE_COST", ten, None, None, None),
        ("CLEAN", dt.datetime(2025, 3, 1), None, None, None),
    ]
    ids = [row["procedure_id"] for row in rows]
    assert ids[0] == ids[1] == ids[2] != ids[3]


def test_an_observation_is_a_number_where_it_is_one(local: Session) -> None:
    made = {"PATIENT": "P1", "CODE": "8302-2", "DATE": "2025-03-01T10:00:00Z", "TYPE": "numeric"}
    rows = read(
        local,
        observation,
        made | {"VALUE": "127.9", "UNITS": "cm"},
        made | {"VALUE": "Never smoker", "TYPE": "text"},
        made | {"VALUE": "tall"},
        made | {"VALUE": ""},
        made | {"VALUE": "1e3", "DATE": "03/01/2025 10:00:00"},
    )
    assert [columns(row, "dq_flags", "value_text", "value_number") for row in rows] == [
        ("CLEAN", "127.9", Decimal("127.9")),
        ("CLEAN", "Never smoker", None),
        ("BAD_VALUE_NUMBER", "tall", None),
        ("CLEAN", None, None),
        ("CLEAN", "1e3", Decimal(1000)),
    ]
    assert len({row["observation_id"] for row in rows}) == 1


def test_a_claim_without_a_payer_says_zero(local: Session) -> None:
    rows = read(
        local,
        claim,
        BILL | {"PRIMARYPATIENTINSURANCEID": "0", "SECONDARYPATIENTINSURANCEID": "0"},
        BILL | {"PRIMARYPATIENTINSURANCEID": "p1", "SECONDARYPATIENTINSURANCEID": "p2"},
    )
    assert [columns(row, "payer_id", "secondary_payer_id", "encounter_id") for row in rows] == [
        (None, None, "E1"),
        ("p1", "p2", "E1"),
    ]
    assert flags(
        local,
        claim,
        BILL,
        {"SERVICEDATE": "2025-02-30", "CURRENTILLNESSDATE": "x"},
        {"OUTSTANDING1": "-3", "OUTSTANDING2": "?", "APPOINTMENTID": ""},
    ) == [
        "BAD_SERVICE_AT|BAD_ILLNESS_ON",
        "BAD_OUTSTANDING_SECONDARY|NEGATIVE_COST|MISSING_ENCOUNTER_ID",
    ]


def test_a_claims_transaction(local: Session) -> None:
    rows = read(
        local,
        claim_transaction,
        CHARGE | {"PAYMENTS": "", "FROMDATE": "2025-03-01T10:00:00Z", "TODATE": "03/01/2025 10:30"},
        CHARGE | {"TYPE": "payment", "AMOUNT": "", "PAYMENTS": "77.49", "METHOD": "CASH"},
        CHARGE | {"AMOUNT": "-77.49", "PAYMENTS": "-1", "TRANSFERS": "5"},
        CHARGE | {"FROMDATE": "2025-03-01T10:00:00Z", "TODATE": "1970-01-01T00:00:00Z"},
        {"ID": "T2", "AMOUNT": "12,50", "UNITS": "1.5", "FROMDATE": "now"},
    )
    names = ("dq_flags", "transaction_type", "amount", "payments", "to_at")
    assert [columns(row, *names) for row in rows] == [
        ("CLEAN", "CHARGE", Decimal("77.49"), None, dt.datetime(2025, 3, 1, 10, 30)),
        ("CLEAN", "PAYMENT", None, Decimal("77.49"), None),
        ("NEGATIVE_COST", "CHARGE", None, None, None),
        ("ENDED_BEFORE_STARTED", "CHARGE", Decimal("77.49"), None, None),
        (
            "BAD_FROM_AT|BAD_AMOUNT|MISSING_CLAIM_ID|MISSING_PATIENT_ID|MISSING_TRANSACTION_TYPE",
            None,
            None,
            None,
            None,
        ),
    ]
    assert [row["units"] for row in rows] == [None, None, None, None, Decimal(2)]
    assert rows[2]["transfers"] == Decimal(5)


def test_a_provider(local: Session) -> None:
    line = {"Id": "D1", "ORGANIZATION": "O1", "NAME": "Ana", "GENDER": "Female", "SPECIALITY": "GP"}
    (row,) = read(local, provider, line)
    names = ("provider_id", "organization_id", "provider_name", "gender", "specialty", "dq_flags")
    assert columns(row, *names) == ("D1", "O1", "Ana", "F", "GP", "CLEAN")


@pytest.mark.parametrize(
    ("module", "line", "reason"),
    [
        (patient, {"Id": "", "FIRST": "A"}, "MISSING_PATIENT_ID"),
        (provider, {"NAME": "A"}, "MISSING_PROVIDER_ID"),
        (encounter_record, STAY | {"Id": " "}, "MISSING_ENCOUNTER_ID"),
        (claim, BILL | {"Id": ""}, "MISSING_CLAIM_ID"),
        (claim_transaction, CHARGE | {"ID": ""}, "MISSING_TRANSACTION_ID"),
        (condition, {"START": "2025-03-01"}, "MISSING_CONDITION_ID"),
        (allergy, {"PATIENT": "", "ENCOUNTER": "", "CODE": ""}, "MISSING_ALLERGY_ID"),
        (procedure, {}, "MISSING_PROCEDURE_ID"),
        (observation, {"VALUE": "1"}, "MISSING_OBSERVATION_ID"),
    ],
    ids=lambda given: given.SOURCE.name if isinstance(given, ModuleType) else "",
)
def test_a_line_that_tells_not_what_it_is_of_is_rejected(
    local: Session, module: ModuleType, line: Line, reason: str
) -> None:
    frame = record_frame(local, records(module.SOURCE.name, AS_OF, line))
    assert [row["reason"] for row in rows_of(rejected_rows(module.SOURCE, frame))] == [reason]
    assert rows_of(silver_rows(module.SOURCE, frame)) == []
