"""Stays: which discharge closes which admission, decided by what the events say, not by arrival.

A discharge closes its admission by visit_id; without one by patient and admission_time; where that
is missing or repaired, by order in time. Every stay is found within its unit (see `unit`).
"""

from snowflake.snowpark import DataFrame, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lag, lit

from carefloe.field import NO_TEXT, NO_TIME
from carefloe.gold.patient import flow_time
from carefloe.key import instant

NEEDED = (
    "EVENT_ID",
    "PAYLOAD_HASH",
    "EVENT_DATE",
    "EVENT_TYPE",
    "VISIT_ID",
    "PATIENT_ID",
    "EVENT_TIMESTAMP",
    "ADMISSION_TIME",
    "DISCHARGE_TIME",
    "DQ_FLAGS",
)
"""What decides to which stay an event belongs, and the key of its silver row."""

ATTRIBUTES = (
    "VISIT_ID",
    "ADMISSION_PRIORITY",
    "DIAGNOSIS_CODE",
    "INSURANCE_TYPE",
    "GENDER",
    "AGE",
    "EXPECTED_DISCHARGE_TIME",
    "HEART_RATE",
    "BP_SYSTOLIC",
    "BP_DIASTOLIC",
    "TEMPERATURE_F",
    "OXYGEN_SATURATION",
)
"""What both events tell: the admission's word counts, the discharge's where that is null."""

PLACE = ("HOSPITAL_ID", "DEPARTMENT", "BED_ID")
"""Where the patient lay, taken from one event: hospital and department belong together."""

IS_ADMISSION = col("EVENT_TYPE") == lit("ADMISSION")


def stays(events: DataFrame, silver: DataFrame) -> DataFrame:
    """One row per stay: UNIT_ID, STAY_ID, its attributes, times and HAS_ADMISSION.

    `events` are winning versions with UNIT_ID and the columns of NEEDED; those without event_type
    tell of no stay. All else that they tell is looked up in `silver` at the end: what is sorted on
    the way stays narrow.
    """
    paired = _closed_in_time(_one_per_kind(_named(events)))
    admission = _in_full(paired.filter(IS_ADMISSION), silver).select(
        col("UNIT_ID").alias("A_UNIT_ID"),
        col("STAY_ID").alias("A_STAY_ID"),
        col("OWNER_ID").alias("A_PATIENT_ID"),
        *(
            col(name).alias(f"A_{name}")
            for name in (*ATTRIBUTES, *PLACE, "HAPPENED_AT", "ADMISSION_TIME")
        ),
    )
    discharge = _in_full(paired.filter(~IS_ADMISSION), silver).select(
        col("UNIT_ID").alias("D_UNIT_ID"),
        col("STAY_ID").alias("D_STAY_ID"),
        col("OWNER_ID").alias("D_PATIENT_ID"),
        *(col(name).alias(f"D_{name}") for name in (*ATTRIBUTES, *PLACE)),
        col("HAPPENED_AT").alias("D_HAPPENED_AT"),
        col("TRUSTED_TIME").alias("D_ADMISSION_TIME"),
        col("DISCHARGE_TIME").alias("D_DISCHARGE_TIME"),
        col("DISCHARGE_STATUS").alias("D_DISCHARGE_STATUS"),
    )
    same_stay = (col("A_UNIT_ID") == col("D_UNIT_ID")) & (col("A_STAY_ID") == col("D_STAY_ID"))
    admission_knows = col("A_HOSPITAL_ID").is_not_null() & col("A_DEPARTMENT").is_not_null()
    discharge_knows = col("D_HOSPITAL_ID").is_not_null() & col("D_DEPARTMENT").is_not_null()
    lay_as_discharged = col("A_UNIT_ID").is_null() | (~admission_knows & discharge_knows)
    return admission.join(discharge, same_stay, "full").select(
        coalesce(col("A_UNIT_ID"), col("D_UNIT_ID")).alias("UNIT_ID"),
        coalesce(col("A_STAY_ID"), col("D_STAY_ID")).alias("STAY_ID"),
        *(
            coalesce(col(f"A_{name}"), col(f"D_{name}")).alias(name)
            for name in ("PATIENT_ID", *ATTRIBUTES)
        ),
        *(iff(lay_as_discharged, col(f"D_{name}"), col(f"A_{name}")).alias(name) for name in PLACE),
        col("D_DISCHARGE_STATUS").alias("DISCHARGE_STATUS"),
        coalesce(col("A_HAPPENED_AT"), col("D_HAPPENED_AT")).alias("VERSION_AT"),
        col("A_UNIT_ID").is_not_null().alias("HAS_ADMISSION"),
        col("D_UNIT_ID").is_null().alias("IS_CURRENTLY_ADMITTED"),
        coalesce(col("A_ADMISSION_TIME"), col("D_ADMISSION_TIME"), col("A_HAPPENED_AT")).alias(
            "ADMITTED_AT"
        ),
        coalesce(col("D_DISCHARGE_TIME"), col("D_HAPPENED_AT")).alias("DISCHARGED_AT"),
        col("D_DISCHARGE_TIME").alias("DISCHARGE_TIME"),
    )


