"""Versions out of the snapshots of a file."""

from carefloe.gold.snapshot_dimension import SnapshotDimension
from snowflake.snowpark import Session
from support.frame import TEXT, TIME, frame, rows_of
from support.raw import at

SHOP = SnapshotDimension("SHOP", ("CITY",))
SNAPSHOT = {"SHOP_ID": TEXT, "AS_OF": TIME, "PAYLOAD_HASH": TEXT, "CITY": TEXT, "REST": TEXT}


def test_of_one_as_of_the_greatest_hash_counts_and_other_ids_are_left_out(session: Session) -> None:
    silver = frame(
        session,
        SNAPSHOT,
        [
            ("s1", at("2026-01-01"), "bb", "Salem", "x"),
            ("s1", at("2026-01-01"), "aa", "Boston", "x"),
            ("s1", at("2026-02-01"), "cc", "Lowell", "x"),
            ("s2", at("2026-01-01"), "dd", "Lynn", "x"),
        ],
    )
    asked = frame(session, {"ID_": TEXT}, [("s1",)])
    made = rows_of(SHOP.versions(silver, asked))
    assert sorted(
        (row["shop_id"], row["city"], row["valid_from"], row["valid_to"], row["is_current"])
        for row in made
    ) == [
        ("s1", "Lowell", at("2026-02-01"), None, True),
        ("s1", "Salem", at("2026-01-01"), at("2026-02-01"), False),
    ]
