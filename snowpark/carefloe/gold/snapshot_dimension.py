"""SCD2 dimensions that follow the snapshots of a file: hospitals and organizations."""

from collections.abc import Sequence
from dataclasses import dataclass

from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.functions import col

from carefloe.gold.history import changed_ids, in_any
from carefloe.gold.rebuild import replace_touched
from carefloe.gold.version import versions
from carefloe.lean import lean


@dataclass(frozen=True)
class SnapshotDimension:
    """One dimension: its table is gold.dim_<name>, its snapshots are in silver.<name>."""

    name: str
    """Stem of the tables and of the columns <NAME>_ID and <NAME>_KEY; upper case."""
    tracked: Sequence[str]
    """The attributes whose change makes a version."""

    def touched(self, silver: DataFrame, new: DataFrame) -> DataFrame:
        """The ids of which a new snapshot row says something new."""
        return changed_ids(silver, new, f"{self.name}_ID", self.tracked)

    def versions(self, silver: DataFrame, ids: DataFrame) -> DataFrame:
        """The versions of these ids; of an as-of with several rows the greatest hash is last."""
        identifier = f"{self.name}_ID"
        observed = in_any(silver, identifier, ids).select(
            identifier,
            col("AS_OF").alias("OBSERVED_AT"),
            col("PAYLOAD_HASH").alias("OBSERVED_ID"),
            *self.tracked,
        )
        return versions(observed, identifier, f"{self.name}_KEY", self.tracked)

    def load(self, session: Session) -> str:
        """Rebuild the timelines that new snapshots change: one MERGE."""
        lean(session)
        silver = session.table(f"SILVER.{self.name}")
        new = session.table(f"SILVER.{self.name}_TO_DIM_{self.name}_STREAM")
        ids = self.touched(silver, new)
        return replace_touched(
            session,
            f"GOLD.DIM_{self.name}",
            f"{self.name}_KEY",
            self.versions(silver, ids),
            ids,
            by=f"{self.name}_ID",
        )
