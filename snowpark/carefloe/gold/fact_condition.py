"""gold.fact_condition: one row per condition of a patient."""

from snowflake.snowpark import Session
from snowflake.snowpark.functions import col

from carefloe.gold.snapshot_fact import SnapshotFact
from carefloe.key import date_key

CONDITION = SnapshotFact(
    "CONDITION",
    "CONDITION_ID",
    ("PATIENT_ID", "ENCOUNTER_ID", "CODE", "DESCRIPTION", "STARTED_ON", "ENDED_ON"),
    {"STARTED_DATE_KEY": date_key(col("STARTED_ON"))},
)


def load(session: Session) -> str:
    """gold.load_fact_condition(): what new snapshots say otherwise."""
    return CONDITION.load(session)
