"""gold.dim_hospital: SCD2 of hospitals over the snapshots of the hospitals files."""

from snowflake.snowpark import DataFrame, Session

from carefloe.gold.history import changed_ids, in_any
from carefloe.gold.rebuild import replace_touched
from carefloe.gold.version import snapshot_observations, versions
from carefloe.lean import lean

TRACKED = ("HOSPITAL_NAME", "CITY", "STATE")


def touched_hospitals(silver: DataFrame, new: DataFrame) -> DataFrame:
    """The hospitals of which a new snapshot row says something new."""
    return changed_ids(silver, new, "HOSPITAL_ID", TRACKED)


def hospital_versions(silver: DataFrame, hospitals: DataFrame) -> DataFrame:
    """The versions of these hospitals, a frame of ids."""
    snapshots = in_any(silver, "HOSPITAL_ID", hospitals)
    observed = snapshot_observations(snapshots, "HOSPITAL_ID", TRACKED)
    return versions(observed, "HOSPITAL_ID", "HOSPITAL_KEY", TRACKED)


def load(session: Session) -> str:
    """gold.load_dim_hospital(): the timelines that new snapshots change."""
    lean(session)
    silver = session.table("SILVER.HOSPITAL")
    touched = touched_hospitals(silver, session.table("SILVER.HOSPITAL_TO_DIM_HOSPITAL_STREAM"))
    rebuilt = hospital_versions(silver, touched)
    return replace_touched(
        session, "GOLD.DIM_HOSPITAL", "HOSPITAL_KEY", rebuilt, touched, by="HOSPITAL_ID"
    )
