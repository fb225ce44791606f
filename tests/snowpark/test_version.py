"""SCD2: which versions a timeline has, and which of them is in force at a time."""

import hashlib
from typing import Any

from carefloe.gold.version import versions, with_version_key
from snowflake.snowpark import Session
from snowflake.snowpark.functions import col
from support.frame import TEXT, TIME, WHOLE, frame, rows_of
from support.raw import at

OBSERVED = {"ID": TEXT, "OBSERVED_AT": TIME, "OBSERVED_ID": TEXT, "CITY": TEXT, "AGE": WHOLE}
Observation = tuple[str, str | None, str, str | None, int | None]


def timeline(session: Session, *observed: Observation) -> list[dict[str, Any]]:
    """The versions, by id and time."""
    rows = [(who, when and at(when), what, city, age) for who, when, what, city, age in observed]
    made = rows_of(versions(frame(session, OBSERVED, rows), "ID", "KEY", ["CITY", "AGE"]))
    return sorted(made, key=lambda row: (row["id"], row["valid_from"]))


def spans(session: Session, *observed: Observation) -> list[tuple[Any, ...]]:
    """City, age, and the days of January from and to which they held."""
    return [
        (
            row["city"],
            row["age"],
            row["valid_from"].day,
            None if row["valid_to"] is None else row["valid_to"].day,
        )
        for row in timeline(session, *observed)
    ]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_change_ends_a_version_and_starts_the_next(session: Session) -> None:
    assert timeline(
        session,
        ("p1", "2026-01-01", "a", "Boston", 40),
        ("p1", "2026-01-03", "b", "Salem", 40),
    ) == [
        {
            "key": sha("2:p116:1767225600000000"),
            "id": "p1",
            "city": "Boston",
            "age": 40,
            "attribute_hash": sha("6:Boston2:40"),
            "valid_from": at("2026-01-01"),
            "valid_to": at("2026-01-03"),
            "is_current": False,
            "is_first": True,
        },
        {
            "key": sha("2:p116:1767398400000000"),
            "id": "p1",
            "city": "Salem",
            "age": 40,
            "attribute_hash": sha("5:Salem2:40"),
            "valid_from": at("2026-01-03"),
            "valid_to": None,
            "is_current": True,
            "is_first": False,
        },
    ]


def test_a_repeated_value_makes_no_version(session: Session) -> None:
    assert spans(
        session,
        ("p1", "2026-01-01", "a", "Boston", 40),
        ("p1", "2026-01-02", "b", "Boston", 40),
        ("p1", "2026-01-03", "c", "Boston", 40),
    ) == [("Boston", 40, 1, None)]


def test_a_value_that_comes_back_is_a_version_again(session: Session) -> None:
    assert spans(
        session,
        ("p1", "2026-01-01", "a", "Boston", 40),
        ("p1", "2026-01-02", "b", "Salem", 40),
        ("p1", "2026-01-03", "c", "Boston", 40),
    ) == [("Boston", 40, 1, 2), ("Salem", 40, 2, 3), ("Boston", 40, 3, None)]


def test_a_late_change_splits_the_version_it_falls_in(session: Session) -> None:
    first, late, last = (
        ("p1", "2026-01-01", "a", "Boston", 40),
        ("p1", "2026-01-05", "c", "Salem", 40),
        ("p1", "2026-01-09", "b", "Boston", 40),
    )
    assert spans(session, first, last) == [("Boston", 40, 1, None)]
    assert spans(session, first, last, late) == [
        ("Boston", 40, 1, 5),
        ("Salem", 40, 5, 9),
        ("Boston", 40, 9, None),
    ]


def test_an_unknown_value_is_filled_from_before_and_makes_no_version(session: Session) -> None:
    assert spans(
        session,
        ("p1", "2026-01-01", "a", "Boston", 40),
        ("p1", "2026-01-02", "b", None, 40),
        ("p1", "2026-01-03", "c", "Boston", None),
        ("p1", "2026-01-04", "d", None, 41),
    ) == [("Boston", 40, 1, 4), ("Boston", 41, 4, None)]


