"""What a delivery of readings changes, told from the versions that were there before it."""

import datetime as dt

from carefloe.gold.reading import changes, newest_versions
from snowflake.snowpark import Session
from snowflake.snowpark.types import DateType
from support.frame import TEXT, TIME, frame, rows_of

TYPES = {
    "EVENT_ID": TEXT,
    "PAYLOAD_HASH": TEXT,
    "PATIENT_ID": TEXT,
    "EVENT_TIMESTAMP": TIME,
    "EVENT_DATE": DateType(),
    "DEVICE_ID": TEXT,
}
Version = tuple[str, str, int | None]
"""Event id, payload hash, minute of its timestamp."""

BEFORE: list[Version] = [
    ("corrected", "c1", 0),
    ("corrected twice", "d2", 2),
    ("corrected twice", "d1", 1),
    ("told late", "l2", 2),
    ("same minute", "s1", 5),
    ("losing its time", "t1", 0),
    ("gaining a time", "u1", None),
    ("left alone", "a1", 0),
]
ARRIVED: list[Version] = [
    ("new", "n1", 0),
    ("new and corrected at once", "m1", 1),
    ("new and corrected at once", "m2", 0),
    ("corrected", "c2", 1),
    ("corrected twice", "d3", 3),
    ("corrected twice", "d4", 4),
    ("told late", "l1", 1),
    ("same minute", "s2", 5),
    ("losing its time", "t2", None),
    ("gaining a time", "u2", 0),
]


def table(versions: list[Version]) -> list[tuple[object, ...]]:
    rows = []
    for event_id, payload_hash, minute in versions:
        at = None if minute is None else dt.datetime(2026, 1, 5, 12, minute)
        day = dt.date(1900, 1, 1) if at is None else at.date()
        rows.append((event_id, payload_hash, "P", at, day, "M"))
    return rows


def test_each_version_is_gained_withdrawn_replacing_or_of_no_account(session: Session) -> None:
    new = frame(session, TYPES, table(ARRIVED))
    silver = frame(session, TYPES, table([*BEFORE, *ARRIVED]))
    changed = rows_of(changes(silver, new, ["DEVICE_ID"]))
    assert {row["device_id"] for row in changed} == {"M"}
    assert sorted((row["payload_hash"], row["change"]) for row in changed) == [
        ("c1", "WITHDRAWN"),
        ("c2", "REPLACING"),
        ("d2", "WITHDRAWN"),
        ("d4", "REPLACING"),
        ("m1", "GAINED"),
        ("n1", "GAINED"),
        ("s1", "WITHDRAWN"),
        ("s2", "REPLACING"),
        ("u1", "WITHDRAWN"),
        ("u2", "REPLACING"),
    ]


def test_the_newest_of_the_versions_that_arrive_together_is_kept(session: Session) -> None:
    new = frame(session, TYPES, table(ARRIVED))
    newest = rows_of(newest_versions(new, ["DEVICE_ID"]))
    assert sorted(row["payload_hash"] for row in newest) == [
        "c2",
        "d4",
        "l1",
        "m1",
        "n1",
        "s2",
        "t2",
        "u2",
    ]
