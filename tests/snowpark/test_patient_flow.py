"""Patient flow: every rule alone at its boundary, rules together, and what no rule minds."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from carefloe.silver.patient_flow import SOURCE
from snowflake.snowpark import Session
from support.edge import DEPARTMENTS
from support.frame import silver
from support.message import admission, discharge

NOON = "2026-01-05T12:00:00Z"
LATER = "2026-01-05T12:00:01Z"
NEXT_DAY = "2026-01-06T12:00:00Z"
AT_NOON = dt.datetime(2026, 1, 5, 12, 0)


def outcomes(session: Session, column: str, *payloads: Any) -> list[tuple[Any, str]]:
    """Value of a column and flags, per payload."""
    return [(row[column], row["dq_flags"]) for row in silver(session, SOURCE, *payloads)]


def test_a_clean_message_is_typed_field_by_field(local: Session) -> None:
    payload = {
        "event_type": "discharge",
        "event_id": "E1",
        "visit_id": "V1",
        "patient_id": "P1",
        "gender": "F",
        "age": 71,
        "department": "ICU",
        "hospital_id": "H3",
        "hospital_name": "North",
        "bed_id": "H3-ICU-02",
        "admission_time": "2026-01-05T12:00:00Z",
        "expected_discharge_time": "2026-01-07T12:00:00+01:00",
        "admission_priority": "Emergency",
        "discharge_time": "2026-01-07T08:30:00Z",
        "length_of_stay_hrs": 44.5,
        "discharge_status": "Discharged-Home",
        "diagnosis_code": "I21.0-STEMI",
        "insurance_type": "Medicare",
        "vitals": {
            "heart_rate": 88,
            "bp_systolic": 121,
            "bp_diastolic": 79,
            "temperature_f": 98.6,
            "oxygen_saturation": 97.25,
        },
        "event_timestamp": "2026-01-07T08:30:05Z",
    }
    [row] = silver(local, SOURCE, payload)
    assert row == {
        "payload_hash": hashlib.sha256(json.dumps(payload).encode()).hexdigest(),
        "event_id": "E1",
        "event_date": dt.date(2026, 1, 7),
        "event_type": "DISCHARGE",
        "visit_id": "V1",
        "patient_id": "P1",
        "gender": "F",
        "age": 71,
        "department": "ICU",
        "department_meant": "ICU",
        "hospital_id": "H3",
        "hospital_name": "North",
        "bed_id": "H3-ICU-02",
        "admission_time": AT_NOON,
        "expected_discharge_time": dt.datetime(2026, 1, 7, 11, 0),
        "admission_priority": "Emergency",
        "discharge_time": dt.datetime(2026, 1, 7, 8, 30),
        "length_of_stay_hours": Decimal("44.5"),
        "discharge_status": "Discharged-Home",
        "diagnosis_code": "I21.0-STEMI",
        "insurance_type": "Medicare",
        "heart_rate": 88,
        "bp_systolic": 121,
        "bp_diastolic": 79,
        "temperature_f": Decimal("98.6"),
        "oxygen_saturation": Decimal("97.25"),
        "event_timestamp": dt.datetime(2026, 1, 7, 8, 30, 5),
        "dq_flags": "CLEAN",
        "extra": None,
    }


def test_an_admission_after_its_event_is_set_back_to_it(local: Session) -> None:
    assert outcomes(
        local,
        "admission_time",
        admission("on time", NOON),
        admission("a second late", NOON, admission_time=LATER),
        admission("no timestamp", NOON, admission_time=LATER, event_timestamp=None),
    ) == [
        (AT_NOON, "CLEAN"),
        (AT_NOON, "FUTURE_ADMISSION"),
        (AT_NOON + dt.timedelta(seconds=1), "MISSING_EVENT_TIMESTAMP"),
    ]


def test_an_age_outside_0_to_120_is_nulled(local: Session) -> None:
    ages = [0, 120, -1, 121, 10**30, None, "unknown"]
    assert outcomes(local, "age", *(admission("E", NOON, age=age) for age in ages)) == [
        (0, "CLEAN"),
        (120, "CLEAN"),
        (None, "INVALID_AGE"),
        (None, "INVALID_AGE"),
        (None, "INVALID_AGE"),
        (None, "CLEAN"),
        (None, "CLEAN"),
    ]


def test_a_discharge_before_its_admission_loses_time_and_length(local: Session) -> None:
    def closed(at: str | None, admitted: str | None = NOON) -> dict[str, Any]:
        return discharge(
            "E", NEXT_DAY, admitted, discharge_time=at, length_of_stay_hrs=5, discharge_status="?"
        )

    rows = silver(
        local,
        SOURCE,
        closed(NOON),
        closed("2026-01-05T11:59:59Z"),
        closed(None),
        closed(NOON, None),
    )
    assert [
        (row["discharge_time"], row["length_of_stay_hours"], row["dq_flags"]) for row in rows
    ] == [
        (AT_NOON, 5, "CLEAN"),
        (None, None, "DISCHARGE_BEFORE_ADMIT"),
        (None, 5, "CLEAN"),
        (AT_NOON, 5, "MISSING_ADMISSION_TIME"),
    ]
    assert {row["discharge_status"] for row in rows} == {"?"}


def test_a_typing_error_is_mapped_and_other_text_kept(local: Session) -> None:
    payloads = [admission("E", NOON) | {"department": given} for given, _, _ in DEPARTMENTS]
    found = outcomes(local, "department", *payloads)
    assert found == [(kept, flags) for _, kept, flags in DEPARTMENTS]


def test_an_unknown_hospital_is_nulled_and_its_name_kept(local: Session) -> None:
    ids = ["H1", "H7", "H0", "H8", "H99", "h1", None]
    payloads = [admission("E", NOON, hospital_id=given) for given in ids]
    assert outcomes(local, "hospital_id", *payloads) == [
        ("H1", "CLEAN"),
        ("H7", "CLEAN"),
        *[(None, "INVALID_HOSPITAL_ID")] * 4,
        (None, "CLEAN"),
    ]
    assert [row["hospital_name"] for row in silver(local, SOURCE, *payloads)] == ["North"] * 7


@pytest.mark.parametrize(
    "field",
    ["patient_id", "event_type", "department", "admission_time", "event_timestamp", "event_id"],
)
def test_a_missing_field_is_flagged_however_it_is_missing(local: Session, field: str) -> None:
    whole = admission("E", NOON)
    absent = {name: value for name, value in whole.items() if name != field}
    missing = [absent, whole | {field: None}, whole | {field: ""}, whole | {field: "  "}]
    flags = [row["dq_flags"] for row in silver(local, SOURCE, *missing)]
    assert flags == [f"MISSING_{field.upper()}"] * 4


def test_an_unreadable_time_is_a_missing_one(local: Session) -> None:
    assert (
        outcomes(
            local,
            "admission_time",
            admission("E", NOON, admission_time="yesterday"),
            admission("E", NOON, admission_time=1767614400),
        )
        == [(None, "MISSING_ADMISSION_TIME")] * 2
    )


def test_an_event_without_id_is_known_by_its_payload(local: Session) -> None:
    [row] = silver(local, SOURCE, admission("E", NOON) | {"event_id": " "})
    assert row["event_id"] == row["payload_hash"]
    assert row["dq_flags"] == "MISSING_EVENT_ID"


def test_an_event_without_timestamp_has_the_date_1900_01_01(local: Session) -> None:
    [row] = silver(local, SOURCE, admission("E", NOON, event_timestamp=None))
    assert row["event_date"] == dt.date(1900, 1, 1)


def test_the_event_date_is_the_day_in_utc(local: Session) -> None:
    assert outcomes(
        local,
        "event_date",
        admission("E", "2026-01-05T23:30:00-02:00"),
        admission("E", "2026-01-05T00:30:00+02:00"),
    ) == [(dt.date(2026, 1, 6), "CLEAN"), (dt.date(2026, 1, 4), "CLEAN")]


def test_all_rules_that_fire_are_flagged_in_the_order_of_the_list(local: Session) -> None:
    [worst] = silver(
        local,
        SOURCE,
        {
            "department": "surgerry",
            "hospital_id": "H99",
            "age": 130,
            "admission_time": "2026-01-09T00:00:00Z",
            "discharge_time": "2026-01-08T00:00:00Z",
            "event_timestamp": "2026-01-07T00:00:00Z",
        },
    )
    assert worst["dq_flags"] == (
        "FUTURE_ADMISSION|INVALID_AGE|DISCHARGE_BEFORE_ADMIT|DEPT_TYPO|INVALID_HOSPITAL_ID"
        "|MISSING_PATIENT_ID|MISSING_EVENT_TYPE|MISSING_EVENT_ID"
    )
    [empty] = silver(local, SOURCE, "{}")
    assert empty["dq_flags"] == (
        "MISSING_PATIENT_ID|MISSING_EVENT_TYPE|MISSING_DEPARTMENT|MISSING_ADMISSION_TIME"
        "|MISSING_EVENT_TIMESTAMP|MISSING_EVENT_ID"
    )


def test_no_rule_fires_on_another_rules_repair(local: Session) -> None:
    """The discharge precedes the repaired admission, but not the one that was told."""
    payload = discharge(
        "E",
        "2026-01-05T12:00:00Z",
        "2026-01-05T12:30:00Z",
        discharge_time="2026-01-05T13:00:00Z",
    )
    assert outcomes(local, "admission_time", payload) == [(AT_NOON, "FUTURE_ADMISSION")]
    told_late = discharge(
        "E",
        "2026-01-05T12:00:00Z",
        "2026-01-05T13:00:00Z",
        discharge_time="2026-01-05T12:30:00Z",
    )
    [row] = silver(local, SOURCE, told_late)
    assert (row["admission_time"], row["discharge_time"], row["dq_flags"]) == (
        AT_NOON,
        None,
        "FUTURE_ADMISSION|DISCHARGE_BEFORE_ADMIT",
    )


def test_fields_outside_the_contract_are_kept_as_they_are(local: Session) -> None:
    extra = {
        "ward": "3B",
        "Department": "Surgery",
        "tags": ["a", {"b": 1}],
        "none": None,
        "nested": {"x": {"y": 0.5}},
        "flag": False,
    }
    [row] = silver(local, SOURCE, admission("E", NOON) | extra)
    assert row["extra"] == extra
    assert row["dq_flags"] == "CLEAN"


def test_vitals_are_null_where_they_are_not_told(local: Session) -> None:
    told = [
        {"heart_rate": 80, "oxygen_saturation": "97.255", "respiratory_rate": 14},
        {"heart_rate": None, "temperature_f": "hot"},
        {},
        "stable",
        80,
        None,
    ]
    rows = silver(local, SOURCE, *(admission("E", NOON) | {"vitals": one} for one in told))
    found = [(row["heart_rate"], row["oxygen_saturation"], row["temperature_f"]) for row in rows]
    assert found == [(80, Decimal("97.26"), None), *[(None, None, None)] * 5]
    assert {row["dq_flags"] for row in rows} == {"CLEAN"}


def test_other_words_of_gender_insurance_and_status_are_kept(local: Session) -> None:
    [row] = silver(
        local, SOURCE, admission("E", NOON, gender="X", insurance_type="Other", age="7 ")
    )
    assert (row["gender"], row["insurance_type"], row["age"], row["dq_flags"]) == (
        "X",
        "Other",
        7,
        "CLEAN",
    )
