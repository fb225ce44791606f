"""Claims, from the claims file."""

from snowflake.snowpark import Session

from carefloe.field import file_date, file_time, number, payer, text, with_text
from carefloe.rule import bad, missing, negative_cost, not_told
from carefloe.silver import source
from carefloe.silver.source import record

OUTSTANDING = {
    "OUTSTANDING_PRIMARY": number("OUTSTANDING1", 18, 2),
    "OUTSTANDING_SECONDARY": number("OUTSTANDING2", 18, 2),
    "OUTSTANDING_PATIENT": number("OUTSTANDINGP", 18, 2),
}

FIELDS = {
    "CLAIM_ID": text("Id"),
    "PATIENT_ID": text("PATIENTID"),
    "PROVIDER_ID": text("PROVIDERID"),
    "PAYER_ID": payer("PRIMARYPATIENTINSURANCEID"),
    "SECONDARY_PAYER_ID": payer("SECONDARYPATIENTINSURANCEID"),
    "ENCOUNTER_ID": text("APPOINTMENTID"),
    "DIAGNOSIS_CODE": text("DIAGNOSIS1"),
    **with_text(
        {"SERVICE_AT": file_time("SERVICEDATE"), "ILLNESS_ON": file_date("CURRENTILLNESSDATE")}
    ),
    "STATUS_PRIMARY": text("STATUS1"),
    "STATUS_SECONDARY": text("STATUS2"),
    "STATUS_PATIENT": text("STATUSP"),
    **with_text(OUTSTANDING),
}

RULES = (
    not_told("SERVICE_AT"),
    bad("SERVICE_AT"),
    bad("ILLNESS_ON"),
    *map(bad, OUTSTANDING),
    negative_cost(*OUTSTANDING),
    missing("PATIENT_ID"),
    missing("ENCOUNTER_ID"),
)

SOURCE = record("claim", ["CLAIM_ID"], FIELDS, RULES)


def load(session: Session) -> str:
    """silver.load_claim(): new rows of raw.claim_record into silver.claim."""
    return source.load(session, SOURCE)


def load_rejected(session: Session) -> str:
    """ops.load_rejected_claim(): those that cannot be read into ops.rejected_event."""
    return source.load_rejected(session, SOURCE)
