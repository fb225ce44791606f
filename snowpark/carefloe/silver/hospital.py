"""Hospitals, from the hospitals file."""

from snowflake.snowpark import Session

from carefloe.field import text
from carefloe.rule import missing
from carefloe.silver import source
from carefloe.silver.source import record

FIELDS = {
    "HOSPITAL_ID": text("HOSPITAL_ID"),
    "HOSPITAL_NAME": text("NAME"),
    "CITY": text("CITY"),
    "STATE": text("STATE"),
}

RULES = (missing("HOSPITAL_NAME"),)

SOURCE = record("hospital", ["HOSPITAL_ID"], FIELDS, RULES)


def load(session: Session) -> str:
    """silver.load_hospital(): new rows of raw.hospital_record into silver.hospital."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_hospital(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
