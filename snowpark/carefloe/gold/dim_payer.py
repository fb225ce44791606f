"""gold.dim_payer: every payer an encounter or a file names, with its newest name."""

from snowflake.snowpark import Column, DataFrame, Session
from snowflake.snowpark.functions import col

from carefloe.gold.history import ids_of
from carefloe.gold.newest import newest
from carefloe.gold.rebuild import replace_touched
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
    """gold.load_dim_payer(): the payers that new encounters or files name."""
    lean(session)
    new_encounter = session.table("SILVER.ENCOUNTER_TO_DIM_PAYER_STREAM")
    new_file = session.table("SILVER.PAYER_TO_DIM_PAYER_STREAM")
    named = new_encounter.select("PAYER_ID").union_all(new_file.select("PAYER_ID"))
    rebuilt = payers(named, session.table("SILVER.PAYER"))
    touched = ids_of(rebuilt, col("PAYER_KEY"))
    return replace_touched(session, "GOLD.DIM_PAYER", "PAYER_KEY", rebuilt, touched, by="PAYER_KEY")
