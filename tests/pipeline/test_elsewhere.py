"""Events from elsewhere: the tables against the truth that only the foreign hospital knows.

Its events carry no visit_id and all the dirt the rules name; 5 % arrive late. What dirt makes
undecidable it keeps apart: a bed whose discharge was lost seems open for ever.
"""

import datetime as dt
from collections import Counter

import pytest
from support.account import Project
from support.foreign.hospital import ForeignHospital, foreign_hospital
from support.foreign.stay import BEGIN, DEPARTMENTS, HOSPITALS
from support.raw import RawRecord, records

BATCHES = 4
CAPACITY = 40


@pytest.fixture(scope="module")
def told() -> ForeignHospital:
    return foreign_hospital(seed=20, patients=250, days=40, dirt=0.3)


@pytest.fixture(scope="module")
def elsewhere(deployed: Project, told: ForeignHospital) -> Project:
    deployed.empty()
    deployed.land_records(beds_of_the_network())
    size = -(-len(told.events) // BATCHES)
    for start in range(0, len(told.events), size):
        deployed.land_events(told.events[start : start + size])
        deployed.run_all()
    return deployed


def beds_of_the_network() -> list[RawRecord]:
    lines = [
        {"HOSPITAL_ID": hospital, "DEPARTMENT": department, "BED_CAPACITY": str(CAPACITY)}
        for hospital in HOSPITALS
        for department in DEPARTMENTS
    ]
    return records("department", "2026-02-01", *lines)


def test_the_patients_in_bed_at_the_end_are_those_who_truly_are(
    elsewhere: Project, told: ForeignHospital
) -> None:
    open_stays = elsewhere.rows("gold.fact_patient_flow", "is_currently_admitted")
    seen_open = [bed for bed in told.beds if bed.discharged_at is None]
    in_doubt = {bed.patient_id for bed in told.beds if not bed.is_true}

    assert len(open_stays) == len(seen_open)
    assert {row["patient_id"] for row in open_stays} - in_doubt == {
        bed.patient_id for bed in seen_open if bed.is_true
    } - in_doubt


def test_the_beds_in_use_at_every_hour_are_those_that_truly_were(
    elsewhere: Project, told: ForeignHospital
) -> None:
    census: dict[dt.datetime, Counter[tuple[str | None, str | None]]] = {}
    for row in elsewhere.rows("gold.kpi_hourly_census"):
        hour = census.setdefault(row["census_at"], Counter())
        hour[row["hospital_id"], row["department"]] += int(row["occupied_beds"])

    first = told.first_event_at.replace(minute=0)
    hours = [
        at
        for number in range(41 * 24)
        if first <= (at := BEGIN + dt.timedelta(hours=number)) <= told.last_event_at
    ]
    assert sorted(census) == hours
    for at in hours:
        assert +census[at] == told.beds_in_use(at), at


def test_bed_occupancy_is_the_census_of_now(elsewhere: Project, told: ForeignHospital) -> None:
    found = {
        (row["hospital_id"], row["department"]): (
            row["bed_capacity"],
            row["occupied_beds"],
            row["free_beds"],
            row["as_of"],
        )
        for row in elsewhere.rows("gold.kpi_bed_occupancy")
        if row["hospital_id"] is not None and row["department"] in DEPARTMENTS
    }

    now = told.beds_in_use(dt.datetime.max)
    assert found == {
        place: (CAPACITY, now[place], CAPACITY - now[place], told.last_event_at)
        for place in (
            (hospital, department) for hospital in HOSPITALS for department in DEPARTMENTS
        )
    }


def test_only_a_real_change_of_insurance_makes_a_version(
    elsewhere: Project, told: ForeignHospital
) -> None:
    found = Counter(
        row["patient_id"] for row in elsewhere.rows("gold.dim_patient", "patient_id is not null")
    )

    assert found == Counter(told.insurance_versions())


def test_every_patient_has_one_current_version_and_no_gap_or_overlap(elsewhere: Project) -> None:
    by_patient: dict[str, list[tuple[dt.datetime, dt.datetime | None, bool]]] = {}
    for row in elsewhere.rows("gold.dim_patient", "patient_id is not null"):
        span = (row["valid_from"], row["valid_to"], row["is_current"])
        by_patient.setdefault(row["patient_id"], []).append(span)

    for spans in by_patient.values():
        spans.sort()
        starts = [start for start, _, _ in spans]
        assert [end for _, end, _ in spans] == [*starts[1:], None]
        assert [is_current for _, _, is_current in spans] == [False] * (len(spans) - 1) + [True]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("gold.dim_patient", "patient_key"),
        ("gold.dim_hospital", "hospital_key"),
        ("gold.dim_department", "department_key"),
        ("gold.dim_date", "date_key"),
        ("gold.fact_patient_flow", "stay_key"),
        ("silver.patient_flow", "event_id, payload_hash"),
        ("ops.rejected_event", "source, origin"),
    ],
)
def test_keys_are_unique(elsewhere: Project, table: str, key: str) -> None:
    keys = [tuple(row[name] for name in key.split(", ")) for row in elsewhere.rows(table)]

    assert len(set(keys)) == len(keys) > 0


def test_joining_the_dimensions_neither_loses_nor_multiplies_a_stay(elsewhere: Project) -> None:
    joined = elsewhere.execute(
        """
        select stay.stay_key
        from gold.fact_patient_flow as stay
        inner join gold.dim_patient as patient
            on stay.patient_key = patient.patient_key
        inner join gold.dim_hospital as hospital
            on stay.hospital_key = hospital.hospital_key
        inner join gold.dim_department as department
            on stay.department_key = department.department_key
        inner join gold.dim_date as admission_date
            on stay.admission_date_key = admission_date.date_key
        inner join gold.dim_date as discharge_date
            on stay.discharge_date_key = discharge_date.date_key
        """
    )

    keys = elsewhere.execute("select stay_key from gold.fact_patient_flow")
    assert sorted(joined) == sorted(keys)


def test_every_message_is_in_silver_or_a_duplicate_or_rejected(
    elsewhere: Project, told: ForeignHospital
) -> None:
    (row,) = elsewhere.rows("ops.reconciliation", "source = 'patient_flow_event'")

    readable = len(told.events) - told.rejected
    assert row["raw_rows"] == len(told.events)
    assert row["rejected_rows"] == told.rejected
    assert row["silver_rows"] + row["duplicate_rows"] == readable
    assert row["silver_rows"] == told.distinct
    assert (row["pending_rows"], row["unexplained_rows"]) == (0, 0)
