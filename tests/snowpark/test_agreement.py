"""Local testing mode and the sandbox agree: the same inputs through the same core, equal tables."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from carefloe.rule import Rule, repaired
from carefloe.silver import (
    claim_transaction,
    condition,
    department,
    encounter,
    encounter_record,
    observation,
    organization,
    patient,
    patient_flow,
    procedure,
    vitals,
)
from carefloe.silver.source import Source, rejected_rows, silver_rows
from snowflake.snowpark import Session
from snowflake.snowpark.functions import col, lit
from support import edge
from support.account import Project
from support.comparison import assert_same_rows
from support.frame import TEXT, WHOLE, event_frame, frame, record_frame, rows_of
from support.message import Fields, admission, discharge, reading
from support.message import encounter as encounter_message
from support.raw import ENCOUNTER, FLOW, VITALS, RawEvent, RawRecord, events, records

NOON = "2026-01-05T12:00:00Z"


def flow_payloads() -> list[Fields | str | None]:
    """Patient-flow messages with every edge in the fields that it concerns."""
    whole = discharge("E", "2026-01-07T12:00:00Z", NOON)
    given: list[Any] = [payload for payload, _ in edge.UNREADABLE]
    given += [whole | {"event_timestamp": value} for value in edge.TIMES]
    given += [whole | {"discharge_time": value} for value in edge.TIMES]
    given += [whole | {"admission_time": value} for value in edge.NO_TIMES]
    given += [whole | {"age": value} for value in edge.NUMBERS]
    given += [whole | {"vitals": {"heart_rate": value}} for value in edge.NUMBERS]
    given += [whole | {"vitals": value} for value in ("stable", 80, [], {}, None)]
    given += [whole | {"patient_id": value, "event_id": value} for value, _ in edge.TEXTS]
    given += [whole | {"department": value} for value, _, _ in edge.DEPARTMENTS]
    given += [whole | {"hospital_id": value} for value in ("H0", "H7", "h1", "", None)]
    given += [
        whole | {"note": value} for value in ("x", None, [1, None], {"a": {"b": None}}, "é\n\"'")
    ]
    given += ["{}", " {} ", '{"vitals": {"pulse": 1}, "Age": 7}', admission("E", NOON, age=121)]
    return given


def encounter_payloads() -> list[Fields | str | None]:
    whole = encounter_message("E", NOON)
    given: list[Any] = [payload for payload, _ in edge.UNREADABLE]
    given += [whole | {"admission_time": value} for value in (*edge.TIMES, *edge.NO_TIMES)]
    given += [whole | {"admission_time": f"{value}Z"} for value in edge.TIMES]
    given += [whole | {"payer_coverage": value} for value in edge.NUMBERS]
    given += [
        whole | {"base_encounter_cost": base, "total_claim_cost": -1} for base in (-0.001, -5, None)
    ]
    return given


def vitals_payloads() -> list[Fields | str | None]:
    whole = reading("E", NOON)
    given: list[Any] = [payload for payload, _ in edge.UNREADABLE]
    given += [whole | {"measured_at": value} for value in (*edge.TIMES, *edge.NO_TIMES)]
    given += [{"event_id": "E", "heart_rate": value} for value in edge.NUMBERS]
    given += [{"event_id": "E", "temperature_f": value} for value in edge.NUMBERS]
    given += [{"event_id": "E", "temperature": value} for value in edge.NUMBERS]
    given += [{"event_id": "E", "blood_pressure": f"{v}/{v}"} for v in edge.NUMBERS]
    given += [whole | {"on_supplemental_oxygen": value} for value in edge.NUMBERS]
    given += [whole | {"consciousness": value, "note": value} for value, _ in edge.TEXTS]
    return given


NUMBERS = [str(value) for value in edge.NUMBERS if isinstance(value, str)]
DATES = [str(value) for value, _ in edge.FILE_DAYS] + edge.NO_FILE_TIMES
TIMES = [value for value, _ in edge.FILE_TIMES] + DATES + edge.TIMES
RECORD_LINES: list[tuple[Source, list[dict[str, str]]]] = [
    (
        department.SOURCE,
        [
            *(
                {"HOSPITAL_ID": "H1", "DEPARTMENT": "ICU", "BED_CAPACITY": value}
                for value in NUMBERS
            ),
            {"HOSPITAL_ID": " ", "DEPARTMENT": "ICU"},
        ],
    ),
    (
        organization.SOURCE,
        [
            {"Id": "O1", "NAME": " Clinic ", "CITY": "", "REVENUE": value, "UTILIZATION": value}
            for value in NUMBERS
        ],
    ),
    (
        patient.SOURCE,
        [
            *({"Id": "P1", "BIRTHDATE": value, "DEATHDATE": "1980-02-29"} for value in DATES),
            *({"Id": "P1", "BIRTHDATE": "1904-02-29", "DEATHDATE": value} for value in DATES),
            *({"Id": value, "GENDER": value} for value in ("female", "M ", "m", "", "é\n\"'")),
        ],
    ),
    (
        encounter_record.SOURCE,
        [
            *({"Id": "E1", "START": value, "STOP": "2026-01-05T12:00:00Z"} for value in TIMES),
            *({"Id": "E1", "START": "2026-01-05", "PAYER_COVERAGE": value} for value in NUMBERS),
        ],
    ),
    (
        procedure.SOURCE,
        [
            *({"PATIENT": "P1", "CODE": "1", "START": value, "STOP": value} for value in TIMES),
            *({"ENCOUNTER": "E1", "DATE": value} for value in TIMES),
        ],
    ),
    (
        condition.SOURCE,
        [
            {"PATIENT": "P1", "ENCOUNTER": encounter, "START": value, "STOP": "01/05/2026"}
            for encounter in ("", "E1")
            for value in DATES
        ],
    ),
    (
        observation.SOURCE,
        [
            {"PATIENT": "P1", "CODE": "1", "DATE": "20260105", "VALUE": value, "TYPE": "Numeric"}
            for value in NUMBERS
        ],
    ),
    (
        claim_transaction.SOURCE,
        [
            *({"ID": "T1", "AMOUNT": value, "PAYMENTS": "-1", "UNITS": value} for value in NUMBERS),
            *({"ID": "T1", "FROMDATE": value, "TODATE": "2026-01-05"} for value in TIMES),
        ],
    ),
]


def delivered(source: str, payloads: list[Fields | str | None]) -> list[RawEvent]:
    """Each payload once, some again at other broker times, one not UTF-8."""
    given = events(source, *payloads)
    early = dt.datetime(2026, 1, 5, 11)
    again = [
        dataclasses.replace(row, offset=1000 + row.offset, broker_time=early) for row in given[::7]
    ]
    broken = dataclasses.replace(given[0], offset=2000, payload="/w==", payload_encoding="base64")
    return [*given, *again, broken]


@pytest.mark.parametrize(
    ("source", "payloads"),
    [
        (patient_flow.SOURCE, flow_payloads()),
        (encounter.SOURCE, encounter_payloads()),
        (vitals.SOURCE, vitals_payloads()),
    ],
    ids=[FLOW, ENCOUNTER, VITALS],
)
def test_events_become_the_same_rows(
    local: Session, project: Project, source: Source, payloads: list[Fields | str | None]
) -> None:
    given = delivered(source.name, payloads)
    project.land_events(given)
    landed = project.session.table(f"RAW.{source.raw_name}".upper())
    for core in (silver_rows, rejected_rows):
        here = rows_of(core(source, event_frame(local, given)))
        there = rows_of(core(source, landed))
        assert len(here) > 10
        assert_same_rows(core.__name__, there, here)


@pytest.mark.parametrize(
    ("source", "hostile"), RECORD_LINES, ids=[source.name for source, _ in RECORD_LINES]
)
def test_file_lines_become_the_same_rows(
    local: Session, project: Project, source: Source, hostile: list[dict[str, str]]
) -> None:
    lines = [*hostile, {"Id": ""}, {}]
    given = [
        *records(source.name, "2026-01-01", *lines),
        *records(source.name, "2026-02-01", *lines[::5]),
    ]
    given.append(RawRecord(source.name, "c0ffee", dt.datetime(2026, 1, 1), 3, "a,b", "utf-8"))
    project.land_records(given)
    landed = project.session.table(f"RAW.{source.raw_name}".upper())
    for core in (silver_rows, rejected_rows):
        here = rows_of(core(source, record_frame(local, given)))
        there = rows_of(core(source, landed))
        assert here
        assert_same_rows(core.__name__, there, here)


def test_rules_give_the_same_flags_and_repairs(local: Session, project: Project) -> None:
    low = Rule("LOW", when=col("N") < lit(0), repair={"N": lit(0)})
    high = Rule("HIGH", when=col("N") > col("M"), repair={"N": col("M")})
    rows = [("a", -1, 5), ("b", None, 5), ("c", 5, 5), ("d", -2, -2), ("e", 1, None)]

    def outcome(session: Session) -> list[dict[str, Any]]:
        given = frame(session, {"ID": TEXT, "N": WHOLE, "M": WHOLE}, rows)
        return rows_of(repaired(given.filter(col("ID") != lit("c")), ["ID", "N", "M"], [low, high]))

    assert_same_rows("repaired", outcome(project.session), outcome(local))


def test_the_sessions_time_zone_changes_nothing(project: Project) -> None:
    given = delivered(FLOW, [admission("E", NOON) | {"event_timestamp": t} for t in edge.TIMES])

    def loaded() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        project.empty()
        project.land_events(given)
        patient_flow.load(project.session)
        patient_flow.load_rejected(project.session)
        return project.rows("silver.patient_flow"), project.rows("ops.rejected_event")

    in_utc = loaded()
    project.execute("alter session set timezone = 'America/Los_Angeles'")
    try:
        in_los_angeles = loaded()
    finally:
        project.execute("alter session set timezone = 'UTC'")
    assert len(in_utc[0]) + len(in_utc[1]) > len(edge.TIMES)
    assert_same_rows("silver.patient_flow", in_los_angeles[0], in_utc[0])
    assert_same_rows("ops.rejected_event", in_los_angeles[1], in_utc[1])
