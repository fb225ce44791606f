"""gold.dim_organization: SCD2 of organizations over the snapshots of the organizations files.

Encounter events name an organization and tell nothing else of it: its timeline is the files'.
"""

from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.functions import col

from carefloe.gold.history import changed_ids, in_any
from carefloe.gold.rebuild import replace_touched
from carefloe.gold.version import versions
from carefloe.lean import lean

TRACKED = ("ORGANIZATION_NAME", "CITY", "STATE", "REVENUE", "UTILIZATION")


def changed_organizations(silver: DataFrame, new: DataFrame) -> DataFrame:
    """The organizations of which a new snapshot row says something new."""
    return changed_ids(silver, new, "ORGANIZATION_ID", TRACKED)


def organization_versions(silver: DataFrame, organizations: DataFrame) -> DataFrame:
    """The versions of these organizations; of rows of one as-of the greatest hash is last."""
    observed = in_any(silver, "ORGANIZATION_ID", organizations).select(
        "ORGANIZATION_ID",
        col("AS_OF").alias("OBSERVED_AT"),
        col("PAYLOAD_HASH").alias("OBSERVED_ID"),
        *TRACKED,
    )
    return versions(observed, "ORGANIZATION_ID", "ORGANIZATION_KEY", TRACKED)


def load(session: Session) -> str:
    """gold.load_dim_organization(): the timelines that new snapshots change."""
    lean(session)
    silver = session.table("SILVER.ORGANIZATION")
    new = session.table("SILVER.ORGANIZATION_TO_DIM_ORGANIZATION_STREAM")
    changed = changed_organizations(silver, new)
    return replace_touched(
        session,
        "GOLD.DIM_ORGANIZATION",
        "ORGANIZATION_KEY",
        organization_versions(silver, changed),
        changed,
        by="ORGANIZATION_ID",
    )
