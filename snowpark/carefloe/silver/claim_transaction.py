"""Charges, payments and transfers of claims, from the claims_transactions file."""

from snowflake.snowpark import Session

from carefloe.field import NO_TIME, code, file_time, number, text, with_text
from carefloe.rule import bad, ended_before_started, missing, negative_cost
from carefloe.silver import source
from carefloe.silver.source import record

AMOUNTS = {
    "AMOUNT": number("AMOUNT", 18, 2),
    "PAYMENTS": number("PAYMENTS", 18, 2),
    "ADJUSTMENTS": number("ADJUSTMENTS", 18, 2),
    "TRANSFERS": number("TRANSFERS", 18, 2),
    "OUTSTANDING": number("OUTSTANDING", 18, 2),
    "UNIT_AMOUNT": number("UNITAMOUNT", 18, 2),
}

FIELDS = {
    "TRANSACTION_ID": text("ID"),
    "CLAIM_ID": text("CLAIMID"),
    "CHARGE_ID": text("CHARGEID"),
    "PATIENT_ID": text("PATIENTID"),
    "ENCOUNTER_ID": text("APPOINTMENTID"),
    "PROVIDER_ID": text("PROVIDERID"),
    "PATIENT_INSURANCE_ID": text("PATIENTINSURANCEID"),
    "TRANSACTION_TYPE": code("TYPE"),
    "METHOD": text("METHOD"),
    **with_text(AMOUNTS),
    **with_text({"UNITS": number("UNITS")}),
    "TRANSFER_TYPE": text("TRANSFERTYPE"),
    **with_text({"FROM_AT": file_time("FROMDATE"), "TO_AT": file_time("TODATE")}),
    "PROCEDURE_CODE": text("PROCEDURECODE"),
    "PLACE_OF_SERVICE": text("PLACEOFSERVICE"),
}

RULES = (
    bad("FROM_AT"),
    bad("TO_AT"),
    ended_before_started("FROM_AT", "TO_AT", NO_TIME),
    *map(bad, AMOUNTS),
    negative_cost(*AMOUNTS),
    bad("UNITS"),
    missing("CLAIM_ID"),
    missing("PATIENT_ID"),
    missing("TRANSACTION_TYPE"),
)

SOURCE = record("claim_transaction", ["TRANSACTION_ID"], FIELDS, RULES)


def load(session: Session) -> str:
    """silver.load_claim_transaction(): new rows of raw.claim_transaction_record into silver."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_claim_transaction(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
