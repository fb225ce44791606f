"""Patients as events and files tell of them: the observations that dim_patient and facts share."""

from collections.abc import Mapping
from dataclasses import dataclass

from snowflake.snowpark import Column, DataFrame, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit

from carefloe.field import NO_NUMBER, NO_TEXT, gender_of
from carefloe.gold.history import (
    changed_ids,
    events_of,
    ids_of,
    in_any,
    snapshot_before,
    versions_of,
)
from carefloe.gold.version import versions

FROM_FILES = ("FIRST_NAME", "LAST_NAME", "BIRTH_DATE", "ADDRESS", "CITY", "STATE")
"""What files alone tell."""
TRACKED = ("GENDER", "AGE", "INSURANCE_TYPE", *FROM_FILES)
DAY_FORMAT = lit("YYYY-MM-DD")
VERSION = ("EVENT_ID", "PAYLOAD_HASH", "EVENT_TIMESTAMP", "ADMISSION_TIME", "DISCHARGE_TIME")
FLOW = (*VERSION, "EVENT_TYPE", "PATIENT_ID", "GENDER", "AGE", "INSURANCE_TYPE")
ENCOUNTER = (*VERSION, "PATIENT_ID", "GENDER", "AGE")
"""What is read of each table: Snowpark takes its time with columns that nobody needs."""


@dataclass(frozen=True)
class PatientSources:
    """The silver tables that tell of patients."""

    flow: DataFrame
    encounter: DataFrame
    patient: DataFrame

    @classmethod
    def of(cls, session: Session) -> "PatientSources":
        """The tables of the account."""
        return cls(
            session.table("SILVER.PATIENT_FLOW"),
            session.table("SILVER.ENCOUNTER"),
            session.table("SILVER.PATIENT"),
        )


def flow_time() -> Column:
    """When a patient-flow event happened: its timestamp, else the time of what it tells."""
    told = iff(col("EVENT_TYPE") == lit("DISCHARGE"), col("DISCHARGE_TIME"), col("ADMISSION_TIME"))
    return coalesce(col("EVENT_TIMESTAMP"), told)


def encounter_time() -> Column:
    """When an encounter was completed: its timestamp, else its end, else its start."""
    return coalesce(col("EVENT_TIMESTAMP"), col("DISCHARGE_TIME"), col("ADMISSION_TIME"))


def touched_patients(sources: PatientSources, new: Mapping[str, DataFrame]) -> list[DataFrame]:
    """Frames of the patients whose timeline new rows touch: a frame for each source that has some.

    `new` holds the new rows of `flow`, `encounter` and `patient`, or of some of them. Events touch
    the patients that any of their versions names, files those of whom they say something new.
    """
    found = [
        ids_of(versions_of(silver, new[name]), col("PATIENT_ID"))
        for name, silver in (("flow", sources.flow), ("encounter", sources.encounter))
        if name in new
    ]
    if "patient" in new:
        found.append(changed_patients(sources, new["patient"]))
    return found


def changed_patients(sources: PatientSources, new: DataFrame) -> DataFrame:
    """The patients of whom a new row of the patients file says something new.

    A row that repeats the file before it says nothing new, unless an event in between said
    otherwise; then the file contradicts the event, and that is news.
    """
    tracked = ("GENDER", "INSURANCE_TYPE", *FROM_FILES)
    changed = changed_ids(sources.patient, new, "PATIENT_ID", tracked)
    arrived = new.select(
        "PATIENT_ID",
        col("AS_OF").alias("ARRIVED_AS_OF"),
        gender_of(col("GENDER")).alias("GENDER"),
        "INSURANCE_TYPE",
    ).distinct()
    said = _said(sources.flow, flow_time(), col("INSURANCE_TYPE")).union_all(
        _said(sources.encounter, encounter_time(), NO_TEXT)
    )
    since = said.join(snapshot_before(sources.patient, arrived), col("TOLD_AT") >= col("SINCE"))
    is_denied = (
        (col("PATIENT_ID") == col("TOLD_ID"))
        & (col("TOLD_AT") <= col("ARRIVED_AS_OF"))
        & (
            _differ(col("GENDER"), gender_of(col("TOLD_GENDER")))
            | _differ(col("INSURANCE_TYPE"), col("TOLD_INSURANCE"))
        )
    )
    return changed.union_all(ids_of(arrived.join(since, is_denied, "semi"), col("PATIENT_ID")))


def patient_versions(sources: PatientSources, patients: DataFrame) -> DataFrame:
    """The versions of these patients, from all their events and all rows of the files.

    `patients` is a frame of ids. At one instant the file has the last word, before it patient
    flow. Files tell no age: it goes on as the last event told it, so that no birthday makes a
    version.
    """
    flow = events_of(sources.flow.select(*FLOW), "PATIENT_ID", patients)
    encounter = events_of(sources.encounter.select(*ENCOUNTER), "PATIENT_ID", patients)
    files = in_any(sources.patient, "PATIENT_ID", patients).select(
        "PATIENT_ID",
        col("AS_OF").alias("OBSERVED_AT"),
        F.concat(lit("patient:"), col("PAYLOAD_HASH")).alias("OBSERVED_ID"),
        gender_of(col("GENDER")).alias("GENDER"),
        NO_NUMBER.alias("AGE"),
        "INSURANCE_TYPE",
        *(_as_text(name).alias(name) for name in FROM_FILES),
    )
    told = _told(flow, "flow:", flow_time(), col("INSURANCE_TYPE")).union_all(
        _told(encounter, "encounter:", encounter_time(), NO_TEXT)
    )
    made = versions(told.union_all(files), "PATIENT_ID", "PATIENT_KEY", TRACKED)
    return made.with_column("BIRTH_DATE", F.to_date(col("BIRTH_DATE"), DAY_FORMAT))


def _told(events: DataFrame, source: str, at: Column, insurance: Column) -> DataFrame:
    return events.select(
        "PATIENT_ID",
        at.alias("OBSERVED_AT"),
        F.concat(lit(source), col("EVENT_ID")).alias("OBSERVED_ID"),
        gender_of(col("GENDER")).alias("GENDER"),
        "AGE",
        insurance.alias("INSURANCE_TYPE"),
        *(NO_TEXT.alias(name) for name in FROM_FILES),
    )


def _as_text(name: str) -> Column:
    """A birth date as text, whose hash depends on no setting of the session."""
    return F.to_char(col(name), DAY_FORMAT) if name == "BIRTH_DATE" else col(name)


def _said(events: DataFrame, at: Column, insurance: Column) -> DataFrame:
    """What files tell too, of all versions of the events."""
    return events.select(
        col("PATIENT_ID").alias("TOLD_ID"),
        at.alias("TOLD_AT"),
        col("GENDER").alias("TOLD_GENDER"),
        insurance.alias("TOLD_INSURANCE"),
    )


def _differ(one: Column, other: Column) -> Column:
    """Whether two known values differ; one that is not known denies nothing."""
    return one.is_not_null() & other.is_not_null() & (one != other)
