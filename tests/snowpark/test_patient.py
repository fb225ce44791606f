"""The timeline of a patient, from what patient flow and encounters tell of him."""

import datetime as dt
from typing import Any

from carefloe.gold.patient import patient_versions
from snowflake.snowpark import Session
from support.frame import TEXT, TIME, WHOLE, frame, rows_of
from support.raw import at

KINDS = {
    "EVENT_ID": TEXT,
    "PAYLOAD_HASH": TEXT,
    "EVENT_TYPE": TEXT,
    "EVENT_TIMESTAMP": TIME,
    "ADMISSION_TIME": TIME,
    "DISCHARGE_TIME": TIME,
    "PATIENT_ID": TEXT,
    "GENDER": TEXT,
    "AGE": WHOLE,
    "INSURANCE_TYPE": TEXT,
}
Event = dict[str, Any]


def day(number: int) -> dt.datetime:
    return at("2026-01-01") + dt.timedelta(days=number - 1)


def told(event_id: str, on: int | None, **changed: Any) -> Event:
    """What an event of that day of January tells of P1."""
    event = {
        "event_id": event_id,
        "payload_hash": f"hash of {event_id}",
        "event_type": "ADMISSION",
        "event_timestamp": None if on is None else day(on),
        "patient_id": "P1",
        "gender": "F",
        "age": 40,
        "insurance_type": "Private",
    }
    return event | changed


NOBODY = told("nobody", 1, patient_id="P0")


def spans(
    session: Session, flow: list[Event], encounter: list[Event], patient: str = "P1"
) -> list[tuple[Any, ...]]:
    """Gender, age, insurance and the days of January from and to which they held."""

    def silver(events: list[Event]) -> Any:
        rows = [[event.get(name.lower()) for name in KINDS] for event in events]
        return frame(session, KINDS, rows)

    asked = frame(session, {"ID_": TEXT}, [(patient,)])
    rows = rows_of(patient_versions(silver(flow), silver(encounter), asked))
    return [
        (
            row["gender"],
            row["age"],
            row["insurance_type"],
            row["valid_from"].day,
            None if row["valid_to"] is None else row["valid_to"].day,
        )
        for row in sorted(rows, key=lambda row: row["valid_from"])
    ]


def test_both_sources_make_one_timeline(session: Session) -> None:
    assert spans(
        session,
        [told("a", 1), told("b", 5, age=41)],
        [told("x", 3, age=41), told("y", 7, gender="M")],
    ) == [
        ("F", 40, "Private", 1, 3),
        ("F", 41, "Private", 3, 7),
        ("M", 40, "Private", 7, None),
    ]


def test_an_encounter_knows_no_insurance(session: Session) -> None:
    assert spans(
        session,
        [told("a", 1), told("b", 5, insurance_type="Medicare")],
        [told("x", 3, insurance_type="Medicaid")],
    ) == [("F", 40, "Private", 1, 5), ("F", 40, "Medicare", 5, None)]


def test_an_event_without_timestamp_happened_when_what_it_tells_of_did(session: Session) -> None:
    assert spans(
        session,
        [
            told("a", None, admission_time=day(2), discharge_time=day(9)),
            told("b", None, event_type="DISCHARGE", admission_time=day(1), discharge_time=day(4))
            | {"age": 41},
            told("c", None, age=99),
        ],
        [
            told("x", None, admission_time=day(5), discharge_time=day(6), age=42),
            told("y", None, admission_time=day(8), age=43),
        ],
    ) == [
        ("F", 40, "Private", 2, 4),
        ("F", 41, "Private", 4, 6),
        ("F", 42, "Private", 6, 8),
        ("F", 43, "Private", 8, None),
    ]


def test_only_the_winning_version_of_an_event_is_observed(session: Session) -> None:
    flow = [
        told("a", 1, payload_hash="1", age=40),
        told("a", 2, payload_hash="0", age=41),
        told("b", 3, payload_hash="2", age=42),
        told("b", 4, payload_hash="3", age=50, patient_id="P2"),
    ]
    assert spans(session, flow, [NOBODY]) == [("F", 41, "Private", 2, None)]
    assert spans(session, flow, [NOBODY], "P2") == [("F", 50, "Private", 4, None)]


def test_at_one_instant_patient_flow_has_the_last_word(session: Session) -> None:
    """In the order of `encounter:` and `flow:`, then of the event ids."""
    assert spans(session, [told("a", 1, age=41), told("b", 1, age=42)], [told("z", 1, age=40)]) == [
        ("F", 42, "Private", 1, None)
    ]
