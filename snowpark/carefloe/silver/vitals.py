"""Vital signs of monitors: typed, in one unit, impossible values nulled, graded and scored."""

from snowflake.snowpark import Column, Session
from snowflake.snowpark.functions import coalesce, col, lit

from carefloe import news2
from carefloe.field import NO_TEXT, Field, code, number, text, time, truth
from carefloe.measure import celsius, half_of_pressure, has_guessed_unit
from carefloe.reference.vitals import CONSCIOUSNESS, POSSIBLE, VITALS
from carefloe.rule import Rule, missing
from carefloe.severity import consciousness_severity, direction, severity, worst
from carefloe.silver import source
from carefloe.silver.source import FUTURE_EVENT, Source

NO_MEASURE = lit(None).cast("number(18, 1)")

FIELDS = {
    "EVENT_ID": text("event_id"),
    "PATIENT_ID": text("patient_id"),
    "DEVICE_ID": text("device_id"),
    "EVENT_TIMESTAMP": time("measured_at"),
    "HEART_RATE": number("heart_rate", 18, 1),
    "SYSTOLIC_BP": Field(
        "systolic_bp",
        coalesce(number("systolic_bp", 18, 1).value, half_of_pressure("blood_pressure", 1)),
    ),
    "DIASTOLIC_BP": Field(
        "diastolic_bp",
        coalesce(number("diastolic_bp", 18, 1).value, half_of_pressure("blood_pressure", 2)),
    ),
    "OXYGEN_SATURATION": Field(
        "oxygen_saturation",
        coalesce(
            number("oxygen_saturation", 18, 1).value,
            number("oxygen_level", 18, 1).value,
        ),
    ),
    "RESPIRATORY_RATE": number("respiratory_rate", 18, 1),
    "TEMPERATURE_C": Field("temperature_c", celsius()),
    "CONSCIOUSNESS": code("consciousness"),
    "ON_SUPPLEMENTAL_OXYGEN": truth("on_supplemental_oxygen"),
    # What silver does not keep: other names of the same, and what the rules need.
    "BLOOD_PRESSURE": text("blood_pressure"),
    "OXYGEN_LEVEL": number("oxygen_level", 18, 1),
    "TEMPERATURE_F": number("temperature_f", 18, 4),
    "HAS_GUESSED_UNIT": Field("temperature", has_guessed_unit()),
}


def impossible(vital: str) -> Rule:
    """IMPOSSIBLE_<VITAL>: no living body has this value; it is nulled."""
    column, (lowest, highest) = VITALS[vital], POSSIBLE[vital]
    outside = (col(column) < lit(lowest)) | (col(column) > lit(highest))
    return Rule(f"IMPOSSIBLE_{vital}", when=outside, repair={column: NO_MEASURE})


def _is_possible(vital: str) -> Column:
    lowest, highest = POSSIBLE[vital]
    return col(VITALS[vital]).between(lit(lowest), lit(highest))


RULES = (
    *(impossible(vital) for vital in VITALS),
    Rule(
        "SYSTOLIC_BELOW_DIASTOLIC",
        when=(col("SYSTOLIC_BP") < col("DIASTOLIC_BP"))
        & _is_possible("SYSTOLIC_BP")
        & _is_possible("DIASTOLIC_BP"),
        repair={"SYSTOLIC_BP": NO_MEASURE, "DIASTOLIC_BP": NO_MEASURE},
    ),
    Rule("GUESSED_TEMPERATURE_UNIT", when=col("HAS_GUESSED_UNIT")),
    Rule(
        "INVALID_CONSCIOUSNESS",
        when=col("CONSCIOUSNESS").is_not_null() & ~col("CONSCIOUSNESS").in_(list(CONSCIOUSNESS)),
        repair={"CONSCIOUSNESS": NO_TEXT},
    ),
    missing("PATIENT_ID"),
    missing("EVENT_TIMESTAMP"),
    missing("EVENT_ID"),
)

SEVERITY_COLUMNS = (*(f"{vital}_SEVERITY" for vital in VITALS), "CONSCIOUSNESS_SEVERITY")

GRADES = {
    **{f"{vital}_DIRECTION": direction(vital) for vital in VITALS},
    **{f"{vital}_SEVERITY": severity(vital) for vital in VITALS},
    "CONSCIOUSNESS_SEVERITY": consciousness_severity(),
    **news2.points(),
}

SOURCE = Source(
    "vitals",
    "event",
    FIELDS,
    FUTURE_EVENT,
    RULES,
    derived=(GRADES, {"SEVERITY": worst(SEVERITY_COLUMNS), **news2.score()}, news2.risk()),
)


def load(session: Session) -> str:
    """silver.load_vitals(): new rows of raw.vitals_event into silver.vitals."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_vitals(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
