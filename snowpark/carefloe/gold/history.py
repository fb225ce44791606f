"""What new silver rows touch, and the events that count for it.

A correction is another version of an event and may move it to another patient. So the new rows'
event ids lead to the ids that any of their versions names, and those to all their events.
A frame of ids has one column, ID_, a name that no table has: Snowpark writes a repeated semi-join
on a same-named column as a condition that is always true. It may repeat ids and hold nulls, which
a semi-join does not mind.
"""

from collections.abc import Iterable, Sequence
from functools import reduce

from snowflake.snowpark import Column, DataFrame, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lag, lit

from carefloe.key import text_of


def in_any(rows: DataFrame, column: str, ids: DataFrame) -> DataFrame:
    """The rows whose value in this column is among the ids; a null is never."""
    return rows.join(ids, col(column) == col("ID_"), "semi")


def all_ids(frames: Iterable[DataFrame]) -> DataFrame:
    """One frame of ids out of several, each id once: it is joined many times."""
    return reduce(lambda one, other: one.union_all(other), frames).distinct()


def ids_of(rows: DataFrame, value: Column) -> DataFrame:
    """The values as a frame of ids."""
    return rows.select(value.alias("ID_"))


def versions_of(silver: DataFrame, new: DataFrame) -> DataFrame:
    """All versions of the events that the new rows belong to, the new rows among them."""
    return in_any(silver, "EVENT_ID", ids_of(new, col("EVENT_ID")))


def winners(versions: DataFrame) -> DataFrame:
    """One row per event_id: the greatest (event_timestamp, payload_hash), null lowest."""
    newest_first = Window.partition_by("EVENT_ID").order_by(
        col("EVENT_TIMESTAMP").desc_nulls_last(), col("PAYLOAD_HASH").desc()
    )
    return (
        versions.with_column("RANK_", F.row_number().over(newest_first))
        .filter(col("RANK_") == lit(1))
        .drop("RANK_")
    )


def events_of(silver: DataFrame, id_column: str, touched: DataFrame) -> DataFrame:
    """The winning versions that name a touched id; an event that has moved away is left out."""
    named = ids_of(in_any(silver, id_column, touched), col("EVENT_ID"))
    return in_any(winners(in_any(silver, "EVENT_ID", named)), id_column, touched)


def changed_ids(
    silver: DataFrame, new: DataFrame, id_column: str, tracked: Sequence[str]
) -> DataFrame:
    """The ids for which a new snapshot row says something new.

    A row that repeats the row just before it, by (as_of, payload_hash), changes nothing, also
    where others share its as-of. The row before is looked for from the last snapshot before the
    new ones on, so that a night costs the same after many nights; an id that this snapshot does
    not have counts as changed.
    """
    in_time = Window.partition_by(id_column).order_by("AS_OF", "PAYLOAD_HASH")
    # They are distinct already: but a plain projection Snowpark writes out anew at every use.
    arrived = new.select(
        col(id_column).alias("ARRIVED_ID"),
        col("AS_OF").alias("ARRIVED_AS_OF"),
        col("PAYLOAD_HASH").alias("ARRIVED_HASH"),
    ).distinct()
    told = silver.select(
        id_column, "AS_OF", "PAYLOAD_HASH", text_of(*(col(c) for c in tracked)).alias("TOLD")
    )
    recent = in_any(told, id_column, ids_of(arrived, col("ARRIVED_ID"))).join(
        snapshot_before(silver, arrived), col("SINCE").is_null() | (col("AS_OF") >= col("SINCE"))
    )
    compared = recent.with_column("BEFORE", lag("TOLD").over(in_time))
    says_new = col("BEFORE").is_null() | (col("BEFORE") != col("TOLD"))
    is_new = (
        (col(id_column) == col("ARRIVED_ID"))
        & (col("AS_OF") == col("ARRIVED_AS_OF"))
        & (col("PAYLOAD_HASH") == col("ARRIVED_HASH"))
    )
    return ids_of(compared.filter(says_new).join(arrived, is_new, "semi"), col(id_column))


def snapshot_before(silver: DataFrame, arrived: DataFrame) -> DataFrame:
    """One row, SINCE: the greatest AS_OF of silver before all ARRIVED_AS_OF, or null."""
    earliest = arrived.select(F.min("ARRIVED_AS_OF").alias("EARLIEST"))
    before = silver.select(col("AS_OF").alias("BEFORE_AS_OF")).join(
        earliest, col("BEFORE_AS_OF") < col("EARLIEST")
    )
    return before.select(F.max("BEFORE_AS_OF").alias("SINCE"))
