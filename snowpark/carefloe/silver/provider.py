"""Clinicians, from the providers file."""

from snowflake.snowpark import Session

from carefloe.field import gender, text
from carefloe.rule import missing
from carefloe.silver import source
from carefloe.silver.source import record

FIELDS = {
    "PROVIDER_ID": text("Id"),
    "ORGANIZATION_ID": text("ORGANIZATION"),
    "PROVIDER_NAME": text("NAME"),
    "GENDER": gender("GENDER"),
    "SPECIALTY": text("SPECIALITY"),
    "CITY": text("CITY"),
    "STATE": text("STATE"),
}

RULES = (missing("PROVIDER_NAME"), missing("ORGANIZATION_ID"))

SOURCE = record("provider", ["PROVIDER_ID"], FIELDS, RULES)


def load(session: Session) -> str:
    """silver.load_provider(): new rows of raw.provider_record into silver.provider."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_provider(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
