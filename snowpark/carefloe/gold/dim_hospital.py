"""gold.dim_hospital: SCD2 of hospitals over the snapshots of the hospitals files."""

from snowflake.snowpark import Session

from carefloe.gold.snapshot_dimension import SnapshotDimension

HOSPITAL = SnapshotDimension("HOSPITAL", ("HOSPITAL_NAME", "CITY", "STATE"))


def load(session: Session) -> str:
    """gold.load_dim_hospital(): the timelines that new snapshots change."""
    return HOSPITAL.load(session)
