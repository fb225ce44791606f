"""gold.dim_organization: SCD2 of organizations over the snapshots of the organizations files."""

from snowflake.snowpark import Session

from carefloe.gold.snapshot_dimension import SnapshotDimension

ORGANIZATION = SnapshotDimension(
    "ORGANIZATION", ("ORGANIZATION_NAME", "CITY", "STATE", "REVENUE", "UTILIZATION")
)


def load(session: Session) -> str:
    """gold.load_dim_organization(): the timelines that new snapshots change."""
    return ORGANIZATION.load(session)
