"""gold.dim_department: every department an event or a file names, with its newest bed capacity."""

from snowflake.snowpark import Column, DataFrame, Session
from snowflake.snowpark.functions import col

from carefloe.gold.history import ids_of
from carefloe.gold.newest import newest
from carefloe.gold.rebuild import replace_touched
from carefloe.key import hash_of, known_or_unknown
from carefloe.lean import lean

ATTRIBUTES = ("DEPARTMENT_CODE", "BED_CAPACITY")


def department_key() -> Column:
    """The key of a row's HOSPITAL_ID and DEPARTMENT; the unknown department without one."""
    return known_or_unknown("DEPARTMENT", hash_of(col("HOSPITAL_ID"), col("DEPARTMENT")))


def departments(named: DataFrame, snapshots: DataFrame) -> DataFrame:
    """One row per distinct department named, with the attributes of its newest snapshot row."""
    ids = ("HOSPITAL_ID", "DEPARTMENT")
    members = named.select(*ids).filter(col("DEPARTMENT").is_not_null()).distinct()
    return newest(members, snapshots, ids, ATTRIBUTES, department_key(), "DEPARTMENT_KEY")


def load(session: Session) -> str:
    """gold.load_dim_department(): the departments that new events or files name."""
    lean(session)
    new_flow = session.table("SILVER.PATIENT_FLOW_TO_DIM_DEPARTMENT_STREAM")
    new_file = session.table("SILVER.DEPARTMENT_TO_DIM_DEPARTMENT_STREAM")
    ids = ["HOSPITAL_ID", "DEPARTMENT"]
    named = new_flow.select(*ids).union_all(new_file.select(*ids))
    rebuilt = departments(named, session.table("SILVER.DEPARTMENT"))
    touched = ids_of(rebuilt, col("DEPARTMENT_KEY"))
    return replace_touched(
        session, "GOLD.DIM_DEPARTMENT", "DEPARTMENT_KEY", rebuilt, touched, by="DEPARTMENT_KEY"
    )
