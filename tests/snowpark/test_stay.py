"""Stays: which discharge closes which admission, and what the two tell together."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from carefloe.gold.stay import NEEDED, stays
from snowflake.snowpark import Session
from snowflake.snowpark.types import DateType, DecimalType
from support.frame import TEXT, TIME, WHOLE, frame, rows_of
from support.raw import at

RATE = DecimalType(10, 2)
KINDS = {
    "UNIT_ID": TEXT,
    "EVENT_ID": TEXT,
    "PAYLOAD_HASH": TEXT,
    "EVENT_DATE": DateType(),
    "EVENT_TYPE": TEXT,
    "VISIT_ID": TEXT,
    "PATIENT_ID": TEXT,
    "EVENT_TIMESTAMP": TIME,
    "ADMISSION_TIME": TIME,
    "DISCHARGE_TIME": TIME,
    "DQ_FLAGS": TEXT,
    "HOSPITAL_ID": TEXT,
    "DEPARTMENT": TEXT,
    "BED_ID": TEXT,
    "ADMISSION_PRIORITY": TEXT,
    "DIAGNOSIS_CODE": TEXT,
    "INSURANCE_TYPE": TEXT,
    "GENDER": TEXT,
    "AGE": WHOLE,
    "EXPECTED_DISCHARGE_TIME": TIME,
    "DISCHARGE_STATUS": TEXT,
    "HEART_RATE": RATE,
    "BP_SYSTOLIC": RATE,
    "BP_DIASTOLIC": RATE,
    "TEMPERATURE_F": RATE,
    "OXYGEN_SATURATION": RATE,
}

Event = dict[str, Any]


def day(number: int) -> dt.datetime:
    return at("2026-01-01") + dt.timedelta(days=number - 1)


def admitted(event_id: str, on: int | None, **changed: Any) -> Event:
    """An admission of P1, told when it happened: on that day of January."""
    time = None if on is None else day(on)
    event = {
        "unit_id": "P1",
        "patient_id": "P1",
        "event_id": event_id,
        "payload_hash": f"hash of {event_id}",
        "event_date": dt.date(2026, 1, 1),
        "event_type": "ADMISSION",
        "event_timestamp": time,
        "admission_time": time,
        "dq_flags": "CLEAN",
        "hospital_id": "H1",
        "department": "ICU",
        "bed_id": f"bed of {event_id}",
    }
    return event | changed


def left(event_id: str, on: int | None, since: int | None = None, **changed: Any) -> Event:
    """A discharge on that day, from the admission of another; None when it does not say."""
    time = None if on is None else day(on)
    event = admitted(event_id, on) | {
        "event_type": "DISCHARGE",
        "admission_time": None if since is None else day(since),
        "discharge_time": time,
    }
    return event | changed


def told(session: Session, *events: Event) -> list[dict[str, Any]]:
    rows = [[event.get(name.lower()) for name in KINDS] for event in events]
    events = frame(session, KINDS, rows)
    return rows_of(stays(events.select("UNIT_ID", *NEEDED), events.drop("UNIT_ID")))


def pairs(session: Session, *events: Event) -> set[tuple[str | None, int | None]]:
    """Bed of the admission (or of the discharge alone) and day of discharge, of each stay."""
    return {
        (row["bed_id"], None if row["discharged_at"] is None else row["discharged_at"].day)
        for row in told(session, *events)
    }


def picked(row: Mapping[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_a_stay_has_the_admissions_word_and_the_discharges_where_that_is_null(
    sandbox: Session,
) -> None:
    [row] = told(
        sandbox,
        admitted("a", 1, visit_id="V1", age=40, heart_rate=Decimal(80), insurance_type=None),
        left(
            "d",
            3,
            1,
            visit_id="V1",
            age=41,
            insurance_type="Private",
            discharge_status="Discharged-Home",
            bp_systolic=Decimal(120),
        ),
    )
    assert row == {
        "unit_id": "P1",
        "stay_id": "visit:V1",
        "visit_id": "V1",
        "patient_id": "P1",
        "hospital_id": "H1",
        "department": "ICU",
        "bed_id": "bed of a",
        "admission_priority": None,
        "diagnosis_code": None,
        "insurance_type": "Private",
        "gender": None,
        "age": 40,
        "expected_discharge_time": None,
        "discharge_status": "Discharged-Home",
        "heart_rate": 80,
        "bp_systolic": 120,
        "bp_diastolic": None,
        "temperature_f": None,
        "oxygen_saturation": None,
        "version_at": day(1),
        "has_admission": True,
        "is_currently_admitted": False,
        "admitted_at": day(1),
        "discharged_at": day(3),
        "discharge_time": day(3),
    }


def test_a_discharge_closes_its_visit_whatever_the_times_say(sandbox: Session) -> None:
    assert pairs(
        sandbox,
        admitted("a", 1, visit_id="V1"),
        admitted("b", 2, visit_id="V2"),
        left("d", 3, 2, visit_id="V1"),
    ) == {("bed of a", 3), ("bed of b", None)}


def test_a_discharge_without_visit_closes_the_admission_of_the_same_time(sandbox: Session) -> None:
    assert pairs(
        sandbox,
        admitted("a", 1),
        admitted("b", 2, visit_id="V2"),
        admitted("c", 4),
        left("d", 5, 1),
        left("e", 6, 2),
    ) == {("bed of a", 5), ("bed of b", 6), ("bed of c", None)}


def test_a_discharge_that_knows_no_admission_time_closes_the_last_admission_still_open(
    sandbox: Session,
) -> None:
    assert pairs(
        sandbox,
        admitted("a", 1),
        admitted("b", 2),
        left("d", 3),
        left("e", 4),
        admitted("c", 5),
        left("f", 6),
    ) == {("bed of b", 3), ("bed of a", 4), ("bed of c", 6)}


def test_a_repaired_admission_time_of_a_discharge_identifies_nothing(sandbox: Session) -> None:
    repaired = left("d", 3, 3, dq_flags="FUTURE_ADMISSION|INVALID_AGE")
    assert pairs(sandbox, admitted("a", 1), repaired) == {("bed of a", 3)}


def test_a_discharge_sure_of_another_time_closes_no_admission_that_is_sure_too(
    sandbox: Session,
) -> None:
    assert pairs(sandbox, admitted("a", 1), left("d", 5, 2)) == {
        ("bed of a", None),
        ("bed of d", 5),
    }


def test_a_discharge_that_names_a_visit_closes_no_other(sandbox: Session) -> None:
    assert pairs(sandbox, admitted("a", 1), left("d", 5, visit_id="V9")) == {
        ("bed of a", None),
        ("bed of d", 5),
    }


def test_a_discharge_closes_no_later_admission(sandbox: Session) -> None:
    assert pairs(sandbox, left("d", 1), admitted("a", 2)) == {
        ("bed of d", 1),
        ("bed of a", None),
    }


def test_at_one_instant_a_patient_leaves_before_he_is_admitted_again(sandbox: Session) -> None:
    assert pairs(sandbox, admitted("a", 1), admitted("b", 3), left("d", 3)) == {
        ("bed of a", 3),
        ("bed of b", None),
    }


def test_a_discharge_alone_is_a_stay_but_no_bed(sandbox: Session) -> None:
    [row] = told(sandbox, left("d", 3, 1))
    assert picked(
        row, "has_admission", "is_currently_admitted", "admitted_at", "discharged_at", "version_at"
    ) == (False, False, day(1), day(3), day(3))


def test_an_admission_alone_is_a_bed(sandbox: Session) -> None:
    [row] = told(sandbox, admitted("a", 1))
    assert picked(row, "has_admission", "is_currently_admitted", "discharged_at") == (
        True,
        True,
        None,
    )


def test_a_discharge_whose_time_was_taken_away_still_closes_its_stay(sandbox: Session) -> None:
    closing = left("d", 3, 1, discharge_time=None, dq_flags="DISCHARGE_BEFORE_ADMIT")
    [row] = told(sandbox, admitted("a", 1), closing)
    assert picked(row, "is_currently_admitted", "discharged_at", "discharge_time") == (
        False,
        day(3),
        None,
    )


def test_of_two_admissions_of_a_visit_the_newest_counts(sandbox: Session) -> None:
    assert pairs(
        sandbox,
        admitted("a", 1, visit_id="V1"),
        admitted("b", 2, visit_id="V1", admission_time=day(1)),
        admitted("c", 2, visit_id="V1", admission_time=day(1)),
        left("d", 4, 1, visit_id="V1"),
        left("e", 3, 1, visit_id="V1"),
    ) == {("bed of c", 4)}


def test_an_event_without_type_tells_of_no_stay(sandbox: Session) -> None:
    assert pairs(sandbox, admitted("a", 1), admitted("b", 2, event_type=None)) == {
        ("bed of a", None)
    }


def test_units_do_not_close_each_others_stays(sandbox: Session) -> None:
    other = left("d", 3, unit_id="P2", patient_id="P2")
    assert pairs(sandbox, admitted("a", 1), other) == {("bed of a", None), ("bed of d", 3)}


def test_the_place_is_taken_from_one_event(sandbox: Session) -> None:
    rows = told(
        sandbox,
        admitted("a", 1, visit_id="V1", department=None),
        left("d", 2, 1, visit_id="V1", hospital_id="H2", department="Surgery"),
        admitted("b", 3, visit_id="V2", hospital_id=None),
        left("e", 4, 3, visit_id="V2", hospital_id="H2", department=None),
        admitted("c", 5, visit_id="V3"),
        left("f", 6, 5, visit_id="V3", hospital_id="H2", department="Surgery"),
    )
    found = {row["visit_id"]: picked(row, "hospital_id", "department", "bed_id") for row in rows}
    assert found == {
        "V1": ("H2", "Surgery", "bed of d"),
        "V2": (None, "ICU", "bed of b"),
        "V3": ("H1", "ICU", "bed of c"),
    }
