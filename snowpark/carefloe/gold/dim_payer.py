"""gold.dim_payer: every payer that an encounter, a claim or a payers file names, with its name."""

from snowflake.snowpark import Column, DataFrame, Session
from snowflake.snowpark.functions import col

from carefloe.gold.newest import newest
from carefloe.gold.snapshot_fact import upsert
from carefloe.key import hash_of, known_or_unknown
from carefloe.lean import lean

ATTRIBUTES = ("PAYER_NAME", "STATE_HEADQUARTERED")


def payer_key() -> Column:
    """The key of a row's PAYER_ID; the unknown payer without one."""
    return known_or_unknown("PAYER_ID", hash_of(col("PAYER_ID")))


def payers(named: DataFrame, snapshots: DataFrame) -> DataFrame:
    """One row per distinct payer named, with the attributes of its newest snapshot row."""
    members = named.select("PAYER_ID").filter(col("PAYER_ID").is_not_null()).distinct()
    return newest(members, snapshots, ("PAYER_ID",), ATTRIBUTES, payer_key(), "PAYER_KEY")


def load(session: Session) -> str:
    """gold.load_dim_payer(): the payers that new encounters, claims or files name."""
    lean(session)
    new_event = session.table("SILVER.ENCOUNTER_TO_DIM_PAYER_STREAM")
    new_encounter = session.table("SILVER.ENCOUNTER_RECORD_TO_DIM_PAYER_STREAM")
    new_claim = session.table("SILVER.CLAIM_TO_DIM_PAYER_STREAM")
    new_payer = session.table("SILVER.PAYER_TO_DIM_PAYER_STREAM")
    claimed = new_claim.select("PAYER_ID").union_all(
        new_claim.select(col("SECONDARY_PAYER_ID").alias("PAYER_ID"))
    )
    named = (
        new_event.select("PAYER_ID")
        .union_all(new_encounter.select("PAYER_ID"))
        .union_all(claimed)
        .union_all(new_payer.select("PAYER_ID"))
    )
    rebuilt = payers(named, session.table("SILVER.PAYER"))
    return upsert(session, "GOLD.DIM_PAYER", "PAYER_KEY", rebuilt)
