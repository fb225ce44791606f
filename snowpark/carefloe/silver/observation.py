"""Observations of patients, from the observations file."""

from snowflake.snowpark import Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit

from carefloe.field import file_time, number, text, with_text
from carefloe.rule import Rule, bad, not_told
from carefloe.silver import source
from carefloe.silver.natural_key import keyed_record, moment

FIELDS = {
    "CATEGORY": text("CATEGORY"),
    "DESCRIPTION": text("DESCRIPTION"),
    "VALUE_TEXT": text("VALUE"),
    "VALUE_NUMBER": number("VALUE", 38, 9),
    "UNITS": text("UNITS"),
    "VALUE_TYPE": text("TYPE"),
    **with_text({"OBSERVED_AT": file_time("DATE")}),
}

RULES = (
    not_told("OBSERVED_AT"),
    bad("OBSERVED_AT"),
    Rule(
        "BAD_VALUE_NUMBER",
        when=(F.lower(col("VALUE_TYPE")) == lit("numeric"))
        & col("VALUE_TEXT").is_not_null()
        & col("VALUE_NUMBER").is_null(),
    ),
)

SOURCE = keyed_record("observation", FIELDS, RULES, moment("OBSERVED_AT"))


def load(session: Session) -> str:
    """silver.load_observation(): new rows of raw.observation_record into silver.observation."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_observation(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
