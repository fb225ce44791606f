"""The CSV feeds: one line each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Feed:
    """A kind of file, known by its name: `<name>.csv` or `<name>.csv.gz`."""

    name: str
    table: str
    """Its table in the schema RAW."""
    key_columns: tuple[str, ...]
    """Columns the header must have; all others may come and go between versions."""


FEEDS = {
    feed.name: feed
    for feed in (
        Feed("hospitals", "hospital_record", ("HOSPITAL_ID",)),
        Feed("departments", "department_record", ("HOSPITAL_ID", "DEPARTMENT")),
        Feed("organizations", "organization_record", ("Id",)),
        Feed("payers", "payer_record", ("Id",)),
    )
}
