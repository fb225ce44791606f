"""What new silver rows touch, and the events that count for it.

A correction is another version of an event and may move it to another patient. So the new rows'
event ids lead to the ids that any of their versions names, and those to all their events.
A frame of ids has one column, ID_, a name that no table has: Snowpark writes a repeated semi-join
on a same-named column as a condition that is always true. It may repeat ids and hold nulls, which
a semi-join does not mind.
"""

from collections.abc import Sequence

from snowflake.snowpark import Column, DataFrame, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lag, lit


def in_any(rows: DataFrame, column: str, ids: DataFrame) -> DataFrame:
    """The rows whose value in this column is among the ids; a null is never."""
    return rows.join(ids, col(column) == col("ID_"), "semi")


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

    A row that repeats the state just before it changes nothing, unless it shares its as-of with
    another row of the id, which may then have lost to it.
    """
    in_time = Window.partition_by(id_column).order_by("AS_OF", "PAYLOAD_HASH")
    history = in_any(silver, id_column, ids_of(new, col(id_column)))
    compared = history.with_columns(
        ["SAME_AS_OF", "IS_FIRST", *(f"BEFORE_{c}" for c in tracked)],
        [
            F.count(lit(1)).over(Window.partition_by(id_column, "AS_OF")),
            lag("AS_OF").over(in_time).is_null(),
            *(lag(c).over(in_time) for c in tracked),
        ],
    )
    says_new = col("IS_FIRST") | (col("SAME_AS_OF") > lit(1))
    for c in tracked:
        says_new = says_new | ~col(c).equal_null(col(f"BEFORE_{c}"))
    arrived = new.select(col(id_column).alias("ARRIVED_ID"), col("AS_OF").alias("ARRIVED_AS_OF"))
    is_new = (col(id_column) == col("ARRIVED_ID")) & (col("AS_OF") == col("ARRIVED_AS_OF"))
    changed = compared.filter(says_new).join(arrived, is_new, "semi")
    return ids_of(changed, col(id_column))
