"""Departments and their beds, from the departments file."""

from snowflake.snowpark import Session
from snowflake.snowpark.functions import col, lit

from carefloe.field import NO_NUMBER, number, text
from carefloe.rule import Rule, missing
from carefloe.silver import source
from carefloe.silver.source import record

FIELDS = {
    "HOSPITAL_ID": text("HOSPITAL_ID"),
    "DEPARTMENT": text("DEPARTMENT"),
    "DEPARTMENT_CODE": text("DEPARTMENT_CODE"),
    "BED_CAPACITY": number("BED_CAPACITY"),
}

RULES = (
    Rule(
        "NEGATIVE_CAPACITY",
        when=col("BED_CAPACITY") < lit(0),
        repair={"BED_CAPACITY": NO_NUMBER},
    ),
    missing("BED_CAPACITY"),
)

SOURCE = record("department", ["HOSPITAL_ID", "DEPARTMENT"], FIELDS, RULES)


def load(session: Session) -> str:
    """silver.load_department(): new rows of raw.department_record into silver.department."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_department(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
