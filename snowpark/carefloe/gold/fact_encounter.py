"""gold.fact_encounter: one row per encounter, rebuilt encounter by encounter."""

from collections.abc import Mapping
from dataclasses import dataclass

from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, iff, lit

from carefloe.field import NO_NUMBER
from carefloe.gold.dim_organization import changed_organizations, organization_versions
from carefloe.gold.dim_payer import payer_key
from carefloe.gold.encounter import (
    FROM_EITHER,
    FROM_FILES,
    encounters,
    ever_named,
    own_encounter,
)
from carefloe.gold.history import all_ids, changed_ids, ids_of, in_any, versions_of
from carefloe.gold.patient import PatientSources, patient_versions, touched_patients
from carefloe.gold.rebuild import UNTOUCHED, replace_touched
from carefloe.gold.snapshot_fact import newest_words, unlike
from carefloe.gold.version import with_version_key
from carefloe.key import date_key, hash_of
from carefloe.lean import lean
from carefloe.stream import filled

STREAMS = {
    "encounter": "SILVER.ENCOUNTER_TO_FACT_ENCOUNTER_STREAM",
    "record": "SILVER.ENCOUNTER_RECORD_TO_FACT_ENCOUNTER_STREAM",
    "transaction": "SILVER.CLAIM_TRANSACTION_TO_FACT_ENCOUNTER_STREAM",
    "flow": "SILVER.PATIENT_FLOW_TO_FACT_ENCOUNTER_STREAM",
    "patient": "SILVER.PATIENT_TO_FACT_ENCOUNTER_STREAM",
    "organization": "SILVER.ORGANIZATION_TO_FACT_ENCOUNTER_STREAM",
}


@dataclass(frozen=True)
class EncounterSources:
    """The silver tables that tell of encounters."""

    patients: PatientSources
    """silver.encounter among them."""
    record: DataFrame
    transaction: DataFrame
    organization: DataFrame


def load(session: Session) -> str:
    """gold.load_fact_encounter(): the encounters that new rows touch.

    New rows are those of encounters themselves, in events and files, of their transactions, and of
    the other sources of dim_patient and dim_organization, whose version keys the fact carries.
    """
    lean(session)
    sources = EncounterSources(
        PatientSources.of(session),
        session.table("SILVER.ENCOUNTER_RECORD"),
        session.table("SILVER.CLAIM_TRANSACTION"),
        session.table("SILVER.ORGANIZATION"),
    )
    new = filled(session, STREAMS)
    if not new:
        return UNTOUCHED
    touched = touched_encounters(sources, new, session.table("GOLD.FACT_ENCOUNTER"))
    keys = ids_of(touched, hash_of(col("ID_")))
    rebuilt = fact_rows(sources, touched)
    return replace_touched(
        session, "GOLD.FACT_ENCOUNTER", "ENCOUNTER_KEY", rebuilt, keys, by="ENCOUNTER_KEY"
    )


def touched_encounters(
    sources: EncounterSources, new: Mapping[str, DataFrame], table: DataFrame
) -> DataFrame:
    """The encounters whose row the new rows may change, as a frame of ids.

    `new` holds the new rows by the keys of STREAMS, of at least one of them.

    A file's row that repeats what the fact has changes nothing, whichever source that came from:
    nights that tell of everything again touch nothing.
    """
    events = sources.patients.encounter
    found = []
    if "encounter" in new:
        found.append(ids_of(versions_of(events, new["encounter"]), own_encounter()))
    if "record" in new:
        told = (*FROM_EITHER, *FROM_FILES)
        words = newest_words(sources.record, new["record"], "ENCOUNTER_ID", told)
        found.append(ids_of(unlike(words, table, "ENCOUNTER_ID", told), col("ENCOUNTER_ID")))
    if "transaction" in new:
        found.append(_of_transactions(sources.transaction, new["transaction"]))
    organizations = []
    if "organization" in new:
        organizations.append(changed_organizations(sources.organization, new["organization"]))
    patients = touched_patients(sources.patients, new)
    for column, frames in (("PATIENT_ID", patients), ("ORGANIZATION_ID", organizations)):
        if frames:
            ids = all_ids(frames)
            found.append(ids_of(in_any(events, column, ids), own_encounter()))
            found.append(ids_of(in_any(table, column, ids), col("ENCOUNTER_ID")))
    return all_ids(found)


def fact_rows(sources: EncounterSources, touched: DataFrame) -> DataFrame:
    """The fact's rows of these encounters, from all that the silver tables know of them."""
    told = encounters(sources.patients.encounter, sources.record, sources.transaction, touched)
    named = ever_named(sources.patients.encounter, sources.record, touched)
    with_patient = with_version_key(
        told,
        "PATIENT_ID",
        col("VERSION_AT"),
        patient_versions(sources.patients, ids_of(named, col("PATIENT_ID"))),
        "PATIENT_KEY",
    )
    with_organization = with_version_key(
        with_patient,
        "ORGANIZATION_ID",
        col("VERSION_AT"),
        organization_versions(sources.organization, ids_of(named, col("ORGANIZATION_ID"))),
        "ORGANIZATION_KEY",
    )
    elapsed = F.datediff("microsecond", col("STARTED_AT"), col("ENDED_AT"))
    return with_organization.with_columns(
        ["PAYER_KEY", "ADMISSION_DATE_KEY", "DURATION_MINUTES"],
        [
            payer_key(),
            date_key(col("STARTED_AT")),
            iff(elapsed < lit(0), NO_NUMBER, F.floor(elapsed / lit(60_000_000))),
        ],
    )


def _of_transactions(silver: DataFrame, new: DataFrame) -> DataFrame:
    """The encounters that any version names of a transaction that new rows change."""
    paid = ("ENCOUNTER_ID", "TRANSACTION_TYPE", "PAYMENTS")
    columns = ("TRANSACTION_ID", "AS_OF", "PAYLOAD_HASH", *paid)
    changed = changed_ids(silver.select(*columns), new.select(*columns), "TRANSACTION_ID", paid)
    return ids_of(in_any(silver, "TRANSACTION_ID", changed), col("ENCOUNTER_ID"))
