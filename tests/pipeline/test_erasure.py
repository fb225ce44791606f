"""governance.erase_patient: nothing of the patient is left, nothing of anybody else is touched.

What is left must be what raw without the patient gives, also when all of raw is read again.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError
from support.account import Project
from support.comparison import assert_same_rows
from support.message import admission, discharge, encounter, reading
from support.procedure import SILVER
from support.raw import ENCOUNTER, FLOW, VITALS, RawEvent, RawRecord, event, events, records

GONE, KEPT = "PAT-7-GONE", "PAT-7"
"""The id of the one who stays is a part of the other."""
KEY = "carefloe"
"""pseudonym_key of snowflake.yml."""
MISASSIGNED = admission("f6", "2026-02-01T08:00:00Z", KEPT, visit_id="V6")

FLOW_EVENTS = (
    admission("f1", "2026-01-01T08:00:00Z", GONE, visit_id="V1"),
    # Its patient is known by the visit alone.
    discharge("f2", "2026-01-03T08:00:00Z", "2026-01-01T08:00:00Z", None, visit_id="V1"),
    # The first that names the hospital: its version begins here.
    admission("f3", "2026-01-01T07:00:00Z", KEPT, visit_id="V2", bed_id="H1-SUR-02"),
    '{"patient_id": "PAT-7-GONE", "event_type"',
    '{"patient_id": "PAT-7", "event_type"',
    None,
    # Told of the one, corrected to the other: its first version is the erased one's too.
    MISASSIGNED,
    MISASSIGNED | {"patient_id": GONE, "event_timestamp": "2026-02-01T08:01:00Z"},
)
READINGS = (
    reading("v1", "2026-01-01T08:30:00Z", GONE, heart_rate=190),
    reading("v2", "2026-01-01T08:31:00Z", KEPT, heart_rate=190),
)
ENCOUNTERS = (
    encounter("n1", "2026-01-01T10:00:00Z", GONE, encounter_id="E1"),
    encounter("n2", "2026-01-01T10:00:00Z", KEPT, encounter_id="E2"),
)


def lines_of(patient: str, number: str) -> dict[str, dict[str, str]]:
    """A line of each feed that names a patient."""
    of_stay = {"PATIENT": patient, "ENCOUNTER": f"E{number}", "CODE": "1", "START": "2026-01-01"}
    claim = {"PATIENTID": patient, "APPOINTMENTID": f"E{number}", "PROVIDERID": "D1"}
    return {
        "patient": {"Id": patient, "FIRST": "Ann", "LAST": "Lee", "BIRTHDATE": "1990-01-01"},
        "encounter": {"Id": f"E{number}", "PATIENT": patient, "START": "2026-01-01T10:00:00Z"},
        "condition": of_stay | {"DESCRIPTION": "Asthma"},
        "observation": of_stay | {"DATE": "2026-01-01T10:00:00Z", "VALUE": "1"},
        "procedure": of_stay | {"START": "2026-01-01T10:00:00Z", "STOP": "2026-01-01T11:00:00Z"},
        "allergy": of_stay | {"DESCRIPTION": "Nuts"},
        "claim": claim | {"Id": f"C{number}", "SERVICEDATE": "2026-01-01T10:00:00Z"},
        "claim_transaction": claim
        | {"ID": f"T{number}", "CLAIMID": f"C{number}", "TYPE": "PAYMENT", "PAYMENTS": "10"},
    }


def all_records() -> list[RawRecord]:
    gone, kept = lines_of(GONE, "1"), lines_of(KEPT, "2")
    return [
        row for feed, line in gone.items() for row in records(feed, "2026-01-05", line, kept[feed])
    ]


def all_events() -> list[RawEvent]:
    return [
        *events(FLOW, *FLOW_EVENTS),
        *events(VITALS, *READINGS),
        *events(ENCOUNTER, *ENCOUNTERS),
    ]


SILVER_AND_GOLD = (
    *("silver.patient_flow", "silver.encounter", "silver.vitals", "silver.patient"),
    *("silver.encounter_record", "silver.condition", "silver.observation", "silver.procedure"),
    *("silver.allergy", "silver.claim", "silver.claim_transaction", "gold.dim_patient"),
    *("gold.fact_patient_flow", "gold.fact_encounter", "gold.fact_vitals", "gold.vitals_hourly"),
    *("gold.fact_alert", "gold.patient_latest_vitals", "gold.fact_claim"),
    *("gold.fact_claim_transaction", "gold.fact_condition"),
)


def tables(project: Project) -> dict[str, list[dict[str, Any]]]:
    return {name: project.rows(name) for name in SILVER_AND_GOLD}


def erase(project: Project, patient: str) -> str:
    (row,) = project.execute("call governance.erase_patient(?, ?)", (patient, "ticket 12"))
    return str(row[0])


@pytest.fixture(scope="module")
def landed(deployed: Project) -> Iterator[Project]:
    deployed.empty()
    deployed.land_events(all_events())
    deployed.land_records(all_records())
    with pytest.raises(ProgrammingError, match="a stream has rows"):
        erase(deployed, GONE)
    deployed.execute(
        "update raw.patient_flow_event set kafka_key = ? where kafka_offset in (0, 3, 6, 7)",
        (GONE,),
    )
    deployed.run_all()
    yield deployed
    deployed.execute("delete from ops.erasure")


@pytest.fixture(scope="module")
def before(landed: Project) -> dict[str, list[dict[str, Any]]]:
    return tables(landed)


@pytest.fixture(scope="module")
def erased(landed: Project, before: dict[str, list[dict[str, Any]]]) -> Project:
    assert all(before.values()), "every table has rows to lose"
    assert "ops.erasure where erasure_id" in erase(landed, GONE)
    return landed


def test_the_id_is_nowhere(erased: Project) -> None:
    found = erased.execute(
        "select c.table_schema || '.' || c.table_name, c.column_name"
        " from information_schema.columns as c inner join information_schema.tables as t"
        " on c.table_schema = t.table_schema and c.table_name = t.table_name"
        " where t.table_type = 'BASE TABLE' and c.data_type in ('TEXT', 'VARIANT')"
        " and c.table_schema in ('RAW', 'SILVER', 'GOLD', 'OPS')"
    )
    assert len(found) > 300
    by_table: dict[str, list[str]] = {}
    for table, column in found:
        by_table.setdefault(table, []).append(f"count_if(contains({column}::varchar, '{GONE}'))")
    for table, counts in by_table.items():
        (row,) = erased.execute(f"select {', '.join(counts)} from {table}")
        assert not any(row), table


def test_nobody_else_lost_a_row(erased: Project, before: dict[str, list[dict[str, Any]]]) -> None:
    after = tables(erased)
    his = {"f1", "f2", "f6", "f7"}
    for name, rows in before.items():
        # The unpatiented discharge of his visit, and both versions of the corrected admission.
        kept = [
            row
            for row in rows
            if row.get("patient_id") != GONE
            and not (name == "silver.patient_flow" and row["event_id"] in his)
        ]
        assert_same_rows(name, after[name], kept)


def test_raw_keeps_its_places_so_that_the_loader_reads_nothing_again(erased: Project) -> None:
    rows = erased.rows("raw.patient_flow_event")
    assert sorted((row["kafka_offset"], row["payload"] is None) for row in rows) == [
        (0, True), (1, True), (2, False), (3, True), (4, False), (5, True), (6, True), (7, True),
    ]  # fmt: skip
    lines = erased.rows("raw.claim_record")
    assert sorted((row["line_number"], row["payload"] == "") for row in lines) == [
        (2, True),
        (3, False),
    ]


def test_the_reconciliation_still_adds_up(erased: Project) -> None:
    rows = erased.rows("ops.reconciliation", "raw_rows > 0")
    assert len(rows) == 11
    assert {int(row["unexplained_rows"]) for row in rows} == {0}
    reasons = erased.execute(
        "select reason, count(*) from ops.rejected_event where source = 'patient_flow_event'"
        " group by reason order by reason"
    )
    assert reasons == [("ERASED", 5), ("NOT_JSON", 1), ("NULL_MESSAGE", 1)]


def test_what_was_erased_is_recorded_by_table_and_without_the_id(erased: Project) -> None:
    rows = erased.rows("ops.erasure")
    assert {row["object_name"]: int(row["row_count"]) for row in rows if row["row_count"]} == {
        "raw.patient_flow_event": 5,
        "raw.vitals_event": 1,
        "raw.encounter_event": 1,
        **{f"raw.{feed}_record": 1 for feed in lines_of(GONE, "1")},
        "ops.rejected_event": 1,
        "ops.notification": 1,
        "silver.patient_flow": 4,
        "silver.vitals": 1,
        "silver.encounter": 1,
        **{f"silver.{feed}": 1 for feed in lines_of(GONE, "1") if feed != "encounter"},
        "silver.encounter_record": 1,
        "gold.dim_patient": 1,
        "gold.fact_patient_flow": 2,
        "gold.fact_encounter": 1,
        "gold.fact_vitals": 1,
        "gold.vitals_hourly": 1,
        "gold.fact_alert": 1,
        "gold.patient_latest_vitals": 1,
        "gold.fact_claim": 1,
        "gold.fact_claim_transaction": 1,
        "gold.fact_condition": 1,
    }
    assert {row["patient_hash"] for row in rows} == {pseudonym(GONE)}
    assert {(row["request"], row["erased_by"]) for row in rows} == {("ticket 12", "SANDBOX")}


def pseudonym(patient: str) -> str:
    return hashlib.sha256(f"{KEY}{patient}".encode()).hexdigest()


def test_every_table_that_names_a_patient_is_looked_at(erased: Project) -> None:
    named = erased.execute(
        "select lower(c.table_schema || '.' || c.table_name) from information_schema.columns as c"
        " inner join information_schema.tables as t"
        " on c.table_schema = t.table_schema and c.table_name = t.table_name"
        " where t.table_type = 'BASE TABLE' and c.column_name = 'PATIENT_ID'"
    )
    looked_at = {row["object_name"] for row in erased.rows("ops.erasure")}
    assert {name for (name,) in named} <= looked_at


def test_all_of_raw_read_again_does_not_bring_the_patient_back(erased: Project) -> None:
    after = tables(erased)
    erased.execute("call governance.replay_silver()")
    erased.run_all()
    again = tables(erased)
    for name, rows in after.items():
        assert_same_rows(name, again[name], rows)
    assert erased.rows("ops.erased_again") == []


def test_a_patient_who_comes_back_with_a_new_file_is_told(erased: Project) -> None:
    erased.land_records(records("patient", "2026-01-06", {"Id": GONE, "FIRST": "Ann"}))
    erased.land_events([event(FLOW, admission("f9", "2026-03-01T08:00:00Z", GONE), 99)])
    for procedure in SILVER:
        if procedure.name in ("silver.load_patient", "silver.load_patient_flow"):
            erased.run(procedure)
    assert_same_rows(
        "ops.erased_again",
        erased.rows("ops.erased_again"),
        [
            {"patient_hash": pseudonym(GONE), "object_name": f"silver.{name}", "row_count": 1}
            for name in ("patient", "patient_flow")
        ],
    )


@pytest.mark.parametrize("patient", ["", "  ", None])
def test_no_id_erases_nobody(erased: Project, patient: str | None) -> None:
    with pytest.raises(ProgrammingError, match="an id is needed"):
        erased.execute("call governance.erase_patient(?, 'x')", (patient,))


def test_it_erases_in_no_other_database_than_its_own(erased: Project) -> None:
    erased.execute("create database if not exists elsewhere")
    erased.execute("use database elsewhere")
    try:
        with pytest.raises(ProgrammingError, match="use database carefloe first"):
            erased.execute("call carefloe.governance.erase_patient('x', 'x')")
    finally:
        erased.execute("use database carefloe")
        erased.execute("drop database elsewhere")
