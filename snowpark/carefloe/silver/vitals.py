"""Vital signs of monitors: typed, in one unit, impossible values nulled, graded and scored."""

from snowflake.snowpark import Column, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit

from carefloe import news2
from carefloe.field import NO_TEXT, Field, code, number, number_of, text, time, truth
from carefloe.reference.vitals import CONSCIOUSNESS, FAHRENHEIT_FROM, POSSIBLE, VITALS
from carefloe.rule import Rule, missing
from carefloe.severity import consciousness_severity, direction, severity, worst
from carefloe.silver import source
from carefloe.silver.source import FUTURE_EVENT, Source

NO_MEASURE = lit(None).cast("number(18, 1)")
PRESSURE = text("blood_pressure").value
TEMPERATURE = text("temperature").value
BARE_TEMPERATURE = number_of(F.rtrim(TEMPERATURE, lit("°CcFf ")), 18, 4)


def half_of_pressure(place: int) -> Column:
    """The first or second number of a blood pressure told as `120/80`; else null."""
    halves = coalesce(PRESSURE, lit(""))
    half = F.regexp_replace(halves, lit("([^/]*)/([^/]*)"), lit(rf"\{place}"))
    return number_of(iff(halves.rlike("[^/]*/[^/]*"), half, NO_TEXT), 18, 1)


def celsius_of(fahrenheit: Column) -> Column:
    """Degrees Celsius, rounded half away from zero to hundredths."""
    return ((fahrenheit - lit(32)) * lit(5) / lit(9)).cast("number(18, 2)")


def _ends_with(unit: str) -> Column:
    return F.endswith(F.upper(TEMPERATURE), lit(unit))


NAMED_CELSIUS = number("temperature_c", 18, 2).value
NAMED_FAHRENHEIT = number("temperature_f", 18, 4).value
HAS_NO_UNIT = ~_ends_with("F") & ~_ends_with("C")
IS_FAHRENHEIT = _ends_with("F") | (HAS_NO_UNIT & (BARE_TEMPERATURE >= FAHRENHEIT_FROM))

FIELDS = {
    "EVENT_ID": text("event_id"),
    "PATIENT_ID": text("patient_id"),
    "DEVICE_ID": text("device_id"),
    "EVENT_TIMESTAMP": time("measured_at"),
    "HEART_RATE": number("heart_rate", 18, 1),
    "SYSTOLIC_BP": Field(
        "systolic_bp", coalesce(number("systolic_bp", 18, 1).value, half_of_pressure(1))
    ),
    "DIASTOLIC_BP": Field(
        "diastolic_bp", coalesce(number("diastolic_bp", 18, 1).value, half_of_pressure(2))
    ),
    "OXYGEN_SATURATION": Field(
        "oxygen_saturation",
        coalesce(
            number("oxygen_saturation", 18, 1).value,
            number("oxygen_level", 18, 1).value,
        ),
    ),
    "RESPIRATORY_RATE": number("respiratory_rate", 18, 1),
    "TEMPERATURE_C": Field(
        "temperature_c",
        coalesce(
            NAMED_CELSIUS,
            celsius_of(NAMED_FAHRENHEIT),
            iff(
                IS_FAHRENHEIT, celsius_of(BARE_TEMPERATURE), BARE_TEMPERATURE.cast("number(18, 2)")
            ),
        ),
    ),
    "CONSCIOUSNESS": code("consciousness"),
    "ON_SUPPLEMENTAL_OXYGEN": truth("on_supplemental_oxygen"),
    # What silver does not keep: other names of the same, and what the rules need.
    "BLOOD_PRESSURE": text("blood_pressure"),
    "OXYGEN_LEVEL": number("oxygen_level", 18, 1),
    "TEMPERATURE_F": number("temperature_f", 18, 4),
    "HAS_GUESSED_UNIT": Field(
        "temperature",
        NAMED_CELSIUS.is_null()
        & NAMED_FAHRENHEIT.is_null()
        & BARE_TEMPERATURE.is_not_null()
        & HAS_NO_UNIT,
    ),
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
