"""The CSV feeds: one line each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Feed:
    """A kind of file, known by its name: `<name>.csv` or `<name>.csv.gz`."""

    name: str
    table: str
    """Its table in the schema RAW."""
    key_columns: tuple[str | tuple[str, ...], ...]
    """Columns the header must have, of several names one; all others may come and go."""


_AT_ENCOUNTER = ("PATIENT", "ENCOUNTER", "CODE")
"""With their time, what tells apart the lines of files that have no id."""

FEEDS = {
    feed.name: feed
    for feed in (
        Feed("hospitals", "hospital_record", ("HOSPITAL_ID",)),
        Feed("departments", "department_record", ("HOSPITAL_ID", "DEPARTMENT")),
        Feed("organizations", "organization_record", ("Id",)),
        Feed("payers", "payer_record", ("Id",)),
        Feed("patients", "patient_record", ("Id",)),
        Feed("providers", "provider_record", ("Id",)),
        Feed("encounters", "encounter_record", ("Id",)),
        Feed("conditions", "condition_record", (*_AT_ENCOUNTER, "START")),
        Feed("observations", "observation_record", (*_AT_ENCOUNTER, "DATE")),
        Feed("procedures", "procedure_record", (*_AT_ENCOUNTER, ("START", "DATE"))),
        Feed("allergies", "allergy_record", (*_AT_ENCOUNTER, "START")),
        Feed("claims", "claim_record", ("Id",)),
        Feed("claims_transactions", "claim_transaction_record", ("ID",)),
    )
}
