"""What new rows of silver.vitals change, reading by reading.

Silver is insert-only and one statement reads stream and table at one moment. So the versions that
the stream does not bring are those its consumer has counted already, and what counted before can
be told from what counts now: nothing has to remember it.
"""

from snowflake.snowpark import DataFrame, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit

from carefloe.gold.history import ids_of, in_any, winners
from carefloe.reference.vitals import VITALS

VALUES = (*VITALS.values(), "CONSCIOUSNESS", "ON_SUPPLEMENTAL_OXYGEN")
GRADES = (
    *(f"{vital}_{what}" for vital in VITALS for what in ("DIRECTION", "SEVERITY")),
    "CONSCIOUSNESS_SEVERITY",
    "SEVERITY",
    "NEWS2_SCORE",
    "NEWS2_RISK",
    "NEWS2_IS_PARTIAL",
)
"""What silver says of a reading and gold repeats."""
IDENTITY = ("EVENT_ID", "PAYLOAD_HASH", "PATIENT_ID", "DEVICE_ID", "EVENT_TIMESTAMP", "EVENT_DATE")


def changes(silver: DataFrame, new: DataFrame) -> DataFrame:
    """The versions that count from now on or no longer, with CHANGE.

    GAINED: a reading heard of for the first time. WITHDRAWN and REPLACING: the version of a reading
    that a correction has beaten, and the correction. A correction that has not won changes nothing.
    """
    columns = [*IDENTITY, *VALUES, *GRADES]
    arrived = new.select(*columns, lit(1).alias("IS_NEW"))
    versions = arrived.union_all(_counted(silver, new).select(*columns, lit(0).alias("IS_NEW")))
    newest_first = [col("EVENT_TIMESTAMP").desc_nulls_last(), col("PAYLOAD_HASH").desc()]
    ranked = versions.select(
        *columns,
        "IS_NEW",
        F.row_number().over(Window.partition_by("EVENT_ID").order_by(*newest_first)).alias("RANK_"),
        F.row_number()
        .over(Window.partition_by("EVENT_ID", "IS_NEW").order_by(*newest_first))
        .alias("RANK_OF_KIND"),
        F.min("IS_NEW").over(Window.partition_by("EVENT_ID")).alias("IS_FIRST"),
    )
    is_new, wins = col("IS_NEW") == lit(1), col("RANK_") == lit(1)
    change = (
        F.when(is_new & wins & (col("IS_FIRST") == lit(1)), lit("GAINED"))
        .when(is_new & wins, lit("REPLACING"))
        .when(~is_new & ~wins & (col("RANK_OF_KIND") == lit(1)), lit("WITHDRAWN"))
    )
    return ranked.select(*columns, change.alias("CHANGE")).filter(col("CHANGE").is_not_null())


def newest_versions(new: DataFrame) -> DataFrame:
    """One row per reading among the new rows: its winner among them."""
    return winners(new.select(*IDENTITY, *VALUES, *GRADES))


def _counted(silver: DataFrame, new: DataFrame) -> DataFrame:
    """The versions of the new rows' readings that arrived before them."""
    arrived = new.select(col("PAYLOAD_HASH").alias("ARRIVED_HASH"))
    return in_any(silver, "EVENT_ID", ids_of(new, col("EVENT_ID"))).join(
        arrived, col("PAYLOAD_HASH") == col("ARRIVED_HASH"), "anti"
    )