def test_a_value_unknown_at_first_is_filled_from_the_first_known(session: Session) -> None:
    assert spans(
        session,
        ("p1", "2026-01-01", "a", None, 40),
        ("p1", "2026-01-02", "b", "Boston", None),
        ("p1", "2026-01-03", "c", "Salem", None),
    ) == [("Boston", 40, 1, 3), ("Salem", 40, 3, None)]


def test_nothing_known_at_all_is_one_version_of_nulls(session: Session) -> None:
    assert spans(
        session,
        ("p1", "2026-01-01", "a", None, None),
        ("p1", "2026-01-02", "b", None, None),
    ) == [(None, None, 1, None)]


def test_the_last_row_of_an_instant_counts(session: Session) -> None:
    assert spans(
        session,
        ("p1", "2026-01-01", "b", "Salem", 40),
        ("p1", "2026-01-01", "a", "Boston", 40),
        ("p1", "2026-01-02", "d", "Boston", 40),
        ("p1", "2026-01-02", "c", "Lowell", 40),
    ) == [("Salem", 40, 1, 2), ("Boston", 40, 2, None)]


def test_an_observation_without_time_is_left_out(session: Session) -> None:
    assert spans(
        session,
        ("p1", None, "a", "Salem", 40),
        ("p1", "2026-01-02", "b", "Boston", 41),
    ) == [("Boston", 41, 2, None)]


def test_each_id_has_a_timeline_of_its_own(session: Session) -> None:
    made = timeline(
        session,
        ("p1", "2026-01-01", "a", "Boston", 40),
        ("p2", "2026-01-02", "b", "Salem", 50),
        ("p1", "2026-01-03", "c", "Lowell", 40),
    )
    assert [(row["id"], row["city"], row["is_first"], row["is_current"]) for row in made] == [
        ("p1", "Boston", True, False),
        ("p1", "Lowell", False, True),
        ("p2", "Salem", True, True),
    ]


def test_the_version_in_force_is_the_one_whose_half_open_span_holds_the_time(
    session: Session,
) -> None:
    observed = frame(
        session,
        OBSERVED,
        [
            ("p1", at("2026-01-03"), "a", "Boston", 40),
            ("p1", at("2026-01-05"), "b", "Salem", 40),
            ("p2", at("2026-01-04"), "c", "Lowell", 50),
        ],
    )
    made = versions(observed, "ID", "KEY", ["CITY", "AGE"])
    asked = [
        ("before the first", "p1", at("2025-12-31")),
        ("at the first", "p1", at("2026-01-03")),
        ("just before the change", "p1", at("2026-01-04 23:59:59.999999")),
        ("at the change", "p1", at("2026-01-05")),
        ("long after", "p1", at("2030-01-01")),
        ("at no time", "p1", None),
        ("another", "p2", at("2026-01-05")),
        ("unheard of", "p9", at("2026-01-05")),
        ("nobody", None, at("2026-01-05")),
    ]
    rows = frame(session, {"CASE_": TEXT, "WHO": TEXT, "AT": TIME}, asked)
    placed = rows_of(
        with_version_key(rows, "WHO", col("AT"), made.with_column_renamed("ID", "WHO"), "KEY")
    )
    boston, salem, lowell = (
        sha("2:p116:1767398400000000"),
        sha("2:p116:1767571200000000"),
        sha("2:p216:1767484800000000"),
    )
    assert {row["case_"]: row["key"] for row in placed} == {
        "before the first": boston,
        "at the first": boston,
        "just before the change": boston,
        "at the change": salem,
        "long after": salem,
        "at no time": boston,
        "another": lowell,
        "unheard of": "-1",
        "nobody": "-1",
    }
    assert len(placed) == len(asked)
    assert set(placed[0]) == {"case_", "who", "at", "key"}
