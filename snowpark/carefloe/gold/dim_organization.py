"""gold.dim_organization: SCD2 of organizations over the snapshots of the organizations files."""

from snowflake.snowpark import DataFrame, Session

from carefloe.gold.history import changed_ids, in_any
from carefloe.gold.rebuild import replace_touched
from carefloe.gold.version import snapshot_observations, versions
from carefloe.lean import lean

TRACKED = ("ORGANIZATION_NAME", "CITY", "STATE", "REVENUE", "UTILIZATION")


def touched_organizations(silver: DataFrame, new: DataFrame) -> DataFrame:
    """The organizations of which a new snapshot row says something new."""
    return changed_ids(silver, new, "ORGANIZATION_ID", TRACKED)


def organization_versions(silver: DataFrame, organizations: DataFrame) -> DataFrame:
    """The versions of these organizations, a frame of ids."""
    snapshots = in_any(silver, "ORGANIZATION_ID", organizations)
    observed = snapshot_observations(snapshots, "ORGANIZATION_ID", TRACKED)
    return versions(observed, "ORGANIZATION_ID", "ORGANIZATION_KEY", TRACKED)


def load(session: Session) -> str:
    """gold.load_dim_organization(): the timelines that new snapshots change."""
    lean(session)
    silver = session.table("SILVER.ORGANIZATION")
    touched = touched_organizations(
        silver, session.table("SILVER.ORGANIZATION_TO_DIM_ORGANIZATION_STREAM")
    )
    rebuilt = organization_versions(silver, touched)
    return replace_touched(
        session, "GOLD.DIM_ORGANIZATION", "ORGANIZATION_KEY", rebuilt, touched, by="ORGANIZATION_ID"
    )
