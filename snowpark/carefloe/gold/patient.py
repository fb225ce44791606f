"""Patients as the events tell of them: the observations that dim_patient and the facts share."""

from snowflake.snowpark import Column, DataFrame
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit

from carefloe.field import NO_TEXT
from carefloe.gold.history import events_of, ids_of, versions_of
from carefloe.gold.version import versions

TRACKED = ("GENDER", "AGE", "INSURANCE_TYPE")


def flow_time() -> Column:
    """When a patient-flow event happened: its timestamp, else the time of what it tells."""
    told = iff(col("EVENT_TYPE") == lit("DISCHARGE"), col("DISCHARGE_TIME"), col("ADMISSION_TIME"))
    return coalesce(col("EVENT_TIMESTAMP"), told)


def encounter_time() -> Column:
    """When an encounter was completed: its timestamp, else its end, else its start."""
    return coalesce(col("EVENT_TIMESTAMP"), col("DISCHARGE_TIME"), col("ADMISSION_TIME"))


def touched_patients(silver: DataFrame, new: DataFrame) -> DataFrame:
    """The patients that any version of a new row's event names."""
    return ids_of(versions_of(silver, new), col("PATIENT_ID"))


def patient_versions(flow: DataFrame, encounter: DataFrame, patients: DataFrame) -> DataFrame:
    """The versions of these patients, from all their patient-flow and encounter events.

    `flow` and `encounter` are silver tables, `patients` a frame of ids.
    """
    flow_events = events_of(flow, "PATIENT_ID", patients)
    encounter_events = events_of(encounter, "PATIENT_ID", patients)
    observed = _observations(flow_events, "flow:", flow_time(), col("INSURANCE_TYPE")).union_all(
        _observations(encounter_events, "encounter:", encounter_time(), NO_TEXT)
    )
    return versions(observed, "PATIENT_ID", "PATIENT_KEY", TRACKED)


def _observations(events: DataFrame, source: str, at: Column, insurance: Column) -> DataFrame:
    return events.select(
        "PATIENT_ID",
        at.alias("OBSERVED_AT"),
        F.concat(lit(source), col("EVENT_ID")).alias("OBSERVED_ID"),
        "GENDER",
        "AGE",
        insurance.alias("INSURANCE_TYPE"),
    )
