"""Patient flow: admissions and discharges, typed, repaired and flagged."""

from snowflake.snowpark import Column, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit

from carefloe.field import NO_AMOUNT, NO_NUMBER, NO_TEXT, NO_TIME, Field, code, number, text, time
from carefloe.reference.department import DEPARTMENTS, typing_errors
from carefloe.reference.hospital import HOSPITAL_IDS
from carefloe.rule import Rule, missing
from carefloe.silver import source
from carefloe.silver.source import FUTURE_EVENT, Source


def meant(department: Column) -> Column:
    """The known department a text stands for, typing errors included; else null."""
    spelled = F.lower(department)
    first, *others = DEPARTMENTS
    found = F.when(spelled.in_(list(typing_errors(first))), lit(first))
    for name in others:
        found = found.when(spelled.in_(list(typing_errors(name))), lit(name))
    return found.otherwise(NO_TEXT)


FIELDS = {
    "EVENT_ID": text("event_id"),
    "VISIT_ID": text("visit_id"),
    "PATIENT_ID": text("patient_id"),
    "HOSPITAL_ID": text("hospital_id"),
    "BED_ID": text("bed_id"),
    "EVENT_TYPE": code("event_type"),
    "GENDER": text("gender"),
    "DEPARTMENT": text("department"),
    "DEPARTMENT_MEANT": Field("department", meant(text("department").value)),
    "HOSPITAL_NAME": text("hospital_name"),
    "ADMISSION_PRIORITY": text("admission_priority"),
    "DISCHARGE_STATUS": text("discharge_status"),
    "DIAGNOSIS_CODE": text("diagnosis_code"),
    "INSURANCE_TYPE": text("insurance_type"),
    "AGE": number("age"),
    "LENGTH_OF_STAY_HOURS": number("length_of_stay_hrs", 10, 2),
    "HEART_RATE": number("vitals.heart_rate", 10, 2),
    "BP_SYSTOLIC": number("vitals.bp_systolic", 10, 2),
    "BP_DIASTOLIC": number("vitals.bp_diastolic", 10, 2),
    "TEMPERATURE_F": number("vitals.temperature_f", 10, 2),
    "OXYGEN_SATURATION": number("vitals.oxygen_saturation", 10, 2),
    "EVENT_TIMESTAMP": time("event_timestamp"),
    "ADMISSION_TIME": time("admission_time"),
    "EXPECTED_DISCHARGE_TIME": time("expected_discharge_time"),
    "DISCHARGE_TIME": time("discharge_time"),
}


DEPARTMENT, MEANT = col("DEPARTMENT"), col("DEPARTMENT_MEANT")

RULES = (
    Rule(
        "FUTURE_ADMISSION",
        when=col("ADMISSION_TIME") > col("EVENT_TIMESTAMP"),
        repair={"ADMISSION_TIME": col("EVENT_TIMESTAMP")},
    ),
    Rule(
        "INVALID_AGE",
        when=(col("AGE") < lit(0)) | (col("AGE") > lit(120)),
        repair={"AGE": NO_NUMBER},
    ),
    Rule(
        "DISCHARGE_BEFORE_ADMIT",
        when=col("DISCHARGE_TIME") < col("ADMISSION_TIME"),
        repair={"DISCHARGE_TIME": NO_TIME, "LENGTH_OF_STAY_HOURS": NO_AMOUNT},
    ),
    Rule(
        "DEPT_TYPO",
        when=MEANT.is_not_null() & (MEANT != DEPARTMENT),
        repair={"DEPARTMENT": MEANT},
    ),
    Rule("UNKNOWN_DEPT", when=DEPARTMENT.is_not_null() & MEANT.is_null()),
    Rule(
        "INVALID_HOSPITAL_ID",
        when=col("HOSPITAL_ID").is_not_null() & ~col("HOSPITAL_ID").in_(list(HOSPITAL_IDS)),
        repair={"HOSPITAL_ID": NO_TEXT},
    ),
    missing("PATIENT_ID"),
    missing("EVENT_TYPE"),
    missing("DEPARTMENT"),
    missing("ADMISSION_TIME"),
    missing("EVENT_TIMESTAMP"),
    missing("EVENT_ID"),
)

UNREADABLE = {
    "UNKNOWN_EVENT_TYPE": col("EVENT_TYPE").is_not_null()
    & ~col("EVENT_TYPE").in_(["ADMISSION", "DISCHARGE"]),
    **FUTURE_EVENT,
}

SOURCE = Source("patient_flow", "event", FIELDS, UNREADABLE, RULES)


def load(session: Session) -> str:
    """silver.load_patient_flow(): new rows of raw.patient_flow_event into silver.patient_flow."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_patient_flow(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
