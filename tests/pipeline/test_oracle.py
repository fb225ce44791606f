"""The oracle itself, on tables small enough to be worked out by hand."""

import datetime as dt
import itertools
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.collision import encounter_messages, file_lines, flow_messages
from support.comparison import assert_same_rows
from support.message import admission, discharge, encounter
from support.oracle.department import meant
from support.oracle.row import Row
from support.oracle.truth import expected_tables
from support.oracle.value import number, text, time
from support.raw import ENCOUNTER, FLOW, RawEvent, RawRecord, at, event, events, records


def columns(rows: list[Row], *names: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[name] for name in names) for row in rows), key=str)


def known(rows: list[Row], id_column: str = "patient_id") -> list[Row]:
    return [row for row in rows if row[id_column] is not None]


@pytest.mark.parametrize(
    ("given", "utc"),
    [
        ("2026-01-05T08:30:00Z", "2026-01-05 08:30"),
        ("2026-01-05 08:30", "2026-01-05 08:30"),
        ("2026-01-05T08:30:00+02:00", "2026-01-05 06:30"),
        ("2026-01-05T23:30:00-0100", "2026-01-06 00:30"),
        ("2026-01-05T08:30:00.250Z", "2026-01-05 08:30:00.250"),
    ],
)
def test_a_time_is_read_in_utc(given: str, utc: str) -> None:
    assert time(given) == at(utc)


@pytest.mark.parametrize(
    "given", ["", "2026-01-05", "05.01.2026 08:30", "2026-13-05T08:30:00Z", 1767600000, None]
)
def test_what_is_no_time_is_null(given: Any) -> None:
    assert time(given) is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (40, 40),
        ("40", 40),
        (Decimal("40.5"), 41),
        (Decimal("-40.5"), -41),
        (Decimal("40.49"), 40),
        ("forty", None),
        (True, None),
        (None, None),
    ],
)
def test_a_number_is_rounded_half_up(given: Any, expected: int | None) -> None:
    assert number(given) == expected


def test_text_is_trimmed_and_empty_text_is_null() -> None:
    assert [text(given) for given in (" P1 ", "", "  ", 7, None)] == ["P1", None, None, "7", None]


@pytest.mark.parametrize(
    ("written", "department"),
    [
        ("Surgery", "Surgery"),
        ("SURGERY", "Surgery"),
        ("Sugery", "Surgery"),
        ("Surrgery", "Surgery"),
        ("Sugrery", "Surgery"),
        ("Surgerz", None),
        ("Surgey r", None),
        ("IC", None),
        ("ICCU", "ICU"),
        ("CIU", None),
        ("Radiology", None),
    ],
)
def test_a_typing_error_is_one_letter_missing_doubled_or_swapped(
    written: str, department: str | None
) -> None:
    assert meant(written) == department


def test_flags_come_in_the_order_of_the_rules_and_no_rule_sees_a_repair() -> None:
    told = discharge(
        "e1",
        "2026-01-05T10:00:00Z",
        "2026-01-05T12:00:00Z",
        age=130,
        department="surgey",
        hospital_id="H99",
    )

    (row,) = expected_tables(events(FLOW, told))["silver.patient_flow"]

    assert row["dq_flags"] == (
        "FUTURE_ADMISSION|INVALID_AGE|DISCHARGE_BEFORE_ADMIT|DEPT_TYPO|INVALID_HOSPITAL_ID"
    )
    assert row["admission_time"] == at("2026-01-05 10:00")
    assert [row[name] for name in ("age", "discharge_time", "hospital_id")] == [None] * 3
    assert row["department"] == "Surgery"


