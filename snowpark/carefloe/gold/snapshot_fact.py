"""Facts of the nightly files: one row per id, what the newest file that names it says.

Every night tells of everything again, nearly all of it unchanged. The newest word of an id that new
rows name is no older than the oldest of them, so older snapshots are not read; and it is compared
with the row there is, so that only what changes is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from snowflake.snowpark import Column, DataFrame, Session, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit, when_matched, when_not_matched

from carefloe.gold.history import ids_of, in_any
from carefloe.lean import lean
from carefloe.target import written_columns


@dataclass(frozen=True)
class SnapshotFact:
    """One fact of one feed: its table is gold.fact_<name>, its snapshots are in silver.<name>."""

    name: str
    """Stem of the tables; upper case."""
    identifier: str
    """The id of silver's rows, and the key of the fact's."""
    told: Sequence[str]
    """The columns that silver and the fact share."""
    derived: Mapping[str, Column]
    """The fact's other columns, out of these."""

    def load(self, session: Session) -> str:
        """Bring the fact to what it is with the new rows of silver: one MERGE."""
        lean(session)
        silver = session.table(f"SILVER.{self.name}")
        new = session.table(f"SILVER.{self.name}_TO_FACT_{self.name}_STREAM")
        words = newest_words(silver, new, self.identifier, self.told)
        rows = words.select(
            self.identifier,
            *self.told,
            *(value.alias(name) for name, value in self.derived.items()),
        )
        return upsert(session, f"GOLD.FACT_{self.name}", self.identifier, rows)


def newest_words(
    silver: DataFrame, new: DataFrame, identifier: str, told: Sequence[str]
) -> DataFrame:
    """The id and these columns of the newest snapshot row of every id that new rows name.

    One row per id, the greatest (as_of, payload_hash). It may hold ids that no new row names but a
    snapshot as new as theirs does; their word is the newest, too.
    """
    since = new.select(F.min("AS_OF").alias("SINCE"))
    snapshots = silver.select("AS_OF").distinct().join(since, col("AS_OF") >= col("SINCE"))
    columns = [identifier, "AS_OF", "PAYLOAD_HASH", *told]
    rows = in_any(silver.select(*columns), "AS_OF", ids_of(snapshots, col("AS_OF")))
    return newest_rows(rows, identifier).select(identifier, *told)


def newest_rows(rows: DataFrame, identifier: str) -> DataFrame:
    """One row per id, the greatest (as_of, payload_hash)."""
    newest_first = Window.partition_by(identifier).order_by(
        col("AS_OF").desc(), col("PAYLOAD_HASH").desc()
    )
    ranked = rows.with_column("RANK_", F.row_number().over(newest_first))
    return ranked.filter(col("RANK_") == lit(1)).drop("RANK_")


def unlike(words: DataFrame, table: DataFrame, identifier: str, told: Sequence[str]) -> DataFrame:
    """The words that the table does not already have in these columns; one row per id in both."""
    there = table.select(*(col(name).alias(f"HAS_{name}") for name in (identifier, *told)))
    same = col(identifier) == col(f"HAS_{identifier}")
    for name in told:
        same = same & col(name).equal_null(col(f"HAS_{name}"))
    return words.join(there, same, "anti")


def upsert(session: Session, target: str, key: str, rows: DataFrame) -> str:
    """Insert the rows, or update those of the target that they differ from; counts as text.

    `rows` has one row per key. Nothing is deleted: files never take anything back.
    """
    table = session.table(target)
    columns = written_columns(table, rows, key)
    differs = lit(False)
    for name in columns:
        differs = differs | ~table[name].equal_null(rows[name])
    values = {name: rows[name] for name in columns}
    done = table.merge(
        rows,
        table[key] == rows[key],
        [
            when_matched(differs).update(values),
            when_not_matched().insert({key: rows[key], **values}),
        ],
    )
    return f"inserted {done.rows_inserted}, updated {done.rows_updated}"
