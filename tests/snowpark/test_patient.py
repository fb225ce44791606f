"""The timeline of a patient, from what patient flow, encounters and files tell of him."""

import datetime as dt
from typing import Any

from carefloe.gold.patient import PatientSources, changed_patients, patient_versions
from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.functions import col
from snowflake.snowpark.types import DateType
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
FILE_KINDS = {
    "PATIENT_ID": TEXT,
    "AS_OF": TIME,
    "PAYLOAD_HASH": TEXT,
    "GENDER": TEXT,
    "INSURANCE_TYPE": TEXT,
    "FIRST_NAME": TEXT,
    "LAST_NAME": TEXT,
    "BIRTH_DATE": DateType(),
    "ADDRESS": TEXT,
    "CITY": TEXT,
    "STATE": TEXT,
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


def filed(on: int, **changed: Any) -> Event:
    """What the file of that day of January tells of P1."""
    row = {
        "patient_id": "P1",
        "as_of": day(on),
        "payload_hash": f"hash of {on}",
        "gender": "F",
        "insurance_type": "Private",
        "first_name": "Ada",
        "last_name": "Byron",
        "birth_date": dt.date(1985, 12, 10),
        "address": "1 Main St",
        "city": "Salem",
        "state": "MA",
    }
    return row | changed


FILED_NOBODY = filed(1, patient_id="P0")


def sources(
    session: Session, flow: list[Event], encounter: list[Event], files: list[Event]
) -> PatientSources:
    def table(kinds: dict[str, Any], rows: list[Event]) -> DataFrame:
        return frame(session, kinds, [[row.get(name.lower()) for name in kinds] for row in rows])

    return PatientSources(table(KINDS, flow), table(KINDS, encounter), table(FILE_KINDS, files))


def timeline(
    session: Session,
    flow: list[Event],
    encounter: list[Event],
    files: list[Event],
    patient: str = "P1",
) -> list[dict[str, Any]]:
    asked = frame(session, {"ID_": TEXT}, [(patient,)])
    rows = rows_of(patient_versions(sources(session, flow, encounter, files), asked))
    return sorted(rows, key=lambda row: row["valid_from"])


def spans(
    session: Session, flow: list[Event], encounter: list[Event], patient: str = "P1"
) -> list[tuple[Any, ...]]:
    """Gender, age, insurance and the days of January from and to which they held."""
    rows = timeline(session, flow, encounter, [FILED_NOBODY], patient)
    return [
        (
            row["gender"],
            row["age"],
            row["insurance_type"],
            row["valid_from"].day,
            None if row["valid_to"] is None else row["valid_to"].day,
        )
        for row in rows
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


def columns(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [(*(row[name] for name in names), row["valid_from"].day) for row in rows]


def test_files_and_events_make_one_timeline(session: Session) -> None:
    """The file of the fifth denies the insurance that the event of the third told."""
    made = timeline(
        session,
        [told("a", 3, insurance_type="Medicaid")],
        [NOBODY],
        [FILED_NOBODY, filed(2), filed(5), filed(6, city="Lowell", insurance_type=None)],
    )
    assert columns(made, "age", "insurance_type", "last_name", "birth_date", "city") == [
        (40, "Private", "Byron", dt.date(1985, 12, 10), "Salem", 2),
        (40, "Medicaid", "Byron", dt.date(1985, 12, 10), "Salem", 3),
        (40, "Private", "Byron", dt.date(1985, 12, 10), "Salem", 5),
        (40, "Private", "Byron", dt.date(1985, 12, 10), "Lowell", 6),
    ]


def test_there_and_back_over_three_nights_is_three_versions(session: Session) -> None:
    nights = [filed(3), filed(1), filed(4), filed(2, city="Lowell")]
    made = timeline(session, [NOBODY], [NOBODY], [FILED_NOBODY, *nights])
    assert columns(made, "city", "age") == [
        ("Salem", None, 1),
        ("Lowell", None, 2),
        ("Salem", None, 3),
    ]


def test_another_word_for_a_gender_makes_no_version(session: Session) -> None:
    made = timeline(
        session,
        [told("a", 1, gender="female"), told("b", 3, gender="F")],
        [NOBODY],
        [FILED_NOBODY, filed(1), filed(2, gender="FEMALE"), filed(4, gender="other")],
    )
    assert columns(made, "gender") == [("F", 1), ("other", 4)]


def test_a_file_makes_no_version_of_age(session: Session) -> None:
    """A birthday lies between the files, and a birth date told late changes no age."""
    made = timeline(
        session,
        [told("a", 9, age=40)],
        [NOBODY],
        [FILED_NOBODY, filed(1, birth_date=None), filed(5), filed(12)],
    )
    assert columns(made, "age", "birth_date") == [(40, dt.date(1985, 12, 10), 1)]


def news(
    session: Session, flow: list[Event], encounter: list[Event], old: list[Event], new: list[Event]
) -> list[str]:
    """The patients of whom the new rows of the file say something new."""
    silver = sources(session, flow, encounter, [*old, *new])
    arrived = silver.patient.filter(col("PAYLOAD_HASH").in_([row["payload_hash"] for row in new]))
    return sorted({row["id_"] for row in rows_of(changed_patients(silver, arrived))})


def test_a_file_that_repeats_the_one_before_is_no_news(session: Session) -> None:
    flow = [told("a", 1, insurance_type="Medicaid"), told("b", 3), told("c", 9, gender="M")]
    seen = [told("x", 3, gender=None), told("y", 4, insurance_type="Medicaid")]
    assert news(session, flow, seen, [filed(2)], [filed(5)]) == []


def test_a_file_that_denies_an_event_since_the_file_before_is_news(session: Session) -> None:
    insured = [told("a", 3, insurance_type="Medicaid")]
    assert news(session, insured, [NOBODY], [filed(2)], [filed(5)]) == ["P1"]
    assert news(session, [NOBODY], [told("x", 3, gender="M")], [filed(2)], [filed(5)]) == ["P1"]
    # The file of the fourth denied it already.
    assert news(session, insured, [NOBODY], [filed(2), filed(4)], [filed(5)]) == []
