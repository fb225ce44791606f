"""Dimensions without history: a member for every id named, with what the newest file says of it."""

from collections.abc import Sequence

from snowflake.snowpark import Column, DataFrame, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit


def newest(
    members: DataFrame,
    snapshots: DataFrame,
    ids: Sequence[str],
    attributes: Sequence[str],
    key: Column,
    key_column: str,
) -> DataFrame:
    """The members with their key and the attributes of the greatest (as_of, payload_hash).

    `members` has one row per id. A member that no file names keeps null attributes, so that a
    fact can compute its key with no look-up.
    """
    newest_first = Window.partition_by(*ids).order_by(
        col("AS_OF").desc(), col("PAYLOAD_HASH").desc()
    )
    latest = (
        snapshots.with_column("RANK_", F.row_number().over(newest_first))
        .filter(col("RANK_") == lit(1))
        .select(*(col(name).alias(f"FILE_{name}") for name in ids), *attributes)
    )
    same = lit(True)
    for name in ids:
        same = same & (col(name) == col(f"FILE_{name}"))
    return members.join(latest, same, "left").select(key.alias(key_column), *ids, *attributes)
