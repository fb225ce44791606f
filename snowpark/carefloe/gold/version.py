"""SCD2: the versions of an id, rebuilt from everything observed of it.

Shared by the dimensions, which store the versions, and the facts, which need the key of the
version in force: so they never disagree, whichever runs first.
"""

from collections.abc import Sequence

from snowflake.snowpark import Column, DataFrame, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, first_value, iff, lag, last_value, lead, lit

from carefloe.key import UNKNOWN_KEY, hash_of, instant, text_of

BEGINNING = F.to_timestamp_ntz(lit("0001-01-01"), lit("YYYY-MM-DD"))


def versions(
    observed: DataFrame, id_column: str, key_column: str, tracked: Sequence[str]
) -> DataFrame:
    """One row per version: half-open [valid_from, valid_to), the last one open with null.

    `observed` holds the id, OBSERVED_AT (rows without it cannot be placed and are left out),
    OBSERVED_ID, which orders rows of one instant, and the tracked attributes. An attribute that is
    null is not known: the value before it goes on, and before the first known value that one
    holds. So a value nulled by a rule never makes a version, and a repeated value neither.
    """
    in_time = Window.partition_by(id_column).order_by("OBSERVED_AT", "OBSERVED_ID")
    so_far = in_time.rows_between(Window.UNBOUNDED_PRECEDING, Window.CURRENT_ROW)
    ever = in_time.rows_between(Window.UNBOUNDED_PRECEDING, Window.UNBOUNDED_FOLLOWING)
    known = observed.filter(col("OBSERVED_AT").is_not_null()).select(
        id_column,
        "OBSERVED_AT",
        *(
            coalesce(
                last_value(c, ignore_nulls=True).over(so_far),
                first_value(c, ignore_nulls=True).over(ever),
            ).alias(c)
            for c in tracked
        ),
        lead("OBSERVED_AT").over(in_time).alias("NEXT_AT"),
    )
    last_of_instant = known.filter(
        col("NEXT_AT").is_null() | (col("NEXT_AT") != col("OBSERVED_AT"))
    ).with_column("TOLD", text_of(*(col(c) for c in tracked)))
    by_instant = Window.partition_by(id_column).order_by("OBSERVED_AT")
    changes = last_of_instant.with_column("BEFORE", lag("TOLD").over(by_instant)).filter(
        col("BEFORE").is_null() | (col("BEFORE") != col("TOLD"))
    )
    return changes.with_column("VALID_TO", lead("OBSERVED_AT").over(by_instant)).select(
        hash_of(col(id_column), instant(col("OBSERVED_AT"))).alias(key_column),
        id_column,
        *tracked,
        F.sha2(col("TOLD"), 256).alias("ATTRIBUTE_HASH"),
        col("OBSERVED_AT").alias("VALID_FROM"),
        "VALID_TO",
        col("VALID_TO").is_null().alias("IS_CURRENT"),
        col("BEFORE").is_null().alias("IS_FIRST"),
    )


def with_version_key(
    rows: DataFrame, id_column: str, at: Column, of: DataFrame, key_column: str
) -> DataFrame:
    """The rows with the key of the version in force at that time; the unknown key without one.

    The first version reaches back to the beginning, so an earlier time finds it too.
    """
    spans = of.select(
        col(id_column).alias("VERSION_ID"),
        col(key_column).alias("VERSION_KEY"),
        iff(col("IS_FIRST"), BEGINNING, col("VALID_FROM")).alias("SINCE"),
        col("VALID_TO").alias("UNTIL"),
    )
    placed = rows.with_column("PLACED_AT", coalesce(at, BEGINNING))
    in_force = (
        (col(id_column) == col("VERSION_ID"))
        & (col("PLACED_AT") >= col("SINCE"))
        & (col("UNTIL").is_null() | (col("PLACED_AT") < col("UNTIL")))
    )
    return (
        placed.join(spans, in_force, "left")
        .with_column(key_column, coalesce(col("VERSION_KEY"), lit(UNKNOWN_KEY)))
        .drop("PLACED_AT", "VERSION_ID", "VERSION_KEY", "SINCE", "UNTIL")
    )
