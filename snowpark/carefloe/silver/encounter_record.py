"""Encounters, from the encounters file; those of the topic are in encounter.py."""

from snowflake.snowpark import Session
from snowflake.snowpark.functions import col

from carefloe.field import NO_TIME, file_time, number, payer, text, with_text
from carefloe.rule import Rule, bad, missing, negative_cost, not_told
from carefloe.silver import source
from carefloe.silver.source import record

COSTS = ("BASE_ENCOUNTER_COST", "TOTAL_CLAIM_COST", "PAYER_COVERAGE")

FIELDS = {
    "ENCOUNTER_ID": text("Id"),
    "PATIENT_ID": text("PATIENT"),
    "ORGANIZATION_ID": text("ORGANIZATION"),
    "PROVIDER_ID": text("PROVIDER"),
    "PAYER_ID": payer("PAYER"),
    "DEPARTMENT": text("ENCOUNTERCLASS"),
    **with_text({"STARTED_AT": file_time("START"), "ENDED_AT": file_time("STOP")}),
    "CODE": text("CODE"),
    "DESCRIPTION": text("DESCRIPTION"),
    **with_text({cost: number(cost, 18, 2) for cost in COSTS}),
    "REASON_CODE": text("REASONCODE"),
    "REASON_DESCRIPTION": text("REASONDESCRIPTION"),
}

RULES = (
    not_told("STARTED_AT"),
    bad("STARTED_AT"),
    bad("ENDED_AT"),
    Rule(
        "DISCHARGE_BEFORE_ADMIT",
        when=col("ENDED_AT") < col("STARTED_AT"),
        repair={"ENDED_AT": NO_TIME},
    ),
    *(bad(cost) for cost in COSTS),
    negative_cost(*COSTS),
    missing("PATIENT_ID"),
)

SOURCE = record("encounter", ["ENCOUNTER_ID"], FIELDS, RULES, table="encounter_record")


def load(session: Session) -> str:
    """silver.load_encounter_record(): new rows of raw.encounter_record into silver."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_encounter_record(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
