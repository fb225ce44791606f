"""Organizations, from the organizations file."""

from snowflake.snowpark import Session

from carefloe.field import number, text, with_text
from carefloe.rule import bad, missing, negative_cost
from carefloe.silver import source
from carefloe.silver.source import record

FIELDS = {
    "ORGANIZATION_ID": text("Id"),
    "ORGANIZATION_NAME": text("NAME"),
    "CITY": text("CITY"),
    "STATE": text("STATE"),
    **with_text({"REVENUE": number("REVENUE", 18, 2), "UTILIZATION": number("UTILIZATION")}),
}

RULES = (
    bad("REVENUE"),
    negative_cost("REVENUE"),
    bad("UTILIZATION"),
    missing("ORGANIZATION_NAME"),
)

SOURCE = record("organization", ["ORGANIZATION_ID"], FIELDS, RULES)


def load(session: Session) -> str:
    """silver.load_organization(): new rows of raw.organization_record into silver.organization."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_organization(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
