"""gold.patient_latest_vitals: each patient's newest reading, compared with the row there is."""

from snowflake.snowpark import Column, DataFrame, Session, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit

from carefloe.gold.history import events_of, ids_of, in_any
from carefloe.gold.reading import GRADES, VALUES, changes
from carefloe.gold.rebuild import old, replace_rows
from carefloe.lean import lean

COLUMNS = ("PATIENT_ID", "EVENT_ID", "DEVICE_ID", "MEASURED_AT", *VALUES, *GRADES)


def load(session: Session) -> str:
    """gold.load_patient_latest_vitals(): the patients with a newer reading, or a corrected one."""
    lean(session)
    target = "GOLD.PATIENT_LATEST_VITALS"
    new = session.table("SILVER.VITALS_TO_PATIENT_LATEST_VITALS_STREAM")
    rows, bereft = latest(session.table("SILVER.VITALS"), new, session.table(target))
    return replace_rows(session, target, ["PATIENT_ID"], rows, bereft)


def latest(silver: DataFrame, new: DataFrame, table: DataFrame) -> tuple[DataFrame, DataFrame]:
    """The newest readings of the patients that the new rows touch, and the patients whose newest
    reading was taken from them: by a correction that moved it to another patient or back in time.

    Only of those is the newest looked up among all their readings.
    """
    changed = changes(silver, new)
    counting = _rows(changed.filter(col("CHANGE") != lit("WITHDRAWN")))
    withdrawn = ids_of(changed.filter(col("CHANGE") == lit("WITHDRAWN")), col("EVENT_ID"))
    corrected = in_any(table, "EVENT_ID", withdrawn)
    bereft = corrected.join(_places(counting), _still_newest(), "anti").select(
        col("PATIENT_ID").alias(old("PATIENT_ID"))
    )
    touched = ids_of(counting, col("PATIENT_ID"))
    kept = in_any(table, "PATIENT_ID", touched).join(
        withdrawn.with_column_renamed("ID_", "WITHDRAWN_ID"),
        col("EVENT_ID") == col("WITHDRAWN_ID"),
        "anti",
    )
    looked_up = _rows(events_of(silver, "PATIENT_ID", ids_of(bereft, col(old("PATIENT_ID")))))
    candidates = counting.union_all(kept.select(*COLUMNS)).union_all(_newest(looked_up))
    return _newest(candidates), bereft


def _rows(readings: DataFrame) -> DataFrame:
    """The readings of a known patient and time, with the columns of the table."""
    known = col("PATIENT_ID").is_not_null() & col("EVENT_TIMESTAMP").is_not_null()
    measured_at = col("EVENT_TIMESTAMP").alias("MEASURED_AT")
    columns = [measured_at if name == "MEASURED_AT" else col(name) for name in COLUMNS]
    return readings.filter(known).select(*columns)


def _places(readings: DataFrame) -> DataFrame:
    return readings.select(
        col("EVENT_ID").alias("NEW_EVENT_ID"),
        col("PATIENT_ID").alias("NEW_PATIENT_ID"),
        col("MEASURED_AT").alias("NEW_MEASURED_AT"),
    )


def _still_newest() -> Column:
    return (
        (col("EVENT_ID") == col("NEW_EVENT_ID"))
        & (col("PATIENT_ID") == col("NEW_PATIENT_ID"))
        & (col("NEW_MEASURED_AT") >= col("MEASURED_AT"))
    )


def _newest(readings: DataFrame) -> DataFrame:
    newest_first = Window.partition_by("PATIENT_ID").order_by(
        col("MEASURED_AT").desc(), col("EVENT_ID").desc()
    )
    return (
        readings.select(*COLUMNS, F.row_number().over(newest_first).alias("RANK_"))
        .filter(col("RANK_") == lit(1))
        .select(*COLUMNS)
    )
