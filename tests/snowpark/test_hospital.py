"""The timelines of hospitals, and which of them new rows change; on the sandbox alone."""

import datetime as dt
from typing import Any

from carefloe.gold.hospital import changed_hospitals, hospital_versions
from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.functions import col
from snowflake.snowpark.types import DateType
from support.frame import TEXT, TIME, frame, rows_of
from support.raw import at

EVENT = {
    "EVENT_ID": TEXT,
    "PAYLOAD_HASH": TEXT,
    "EVENT_DATE": DateType(),
    "EVENT_TIMESTAMP": TIME,
    "HOSPITAL_ID": TEXT,
    "HOSPITAL_NAME": TEXT,
}
SNAPSHOT = {
    "HOSPITAL_ID": TEXT,
    "AS_OF": TIME,
    "PAYLOAD_HASH": TEXT,
    "HOSPITAL_NAME": TEXT,
    "CITY": TEXT,
    "STATE": TEXT,
}
Event = tuple[str, str, str, str | None]
Snapshot = tuple[str, str | None, str | None]


def flow(session: Session, *told: Event) -> DataFrame:
    """Events of January: id, day and hour, hospital, name. The hash is the place."""
    rows = []
    for place, (event_id, when, hospital, name) in enumerate(told):
        seen_at = moment(when)
        rows.append((event_id, f"{place:03}", seen_at.date(), seen_at, hospital, name))
    return frame(session, EVENT, rows)


def files(session: Session, *told: Snapshot) -> DataFrame:
    """Snapshots of H1: day and hour of January, name, city."""
    rows = [("H1", moment(when), when, name, city, None) for when, name, city in told]
    return frame(session, SNAPSHOT, [*rows, ("H9", moment("1"), "x", "Nine", "Lynn", None)])


def moment(day_and_hour: str) -> dt.datetime:
    day, _, hour = day_and_hour.partition(" ")
    return at(f"2026-01-{int(day):02} {int(hour or 0):02}:00")


def timeline(events: DataFrame, snapshots: DataFrame, hospital: str = "H1") -> list[Any]:
    rows = [
        row
        for row in rows_of(hospital_versions(events, snapshots))
        if row["hospital_id"] == hospital
    ]
    return [
        (row["hospital_name"], row["city"], f"{row['valid_from']:%-d %-H}")
        for row in sorted(rows, key=lambda row: row["valid_from"])
    ]


def test_events_and_files_make_one_timeline(sandbox: Session) -> None:
    told = flow(
        sandbox,
        ("a", "2 8", "H1", "North"),
        ("b", "2 9", "H1", "North"),
        ("c", "3 9", "H1", "North"),
        ("d", "5 9", "H1", "South"),
        ("e", "5 10", "H1", None),
        ("f", "6 9", "H1", "North"),
    )
    assert timeline(told, files(sandbox, ("4", "North", "Oslo"), ("5 3", None, "Rome"))) == [
        ("North", "Oslo", "2 8"),
        ("North", "Rome", "5 3"),
        ("South", "Rome", "5 9"),
        ("North", "Rome", "6 9"),
    ]


def test_a_file_between_two_events_of_a_day_is_a_version_of_its_own(sandbox: Session) -> None:
    told = flow(sandbox, ("a", "2 8", "H1", "North"), ("b", "2 20", "H1", "North"))
    assert timeline(told, files(sandbox, ("2 12", "South", None))) == [
        ("North", None, "2 8"),
        ("South", None, "2 12"),
        ("North", None, "2 20"),
    ]


def test_a_file_of_the_night_leaves_nothing_to_the_events_that_agree(sandbox: Session) -> None:
    told = flow(sandbox, ("a", "2 8", "H1", "North"), ("b", "3 8", "H1", "North"))
    assert timeline(told, files(sandbox, ("2 2", "North", None), ("3 2", "South", None))) == [
        ("North", None, "2 2"),
        ("South", None, "3 2"),
        ("North", None, "3 8"),
    ]


def test_a_corrected_event_names_only_what_its_last_version_names(sandbox: Session) -> None:
    """The first event of the second moves away, and of the fourth all do."""
    told = flow(
        sandbox,
        ("a", "2 8", "H1", "North"),
        ("a", "3 8", "H2", "West"),
        ("b", "2 9", "H1", "North"),
        ("c", "4 8", "H1", "South"),
        ("c", "4 9", "H2", "West"),
        ("d", "5 8", "H1", "North"),
    )
    assert timeline(told, files(sandbox)) == [("North", None, "2 9")]
    assert timeline(told, files(sandbox), "H2") == [("West", None, "3 8")]


def changed(session: Session, told: list[Event], snapshots: list[Snapshot], new: set[str]) -> Any:
    """The hospitals that change for a fact made without the new events and snapshots."""
    silver, filed = flow(session, *told), files(session, *snapshots)
    is_new_event = col("EVENT_ID").in_(list(new))
    is_new_file = col("PAYLOAD_HASH").in_(list(new))
    before = hospital_versions(silver.filter(~is_new_event), filed.filter(~is_new_file))
    keys = [(row["hospital_id"], row["hospital_key"]) for row in rows_of(before)]
    fact = frame(session, {"HOSPITAL_ID": TEXT, "HOSPITAL_KEY": TEXT}, [*keys, ("H5", "-1")])
    found = changed_hospitals(
        hospital_versions(silver, filed),
        {"flow": silver.filter(is_new_event), "hospital": filed.filter(is_new_file)},
        fact,
    )
    return sorted({row["id_"] for row in rows_of(found)})


OLD = [("a", "2 8", "H1", "North"), ("b", "4 8", "H1", "North"), ("c", "2 8", "H2", "West")]


def test_an_event_that_repeats_a_name_changes_no_hospital(sandbox: Session) -> None:
    told = [*OLD, ("n", "3 8", "H1", "North"), ("m", "5 8", "H2", "West"), ("o", "1 1", "H2", None)]
    assert (
        changed(sandbox, told, [("1", "North", "Oslo"), ("6", "North", "Oslo")], {"n", "6"}) == []
    )
    assert changed(sandbox, told, [], {"m", "o"}) == []


def test_what_starts_or_ends_a_version_changes_its_hospital(sandbox: Session) -> None:
    between = [*OLD, ("n", "3 8", "H1", "South")]
    assert changed(sandbox, between, [], {"n"}) == ["H1"]
    earlier = [*OLD, ("n", "1 8", "H2", "West")]
    assert changed(sandbox, earlier, [], {"n"}) == ["H2"]
    assert changed(sandbox, OLD, [("3", "North", "Oslo"), ("4", "North", "Rome")], {"4"}) == ["H1"]
    first = [*OLD, ("n", "1 8", "H5", "Five")]
    assert changed(sandbox, first, [], {"n"}) == ["H5"]


def test_a_correction_that_takes_a_name_away_changes_its_hospital(sandbox: Session) -> None:
    """Of event x the version of the sixth is there; that of the seventh arrives."""
    silver = flow(sandbox, *OLD, ("x", "3 8", "H1", "South"), ("x", "7 8", "H2", "West"))
    is_new = col("PAYLOAD_HASH") == "004"
    before = rows_of(hospital_versions(silver.filter(~is_new), files(sandbox)))
    keys = [(row["hospital_id"], row["hospital_key"]) for row in before]
    fact = frame(sandbox, {"HOSPITAL_ID": TEXT, "HOSPITAL_KEY": TEXT}, keys)
    found = changed_hospitals(
        hospital_versions(silver, files(sandbox)),
        {"flow": silver.filter(is_new)},
        fact,
    )
    assert {row["id_"] for row in rows_of(found)} == {"H1"}
