"""gold.fact_encounter: one row per encounter, rebuilt encounter by encounter."""

from snowflake.snowpark import Column, DataFrame, Session, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit

from carefloe.field import NO_AMOUNT, NO_NUMBER, NO_TEXT
from carefloe.gold.dim_organization import ORGANIZATION
from carefloe.gold.dim_payer import payer_key
from carefloe.gold.history import ids_of, in_any, versions_of, winners
from carefloe.gold.patient import (
    PatientSources,
    changed_patients,
    encounter_time,
    patient_versions,
    touched_patients,
)
from carefloe.gold.rebuild import replace_touched
from carefloe.gold.version import with_version_key
from carefloe.key import date_key, hash_of
from carefloe.lean import lean

FILED = ("CODE", "DESCRIPTION", "REASON_CODE", "REASON_DESCRIPTION")
"""What files alone tell of an encounter."""


def own_encounter() -> Column:
    """The encounter a silver row tells of; the event itself where it names none."""
    return coalesce(col("ENCOUNTER_ID"), F.concat(lit("event:"), col("EVENT_ID")))


def load(session: Session) -> str:
    """gold.load_fact_encounter(): the encounters that new rows touch.

    New rows are those of encounters themselves and of the other sources of dim_patient and
    dim_organization, whose version keys the fact carries.
    """
    lean(session)
    sources, organization = PatientSources.of(session), session.table("SILVER.ORGANIZATION")
    encounter = sources.encounter
    new_encounter = session.table("SILVER.ENCOUNTER_TO_FACT_ENCOUNTER_STREAM")
    new_flow = session.table("SILVER.PATIENT_FLOW_TO_FACT_ENCOUNTER_STREAM")
    new_patient = session.table("SILVER.PATIENT_TO_FACT_ENCOUNTER_STREAM")
    new_organization = session.table("SILVER.ORGANIZATION_TO_FACT_ENCOUNTER_STREAM")
    patients = (
        touched_patients(sources.flow, new_flow)
        .union_all(touched_patients(encounter, new_encounter))
        .union_all(changed_patients(sources, new_patient))
    )
    organizations = ORGANIZATION.touched(organization, new_organization)
    touched_rows = (
        versions_of(encounter, new_encounter)
        .union_all(in_any(encounter, "PATIENT_ID", patients))
        .union_all(in_any(encounter, "ORGANIZATION_ID", organizations))
    )
    touched = ids_of(touched_rows, own_encounter())
    rebuilt = fact_rows(sources, organization, touched)
    keys = ids_of(touched_rows, hash_of(own_encounter()))
    return replace_touched(
        session, "GOLD.FACT_ENCOUNTER", "ENCOUNTER_KEY", rebuilt, keys, by="ENCOUNTER_KEY"
    )


def fact_rows(sources: PatientSources, organization: DataFrame, touched: DataFrame) -> DataFrame:
    """The fact's rows of these encounters, from all that the silver tables know of them."""
    encounters = _encounters(sources.encounter, touched)
    patients = ids_of(encounters, col("PATIENT_ID"))
    organizations = ids_of(encounters, col("ORGANIZATION_ID"))
    with_patient = with_version_key(
        encounters,
        "PATIENT_ID",
        col("VERSION_AT"),
        patient_versions(sources, patients),
        "PATIENT_KEY",
    )
    with_organization = with_version_key(
        with_patient,
        "ORGANIZATION_ID",
        col("VERSION_AT"),
        ORGANIZATION.versions(organization, organizations),
        "ORGANIZATION_KEY",
    )
    elapsed = F.datediff("microsecond", col("STARTED_AT"), col("ENDED_AT"))
    return with_organization.with_columns(
        ["PAYER_KEY", "ADMISSION_DATE_KEY", "DURATION_MINUTES", *FILED, "PAYMENTS"],
        [
            payer_key(),
            date_key(col("STARTED_AT")),
            iff(elapsed < lit(0), NO_NUMBER, F.floor(elapsed / lit(60_000_000))),
            *(NO_TEXT for _ in FILED),
            NO_AMOUNT,
        ],
    )


def _encounters(encounter: DataFrame, touched: DataFrame) -> DataFrame:
    with_encounter = encounter.with_column("OWN_ENCOUNTER_ID", own_encounter())
    named = ids_of(in_any(with_encounter, "OWN_ENCOUNTER_ID", touched), col("EVENT_ID"))
    events = winners(in_any(with_encounter, "EVENT_ID", named)).with_column(
        "VERSION_AT", encounter_time()
    )
    newest_first = Window.partition_by("OWN_ENCOUNTER_ID").order_by(
        col("VERSION_AT").desc_nulls_last(), col("EVENT_ID").desc()
    )
    return (
        in_any(events, "OWN_ENCOUNTER_ID", touched)
        .with_column("RANK_", F.row_number().over(newest_first))
        .filter(col("RANK_") == lit(1))
        .select(
            hash_of(col("OWN_ENCOUNTER_ID")).alias("ENCOUNTER_KEY"),
            "ENCOUNTER_ID",
            "PATIENT_ID",
            "ORGANIZATION_ID",
            "PROVIDER_ID",
            "PAYER_ID",
            "DEPARTMENT",
            "VERSION_AT",
            col("ADMISSION_TIME").alias("STARTED_AT"),
            col("DISCHARGE_TIME").alias("ENDED_AT"),
            "BASE_ENCOUNTER_COST",
            "TOTAL_CLAIM_COST",
            "PAYER_COVERAGE",
        )
    )