def test_each_kind_of_unreadable_message_is_rejected_with_its_reason() -> None:
    future = admission("e1", "2026-06-02T00:00:01Z")
    raw = events(FLOW, None, " ", "{", "[1]", admission("e0", "2026-01-01T00:00Z"), future)
    raw.append(event(FLOW, admission("e2", "2026-01-01T00:00Z", event_type="TRANSFER"), 9))

    rejected = expected_tables(raw)["ops.rejected_event"]

    assert columns(rejected, "origin", "reason") == [
        ("carefloe.patient_flow/0/0", "NULL_MESSAGE"),
        ("carefloe.patient_flow/0/1", "EMPTY_MESSAGE"),
        ("carefloe.patient_flow/0/2", "NOT_JSON"),
        ("carefloe.patient_flow/0/3", "NOT_AN_OBJECT"),
        ("carefloe.patient_flow/0/5", "FUTURE_EVENT"),
        ("carefloe.patient_flow/0/9", "UNKNOWN_EVENT_TYPE"),
    ]


def test_a_payload_that_one_delivery_lets_read_is_in_silver_and_rejected() -> None:
    told = admission("e1", "2026-06-03T00:00:00Z")
    raw = [event(FLOW, told, 0), event(FLOW, told, 1, broker_time="2026-06-02 00:00")]

    tables = expected_tables(raw)

    assert columns(tables["silver.patient_flow"], "event_id") == [("e1",)]
    assert columns(tables["ops.rejected_event"], "origin", "reason") == [
        ("carefloe.patient_flow/0/0", "FUTURE_EVENT")
    ]


def test_a_value_between_two_equal_ones_makes_three_versions_in_any_order_of_arrival() -> None:
    first = admission("e1", "2026-01-01T00:00:00Z", insurance_type="Private")
    between = admission("e2", "2026-02-01T00:00:00Z", insurance_type="Medicaid")
    last = admission("e3", "2026-03-01T00:00:00Z", insurance_type="Private")

    dim = known(expected_tables(events(FLOW, first, last, between))["gold.dim_patient"])

    assert columns(dim, "insurance_type", "valid_from", "valid_to", "is_current") == [
        ("Medicaid", at("2026-02-01"), at("2026-03-01"), False),
        ("Private", at("2026-01-01"), at("2026-02-01"), False),
        ("Private", at("2026-03-01"), None, True),
    ]


def test_an_unknown_value_makes_no_version_and_the_first_known_one_reaches_back() -> None:
    raw = events(
        FLOW,
        admission("e1", "2026-01-01T00:00:00Z", age=999, insurance_type=None),
        admission("e2", "2026-02-01T00:00:00Z", age=40),
        admission("e3", "2026-03-01T00:00:00Z", age=-5),
    )

    dim = known(expected_tables(raw)["gold.dim_patient"])

    assert columns(dim, "age", "insurance_type", "valid_from", "valid_to") == [
        (40, "Private", at("2026-01-01"), None)
    ]


def test_an_encounter_tells_no_insurance_but_age_and_the_last_of_an_instant_counts() -> None:
    raw = events(FLOW, admission("e1", "2026-01-01T00:00:00Z", age=40))
    raw += events(ENCOUNTER, encounter("c1", "2026-01-01T00:00:00Z", age=41))

    dim = known(expected_tables(raw)["gold.dim_patient"])

    # "encounter:c1" sorts before "flow:e1", so at that instant the flow event speaks last.
    assert columns(dim, "age", "insurance_type", "valid_from") == [
        (40, "Private", at("2026-01-01"))
    ]


def test_a_correction_moves_an_event_to_another_patient() -> None:
    raw = events(
        FLOW,
        admission("e1", "2026-01-01T08:00:00Z", "P1"),
        discharge("e2", "2026-01-02T08:00:00Z", "2026-01-01T08:00:00Z", "P2"),
        admission("e1", "2026-01-01T08:00:01Z", "P2", admission_time="2026-01-01T08:00:00Z"),
    )

    tables = expected_tables(raw)

    assert len(tables["silver.patient_flow"]) == 3
    assert columns(known(tables["gold.dim_patient"]), "patient_id", "valid_from") == [
        ("P2", at("2026-01-01 08:00:01"))
    ]
    assert columns(
        tables["gold.fact_patient_flow"],
        "patient_id",
        "admitted_at",
        "discharged_at",
        "length_of_stay_hours",
        "patient_key",
    ) == [
        (
            "P2",
            at("2026-01-01 08:00"),
            at("2026-01-02 08:00"),
            Decimal("24.00"),
            ("P2", at("2026-01-01 08:00:01")),
        )
    ]


