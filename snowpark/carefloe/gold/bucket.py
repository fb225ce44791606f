"""Tables that hold readings in buckets of a patient and a span of time, kept by what is new.

A bucket that only gains readings is its row and the new readings added up. One that loses a reading
to a correction is added up anew from the readings that count in it: that one bucket alone. Both
ways give the same row, so arrival order, batches and duplicates decide nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from snowflake.snowpark import Column, DataFrame, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit

from carefloe.gold.history import ids_of, in_any, winners
from carefloe.gold.reading import IDENTITY, changes
from carefloe.gold.rebuild import old, replace_rows
from carefloe.lean import lean


@dataclass(frozen=True)
class BucketTable:
    """A table of buckets: what one reading adds, and how rows of one bucket add up."""

    target: str
    keys: Sequence[str]
    """PATIENT_ID and the bucket's start among them."""
    start: str
    """The key that holds the bucket's start."""
    start_of: Column
    """The start of the bucket of a reading's EVENT_TIMESTAMP."""
    told: Sequence[str]
    """What `parts` needs to know of a reading besides its identity."""
    parts: Callable[[DataFrame], DataFrame]
    """Readings with the column `start` -> rows of the table, of one reading each."""
    measures: Mapping[str, Column]
    """Column -> the aggregate that makes one row of several of a bucket."""

    def load(self, session: Session, new: DataFrame) -> str:
        """Bring the table to what it is with the new rows of silver.vitals: one MERGE."""
        lean(session)
        silver, table = session.table("SILVER.VITALS"), session.table(self.target)
        rows, stale = self.rows(silver, new, table)
        return replace_rows(session, self.target, self.keys, rows, stale)

    def rows(
        self, silver: DataFrame, new: DataFrame, table: DataFrame
    ) -> tuple[DataFrame, DataFrame]:
        """The rows of all buckets that the new rows touch, and the keys that lost a reading."""
        changed = self._placed(changes(silver, new, self.told), [*IDENTITY, *self.told, "CHANGE"])
        is_gain = col("CHANGE") == lit("GAINED")
        stale = self._keys_of(self.parts(changed.filter(~is_gain))).distinct()
        added = self._summed(self.parts(changed.filter(is_gain)))
        kept = table.join(self._keys_of(added), self._same_key(), "semi")
        grown = added.union_all(kept.select(*self._columns)).join(stale, self._same_key(), "anti")
        return self._summed(grown.union_all(self._anew(silver, stale))), stale

    def _anew(self, silver: DataFrame, stale: DataFrame) -> DataFrame:
        """The parts of the stale buckets, from all readings that count in them now."""
        spans = stale.select(
            old("PATIENT_ID"), old(self.start), F.to_date(col(old(self.start))).alias("OLD_DATE")
        )
        same_span = (
            (col("PATIENT_ID") == col(old("PATIENT_ID")))
            & (col("EVENT_DATE") == col("OLD_DATE"))
            & (col(self.start) == col(old(self.start)))
        )
        named = self._placed(silver, IDENTITY).join(spans, same_span, "semi")
        versions = in_any(silver, "EVENT_ID", ids_of(named, col("EVENT_ID")))
        told = [*IDENTITY, *self.told]
        parts = self.parts(self._placed(winners(versions.select(*told)), told))
        return parts.join(stale, self._same_key(), "semi").select(*self._columns)

    def _placed(self, readings: DataFrame, columns: Sequence[str]) -> DataFrame:
        """The readings of a known patient and time, with the start of their bucket."""
        known = col("PATIENT_ID").is_not_null() & col("EVENT_TIMESTAMP").is_not_null()
        return readings.filter(known).select(*columns, self.start_of.alias(self.start))

    def _summed(self, parts: DataFrame) -> DataFrame:
        summed = (value.alias(name) for name, value in self.measures.items())
        return parts.group_by(*self.keys).agg(*summed).select(*self._columns)

    def _keys_of(self, rows: DataFrame) -> DataFrame:
        return rows.select(*(col(key).alias(old(key)) for key in self.keys))

    def _same_key(self) -> Column:
        return reduce(lambda one, other: one & other, (col(k) == col(old(k)) for k in self.keys))

    @property
    def _columns(self) -> list[str]:
        return [*self.keys, *self.measures]
