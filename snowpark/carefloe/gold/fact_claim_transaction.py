"""gold.fact_claim_transaction: one row per transaction of a claim."""

from snowflake.snowpark import Session
from snowflake.snowpark.functions import col

from carefloe.gold.snapshot_fact import SnapshotFact
from carefloe.key import date_key

CLAIM_TRANSACTION = SnapshotFact(
    "CLAIM_TRANSACTION",
    "TRANSACTION_ID",
    (
        "CLAIM_ID",
        "CHARGE_ID",
        "PATIENT_ID",
        "ENCOUNTER_ID",
        "PROVIDER_ID",
        "TRANSACTION_TYPE",
        "METHOD",
        "FROM_AT",
        "TO_AT",
        "PROCEDURE_CODE",
        "PLACE_OF_SERVICE",
        "UNITS",
        "UNIT_AMOUNT",
        "AMOUNT",
        "PAYMENTS",
        "ADJUSTMENTS",
        "TRANSFERS",
        "OUTSTANDING",
    ),
    {"FROM_DATE_KEY": date_key(col("FROM_AT"))},
)


def load(session: Session) -> str:
    """gold.load_fact_claim_transaction(): what new snapshots say otherwise."""
    return CLAIM_TRANSACTION.load(session)
