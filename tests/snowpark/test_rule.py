"""Rules: what fires is flagged in list order, and sees the original values only."""

from collections.abc import Sequence

from carefloe.rule import Rule, missing, repaired
from snowflake.snowpark import Session
from snowflake.snowpark.functions import col, lit
from support.frame import TEXT, WHOLE, frame, rows_of

COLUMNS = ["ID", "LOW", "HIGH"]
TOO_LOW = Rule("TOO_LOW", when=col("LOW") < lit(0), repair={"LOW": lit(0)})
CROSSED = Rule("CROSSED", when=col("LOW") > col("HIGH"), repair={"LOW": col("HIGH")})


def outcome(
    session: Session, rules: Sequence[Rule], *rows: tuple[str | None, int | None, int | None]
) -> list[tuple[str | None, int | None, int | None, str]]:
    given = frame(session, {"ID": TEXT, "LOW": WHOLE, "HIGH": WHOLE}, rows)
    return [
        (row["id"], row["low"], row["high"], row["dq_flags"])
        for row in rows_of(repaired(given, COLUMNS, rules))
    ]


def test_a_row_on_which_no_rule_fires_is_clean_and_unchanged(local: Session) -> None:
    assert outcome(local, [TOO_LOW, CROSSED], ("a", 0, 5)) == [("a", 0, 5, "CLEAN")]


def test_a_rule_that_fires_repairs_and_flags_its_row_alone(local: Session) -> None:
    assert outcome(local, [TOO_LOW], ("a", -1, 5), ("b", 1, 5)) == [
        ("a", 0, 5, "TOO_LOW"),
        ("b", 1, 5, "CLEAN"),
    ]


def test_a_condition_on_null_does_not_fire(local: Session) -> None:
    assert outcome(local, [TOO_LOW, CROSSED], ("a", None, 5), ("b", 3, None)) == [
        ("a", None, 5, "CLEAN"),
        ("b", 3, None, "CLEAN"),
    ]


def test_flags_stand_in_the_order_of_the_list(local: Session) -> None:
    row = ("a", -1, -2)
    assert outcome(local, [TOO_LOW, CROSSED], row)[0][3] == "TOO_LOW|CROSSED"
    assert outcome(local, [CROSSED, TOO_LOW], row)[0][3] == "CROSSED|TOO_LOW"


def test_the_first_of_two_repairs_of_one_column_holds(local: Session) -> None:
    row = ("a", -1, -2)
    assert outcome(local, [TOO_LOW, CROSSED], row) == [("a", 0, -2, "TOO_LOW|CROSSED")]
    assert outcome(local, [CROSSED, TOO_LOW], row) == [("a", -2, -2, "CROSSED|TOO_LOW")]


def test_no_rule_fires_on_another_rules_repair(local: Session) -> None:
    lowered = Rule("HIGH", when=col("HIGH") > lit(9), repair={"HIGH": lit(1)})
    assert outcome(local, [lowered, CROSSED], ("a", 5, 10)) == [("a", 5, 1, "HIGH")]


def test_a_repair_reads_the_original_of_a_column_that_is_repaired_too(local: Session) -> None:
    swapped = Rule("CROSSED", when=CROSSED.when, repair={"LOW": col("HIGH"), "HIGH": col("LOW")})
    assert outcome(local, [swapped], ("a", 7, 3)) == [("a", 3, 7, "CROSSED")]


def test_missing_flags_a_null_and_repairs_nothing(local: Session) -> None:
    assert outcome(local, [missing("ID")], (None, 1, 2), ("", 1, 2)) == [
        (None, 1, 2, "MISSING_ID"),
        ("", 1, 2, "CLEAN"),
    ]


def test_a_row_keeps_its_own_flags_after_a_filter(local: Session) -> None:
    given = frame(
        local,
        {"ID": TEXT, "LOW": WHOLE, "HIGH": WHOLE},
        [("a", -1, 5), ("b", 1, 5), ("c", 7, 5)],
    ).filter(col("ID") != lit("a"))
    rows = rows_of(repaired(given, COLUMNS, [TOO_LOW, CROSSED]))
    assert [(row["id"], row["low"], row["dq_flags"]) for row in rows] == [
        ("b", 1, "CLEAN"),
        ("c", 5, "CROSSED"),
    ]
