"""Encounters: every rule alone at its boundary, rules together, repaired from the row alone."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from carefloe.silver.encounter import SOURCE
from carefloe.silver.source import silver_rows
from snowflake.snowpark import Session
from support.frame import event_frame, rows_of, silver
from support.message import Fields, encounter
from support.raw import events

NOON = "2026-01-05T12:00:00Z"
AT_NOON = dt.datetime(2026, 1, 5, 12, 0)


def outcomes(session: Session, column: str, *payloads: Any) -> list[tuple[Any, str]]:
    """Value of a column and flags, per payload."""
    return [(row[column], row["dq_flags"]) for row in silver(session, SOURCE, *payloads)]


def costing(base: Any, total: Any, covered: Any) -> Fields:
    return encounter(
        "E", NOON, base_encounter_cost=base, total_claim_cost=total, payer_coverage=covered
    )


def test_a_clean_message_is_typed_field_by_field(local: Session) -> None:
    payload = {
        "event_id": "E1",
        "encounter_id": "N1",
        "patient_id": "P1",
        "gender": "M",
        "age": 33,
        "department": "ambulatory",
        "admission_time": "2026-01-05T12:00:00Z",
        "discharge_time": "2026-01-05T12:15:00Z",
        "organization_id": "O1",
        "provider_id": "D1",
        "payer_id": "Y1",
        "base_encounter_cost": 77.49,
        "total_claim_cost": "1017.485",
        "payer_coverage": 0,
        "event_timestamp": "2026-01-05T12:15:00Z",
    }
    [row] = silver(local, SOURCE, payload)
    assert row == {
        "payload_hash": hashlib.sha256(json.dumps(payload).encode()).hexdigest(),
        "event_id": "E1",
        "event_date": dt.date(2026, 1, 5),
        "encounter_id": "N1",
        "patient_id": "P1",
        "gender": "M",
        "age": 33,
        "department": "ambulatory",
        "admission_text": "2026-01-05T12:00:00Z",
        "admission_time": AT_NOON,
        "discharge_time": dt.datetime(2026, 1, 5, 12, 15),
        "organization_id": "O1",
        "provider_id": "D1",
        "payer_id": "Y1",
        "base_encounter_cost": Decimal("77.49"),
        "total_claim_cost": Decimal("1017.49"),
        "payer_coverage": 0,
        "event_timestamp": dt.datetime(2026, 1, 5, 12, 15),
        "dq_flags": "CLEAN",
        "extra": None,
    }


@pytest.mark.parametrize("given", [None, "", "  "])
def test_a_missing_admission_time_is_flagged_and_stays_null(
    local: Session, given: str | None
) -> None:
    payload = encounter("E", NOON) | {"admission_time": given}
    assert outcomes(local, "admission_time", payload) == [(None, "MISSING_ADMISSION_TIME")]


@pytest.mark.parametrize(
    ("given", "repaired"),
    [
        ("2026-01-05T12:00:00+00:00Z", AT_NOON),
        ("2026-01-05T14:00:00+02:00Z", AT_NOON),
        ("2026-01-05T12:00:00ZZ", AT_NOON),
        ("2026-01-05T12:00:00+00:00ZZ", None),
        ("2026-01-05T12:00:00+00:00z", None),
        ("2026-01-05", None),
        ("Z", None),
        ("soon", None),
        (1767614400, None),
    ],
)
def test_a_malformed_admission_time_is_read_without_its_second_offset_or_nulled(
    local: Session, given: Any, repaired: dt.datetime | None
) -> None:
    payload = encounter("E", "2026-01-06T00:00:00Z", admission_time=given)
    assert outcomes(local, "admission_time", payload) == [(repaired, "MALFORMED_ADMISSION_TIME")]


def test_an_admission_after_its_event_is_set_back_to_it(local: Session) -> None:
    assert outcomes(
        local,
        "admission_time",
        encounter("E", NOON),
        encounter("E", NOON, admission_time="2026-01-05T12:00:01Z", discharge_time=None),
        encounter("E", NOON, event_timestamp=None),
    ) == [
        (AT_NOON, "CLEAN"),
        (AT_NOON, "FUTURE_ADMISSION"),
        (AT_NOON, "MISSING_EVENT_TIMESTAMP"),
    ]


def test_a_discharge_before_its_admission_is_nulled(local: Session) -> None:
    assert outcomes(
        local,
        "discharge_time",
        encounter("E", NOON),
        encounter("E", NOON, discharge_time="2026-01-05T11:59:59Z"),
        encounter("E", NOON, discharge_time=None),
    ) == [(AT_NOON, "CLEAN"), (None, "DISCHARGE_BEFORE_ADMIT"), (None, "CLEAN")]


def test_an_age_outside_0_to_120_is_nulled(local: Session) -> None:
    ages = [0, 120, -1, 121, None]
    assert outcomes(local, "age", *(encounter("E", NOON, age=age) for age in ages)) == [
        (0, "CLEAN"),
        (120, "CLEAN"),
        (None, "INVALID_AGE"),
        (None, "INVALID_AGE"),
        (None, "CLEAN"),
    ]


def test_negative_costs_are_nulled_and_the_others_kept(local: Session) -> None:
    rows = silver(
        local,
        SOURCE,
        costing(0, 1, 2),
        costing(-0.01, 1, 2),
        costing(1, -5, -6),
        costing(-1, None, 2),
        costing(None, None, None),
        costing(-0.001, 1, 2),
    )
    found = [
        (
            row["base_encounter_cost"],
            row["total_claim_cost"],
            row["payer_coverage"],
            row["dq_flags"],
        )
        for row in rows
    ]
    assert found == [
        (0, 1, 2, "CLEAN"),
        (None, 1, 2, "NEGATIVE_COST"),
        (1, None, None, "NEGATIVE_COST"),
        (None, None, 2, "NEGATIVE_COST"),
        (None, None, None, "CLEAN"),
        (0, 1, 2, "CLEAN"),
    ]


@pytest.mark.parametrize("field", ["patient_id", "encounter_id", "event_timestamp", "event_id"])
def test_a_missing_field_is_flagged_however_it_is_missing(local: Session, field: str) -> None:
    whole = encounter("E", NOON)
    absent = {name: value for name, value in whole.items() if name != field}
    missing = [absent, whole | {field: None}, whole | {field: ""}, whole | {field: "  "}]
    flags = [row["dq_flags"] for row in silver(local, SOURCE, *missing)]
    assert flags == [f"MISSING_{field.upper()}"] * 4


def test_the_rules_see_the_admission_that_was_told_not_the_repaired_one(local: Session) -> None:
    payload = encounter(
        "E",
        "2026-01-05T11:00:00Z",
        admission_time="2026-01-05T12:00:00+00:00Z",
        discharge_time="2026-01-05T11:30:00Z",
    )
    assert outcomes(local, "admission_time", payload) == [(AT_NOON, "MALFORMED_ADMISSION_TIME")]


def test_all_rules_that_fire_are_flagged_in_the_order_of_the_list(local: Session) -> None:
    [worst] = silver(
        local,
        SOURCE,
        {
            "admission_time": "2026-01-09T00:00:00Z",
            "discharge_time": "2026-01-08T00:00:00Z",
            "event_timestamp": "2026-01-07T00:00:00Z",
            "age": -4,
            "payer_coverage": -1,
        },
    )
    assert worst["dq_flags"] == (
        "FUTURE_ADMISSION|DISCHARGE_BEFORE_ADMIT|INVALID_AGE|NEGATIVE_COST"
        "|MISSING_PATIENT_ID|MISSING_ENCOUNTER_ID|MISSING_EVENT_ID"
    )
    [empty] = silver(local, SOURCE, "{}")
    assert empty["dq_flags"] == (
        "MISSING_ADMISSION_TIME|MISSING_PATIENT_ID|MISSING_ENCOUNTER_ID"
        "|MISSING_EVENT_TIMESTAMP|MISSING_EVENT_ID"
    )


def test_no_row_is_repaired_from_its_neighbour(local: Session) -> None:
    """Rows filtered out before leave gaps; each repair must stay in its own row."""
    payloads = [
        encounter("E1", NOON, admission_time="2026-01-05T09:00:00+00:00Z"),
        encounter("E2", NOON, age=130),
        encounter("E3", NOON, admission_time="2026-01-05T10:00:00+00:00Z"),
    ]
    given = [*payloads[:1], '{"event_timestamp": "2999-01-01T00:00:00Z"}', *payloads[1:]]
    rows = rows_of(silver_rows(SOURCE, event_frame(local, events("encounter", *given))))
    found = {row["event_id"]: (row["admission_time"].hour, row["age"]) for row in rows}
    assert found == {"E1": (9, 40), "E2": (12, None), "E3": (10, 40)}
