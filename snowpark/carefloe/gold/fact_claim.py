"""gold.fact_claim: one row per claim, with the version of its patient and its payer."""

from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.functions import col

from carefloe.gold.dim_payer import payer_key
from carefloe.gold.history import all_ids, ids_of, in_any
from carefloe.gold.patient import PatientSources, patient_versions, touched_patients
from carefloe.gold.snapshot_fact import newest_words, unlike, upsert
from carefloe.gold.version import with_version_key
from carefloe.key import date_key
from carefloe.lean import lean
from carefloe.stream import filled

STREAMS = {
    "claim": "SILVER.CLAIM_TO_FACT_CLAIM_STREAM",
    "flow": "SILVER.PATIENT_FLOW_TO_FACT_CLAIM_STREAM",
    "encounter": "SILVER.ENCOUNTER_TO_FACT_CLAIM_STREAM",
    "patient": "SILVER.PATIENT_TO_FACT_CLAIM_STREAM",
}

TOLD = (
    "PATIENT_ID",
    "PAYER_ID",
    "SECONDARY_PAYER_ID",
    "PROVIDER_ID",
    "ENCOUNTER_ID",
    "DIAGNOSIS_CODE",
    "SERVICE_AT",
    "ILLNESS_ON",
    "STATUS_PRIMARY",
    "STATUS_SECONDARY",
    "STATUS_PATIENT",
    "OUTSTANDING_PRIMARY",
    "OUTSTANDING_SECONDARY",
    "OUTSTANDING_PATIENT",
)


def load(session: Session) -> str:
    """gold.load_fact_claim(): the claims that new snapshots change, and those of touched patients.

    What no new row tells of is in the fact itself, so the claims' history is not read.
    """
    lean(session)
    sources, table = PatientSources.of(session), session.table("GOLD.FACT_CLAIM")
    new = filled(session, STREAMS)
    new_claim = session.table(STREAMS["claim"])
    words = newest_words(session.table("SILVER.CLAIM"), new_claim, "CLAIM_ID", TOLD)
    claims = unlike(words, table, "CLAIM_ID", TOLD)
    if patients := touched_patients(sources, new):
        claims = touched_claims(claims, table, all_ids(patients))
    return upsert(session, "GOLD.FACT_CLAIM", "CLAIM_ID", fact_rows(claims, sources))


def touched_claims(changed: DataFrame, table: DataFrame, patients: DataFrame) -> DataFrame:
    """The changed claims, and the others of these patients as the fact has them."""
    same_claim = col("CLAIM_ID") == col("ID_")
    others = in_any(table.select("CLAIM_ID", *TOLD), "PATIENT_ID", patients).join(
        ids_of(changed, col("CLAIM_ID")), same_claim, "anti"
    )
    return changed.union_all(others)


def fact_rows(claims: DataFrame, sources: PatientSources) -> DataFrame:
    """The fact's rows of these claims."""
    patients = ids_of(claims, col("PATIENT_ID"))
    return with_version_key(
        claims,
        "PATIENT_ID",
        col("SERVICE_AT"),
        patient_versions(sources, patients),
        "PATIENT_KEY",
    ).with_columns(["PAYER_KEY", "SERVICE_DATE_KEY"], [payer_key(), date_key(col("SERVICE_AT"))])
