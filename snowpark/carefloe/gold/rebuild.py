"""One MERGE that makes the touched part of a table what it was worked out to be."""

from collections.abc import Sequence
from functools import reduce

from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.functions import coalesce, col, lit, when_matched, when_not_matched

from carefloe.gold.history import in_any
from carefloe.target import written_columns

UNTOUCHED = "inserted 0, updated 0, deleted 0"
"""What a run without new rows reports."""


def replace_touched(
    session: Session, target: str, key: str, rebuilt: DataFrame, touched: DataFrame, by: str
) -> str:
    """Insert, update and delete so that the target's rows of the touched ids equal `rebuilt`.

    `touched` is a frame of ids, found in the target's column `by`. A row that does
    not change is not written. Returns the counts as text.
    """
    existing = in_any(session.table(target), by, touched).select(col(key).alias(old(key)))
    return replace_rows(session, target, [key], rebuilt, existing)


def replace_rows(
    session: Session, target: str, keys: Sequence[str], rows: DataFrame, replaced: DataFrame
) -> str:
    """Insert or update the rows, and delete those whose key is replaced and has no row any more.

    `rows` has one row per key, `replaced` one per key it names, in the columns `old(key)`. A row
    that does not change is not written. Returns the counts as text.
    """
    table = session.table(target)
    columns = written_columns(table, rows, *keys)
    same_key = reduce(lambda one, other: one & other, (col(k) == col(old(k)) for k in keys))
    source = rows.join(replaced, same_key, "full").select(
        *(coalesce(col(k), col(old(k))).alias(f"MERGE_{k}") for k in keys),
        col(keys[0]).is_null().alias("IS_GONE"),
        *(col(name).alias(f"NEW_{name}") for name in columns),
    )
    matches = reduce(
        lambda one, other: one & other, (table[k] == source[f"MERGE_{k}"] for k in keys)
    )
    differs = lit(False)
    for name in columns:
        differs = differs | ~table[name].equal_null(source[f"NEW_{name}"])
    values = {name: source[f"NEW_{name}"] for name in columns}
    inserted = {**{k: source[f"MERGE_{k}"] for k in keys}, **values}
    done = table.merge(
        source,
        matches,
        [
            when_matched(source["IS_GONE"]).delete(),
            when_matched(~source["IS_GONE"] & differs).update(values),
            when_not_matched(~source["IS_GONE"]).insert(inserted),
        ],
    )
    return (
        f"inserted {done.rows_inserted}, updated {done.rows_updated}, deleted {done.rows_deleted}"
    )


def old(key: str) -> str:
    """Name of a key's column in the frame of keys that are replaced."""
    return f"OLD_{key}"
