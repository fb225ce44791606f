"""Versions out of the snapshots of a file."""

from decimal import Decimal

from carefloe.gold.dim_organization import organization_versions
from snowflake.snowpark import Session
from support.frame import AMOUNT, TEXT, TIME, WHOLE, frame, rows_of
from support.raw import at

SNAPSHOT = {
    "ORGANIZATION_ID": TEXT,
    "AS_OF": TIME,
    "PAYLOAD_HASH": TEXT,
    "ORGANIZATION_NAME": TEXT,
    "CITY": TEXT,
    "STATE": TEXT,
    "REVENUE": AMOUNT,
    "UTILIZATION": WHOLE,
}


def test_of_one_as_of_the_greatest_hash_counts_and_other_ids_are_left_out(session: Session) -> None:
    told = [
        ("o1", "2026-01-01", "bb", "Salem"),
        ("o1", "2026-01-01", "aa", "Boston"),
        ("o1", "2026-02-01", "cc", "Lowell"),
        ("o2", "2026-01-01", "dd", "Lynn"),
    ]
    rest = ("One", Decimal("1.50"), 7)
    rows = [(who, at(on), what, rest[0], city, "MA", *rest[1:]) for who, on, what, city in told]
    asked = frame(session, {"ID_": TEXT}, [("o1",)])
    made = rows_of(organization_versions(frame(session, SNAPSHOT, rows), asked))
    assert sorted(
        (row["organization_id"], row["city"], row["valid_from"], row["valid_to"], row["is_current"])
        for row in made
    ) == [
        ("o1", "Lowell", at("2026-02-01"), None, True),
        ("o1", "Salem", at("2026-01-01"), at("2026-02-01"), False),
    ]