def test_a_discharge_without_admission_is_a_row_of_its_own_but_never_a_bed() -> None:
    lone = discharge("e1", "2026-01-02T08:00:00Z", "2026-01-01T08:00:00Z")

    (stay,) = expected_tables(events(FLOW, lone))["gold.fact_patient_flow"]

    assert (stay["has_admission"], stay["is_currently_admitted"]) == (False, False)
    assert stay["admitted_at"] == at("2026-01-01 08:00")
    assert stay["length_of_stay_hours"] == Decimal("24.00")


@pytest.mark.parametrize(
    ("admitted_to", "discharged_from", "place"),
    [
        (("H1", "ICU"), ("H2", "Surgery"), ("H1", "ICU")),
        (("H99", "ICU"), ("H2", "Surgery"), ("H2", "Surgery")),
        (("H1", None), ("H99", "Surgery"), ("H1", None)),
    ],
)
def test_hospital_and_department_come_from_one_event(
    admitted_to: tuple[str, str], discharged_from: tuple[str, str], place: tuple[str, str]
) -> None:
    hospital, department = admitted_to
    other_hospital, other_department = discharged_from
    raw = events(
        FLOW,
        admission("a1", "2026-01-01T08:00:00Z", hospital_id=hospital, department=department),
        discharge(
            "d1",
            "2026-01-02T08:00:00Z",
            "2026-01-01T08:00:00Z",
            hospital_id=other_hospital,
            department=other_department,
        ),
    )

    stays = expected_tables(raw)["gold.fact_patient_flow"]

    assert columns(stays, "hospital_id", "department") == [place]


def test_a_transfer_at_one_instant_closes_the_stay_it_leaves() -> None:
    raw = events(
        FLOW,
        admission("a1", "2026-01-01T08:00:00Z", department="ICU"),
        discharge("z1", "2026-01-02T08:00:00Z", None, department="ICU"),
        admission("a2", "2026-01-02T08:00:00Z", department="Surgery"),
    )

    stays = expected_tables(raw)["gold.fact_patient_flow"]

    assert columns(stays, "department", "admitted_at", "discharged_at") == [
        ("ICU", at("2026-01-01 08:00"), at("2026-01-02 08:00")),
        ("Surgery", at("2026-01-02 08:00"), None),
    ]


def test_a_discharge_with_a_wrong_future_admission_closes_the_last_open_admission() -> None:
    raw = events(
        FLOW,
        admission("a1", "2026-01-01T08:00:00Z"),
        discharge("d1", "2026-01-02T08:00:00Z", "2026-01-09T08:00:00Z"),
    )

    (stay,) = expected_tables(raw)["gold.fact_patient_flow"]

    # The admission lies after the discharge as well, so its time is nulled and so is the length.
    assert (stay["admitted_at"], stay["discharged_at"]) == (
        at("2026-01-01 08:00"),
        at("2026-01-02 08:00"),
    )
    assert stay["length_of_stay_hours"] is None


def test_two_events_that_are_sure_of_different_admission_times_are_two_stays() -> None:
    raw = events(
        FLOW,
        admission("a1", "2026-01-03T08:00:00Z"),
        discharge("d1", "2026-01-04T08:00:00Z", "2026-01-01T08:00:00Z"),
    )

    stays = expected_tables(raw)["gold.fact_patient_flow"]

    assert columns(stays, "has_admission", "is_currently_admitted", "admitted_at") == [
        (False, False, at("2026-01-01 08:00")),
        (True, True, at("2026-01-03 08:00")),
    ]


