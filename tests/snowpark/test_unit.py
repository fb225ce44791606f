"""Who a patient-flow event belongs to when it names nobody."""

from carefloe.gold.unit import events_of_units, touched_units
from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.functions import col
from support.frame import TEXT, TIME, frame, rows_of
from support.raw import at

KINDS = {
    "EVENT_ID": TEXT,
    "PAYLOAD_HASH": TEXT,
    "EVENT_TIMESTAMP": TIME,
    "PATIENT_ID": TEXT,
    "VISIT_ID": TEXT,
}
NEW_YEAR = at("2026-01-01")


def silver(session: Session, *told: tuple[str, str | None, str | None]) -> DataFrame:
    """Events as (event, patient, visit); a later row of the same event is its correction."""
    rows = [
        (event, f"{place:02}", NEW_YEAR, patient, visit)
        for place, (event, patient, visit) in enumerate(told)
    ]
    return frame(session, KINDS, rows)


def ids(session: Session, *values: str) -> DataFrame:
    return frame(session, {"ID_": TEXT}, [(value,) for value in values])


def units(session: Session, flow: DataFrame, *asked: str) -> dict[str, str]:
    """Event -> unit, of the units asked for."""
    rows = rows_of(events_of_units(flow, ids(session, *asked)))
    return {row["event_id"]: row["unit_id"] for row in rows}


def test_an_event_belongs_to_the_patient_visit_or_event_it_names(sandbox: Session) -> None:
    flow = silver(sandbox, ("e1", "P1", "V1"), ("e2", None, "V2"), ("e3", None, None))
    assert units(sandbox, flow, "P1", "visit:V2", "event:e3") == {
        "e1": "P1",
        "e2": "visit:V2",
        "e3": "event:e3",
    }
    assert units(sandbox, flow, "P1") == {"e1": "P1"}


def test_an_event_without_patient_belongs_to_the_patient_of_its_visit(session: Session) -> None:
    flow = silver(session, ("e1", "P1", "V1"), ("e2", None, "V1"), ("e3", "P2", "V3"))
    assert units(session, flow, "P1") == {"e1": "P1", "e2": "P1"}


def test_of_two_patients_of_one_visit_the_greater_takes_its_anonymous_events(
    session: Session,
) -> None:
    flow = silver(session, ("e1", "P1", "V1"), ("e2", "P2", "V1"), ("e3", None, "V1"))
    assert units(session, flow, "P1", "P2") == {"e1": "P1", "e2": "P2", "e3": "P2"}


def test_a_correction_moves_an_event_to_the_unit_it_names_now(session: Session) -> None:
    flow = silver(session, ("e1", "P1", "V1"), ("e2", None, "V1"), ("e1", "P2", "V1"))
    assert units(session, flow, "P2") == {"e1": "P2", "e2": "P2"}


def test_the_patient_is_resolved_too(session: Session) -> None:
    flow = silver(session, ("e1", "P1", "V1"), ("e2", None, "V1"))
    rows = rows_of(events_of_units(flow, ids(session, "P1")))
    assert {row["event_id"]: row["patient_id"] for row in rows} == {"e1": "P1", "e2": "P1"}


def test_a_row_touches_the_units_of_its_whole_visit(session: Session) -> None:
    flow = silver(
        session,
        ("e1", "P1", "V1"),
        ("e2", None, "V1"),
        ("e3", "P2", "V1"),
        ("e4", "P3", "V4"),
    )
    new = flow.filter(col("EVENT_ID") == "e2")
    touched = {row["id_"] for row in rows_of(touched_units(flow, new))}
    assert touched == {"visit:V1", "P1", "P2"}
