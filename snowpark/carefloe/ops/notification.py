"""ops.notification: what people are told of breaches, once and for good.

A notification tells that a patient reached a severity within a window. What was told cannot be
taken back, so it is not: each version of a reading counts, also one that is corrected later.
"""

from snowflake.snowpark import Column, DataFrame, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit, when_matched, when_not_matched

from carefloe.gold.fact_alert import breaches, window_start
from carefloe.key import hash_of, instant
from carefloe.lean import lean
from carefloe.reference.vitals import CRITICAL, HIGH

PAGED = (HIGH, CRITICAL)
KEY = ("PATIENT_ID", "ALERT_TYPE", "WINDOW_START", "SEVERITY")


def load(session: Session, suppress_after_seconds: int) -> str:
    """ops.load_notification(number): one row per patient, alert type, window and severity reached.

    A breach that is older than so many seconds when it is loaded is stored as suppressed, so that a
    backfill pages nobody; a young breach of the same window and severity lifts that.
    """
    lean(session)
    readings = session.table("SILVER.VITALS_TO_NOTIFICATION_STREAM")
    rows = notifications(readings, F.sysdate(), suppress_after_seconds)
    table = session.table("OPS.NOTIFICATION")
    values = {name: rows[name] for name in rows.columns} | {"CREATED_AT": F.sysdate()}
    is_lifted = table["IS_SUPPRESSED"] & ~rows["IS_SUPPRESSED"]
    lifted = {name: values[name] for name in ("IS_SUPPRESSED", "HAPPENED_AT", "CREATED_AT")}
    done = table.merge(
        rows,
        table["NOTIFICATION_ID"] == rows["NOTIFICATION_ID"],
        [when_matched(is_lifted).update(lifted), when_not_matched().insert(values)],
    )
    return f"inserted {done.rows_inserted}, updated {done.rows_updated}"


def notifications(readings: DataFrame, now: Column, suppress_after_seconds: int) -> DataFrame:
    """What these rows of silver.vitals tell: one row per KEY, identified by its hash."""
    known = col("PATIENT_ID").is_not_null() & col("EVENT_TIMESTAMP").is_not_null()
    placed = readings.filter(known).with_column(
        "WINDOW_START", window_start(col("EVENT_TIMESTAMP"))
    )
    told = (
        breaches(placed)
        .filter(col("SEVERITY").in_(list(PAGED)))
        .group_by(*KEY)
        .agg(F.max("LAST_BREACH_AT").alias("HAPPENED_AT"))
    )
    parts = [col("PATIENT_ID"), col("ALERT_TYPE"), instant(col("WINDOW_START")), col("SEVERITY")]
    age = F.datediff("second", col("HAPPENED_AT"), now)
    return told.select(
        hash_of(lit("ALERT"), *parts).alias("NOTIFICATION_ID"),
        lit("ALERT").alias("KIND"),
        (age > lit(suppress_after_seconds)).alias("IS_SUPPRESSED"),
        "HAPPENED_AT",
        *KEY,
    )
