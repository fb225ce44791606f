"""gold.vitals_hourly: sums per patient and hour, from which means and deviations follow."""

from snowflake.snowpark import Column, DataFrame, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit

from carefloe.gold.bucket import BucketTable
from carefloe.gold.reading import VALUES
from carefloe.reference.vitals import NORMAL, SEVERITIES, VITALS

MEASURED = tuple(VITALS.values())


def load(session: Session) -> str:
    """gold.load_vitals_hourly(): the hours that new readings fall in or leave."""
    return HOURLY.load(session, session.table("SILVER.VITALS_TO_VITALS_HOURLY_STREAM"))


def hours(readings: DataFrame) -> DataFrame:
    """Each reading as an hour of its own."""
    return readings.select(
        "PATIENT_ID",
        "HOUR_START",
        lit(1).alias("READING_COUNT"),
        col("EVENT_TIMESTAMP").alias("FIRST_MEASURED_AT"),
        col("EVENT_TIMESTAMP").alias("LAST_MEASURED_AT"),
        *(part for name in MEASURED for part in _parts_of(name)),
        *(_one_if(col("SEVERITY") == lit(s)).alias(f"{s}_COUNT") for s in SEVERITIES),
        _one_if(_abnormal("SYSTOLIC_BP") | _abnormal("DIASTOLIC_BP")).alias("BP_ABNORMAL_COUNT"),
        _one_if(col("CONSCIOUSNESS") != lit("A")).alias("NOT_ALERT_COUNT"),
        _one_if(col("ON_SUPPLEMENTAL_OXYGEN")).alias("ON_OXYGEN_COUNT"),
        _one_if(col("NEWS2_SCORE").is_not_null()).alias("NEWS2_COUNT"),
        coalesce(col("NEWS2_SCORE"), lit(0)).alias("NEWS2_SUM"),
        col("NEWS2_SCORE").alias("NEWS2_MAX"),
        _one_if(col("NEWS2_RISK") == lit("High")).alias("NEWS2_HIGH_COUNT"),
    )


def _parts_of(name: str) -> list[Column]:
    value = col(name)
    return [
        _one_if(value.is_not_null()).alias(f"{name}_COUNT"),
        coalesce(value, lit(0)).alias(f"{name}_SUM"),
        coalesce(value * value, lit(0)).alias(f"{name}_SUM_OF_SQUARES"),
        value.alias(f"{name}_MIN"),
        value.alias(f"{name}_MAX"),
    ]


def _abnormal(vital: str) -> Column:
    return col(f"{vital}_SEVERITY") != lit(NORMAL)


def _one_if(condition: Column) -> Column:
    return iff(condition, lit(1), lit(0))


def _measures() -> dict[str, Column]:
    least = ["FIRST_MEASURED_AT", *(f"{name}_MIN" for name in MEASURED)]
    greatest = ["LAST_MEASURED_AT", "NEWS2_MAX", *(f"{name}_MAX" for name in MEASURED)]
    added = ["READING_COUNT"]
    added += [f"{name}_{what}" for name in MEASURED for what in ("COUNT", "SUM", "SUM_OF_SQUARES")]
    added += [f"{severity}_COUNT" for severity in SEVERITIES]
    added += ["BP_ABNORMAL_COUNT", "NOT_ALERT_COUNT", "ON_OXYGEN_COUNT"]
    added += ["NEWS2_COUNT", "NEWS2_SUM", "NEWS2_HIGH_COUNT"]
    return (
        {name: F.min(col(name)) for name in least}
        | {name: F.max(col(name)) for name in greatest}
        | {name: F.sum(col(name)) for name in added}
    )


HOURLY = BucketTable(
    target="GOLD.VITALS_HOURLY",
    keys=("PATIENT_ID", "HOUR_START"),
    start="HOUR_START",
    start_of=F.date_trunc("hour", col("EVENT_TIMESTAMP")),
    told=(
        *VALUES,
        "SYSTOLIC_BP_SEVERITY",
        "DIASTOLIC_BP_SEVERITY",
        "SEVERITY",
        "NEWS2_SCORE",
        "NEWS2_RISK",
    ),
    parts=hours,
    measures=_measures(),
)
