"""NEWS2, the national early warning score of the Royal College of Physicians (2017).

In three steps, because each reads the columns of the one before: the points of each parameter, the
score, the clinical risk.
"""

from decimal import Decimal
from functools import reduce

from snowflake.snowpark import Column
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit

from carefloe.field import NO_NUMBER
from carefloe.reference.vitals import (
    NEWS2_BANDS,
    NEWS2_NOT_ALERT_POINTS,
    NEWS2_OXYGEN_POINTS,
    VITALS,
    Band,
)
from carefloe.severity import measured

SCORED = tuple(dict.fromkeys(band.vital for band in NEWS2_BANDS))
MEASURED_POINTS = {vital: f"NEWS2_{vital}_POINTS" for vital in SCORED}
CONSCIOUSNESS_POINTS, OXYGEN_POINTS = "NEWS2_CONSCIOUSNESS_POINTS", "NEWS2_OXYGEN_POINTS"
PHYSIOLOGICAL = (*MEASURED_POINTS.values(), CONSCIOUSNESS_POINTS)
HALF_A_STEP = {vital: Decimal("0.05" if vital == "TEMPERATURE" else "0.5") for vital in SCORED}
"""Half of what the chart counts in."""


def points() -> dict[str, Column]:
    """The points of each of the seven parameters; null when it is missing."""
    alert = col("CONSCIOUSNESS") == lit("A")
    return {
        **{name: _points_of(vital) for vital, name in MEASURED_POINTS.items()},
        CONSCIOUSNESS_POINTS: _where_told(
            "CONSCIOUSNESS", iff(alert, lit(0), lit(NEWS2_NOT_ALERT_POINTS))
        ),
        OXYGEN_POINTS: _where_told(
            "ON_SUPPLEMENTAL_OXYGEN",
            iff(col("ON_SUPPLEMENTAL_OXYGEN"), lit(NEWS2_OXYGEN_POINTS), lit(0)),
        ),
    }


def score() -> dict[str, Column]:
    """The sum of the points that are there, whether one is missing, and whether one is 3.

    Without any of the six vital signs there is no score: oxygen alone tells nothing.
    """
    every = (*PHYSIOLOGICAL, OXYGEN_POINTS)
    total = reduce(lambda one, other: one + other, (coalesce(col(p), lit(0)) for p in every))
    there = reduce(lambda one, other: one | other, (col(p).is_not_null() for p in PHYSIOLOGICAL))
    missing = reduce(lambda one, other: one | other, (col(p).is_null() for p in every))
    red = reduce(lambda one, other: one | other, (_is_red(p) for p in PHYSIOLOGICAL))
    return {
        "NEWS2_SCORE": iff(there, total, NO_NUMBER),
        "NEWS2_IS_PARTIAL": missing,
        "NEWS2_HAS_RED": red,
    }


def risk() -> dict[str, Column]:
    """Low, Low-Medium (a single parameter of 3), Medium (5 or 6), High (7 or more)."""
    total = col("NEWS2_SCORE")
    return {
        "NEWS2_RISK": F.when(total >= lit(7), lit("High"))
        .when(total >= lit(5), lit("Medium"))
        .when(col("NEWS2_HAS_RED"), lit("Low-Medium"))
        .when(total.is_not_null(), lit("Low"))
    }


def _points_of(vital: str) -> Column:
    value = col(VITALS[vital])
    found = F.when(value.is_null(), NO_NUMBER)
    for band in NEWS2_BANDS:
        if band.vital == vital:
            found = found.when(_is_up_to(band, value), lit(band.points))
    return _where_told(VITALS[vital], found)


def _is_up_to(band: Band, value: Column) -> Column:
    """Whether a value that is in no band before is in this one."""
    if band.highest is None:
        return value.is_not_null()
    # Below the middle to the next step of the chart is rounded down to the band's end.
    return value < measured(str(Decimal(band.highest) + HALF_A_STEP[band.vital]))


def _where_told(column: str, points: Column) -> Column:
    return iff(col(column).is_null(), NO_NUMBER, points)


def _is_red(name: str) -> Column:
    return coalesce(col(name), lit(0)) == lit(3)
