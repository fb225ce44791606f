"""Encounters as events, files and payments tell of them: what fact_encounter is made of.

An encounter goes by its id; an event without one is an encounter of its own. Where event and file
tell of one, the newest word counts: the event's at its time, the file's at its as-of. What that one
does not tell, the other does.
"""

from snowflake.snowpark import Column, DataFrame, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit

from carefloe.gold.history import ids_of, in_any, winners
from carefloe.gold.patient import encounter_time
from carefloe.gold.snapshot_fact import newest_rows
from carefloe.key import hash_of

FROM_FILES = ("CODE", "DESCRIPTION", "REASON_CODE", "REASON_DESCRIPTION")
"""What files alone tell."""
FROM_EITHER = (
    "PATIENT_ID",
    "ORGANIZATION_ID",
    "PROVIDER_ID",
    "PAYER_ID",
    "DEPARTMENT",
    "STARTED_AT",
    "ENDED_AT",
    "BASE_ENCOUNTER_COST",
    "TOTAL_CLAIM_COST",
    "PAYER_COVERAGE",
)

RENAMED = {"STARTED_AT": "ADMISSION_TIME", "ENDED_AT": "DISCHARGE_TIME"}
NEEDED = (
    "EVENT_ID",
    "PAYLOAD_HASH",
    "EVENT_TIMESTAMP",
    "ENCOUNTER_ID",
    *(RENAMED.get(name, name) for name in FROM_EITHER),
)
"""What counts of an event."""
NAMED = ("PATIENT_ID", "ORGANIZATION_ID")


def own_encounter() -> Column:
    """The encounter a row of silver.encounter tells of; the event itself where it names none."""
    return coalesce(col("ENCOUNTER_ID"), F.concat(lit("event:"), col("EVENT_ID")))


def encounters(
    events: DataFrame, files: DataFrame, transactions: DataFrame, touched: DataFrame
) -> DataFrame:
    """One row per touched encounter that an event or a file tells of, with VERSION_AT.

    `events` is silver.encounter, `files` silver.encounter_record, `transactions`
    silver.claim_transaction, `touched` a frame of ids as `own_encounter` makes them. VERSION_AT
    chooses the versions of dimensions; so that it does not move from night to night, it is the time
    of the event, without one the encounter's own.
    """
    told, filed = _told_by_events(events, touched), _told_by_files(files, touched)
    paid = payments(transactions, touched)
    file_is_newer = col("EVENT_AT").is_null() | (col("FILE_AT") >= col("EVENT_AT"))
    either = {
        name: iff(
            file_is_newer,
            coalesce(col(f"FILE_{name}"), col(f"EVENT_{name}")),
            coalesce(col(f"EVENT_{name}"), col(f"FILE_{name}")),
        )
        for name in FROM_EITHER
    }
    encounter_id = coalesce(col("FILE_ENCOUNTER_ID"), col("EVENT_ENCOUNTER_ID"))
    joined = told.join(filed, col("OWN_ENCOUNTER_ID") == col("FILE_ENCOUNTER_ID"), "full")
    return joined.join(paid, encounter_id == col("PAID_ENCOUNTER_ID"), "left").select(
        hash_of(coalesce(col("OWN_ENCOUNTER_ID"), col("FILE_ENCOUNTER_ID"))).alias("ENCOUNTER_KEY"),
        encounter_id.alias("ENCOUNTER_ID"),
        *(value.alias(name) for name, value in either.items()),
        *FROM_FILES,
        "PAYMENTS",
        coalesce(col("EVENT_AT"), col("FILE_ENDED_AT"), col("FILE_STARTED_AT")).alias("VERSION_AT"),
    )


def ever_named(events: DataFrame, files: DataFrame, touched: DataFrame) -> DataFrame:
    """The patients and organizations that any row of the touched encounters names.

    More than count in the end, but found without working out which those are.
    """
    by_events = events.select(own_encounter().alias("OWN_ENCOUNTER_ID"), *NAMED)
    by_files = files.select("ENCOUNTER_ID", *NAMED)
    return (
        in_any(by_events, "OWN_ENCOUNTER_ID", touched)
        .select(*NAMED)
        .union_all(in_any(by_files, "ENCOUNTER_ID", touched).select(*NAMED))
    )


def payments(transactions: DataFrame, touched: DataFrame) -> DataFrame:
    """PAID_ENCOUNTER_ID and PAYMENTS of the touched encounters that any transaction names.

    `transactions` is silver.claim_transaction. Each transaction counts once, its newest word, and
    for the encounter that this one names.
    """
    told = transactions.select(
        "TRANSACTION_ID", "AS_OF", "PAYLOAD_HASH", "ENCOUNTER_ID", "TRANSACTION_TYPE", "PAYMENTS"
    )
    named = ids_of(in_any(told, "ENCOUNTER_ID", touched), col("TRANSACTION_ID"))
    newest = newest_rows(in_any(told, "TRANSACTION_ID", named), "TRANSACTION_ID")
    is_payment = col("TRANSACTION_TYPE") == lit("PAYMENT")
    paid = coalesce(iff(is_payment, col("PAYMENTS"), lit(0)), lit(0))
    return (
        in_any(newest, "ENCOUNTER_ID", touched)
        .group_by(col("ENCOUNTER_ID").alias("PAID_ENCOUNTER_ID"))
        .agg(F.sum(paid).cast("number(18, 2)").alias("PAYMENTS"))
    )


def _told_by_events(events: DataFrame, touched: DataFrame) -> DataFrame:
    with_encounter = events.select(*NEEDED).with_column("OWN_ENCOUNTER_ID", own_encounter())
    named = ids_of(in_any(with_encounter, "OWN_ENCOUNTER_ID", touched), col("EVENT_ID"))
    winning = winners(in_any(with_encounter, "EVENT_ID", named)).with_column(
        "EVENT_AT", encounter_time()
    )
    newest_first = Window.partition_by("OWN_ENCOUNTER_ID").order_by(
        col("EVENT_AT").desc_nulls_last(), col("EVENT_ID").desc()
    )
    return (
        in_any(winning, "OWN_ENCOUNTER_ID", touched)
        .with_column("RANK_", F.row_number().over(newest_first))
        .filter(col("RANK_") == lit(1))
        .select(
            "OWN_ENCOUNTER_ID",
            "EVENT_AT",
            col("ENCOUNTER_ID").alias("EVENT_ENCOUNTER_ID"),
            *(col(RENAMED.get(name, name)).alias(f"EVENT_{name}") for name in FROM_EITHER),
        )
    )


def _told_by_files(files: DataFrame, touched: DataFrame) -> DataFrame:
    columns = ["ENCOUNTER_ID", "AS_OF", "PAYLOAD_HASH", *FROM_EITHER, *FROM_FILES]
    newest = newest_rows(in_any(files.select(*columns), "ENCOUNTER_ID", touched), "ENCOUNTER_ID")
    return newest.select(
        col("AS_OF").alias("FILE_AT"),
        *(col(name).alias(f"FILE_{name}") for name in ("ENCOUNTER_ID", *FROM_EITHER)),
        *FROM_FILES,
    )
