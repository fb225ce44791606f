"""Procedures done to patients, from the procedures file."""

from snowflake.snowpark import Session
from snowflake.snowpark.functions import coalesce

from carefloe.field import NO_TIME, Field, file_time, file_time_of, number, text, with_text
from carefloe.rule import bad, ended_before_started, negative_cost, not_told
from carefloe.silver import source
from carefloe.silver.natural_key import keyed_record, moment

# Older files have the one column DATE instead of START and STOP.
BEGAN = coalesce(text("START").value, text("DATE").value)

FIELDS = {
    "DESCRIPTION": text("DESCRIPTION"),
    "STARTED_AT": Field("START", file_time_of(BEGAN)),
    "STARTED_AT_TEXT": Field("DATE", BEGAN),
    **with_text({"ENDED_AT": file_time("STOP"), "BASE_COST": number("BASE_COST", 18, 2)}),
    "REASON_CODE": text("REASONCODE"),
    "REASON_DESCRIPTION": text("REASONDESCRIPTION"),
}

RULES = (
    not_told("STARTED_AT"),
    bad("STARTED_AT"),
    bad("ENDED_AT"),
    ended_before_started("STARTED_AT", "ENDED_AT", NO_TIME),
    bad("BASE_COST"),
    negative_cost("BASE_COST"),
)

SOURCE = keyed_record("procedure", FIELDS, RULES, moment("STARTED_AT"))


def load(session: Session) -> str:
    """silver.load_procedure(): new rows of raw.procedure_record into silver.procedure."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_procedure(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
