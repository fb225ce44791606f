"""Who a patient-flow event belongs to: the patient, or a visit or event whose patient is unknown.

The unit is what fact_patient_flow rebuilds together. An event without patient_id belongs to the
patient of its visit's other events; without those its visit is a unit of its own, and without a
visit the event is.
"""

from snowflake.snowpark import Column, DataFrame, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit

from carefloe.field import NO_TEXT
from carefloe.gold.history import ids_of, in_any, winners


def own_unit() -> Column:
    """The unit a silver row names by itself, before its visit is looked at."""
    return coalesce(
        col("PATIENT_ID"),
        F.concat(lit("visit:"), col("VISIT_ID")),
        F.concat(lit("event:"), col("EVENT_ID")),
    )


def touched_units(silver: DataFrame, touched_rows: DataFrame) -> DataFrame:
    """The units these silver rows and the rows of the same visits name."""
    visits = ids_of(touched_rows, col("VISIT_ID"))
    companions = in_any(silver, "VISIT_ID", visits)
    return ids_of(touched_rows, own_unit()).union_all(ids_of(companions, own_unit()))


def events_of_units(silver: DataFrame, units: DataFrame) -> DataFrame:
    """The winning versions of the units' events, with UNIT_ID."""
    with_unit = silver.with_column("OWN_UNIT_ID", own_unit())
    own = in_any(with_unit, "OWN_UNIT_ID", units).select("EVENT_ID", "VISIT_ID")
    own_visits = ids_of(own, col("VISIT_ID"))
    anonymous = in_any(silver.filter(col("PATIENT_ID").is_null()), "VISIT_ID", own_visits)
    shared_visits = ids_of(anonymous, col("VISIT_ID"))
    companions = in_any(silver, "VISIT_ID", shared_visits).select("EVENT_ID", "VISIT_ID")
    named = ids_of(own.union_all(companions), col("EVENT_ID"))
    events = winners(in_any(silver, "EVENT_ID", named))
    visit_patient = iff(
        col("VISIT_ID").is_null(),
        NO_TEXT,
        F.max("PATIENT_ID").over(Window.partition_by("VISIT_ID")),
    )
    resolved = events.with_column("PATIENT_ID", coalesce(col("PATIENT_ID"), visit_patient))
    return in_any(resolved.with_column("UNIT_ID", own_unit()), "UNIT_ID", units)
