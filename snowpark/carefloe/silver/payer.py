"""Payers, from the payers file."""

from snowflake.snowpark import Session

from carefloe.field import text
from carefloe.rule import missing
from carefloe.silver import source
from carefloe.silver.source import record

FIELDS = {
    "PAYER_ID": text("Id"),
    "PAYER_NAME": text("NAME"),
    "STATE_HEADQUARTERED": text("STATE_HEADQUARTERED"),
}

RULES = (missing("PAYER_NAME"),)

SOURCE = record("payer", ["PAYER_ID"], FIELDS, RULES)


def load(session: Session) -> str:
    """silver.load_payer(): new rows of raw.payer_record into silver.payer."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_payer(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