def _in_full(paired: DataFrame, silver: DataFrame) -> DataFrame:
    """Events with all columns of their silver row; PATIENT_ID is what the row itself says."""
    placed = paired.select(
        col("PAYLOAD_HASH").alias("TOLD_HASH"),
        col("EVENT_DATE").alias("TOLD_DATE"),
        col("PATIENT_ID").alias("OWNER_ID"),
        "UNIT_ID",
        "STAY_ID",
        "HAPPENED_AT",
        "TRUSTED_TIME",
    )
    is_told = (col("PAYLOAD_HASH") == col("TOLD_HASH")) & (col("EVENT_DATE") == col("TOLD_DATE"))
    return silver.join(placed, is_told)


def _named(events: DataFrame) -> DataFrame:
    """Each event with STAY_ID: its visit, else the visit or the time of its admission, else itself.

    A repaired admission_time identifies nothing on a discharge: it is the discharge's own time.
    """
    was_repaired = F.contains(col("DQ_FLAGS"), lit("FUTURE_ADMISSION"))
    trusted = iff(was_repaired, NO_TIME, col("ADMISSION_TIME"))
    slot_time = iff(IS_ADMISSION, col("ADMISSION_TIME"), trusted)
    slot = F.concat(lit("at:"), instant(slot_time).cast("string"))
    by_slot = Window.partition_by("UNIT_ID", "SLOT")
    return (
        events.filter(col("EVENT_TYPE").is_not_null())
        .with_columns(["TRUSTED_TIME", "SLOT", "HAPPENED_AT"], [trusted, slot, flow_time()])
        .with_column(
            "SLOT_VISIT", iff(col("SLOT").is_null(), NO_TEXT, F.max("VISIT_ID").over(by_slot))
        )
        .with_column(
            "STAY_ID",
            coalesce(
                F.concat(lit("visit:"), coalesce(col("VISIT_ID"), col("SLOT_VISIT"))),
                col("SLOT"),
                F.concat(lit("event:"), col("EVENT_ID")),
            ),
        )
    )


def _one_per_kind(events: DataFrame) -> DataFrame:
    """The last admission and the last discharge of each stay, and whether it has both."""
    of_stay = Window.partition_by("UNIT_ID", "STAY_ID")
    newest_first = of_stay.order_by(
        col("EVENT_TYPE"), col("HAPPENED_AT").desc_nulls_last(), col("EVENT_ID").desc()
    )
    return events.with_columns(
        ["KIND_BEFORE", "IS_PAIRED"],
        [
            lag("EVENT_TYPE").over(newest_first),
            F.min("EVENT_TYPE").over(of_stay) != F.max("EVENT_TYPE").over(of_stay),
        ],
    ).filter(col("KIND_BEFORE").is_null() | (col("KIND_BEFORE") != col("EVENT_TYPE")))


def _closed_in_time(events: DataFrame) -> DataFrame:
    """Give a loose discharge the stay of the admission it closes by order in time.

    Loose are an admission without discharge and a discharge without admission that names no
    visit. Read as brackets in time, the discharge closes the last admission still open; but not
    where both know their admission time for certain, for then they are two stays. At one instant
    a discharge comes first: a patient leaves one bed before taking the next.
    """
    in_order = (
        col("HAPPENED_AT").asc_nulls_last(),
        col("EVENT_TYPE").desc(),
        col("EVENT_ID"),
    )
    in_time = Window.partition_by("UNIT_ID").order_by(*in_order)
    so_far = in_time.rows_between(Window.UNBOUNDED_PRECEDING, Window.CURRENT_ROW)
    in_bracket = Window.partition_by("UNIT_ID", "LEVEL").order_by(*in_order)
    is_loose = ~col("IS_PAIRED") & (IS_ADMISSION | col("VISIT_ID").is_null())
    levelled = (
        events.filter(is_loose)
        .with_column("STEP", iff(IS_ADMISSION, lit(1), lit(-1)))
        .with_column("OPEN_COUNT", F.sum("STEP").over(so_far))
    )
    bracketed = levelled.with_column(
        "LEVEL", iff(IS_ADMISSION, col("OPEN_COUNT"), col("OPEN_COUNT") + lit(1))
    ).select(
        col("EVENT_ID").alias("CLOSING_ID"),
        "EVENT_TYPE",
        "TRUSTED_TIME",
        lag("EVENT_TYPE").over(in_bracket).alias("BEFORE_TYPE"),
        lag("STAY_ID").over(in_bracket).alias("BEFORE_STAY_ID"),
        lag("TRUSTED_TIME").over(in_bracket).alias("BEFORE_TRUSTED_TIME"),
    )
    closing = bracketed.filter(
        ~IS_ADMISSION
        & (col("BEFORE_TYPE") == lit("ADMISSION"))
        & (col("TRUSTED_TIME").is_null() | col("BEFORE_TRUSTED_TIME").is_null())
    ).select("CLOSING_ID", "BEFORE_STAY_ID")
    return events.join(closing, col("EVENT_ID") == col("CLOSING_ID"), "left").with_column(
        "STAY_ID", coalesce(col("BEFORE_STAY_ID"), col("STAY_ID"))
    )