def test_a_visit_lends_its_patient_to_a_row_that_lacks_one() -> None:
    raw = events(
        FLOW,
        admission("a1", "2026-01-01T08:00:00Z", "P7", visit_id="V1"),
        discharge("d1", "2026-01-02T08:00:00Z", None, visit_id="V1") | {"patient_id": ""},
        admission("a2", "2026-01-03T08:00:00Z", visit_id="V2") | {"patient_id": None},
        admission("a3", "2026-01-04T08:00:00Z") | {"patient_id": None},
    )

    stays = expected_tables(raw)["gold.fact_patient_flow"]

    assert columns(stays, "unit_id", "patient_id", "is_currently_admitted", "patient_key") == [
        ("P7", "P7", False, ("P7", at("2026-01-01 08:00"))),
        ("event:a3", None, True, ("-1",)),
        ("visit:V2", None, True, ("-1",)),
    ]


def test_an_event_before_the_first_version_gets_the_first_version() -> None:
    raw = events(FLOW, admission("a1", "2026-02-01T08:00:00Z", hospital_name=None))
    files = records(
        "hospital",
        "2026-03-01 00:00",
        {"HOSPITAL_ID": "H1", "NAME": "North", "CITY": "Oslo", "STATE": ""},
    )

    (stay,) = expected_tables(raw, files)["gold.fact_patient_flow"]

    assert stay["hospital_key"] == ("H1", at("2026-03-01"))


def test_snapshots_in_the_wrong_order_give_the_versions_of_the_right_one() -> None:
    def snapshot(as_of: str, city: str) -> list[Any]:
        line = {"HOSPITAL_ID": "H1", "NAME": "North", "CITY": city, "STATE": "MA"}
        return records("hospital", as_of, line)

    files = [
        *snapshot("2026-03-01", "Oslo"),
        *snapshot("2026-01-01", "Oslo"),
        *snapshot("2026-02-01", "Bergen"),
        *snapshot("2026-04-01", "Oslo"),
    ]

    dim = known(expected_tables([], files)["gold.dim_hospital"], "hospital_id")

    assert columns(dim, "valid_from", "city", "valid_to") == [
        (at("2026-01-01"), "Oslo", at("2026-02-01")),
        (at("2026-02-01"), "Bergen", at("2026-03-01")),
        (at("2026-03-01"), "Oslo", None),
    ]


def test_there_and_back_over_three_nights_is_three_versions_in_any_order() -> None:
    def night(as_of: str, city: str) -> list[RawRecord]:
        line = {"Id": "P1", "GENDER": "Female", "BIRTHDATE": "12/10/1985", "CITY": city}
        return records("patient", as_of, line)

    nights = [
        night("2026-01-02", "Lowell"),
        night("2026-01-04", "Salem"),
        night("2026-01-03", "Salem"),
        night("2026-01-01", "Salem"),
    ]
    for order in itertools.permutations(nights):
        files = [row for rows in order for row in rows]
        dim = known(expected_tables([], files)["gold.dim_patient"])
        assert columns(dim, "valid_from", "city", "gender", "birth_date", "valid_to") == [
            (at("2026-01-01"), "Salem", "F", dt.date(1985, 12, 10), at("2026-01-02")),
            (at("2026-01-02"), "Lowell", "F", dt.date(1985, 12, 10), at("2026-01-03")),
            (at("2026-01-03"), "Salem", "F", dt.date(1985, 12, 10), None),
        ]


