"""gold.fact_vitals: one row per reading, its newest version."""

from snowflake.snowpark import Column, DataFrame, Session
from snowflake.snowpark.functions import col, when_matched, when_not_matched

from carefloe.gold.reading import GRADES, VALUES, newest_versions
from carefloe.key import date_key
from carefloe.lean import lean
from carefloe.target import written_columns


def load(session: Session) -> str:
    """gold.load_fact_vitals(): the new readings, and the corrections that win.

    The row of the fact is the winner of all versions before, so a new version is compared with it
    alone and the history is not read.
    """
    lean(session)
    table = session.table("GOLD.FACT_VITALS")
    rows = fact_rows(session.table("SILVER.VITALS_TO_FACT_VITALS_STREAM"))
    values = {name: rows[name] for name in written_columns(table, rows)}
    corrected = {name: value for name, value in values.items() if name != "EVENT_ID"}
    done = table.merge(
        rows,
        table["EVENT_ID"] == rows["EVENT_ID"],
        [
            when_matched(_beats(rows, table)).update(corrected),
            when_not_matched().insert(values),
        ],
    )
    return f"inserted {done.rows_inserted}, updated {done.rows_updated}"


def fact_rows(new: DataFrame) -> DataFrame:
    """The fact's rows of these versions, one per reading."""
    return newest_versions(new, ["DEVICE_ID", *VALUES, *GRADES]).select(
        "EVENT_ID",
        "PAYLOAD_HASH",
        "PATIENT_ID",
        "DEVICE_ID",
        date_key(col("EVENT_TIMESTAMP")).alias("MEASURED_DATE_KEY"),
        col("EVENT_TIMESTAMP").alias("MEASURED_AT"),
        *VALUES,
        *GRADES,
    )


def _beats(rows: DataFrame, table: DataFrame) -> Column:
    """Whether the row's (measured_at, payload_hash) is greater than the table's, null lowest."""
    new, old = rows["MEASURED_AT"], table["MEASURED_AT"]
    is_later = (new > old) | (new.is_not_null() & old.is_null())
    return is_later | (new.equal_null(old) & (rows["PAYLOAD_HASH"] > table["PAYLOAD_HASH"]))
