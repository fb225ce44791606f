"""What new silver rows touch, and which versions of events count for it."""

from typing import Any

from carefloe.gold.history import changed_ids, events_of, in_any, versions_of, winners
from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.functions import col, lit
from support.frame import TEXT, TIME, frame, rows_of
from support.raw import at

EVENT = {"EVENT_ID": TEXT, "PAYLOAD_HASH": TEXT, "EVENT_TIMESTAMP": TIME, "PATIENT_ID": TEXT}
SNAPSHOT = {"ID": TEXT, "AS_OF": TIME, "PAYLOAD_HASH": TEXT, "CITY": TEXT, "STATE": TEXT}


def corrected(session: Session) -> DataFrame:
    """e1 moved from P1 to P2, e2 stayed with P1, e3 names nobody, e4 has lost its time."""
    return frame(
        session,
        EVENT,
        [
            ("e1", "a", at("2026-01-01"), "P1"),
            ("e1", "b", at("2026-01-02"), "P2"),
            ("e2", "c", at("2026-01-01"), "P1"),
            ("e2", "d", at("2026-01-01"), "P1"),
            ("e3", "e", at("2026-01-01"), None),
            ("e4", "z", None, "P3"),
            ("e4", "f", at("2026-01-01"), "P1"),
        ],
    )


def hashes(rows: DataFrame) -> list[Any]:
    return sorted(row["payload_hash"] for row in rows_of(rows))


def ids(session: Session, *values: str | None) -> DataFrame:
    return frame(session, {"ID_": TEXT}, [(value,) for value in values])


def test_the_winner_has_the_greatest_time_and_then_hash_with_null_lowest(session: Session) -> None:
    assert hashes(winners(corrected(session))) == ["b", "d", "e", "f"]


def test_an_id_listed_twice_repeats_no_row(session: Session) -> None:
    listed = ids(session, "P1", "P1")
    assert hashes(in_any(corrected(session), "PATIENT_ID", listed)) == ["a", "c", "d", "f"]


def test_a_null_is_in_no_list_of_ids(sandbox: Session) -> None:
    listed = ids(sandbox, "P2", None)
    assert hashes(in_any(corrected(sandbox), "PATIENT_ID", listed)) == ["b"]


def test_a_new_version_brings_all_versions_of_its_event(session: Session) -> None:
    silver = corrected(session)
    new = silver.filter(col("PAYLOAD_HASH").in_(lit("b"), lit("e")))
    assert hashes(versions_of(silver, new)) == ["a", "b", "e"]


def test_the_events_of_a_patient_are_the_winners_that_name_him(session: Session) -> None:
    assert hashes(events_of(corrected(session), "PATIENT_ID", ids(session, "P1"))) == ["d", "f"]
    assert hashes(events_of(corrected(session), "PATIENT_ID", ids(session, "P2"))) == ["b"]


def changed(session: Session, *rows: tuple[str, str, str, str | None, bool]) -> list[str]:
    """The ids of which the rows that are new (True) say something new."""
    told = [(who, at(as_of), payload, city, "MA") for who, as_of, payload, city, _ in rows]
    silver = frame(session, SNAPSHOT, told)
    new = silver.filter(col("PAYLOAD_HASH").in_([row[2] for row in rows if row[4]]))
    found = rows_of(changed_ids(silver, new, "ID", ["CITY", "STATE"]))
    return sorted({row["id_"] for row in found})


def test_a_first_snapshot_and_a_change_say_something_new(session: Session) -> None:
    assert changed(
        session,
        ("h1", "2026-01-01", "a", "Boston", True),
        ("h2", "2026-01-01", "b", "Boston", False),
        ("h2", "2026-01-02", "c", "Salem", True),
        ("h3", "2026-01-01", "d", "Boston", False),
        ("h3", "2026-01-02", "e", None, True),
    ) == ["h1", "h2", "h3"]


def test_a_repeated_snapshot_says_nothing_new(session: Session) -> None:
    assert (
        changed(
            session,
            ("h1", "2026-01-01", "a", "Boston", False),
            ("h1", "2026-01-02", "b", "Boston", True),
            ("h2", "2026-01-01", "c", None, False),
            ("h2", "2026-01-02", "d", None, True),
        )
        == []
    )


def test_a_late_snapshot_is_compared_with_the_state_before_it(session: Session) -> None:
    assert changed(
        session,
        ("h1", "2026-01-01", "a", "Boston", False),
        ("h1", "2026-01-02", "b", "Boston", True),
        ("h1", "2026-01-03", "c", "Salem", False),
        ("h2", "2026-01-01", "d", "Boston", False),
        ("h2", "2026-01-02", "e", "Salem", True),
        ("h2", "2026-01-03", "f", "Boston", False),
    ) == ["h2"]


def test_of_rows_of_one_as_of_the_one_that_differs_from_the_one_before_is_news(
    session: Session,
) -> None:
    told = [
        ("h1", "2026-01-01", "a", "Boston", False),
        ("h1", "2026-01-02", "b", "Boston", True),
        ("h1", "2026-01-02", "c", "Salem", False),
        ("h2", "2026-01-01", "d", "Boston", False),
        ("h2", "2026-01-02", "e", "Boston", False),
        ("h2", "2026-01-02", "f", "Salem", True),
    ]
    assert changed(session, *told) == ["h2"]


def test_what_lies_before_the_last_snapshot_is_not_looked_at(session: Session) -> None:
    """h2 was not in the snapshot before: it counts as changed, though it says what it said."""
    told = [
        ("h1", "2026-01-01", "a", "Boston", False),
        ("h2", "2026-01-01", "b", "Boston", False),
        ("h1", "2026-01-02", "c", "Boston", False),
        ("h1", "2026-01-03", "d", "Boston", True),
        ("h2", "2026-01-03", "e", "Boston", True),
    ]
    assert changed(session, *told) == ["h2"]
