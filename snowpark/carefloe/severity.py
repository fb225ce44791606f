"""How far a vital sign is out of its range, by the table of thresholds."""

from collections.abc import Sequence
from functools import reduce

from snowflake.snowpark import Column
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit

from carefloe.field import NO_TEXT
from carefloe.reference.vitals import (
    CRITICAL,
    NORMAL,
    SEVERITIES,
    THRESHOLDS,
    VITALS,
    Threshold,
)


def direction(vital: str) -> Column:
    """LOW, IN_RANGE or HIGH; null without a value."""
    value = col(VITALS[vital])
    thresholds = [one for one in THRESHOLDS if one.vital == vital]
    low = [_crosses(value, one) for one in thresholds if one.side == "below"]
    high = [_crosses(value, one) for one in thresholds if one.side == "above"]
    return (
        F.when(_any(low), lit("LOW"))
        .when(_any(high), lit("HIGH"))
        .when(value.is_not_null(), lit("IN_RANGE"))
    )


def severity(vital: str) -> Column:
    """NORMAL, MODERATE, HIGH or CRITICAL: that of the farthest threshold crossed, on either side;
    null without a value."""
    value = col(VITALS[vital])
    crossed = F.when(value.is_null(), NO_TEXT)
    for level in reversed(SEVERITIES[1:]):
        of_level = [one for one in THRESHOLDS if (one.vital, one.severity) == (vital, level)]
        crossed = crossed.when(_any([_crosses(value, one) for one in of_level]), lit(level))
    return crossed.otherwise(lit(NORMAL))


def consciousness_severity() -> Column:
    """NORMAL when alert, CRITICAL otherwise; null when not told."""
    return F.when(col("CONSCIOUSNESS") == lit("A"), lit(NORMAL)).when(
        col("CONSCIOUSNESS").is_not_null(), lit(CRITICAL)
    )


def worst(columns: Sequence[str]) -> Column:
    """The worst of these severities; null when all are."""
    level_of = F.when(_any([col(name) == lit(CRITICAL) for name in columns]), lit(CRITICAL))
    for level in reversed(SEVERITIES[:-1]):
        level_of = level_of.when(_any([col(name) == lit(level) for name in columns]), lit(level))
    return level_of


def measured(value: str) -> Column:
    """A limit as a number with as few digits as a vital has, which keeps comparisons cheap."""
    return lit(value).cast("number(6, 2)")


def _crosses(value: Column, threshold: Threshold) -> Column:
    limit = measured(threshold.limit)
    return value < limit if threshold.side == "below" else value > limit


def _any(conditions: Sequence[Column]) -> Column:
    return reduce(lambda one, other: one | other, conditions, lit(False))
