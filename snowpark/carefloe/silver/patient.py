"""Patients, from the patients file."""

from snowflake.snowpark import Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, lit

from carefloe.field import NO_DAY, file_date, gender, text, with_text
from carefloe.rule import Rule, bad, missing, not_told
from carefloe.silver import source
from carefloe.silver.source import record

OLDEST_YEARS = 120

FIELDS = {
    "PATIENT_ID": text("Id"),
    "FIRST_NAME": text("FIRST"),
    "LAST_NAME": text("LAST"),
    **with_text({"BIRTH_DATE": file_date("BIRTHDATE"), "DEATH_DATE": file_date("DEATHDATE")}),
    "GENDER": gender("GENDER"),
    "RACE": text("RACE"),
    "ETHNICITY": text("ETHNICITY"),
    "MARITAL_STATUS": text("MARITAL"),
    "ADDRESS": text("ADDRESS"),
    "CITY": text("CITY"),
    "STATE": text("STATE"),
    "ZIP_CODE": text("ZIP"),
    "INSURANCE_TYPE": text("INSURANCE_TYPE"),
}

BIRTH, DEATH, SEEN = col("BIRTH_DATE"), col("DEATH_DATE"), F.to_date(col("AS_OF"))
OLDEST_BIRTH = F.dateadd("year", lit(-OLDEST_YEARS), coalesce(DEATH, SEEN))

RULES = (
    not_told("BIRTH_DATE"),
    bad("BIRTH_DATE"),
    bad("DEATH_DATE"),
    Rule(
        "INVALID_BIRTH_DATE",
        when=(BIRTH > SEEN) | (BIRTH < OLDEST_BIRTH),
        repair={"BIRTH_DATE": NO_DAY},
    ),
    Rule("DEATH_BEFORE_BIRTH", when=DEATH < BIRTH, repair={"DEATH_DATE": NO_DAY}),
    missing("GENDER"),
)

SOURCE = record("patient", ["PATIENT_ID"], FIELDS, RULES)


def load(session: Session) -> str:
    """silver.load_patient(): new rows of raw.patient_record into silver.patient."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_patient(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