def test_files_and_events_tell_one_timeline_of_a_patient_and_of_a_hospital() -> None:
    raw = events(
        FLOW,
        admission("e1", "2026-01-02T00:00:00Z", insurance_type="Medicaid"),
        admission("e2", "2026-01-04T00:00:00Z", insurance_type="Medicaid", hospital_name="South"),
    )
    files = [
        *records("patient", "2026-01-01", {"Id": "P1", "INSURANCE_TYPE": "Private"}),
        *records("patient", "2026-01-03", {"Id": "P1", "INSURANCE_TYPE": "Private"}),
        *records("hospital", "2026-01-03", {"HOSPITAL_ID": "H1", "NAME": "North", "CITY": "Oslo"}),
    ]

    tables = expected_tables(raw, files)

    assert columns(known(tables["gold.dim_patient"]), "valid_from", "insurance_type", "age") == [
        (at("2026-01-01"), "Private", 40),
        (at("2026-01-02"), "Medicaid", 40),
        (at("2026-01-03"), "Private", 40),
        (at("2026-01-04"), "Medicaid", 40),
    ]
    hospitals = known(tables["gold.dim_hospital"], "hospital_id")
    assert columns(hospitals, "valid_from", "hospital_name", "city") == [
        (at("2026-01-02"), "North", "Oslo"),
        (at("2026-01-04"), "South", "Oslo"),
    ]
    assert columns(tables["gold.fact_patient_flow"], "patient_key", "hospital_key") == [
        (("P1", at("2026-01-02")), ("H1", at("2026-01-02"))),
        (("P1", at("2026-01-04")), ("H1", at("2026-01-04"))),
    ]


def test_the_newest_message_of_an_encounter_counts() -> None:
    raw = events(
        ENCOUNTER,
        encounter("c1", "2026-01-01T08:00:00Z", encounter_id="E1", total_claim_cost=10),
        encounter("c2", "2026-01-02T08:00:00Z", encounter_id="E1", total_claim_cost=20),
        encounter("c3", "2026-01-01T08:00:00Z", total_claim_cost=-30) | {"encounter_id": None},
    )

    facts = expected_tables(raw)["gold.fact_encounter"]

    assert columns(facts, "encounter_id", "total_claim_cost", "payer_key") == [
        ("E1", Decimal("20.00"), ("Y1",)),
        (None, None, ("Y1",)),
    ]


def test_a_second_offset_after_an_encounters_admission_is_repaired() -> None:
    told = encounter("c1", "2026-01-01T08:00:00Z", admission_time="2026-01-01T07:00:00+00:00Z")

    (row,) = expected_tables(events(ENCOUNTER, told))["silver.encounter"]

    assert row["dq_flags"] == "MALFORMED_ADMISSION_TIME"
    assert row["admission_time"] == at("2026-01-01 07:00")
    assert row["event_date"] == dt.date(2026, 1, 1)


def test_a_department_is_named_by_any_version_of_an_event_and_by_files() -> None:
    raw = events(
        FLOW,
        admission("e1", "2026-01-01T00:00:00Z", department="Radiology"),
        admission("e1", "2026-01-01T00:00:01Z", department="Oncology"),
        admission("e2", "2026-01-01T00:00:00Z", department="ICU", hospital_id="H99"),
    )
    files = records(
        "department",
        "2026-01-01",
        {"HOSPITAL_ID": "H1", "DEPARTMENT": "ICU", "DEPARTMENT_CODE": "ICU", "BED_CAPACITY": "8"},
    )

    dim = expected_tables(raw, files)["gold.dim_department"]

    assert columns(dim, "hospital_id", "department", "bed_capacity") == [
        ("H1", "ICU", Decimal(8)),
        ("H1", "Oncology", None),
        ("H1", "Radiology", None),
        (None, "ICU", None),
        (None, "Unknown", None),
    ]


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    flow=flow_messages(60),
    encounters=encounter_messages(20),
    files=file_lines(15),
    rng=st.randoms(use_true_random=False),
)
def test_the_oracle_does_not_look_at_the_order_of_its_rows(
    flow: list[RawEvent], encounters: list[RawEvent], files: list[RawRecord], rng: random.Random
) -> None:
    told = [*flow, *encounters]

    expected = expected_tables(told, files)
    shuffled = expected_tables(rng.sample(told, len(told)), rng.sample(files, len(files)))

    for name, rows in expected.items():
        assert_same_rows(name, shuffled[name], rows)
