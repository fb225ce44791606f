"""What new rows of silver.vitals change, reading by reading.

Silver is insert-only and one statement reads stream and table at one moment. So the versions that
the stream does not bring are those its consumer has counted already, and what counted before can
be told from what counts now: nothing has to remember it.

Nearly every reading is told once. Those told more than once are looked for by their ids alone and
put in order apart from the others, so that the many are neither sorted nor looked up.
"""

from collections.abc import Sequence

from snowflake.snowpark import DataFrame, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit

from carefloe.gold.history import ids_of, in_any, winners
from carefloe.reference.vitals import VITALS

IDENTITY = ("EVENT_ID", "PAYLOAD_HASH", "PATIENT_ID", "EVENT_TIMESTAMP", "EVENT_DATE")
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


def changes(silver: DataFrame, new: DataFrame, told: Sequence[str]) -> DataFrame:
    """The versions that count from now on or no longer: IDENTITY, what they told, and CHANGE.

    GAINED: a reading heard of for the first time. WITHDRAWN and REPLACING: the version of a reading
    that a correction has beaten, and the correction. A correction that has not won changes nothing.
    """
    columns = [*IDENTITY, *told]
    arrived, older = new.select(*columns), _counted(silver, new)
    several = _told_twice(new).union_all(ids_of(older, col("EVENT_ID")))
    gained = _not_in(arrived, several).select(*columns, lit("GAINED").alias("CHANGE"))
    versions = (
        in_any(arrived, "EVENT_ID", several)
        .select(*columns, lit(1).alias("IS_NEW"))
        .union_all(
            in_any(
                silver.select(*columns), "PAYLOAD_HASH", ids_of(older, col("PAYLOAD_HASH"))
            ).select(*columns, lit(0).alias("IS_NEW"))
        )
    )
    return gained.union_all(_changed(versions, columns))


def newest_versions(new: DataFrame, told: Sequence[str]) -> DataFrame:
    """One row per reading among the new rows, its winner among them: IDENTITY and what it told."""
    arrived = new.select(*IDENTITY, *told)
    several = _told_twice(new)
    return _not_in(arrived, several).union_all(winners(in_any(arrived, "EVENT_ID", several)))


def _counted(silver: DataFrame, new: DataFrame) -> DataFrame:
    """EVENT_ID and PAYLOAD_HASH of the versions of the new rows' readings that came before them."""
    arrived = new.select(col("PAYLOAD_HASH").alias("ARRIVED_HASH"))
    versions = silver.select("EVENT_ID", "PAYLOAD_HASH")
    return in_any(versions, "EVENT_ID", ids_of(new, col("EVENT_ID"))).join(
        arrived, col("PAYLOAD_HASH") == col("ARRIVED_HASH"), "anti"
    )


def _told_twice(new: DataFrame) -> DataFrame:
    """The ids of the readings of which the new rows hold several versions."""
    counted = new.group_by("EVENT_ID").agg(F.count(lit(1)).alias("VERSIONS"))
    return ids_of(counted.filter(col("VERSIONS") > lit(1)), col("EVENT_ID"))


def _not_in(rows: DataFrame, ids: DataFrame) -> DataFrame:
    return rows.join(ids, col("EVENT_ID") == col("ID_"), "anti")


def _changed(versions: DataFrame, columns: Sequence[str]) -> DataFrame:
    newest_first = [col("EVENT_TIMESTAMP").desc_nulls_last(), col("PAYLOAD_HASH").desc()]
    of_reading = Window.partition_by("EVENT_ID")
    of_kind = Window.partition_by("EVENT_ID", "IS_NEW")
    ranked = versions.select(
        *columns,
        "IS_NEW",
        F.row_number().over(of_reading.order_by(*newest_first)).alias("RANK_"),
        F.row_number().over(of_kind.order_by(*newest_first)).alias("RANK_OF_KIND"),
        F.min("IS_NEW").over(of_reading).alias("IS_FIRST"),
    )
    is_new, wins = col("IS_NEW") == lit(1), col("RANK_") == lit(1)
    change = (
        F.when(is_new & wins & (col("IS_FIRST") == lit(1)), lit("GAINED"))
        .when(is_new & wins, lit("REPLACING"))
        .when(~is_new & ~wins & (col("RANK_OF_KIND") == lit(1)), lit("WITHDRAWN"))
    )
    return ranked.select(*columns, change.alias("CHANGE")).filter(col("CHANGE").is_not_null())
