"""gold.fact_alert: one row per patient, alert type and quarter of an hour with a breach."""

from snowflake.snowpark import Column, DataFrame, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, iff, lit
from snowflake.snowpark.types import StringType, StructField, StructType

from carefloe.field import NO_TEXT
from carefloe.gold.bucket import BucketTable
from carefloe.reference.vitals import CONSCIOUSNESS, NORMAL, SEVERITIES, THRESHOLDS, VITALS

WINDOW_MINUTES = 15
SIDES = {"below": "LOW", "above": "HIGH"}
MEASURED_TYPES = tuple(dict.fromkeys((one.vital, SIDES[one.side]) for one in THRESHOLDS))
ALERT_TYPES = StructType([StructField(name, StringType()) for name in ("ALERT_TYPE", "OF", "SIDE")])
"""Name of the alert, what it is about, and the direction that raises it."""
IS_CONSCIOUSNESS = col("OF") == lit("CONSCIOUSNESS")
NO_VALUE = lit(None).cast("number(8, 2)")
FROM_BEST_TO_WORST = lit("".join(CONSCIOUSNESS))


def load(session: Session) -> str:
    """gold.load_fact_alert(): the windows whose breaches new readings add to or change."""
    return ALERT.load(session, session.table("SILVER.VITALS_TO_FACT_ALERT_STREAM"))


def window_start(at: Column) -> Column:
    """The start of the 15 minutes of a time."""
    minutes = F.floor(F.minute(at) / lit(WINDOW_MINUTES)) * lit(WINDOW_MINUTES)
    return F.dateadd("minute", minutes.cast("int"), F.date_trunc("hour", at))


def breaches(readings: DataFrame) -> DataFrame:
    """Each breach of each reading as an alert of its own; a reading may have several."""
    types = [
        *([f"{vital}_{side}", vital, side] for vital, side in MEASURED_TYPES),
        ["CONSCIOUSNESS", "CONSCIOUSNESS", None],
    ]
    crossed = readings.filter(col("SEVERITY") != lit(NORMAL)).cross_join(
        readings.session.create_dataframe(types, ALERT_TYPES)
    )
    raised = crossed.select(
        "PATIENT_ID",
        "ALERT_TYPE",
        "WINDOW_START",
        _severity_raised().alias("SEVERITY"),
        col("EVENT_TIMESTAMP").alias("FIRST_BREACH_AT"),
        _value().alias("WORST_VALUE"),
        iff(IS_CONSCIOUSNESS, col("CONSCIOUSNESS"), NO_TEXT).alias("WORST_CONSCIOUSNESS"),
    )
    return raised.filter(col("SEVERITY").is_not_null()).select(
        "PATIENT_ID",
        "ALERT_TYPE",
        "WINDOW_START",
        "SEVERITY",
        _rank_of(col("SEVERITY")).alias("SEVERITY_RANK"),
        "FIRST_BREACH_AT",
        col("FIRST_BREACH_AT").alias("LAST_BREACH_AT"),
        lit(1).alias("BREACH_COUNT"),
        "WORST_VALUE",
        "WORST_CONSCIOUSNESS",
    )


def _severity_raised() -> Column:
    """The severity of a reading for an alert type; null where it is no breach of it."""
    not_alert = IS_CONSCIOUSNESS & (col("CONSCIOUSNESS_SEVERITY") != lit(NORMAL))
    raised = F.when(not_alert, col("CONSCIOUSNESS_SEVERITY"))
    for vital in VITALS:
        crosses = (col("OF") == lit(vital)) & (col(f"{vital}_DIRECTION") == col("SIDE"))
        raised = raised.when(crosses, col(f"{vital}_SEVERITY"))
    return raised


def _value() -> Column:
    """What an alert type is about, as it was measured; null for consciousness."""
    value = F.when(IS_CONSCIOUSNESS, NO_VALUE)
    for vital, column in VITALS.items():
        value = value.when(col("OF") == lit(vital), col(column).cast("number(8, 2)"))
    return value


def _rank_of(severity: Column) -> Column:
    first, *worse = enumerate(SEVERITIES)
    rank = F.when(severity == lit(first[1]), lit(first[0]))
    for place, level in worse:
        rank = rank.when(severity == lit(level), lit(place))
    return rank


def _severity_of(rank: Column) -> Column:
    first, *worse = enumerate(SEVERITIES)
    severity = F.when(rank == lit(first[0]), lit(first[1]))
    for place, level in worse:
        severity = severity.when(rank == lit(place), lit(level))
    return severity


ALERT = BucketTable(
    target="GOLD.FACT_ALERT",
    keys=("PATIENT_ID", "ALERT_TYPE", "WINDOW_START"),
    start="WINDOW_START",
    start_of=window_start(col("EVENT_TIMESTAMP")),
    told=(
        *VITALS.values(),
        *(f"{vital}_{what}" for vital in VITALS for what in ("DIRECTION", "SEVERITY")),
        "CONSCIOUSNESS",
        "CONSCIOUSNESS_SEVERITY",
        "SEVERITY",
    ),
    parts=breaches,
    measures={
        "SEVERITY": _severity_of(F.max(col("SEVERITY_RANK"))),
        "SEVERITY_RANK": F.max(col("SEVERITY_RANK")),
        "FIRST_BREACH_AT": F.min(col("FIRST_BREACH_AT")),
        "LAST_BREACH_AT": F.max(col("LAST_BREACH_AT")),
        "BREACH_COUNT": F.sum(col("BREACH_COUNT")),
        "WORST_VALUE": iff(
            F.endswith(col("ALERT_TYPE"), lit("_LOW")),
            F.min(col("WORST_VALUE")),
            F.max(col("WORST_VALUE")),
        ),
        "WORST_CONSCIOUSNESS": F.substring(
            FROM_BEST_TO_WORST,
            F.max(F.charindex(col("WORST_CONSCIOUSNESS"), FROM_BEST_TO_WORST)),
            lit(1),
        ),
    },
)
