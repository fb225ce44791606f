"""gold.patient_latest_vitals: each patient's newest reading, compared with the row there is.

Which reading is the newest is decided over its identity alone; what it tells is fetched at the end.
"""

from snowflake.snowpark import DataFrame, Session, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit

from carefloe.gold.history import events_of, ids_of, in_any
from carefloe.gold.reading import GRADES, IDENTITY, VALUES, changes
from carefloe.gold.rebuild import old, replace_rows
from carefloe.lean import lean


def load(session: Session) -> str:
    """gold.load_patient_latest_vitals(): the patients with a newer reading, or a corrected one."""
    lean(session)
    target = "GOLD.PATIENT_LATEST_VITALS"
    new = session.table("SILVER.VITALS_TO_PATIENT_LATEST_VITALS_STREAM")
    rows, bereft = latest(session.table("SILVER.VITALS"), new, session.table(target))
    return replace_rows(session, target, ["PATIENT_ID"], rows, bereft)


def latest(silver: DataFrame, new: DataFrame, table: DataFrame) -> tuple[DataFrame, DataFrame]:
    """The rows of the patients whose newest reading is another than in the table, or corrected;
    and the patients from whom a correction took the reading that the table has, to another patient
    or back in time. Only for those is the newest looked up among all their readings.
    """
    changed = changes(silver, new, [])
    counting = _placed(changed.filter(col("CHANGE") != lit("WITHDRAWN")))
    withdrawn = changed.filter(col("CHANGE") == lit("WITHDRAWN"))
    bereft = _bereft(table, withdrawn, counting)
    patients = ids_of(bereft, col(old("PATIENT_ID")))
    looked_up = _placed(events_of(silver.select(*IDENTITY), "PATIENT_ID", patients))
    newest = _newest(counting.union_all(looked_up))
    stays = _with_names(table, "THERE").join(
        patients, col("THERE_PATIENT_ID") == col("ID_"), "anti"
    )
    is_older = (col("PATIENT_ID") == col("THERE_PATIENT_ID")) & (
        (col("THERE_AT") > col("MEASURED_AT"))
        | ((col("THERE_AT") == col("MEASURED_AT")) & (col("THERE_EVENT_ID") > col("EVENT_ID")))
    )
    chosen = ids_of(newest.join(stays, is_older, "anti"), col("PAYLOAD_HASH"))
    told = in_any(silver, "PAYLOAD_HASH", chosen).select(
        "PATIENT_ID",
        "EVENT_ID",
        "DEVICE_ID",
        col("EVENT_TIMESTAMP").alias("MEASURED_AT"),
        *VALUES,
        *GRADES,
    )
    return told, bereft


def _bereft(table: DataFrame, withdrawn: DataFrame, counting: DataFrame) -> DataFrame:
    still_newest = (
        (col("EVENT_ID") == col("NEW_EVENT_ID"))
        & (col("PATIENT_ID") == col("NEW_PATIENT_ID"))
        & (col("MEASURED_AT") <= col("NEW_AT"))
    )
    return (
        in_any(table, "EVENT_ID", ids_of(withdrawn, col("EVENT_ID")))
        .join(_with_names(counting, "NEW"), still_newest, "anti")
        .select(col("PATIENT_ID").alias(old("PATIENT_ID")))
        # A patient is there once anyhow; but without a step of its own here Snowpark fails to write
        # the repeated frames of the MERGE once, and repeats the stream ninety times.
        .distinct()
    )


def _placed(readings: DataFrame) -> DataFrame:
    """The readings of a known patient and time."""
    known = col("PATIENT_ID").is_not_null() & col("EVENT_TIMESTAMP").is_not_null()
    return readings.filter(known).select(
        "PATIENT_ID", "EVENT_ID", "PAYLOAD_HASH", col("EVENT_TIMESTAMP").alias("MEASURED_AT")
    )


def _with_names(readings: DataFrame, prefix: str) -> DataFrame:
    return readings.select(
        col("PATIENT_ID").alias(f"{prefix}_PATIENT_ID"),
        col("EVENT_ID").alias(f"{prefix}_EVENT_ID"),
        col("MEASURED_AT").alias(f"{prefix}_AT"),
    )


def _newest(readings: DataFrame) -> DataFrame:
    """One per patient: the greatest (measured_at, event_id)."""
    newest_first = Window.partition_by("PATIENT_ID").order_by(
        col("MEASURED_AT").desc(), col("EVENT_ID").desc()
    )
    ranked = readings.with_column("RANK_", F.row_number().over(newest_first))
    return ranked.filter(col("RANK_") == lit(1))
