"""Encounters, typed, repaired from their own fields and flagged."""

from snowflake.snowpark import Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, iff, lit

from carefloe.field import NO_NUMBER, NO_TIME, number, text, time, time_of
from carefloe.rule import Rule, missing, negative_cost
from carefloe.silver import source
from carefloe.silver.source import FUTURE_EVENT, Source

COSTS = ("BASE_ENCOUNTER_COST", "TOTAL_CLAIM_COST", "PAYER_COVERAGE")

FIELDS = {
    "EVENT_ID": text("event_id"),
    "ENCOUNTER_ID": text("encounter_id"),
    "PATIENT_ID": text("patient_id"),
    "ORGANIZATION_ID": text("organization_id"),
    "PROVIDER_ID": text("provider_id"),
    "PAYER_ID": text("payer_id"),
    "GENDER": text("gender"),
    "DEPARTMENT": text("department"),
    "AGE": number("age"),
    "BASE_ENCOUNTER_COST": number("base_encounter_cost", 18, 2),
    "TOTAL_CLAIM_COST": number("total_claim_cost", 18, 2),
    "PAYER_COVERAGE": number("payer_coverage", 18, 2),
    "EVENT_TIMESTAMP": time("event_timestamp"),
    "ADMISSION_TEXT": text("admission_time"),
    "ADMISSION_TIME": time("admission_time"),
    "DISCHARGE_TIME": time("discharge_time"),
}

# Some writers put the offset and the Z: `2024-01-05T08:30:00+00:00Z`.
WITHOUT_SECOND_OFFSET = F.substring(
    col("ADMISSION_TEXT"), lit(1), F.length(col("ADMISSION_TEXT")) - lit(1)
)

RULES = (
    Rule("MISSING_ADMISSION_TIME", when=col("ADMISSION_TEXT").is_null()),
    Rule(
        "MALFORMED_ADMISSION_TIME",
        when=col("ADMISSION_TEXT").is_not_null() & col("ADMISSION_TIME").is_null(),
        repair={
            "ADMISSION_TIME": iff(
                F.endswith(col("ADMISSION_TEXT"), lit("Z")), time_of(WITHOUT_SECOND_OFFSET), NO_TIME
            )
        },
    ),
    Rule(
        "FUTURE_ADMISSION",
        when=col("ADMISSION_TIME") > col("EVENT_TIMESTAMP"),
        repair={"ADMISSION_TIME": col("EVENT_TIMESTAMP")},
    ),
    Rule(
        "DISCHARGE_BEFORE_ADMIT",
        when=col("DISCHARGE_TIME") < col("ADMISSION_TIME"),
        repair={"DISCHARGE_TIME": NO_TIME},
    ),
    Rule(
        "INVALID_AGE",
        when=(col("AGE") < lit(0)) | (col("AGE") > lit(120)),
        repair={"AGE": NO_NUMBER},
    ),
    negative_cost(*COSTS),
    missing("PATIENT_ID"),
    missing("ENCOUNTER_ID"),
    missing("EVENT_TIMESTAMP"),
    missing("EVENT_ID"),
)

SOURCE = Source("encounter", "event", FIELDS, FUTURE_EVENT, RULES)


def load(session: Session) -> str:
    """silver.load_encounter(): new rows of raw.encounter_event into silver.encounter."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_encounter(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
