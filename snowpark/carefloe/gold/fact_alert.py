"""gold.fact_alert: one row per patient, alert type and quarter of an hour with a breach."""

from functools import reduce

from snowflake.snowpark import Column, DataFrame, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, iff, lit

from carefloe.field import NO_TEXT
from carefloe.gold.bucket import BucketTable
from carefloe.reference.vitals import CONSCIOUSNESS, NORMAL, SEVERITIES, THRESHOLDS, VITALS

WINDOW_MINUTES = 15
SIDES = {"below": "LOW", "above": "HIGH"}
BREACHES = tuple(dict.fromkeys((one.vital, SIDES[one.side]) for one in THRESHOLDS))
"""Vital and direction, for each that has a threshold: the alert types but CONSCIOUSNESS."""
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
    breaching = readings.filter(col("SEVERITY") != lit(NORMAL))
    per_type = [
        _breaches_of(
            breaching.filter(col(f"{vital}_DIRECTION") == lit(side)),
            f"{vital}_{side}",
            col(f"{vital}_SEVERITY"),
            col(VITALS[vital]).cast("number(8, 2)"),
            NO_TEXT,
        )
        for vital, side in BREACHES
    ]
    not_alert = breaching.filter(col("CONSCIOUSNESS_SEVERITY") != lit(NORMAL))
    per_type.append(
        _breaches_of(
            not_alert,
            "CONSCIOUSNESS",
            col("CONSCIOUSNESS_SEVERITY"),
            NO_VALUE,
            col("CONSCIOUSNESS"),
        )
    )
    return reduce(lambda one, other: one.union_all(other), per_type)


def _breaches_of(
    readings: DataFrame, alert_type: str, severity: Column, value: Column, consciousness: Column
) -> DataFrame:
    return readings.select(
        "PATIENT_ID",
        lit(alert_type).alias("ALERT_TYPE"),
        "WINDOW_START",
        severity.alias("SEVERITY"),
        _rank_of(severity).alias("SEVERITY_RANK"),
        col("EVENT_TIMESTAMP").alias("FIRST_BREACH_AT"),
        col("EVENT_TIMESTAMP").alias("LAST_BREACH_AT"),
        lit(1).alias("BREACH_COUNT"),
        value.alias("WORST_VALUE"),
        consciousness.alias("WORST_CONSCIOUSNESS"),
    )


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
