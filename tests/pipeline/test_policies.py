"""Masking and row access on the deployed project, with sessions of the roles themselves."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError
from support.account import DIMENSIONS, POLICY_FILE, TABLES, Project, Rows, deployed_project
from support.message import admission, discharge, encounter, reading
from support.raw import ENCOUNTER, FLOW, VITALS, event, events, records
from support.sql_file import SQL, filled

REPORTER, PHI_READER = "CAREFLOE_REPORTER", "CAREFLOE_PHI_READER"
TRANSFORMER, LOADER, ADMIN = "CAREFLOE_TRANSFORMER", "CAREFLOE_LOADER", "CAREFLOE_ADMIN"
IN_NORTH, IN_SOUTH = "CAREFLOE_REPORTER_H1", "CAREFLOE_REPORTER_H2"
WAREHOUSES = {
    LOADER: "CAREFLOE_LOAD_WH",
    TRANSFORMER: "CAREFLOE_WH",
    ADMIN: "CAREFLOE_WH",
}
NOON = "2026-06-01 12:00"

EVENTS = [
    *events(
        FLOW,
        admission("A1", "2026-06-01T08:00:00Z", "P1", age=95, visit_id="V1"),
        admission("A2", "2026-06-01T09:00:00Z", "P2", hospital_id="H2", hospital_name="South"),
        discharge("A3", "2026-06-01T11:00:00Z", "2026-06-01T09:00:00Z", "P2", hospital_id="H2"),
        admission("A1", "2026-06-01T08:30:00Z", "P1", age=95, visit_id="V1", insurance_type="None"),
        "not json",
    ),
    *events(ENCOUNTER, encounter("E1", "2026-06-01T10:00:00Z", "P1", organization_id="H2")),
    *(
        event(VITALS, reading(f"R{n}", "2026-06-01T11:50:00Z", "P1", heart_rate=n), n, NOON)
        for n in (80, 190)
    ),
]
RECORDS = [
    *records(
        "patient",
        "2026-06-01 00:00",
        {
            "Id": "P1", "FIRST": "Ann", "LAST": "Archer", "BIRTHDATE": "1931-02-03",
            "ADDRESS": "1 Elm", "CITY": "Boston", "STATE": "MA", "ZIP": "02101", "GENDER": "F",
        },
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def outcomes() -> Iterator[tuple[Project, dict[str, Rows], dict[str, Rows]]]:
    """The project with policies, and its tables: made without them and, afterwards, with them."""
    with deployed_project() as project:
        without = run(project)
        project.empty()
        project.deploy(POLICY_FILE)
        with_policies = run(project)
        for role, hospital in ((IN_NORTH, "H1"), (IN_SOUTH, "H2"), (PHI_READER, "*")):
            project.execute(f"create role if not exists {role}")
            project.execute(f"grant role {REPORTER} to role {role}")
            project.insert(
                "governance.hospital_access", [{"role_name": role, "hospital_id": hospital}]
            )
        yield project, without, with_policies


@pytest.fixture
def project(outcomes: tuple[Project, Any, Any]) -> Project:
    return outcomes[0]


def run(project: Project) -> dict[str, Rows]:
    """Land as the loader, run every procedure as the transformer; the tables, in any order."""
    with acting(project, LOADER):
        project.land_events(EVENTS)
        project.land_records(RECORDS)
    with acting(project, TRANSFORMER):
        project.run_all()
    return {table: in_order(project.rows(table)) for table in (*TABLES, *DIMENSIONS)}


@contextmanager
def acting(project: Project, role: str) -> Iterator[None]:
    """A session of this role on the warehouse of its workload."""
    project.execute(f"use role {role}")
    project.execute(f"use warehouse {WAREHOUSES.get(role, 'CAREFLOE_REPORT_WH')}")
    try:
        yield
    finally:
        project.execute("use role accountadmin")


def read(project: Project, role: str, statement: str) -> list[tuple[Any, ...]]:
    with acting(project, role):
        return project.execute(statement)


def refused(project: Project, role: str, statement: str) -> bool:
    try:
        read(project, role, statement)
    except ProgrammingError as error:
        return error.errno in (2003, 2043, 3001)
    return False


def in_order(rows: Rows) -> Rows:
    """Without the time of writing, in an order of their own."""
    kept = [{name: row[name] for name in row if name != "created_at"} for row in rows]
    return sorted(kept, key=lambda row: json.dumps(row, default=str, sort_keys=True))


def pseudonym(value: str) -> str:
    return sha256(f"carefloe{value}".encode()).hexdigest()


def test_policies_change_no_table(outcomes: tuple[Project, Any, Any]) -> None:
    """The transformer merges real values, whatever is masked for others."""
    _, without, with_policies = outcomes
    assert with_policies == without
    filled_tables = {table for table, rows in without.items() if rows}
    assert {"silver.patient", "gold.fact_patient_flow", "gold.fact_alert"} <= filled_tables
    assert {"ops.rejected_event", "ops.notification", "gold.dim_patient"} <= filled_tables


def test_the_loader_lands_rows_and_reads_its_offsets_but_no_payload(project: Project) -> None:
    offsets = "select max(kafka_offset) from raw.patient_flow_event where topic = ?"
    with acting(project, LOADER):
        assert project.execute(offsets, ("carefloe.patient_flow",)) == [(4,)]
    masked = read(project, LOADER, "select distinct payload, headers from raw.patient_flow_event")
    assert masked == [("***", None)]


def test_the_loader_sees_whom_a_notification_is_about(project: Project) -> None:
    told = {"notification_id": "N1", "kind": "ALERT", "is_suppressed": False, "patient_id": "P1"}
    project.insert("ops.notification", [told | {"created_at": NOON}])
    statement = "select parse_json(message):patient_id::varchar from ops.undelivered_notification"
    assert read(project, LOADER, statement) == [("P1",)]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (LOADER, "select count(*) from silver.patient"),
        (LOADER, "select count(*) from gold.dim_patient"),
        (LOADER, "delete from raw.patient_record"),
        (LOADER, "update raw.patient_record set payload = ''"),
        (LOADER, "create table raw.more (id int)"),
        (LOADER, "delete from ops.notification_delivery"),
        (TRANSFORMER, "delete from raw.patient_record"),
        (TRANSFORMER, "insert into raw.patient_record select * from raw.patient_record"),
        (TRANSFORMER, "delete from silver.patient"),
        (TRANSFORMER, "update silver.patient set city = ''"),
        (TRANSFORMER, "create table gold.more (id int)"),
        (TRANSFORMER, "drop table gold.dim_patient"),
        (TRANSFORMER, "select count(*) from governance.hospital_access"),
        (REPORTER, "select count(*) from raw.patient_record"),
        (REPORTER, "select count(*) from silver.patient"),
        (REPORTER, "select count(*) from ops.rejected_event"),
        (REPORTER, "select count(*) from ops.task_run"),
        (REPORTER, "select count(*) from gold.outstanding_by_age_band"),
        (REPORTER, "delete from gold.dim_patient"),
        (REPORTER, "insert into governance.hospital_access values ('CAREFLOE_REPORTER', '*')"),
        (REPORTER, "alter table gold.dim_patient modify column city unset tag governance.phi"),
        (PHI_READER, "select count(*) from silver.patient"),
        (PHI_READER, "insert into governance.hospital_access values ('CAREFLOE_REPORTER', '*')"),
    ],
)
def test_a_role_does_nothing_but_its_own(project: Project, role: str, statement: str) -> None:
    assert refused(project, role, statement)


def test_a_reader_sees_patients_masked_and_a_phi_reader_as_they_are(project: Project) -> None:
    patient = (
        "select patient_id, first_name, last_name, birth_date::varchar, address, city, state "
        "from gold.dim_patient where patient_id is not null and is_current order by patient_id"
    )
    project.insert("governance.hospital_access", [{"role_name": REPORTER, "hospital_id": "*"}])
    try:
        assert read(project, REPORTER, patient) == [
            (pseudonym("P1"), "***", "***", None, "***", "***", "MA"),
            (pseudonym("P2"), None, None, None, None, None, None),
        ]
    finally:
        project.execute(f"delete from governance.hospital_access where role_name = '{REPORTER}'")
    assert read(project, PHI_READER, patient) == [
        ("P1", "Ann", "Archer", "1931-02-03", "1 Elm", "Boston", "MA"),
        ("P2", None, None, None, None, None, None),
    ]


def test_a_role_sees_the_rows_of_its_hospitals(project: Project) -> None:
    stays = "select hospital_id, patient_id from gold.fact_patient_flow order by 1"
    assert read(project, IN_NORTH, stays) == [("H1", pseudonym("P1"))]
    assert read(project, IN_SOUTH, stays) == [("H2", pseudonym("P2"))]
    assert read(project, PHI_READER, stays) == [("H1", "P1"), ("H2", "P2")]
    assert read(project, REPORTER, stays) == []
    ages = "select age from gold.fact_patient_flow where hospital_id = 'H1'"
    assert (read(project, IN_NORTH, ages), read(project, PHI_READER, ages)) == ([(90,)], [(95,)])
    encounters = "select patient_id from gold.fact_encounter"
    assert read(project, IN_NORTH, encounters) == []
    assert read(project, IN_SOUTH, encounters) == [(pseudonym("P1"),)]
    figures = "select sum(admission_count) from gold.kpi_daily_volume"
    assert [read(project, role, figures)[0][0] for role in (IN_NORTH, REPORTER)] == [1, None]


@pytest.mark.parametrize(
    "table", ["dim_patient", "fact_vitals", "vitals_hourly", "fact_alert", "patient_latest_vitals"]
)
def test_what_names_no_hospital_is_seen_by_roles_of_all(project: Project, table: str) -> None:
    count = f"select count(*) from gold.{table}"
    everything = read(project, ADMIN, count)
    assert everything[0][0] > 0
    assert read(project, PHI_READER, count) == everything
    assert read(project, IN_NORTH, count) == [(0,)]


def test_the_dashboard_shows_ids_of_all_hospitals_and_no_names(project: Project) -> None:
    patient = (
        "select stay.patient_id, max(patient.last_name) from gold.fact_patient_flow as stay "
        "left join gold.dim_patient as patient on stay.patient_id = patient.patient_id "
        "group by stay.patient_id order by stay.patient_id"
    )
    assert read(project, "CAREFLOE_DASHBOARD", patient) == [("P1", "***"), ("P2", None)]


def test_joins_hold_over_pseudonyms(project: Project) -> None:
    joined = (
        "select count(*) from gold.fact_patient_flow as stay inner join gold.fact_vitals as "
        "reading on stay.patient_id = reading.patient_id"
    )
    assert read(project, PHI_READER, joined) == [(2,)]
    project.insert("governance.hospital_access", [{"role_name": IN_NORTH, "hospital_id": "*"}])
    try:
        assert read(project, IN_NORTH, joined) == [(2,)]
    finally:
        project.execute(
            f"delete from governance.hospital_access "
            f"where role_name = '{IN_NORTH}' and hospital_id = '*'"
        )


def test_figures_are_the_same_for_reporters_of_every_hospital(project: Project) -> None:
    """Masking changes no figure: a view it would change is not for reporters."""
    granted = [
        row[3] for row in project.execute(f"show grants to role {REPORTER}") if row[2] == "VIEW"
    ]
    text = filled("".join((SQL / name).read_text() for name in ("66_reader.sql", "96_monitor.sql")))
    figures = [name for name in granted if f"grant select on view {name[9:].lower()} " in text]
    assert len(figures) > 25
    project.insert("governance.hospital_access", [{"role_name": REPORTER, "hospital_id": "*"}])
    try:
        for view in figures:
            statement = f"select * from {view}"
            seen, true = (sorted(map(repr, read(project, r, statement))) for r in (REPORTER, ADMIN))
            assert seen == true, view
    finally:
        project.execute(f"delete from governance.hospital_access where role_name = '{REPORTER}'")


def test_policies_are_deployed_again_without_a_change(project: Project) -> None:
    stays = "select hospital_id from gold.fact_patient_flow"
    project.deploy(POLICY_FILE)
    assert read(project, IN_NORTH, stays) == [("H1",)]
