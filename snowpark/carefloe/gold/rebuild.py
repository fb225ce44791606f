"""One MERGE that makes the touched part of a table what it was rebuilt to be."""

from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.functions import coalesce, col, lit, when_matched, when_not_matched

from carefloe.gold.history import in_any


def replace_touched(
    session: Session, target: str, key: str, rebuilt: DataFrame, touched: DataFrame, by: str
) -> str:
    """Insert, update and delete so that the target's rows of the touched ids equal `rebuilt`.

    `touched` is a frame of ids, found in the target's column `by`. A row that does
    not change is not written. Returns the counts as text.
    """
    table = session.table(target)
    existing = in_any(table, by, touched).select(col(key).alias("EXISTING_KEY"))
    columns = [name for name in table.columns if name != key]
    source = rebuilt.join(existing, col(key) == col("EXISTING_KEY"), "full").select(
        coalesce(col(key), col("EXISTING_KEY")).alias("MERGE_KEY"),
        col(key).is_null().alias("IS_GONE"),
        *(col(name).alias(f"NEW_{name}") for name in columns),
    )
    differs = lit(False)
    for name in columns:
        differs = differs | ~table[name].equal_null(source[f"NEW_{name}"])
    values = {name: source[f"NEW_{name}"] for name in columns}
    done = table.merge(
        source,
        table[key] == source["MERGE_KEY"],
        [
            when_matched(source["IS_GONE"]).delete(),
            when_matched(~source["IS_GONE"] & differs).update(values),
            when_not_matched(~source["IS_GONE"]).insert({key: source["MERGE_KEY"], **values}),
        ],
    )
    return (
        f"inserted {done.rows_inserted}, updated {done.rows_updated}, deleted {done.rows_deleted}"
    )
