"""Allergies of patients, from the allergies file."""

from snowflake.snowpark import Session

from carefloe.field import NO_DAY, file_date, text, with_text
from carefloe.rule import bad, ended_before_started, not_told
from carefloe.silver import source
from carefloe.silver.natural_key import keyed_record, moment_without_encounter

FIELDS = {
    "DESCRIPTION": text("DESCRIPTION"),
    **with_text({"STARTED_ON": file_date("START"), "ENDED_ON": file_date("STOP")}),
    "ALLERGY_TYPE": text("TYPE"),
    "CATEGORY": text("CATEGORY"),
}

RULES = (
    not_told("STARTED_ON"),
    bad("STARTED_ON"),
    bad("ENDED_ON"),
    ended_before_started("STARTED_ON", "ENDED_ON", NO_DAY),
)

SOURCE = keyed_record("allergy", FIELDS, RULES, moment_without_encounter("STARTED_ON"))


def load(session: Session) -> str:
    """silver.load_allergy(): new rows of raw.allergy_record into silver.allergy."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_allergy(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
