"""A line of the patients file as the row of silver.patient, without what identifies the payload."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from support.oracle.row import Row, extra, flagged
from support.oracle.value import text, time

TEXTS = {
    "patient_id": "Id",
    "first_name": "FIRST",
    "last_name": "LAST",
    "race": "RACE",
    "ethnicity": "ETHNICITY",
    "marital_status": "MARITAL",
    "address": "ADDRESS",
    "city": "CITY",
    "state": "STATE",
    "zip_code": "ZIP",
    "insurance_type": "INSURANCE_TYPE",
}
FIELDS = {*TEXTS.values(), "GENDER", "BIRTHDATE", "DEATHDATE"}
GENDERS = {"female": "F", "f": "F", "male": "M", "m": "M"}


def patient_row(fields: Mapping[str, Any], as_of: dt.datetime) -> Row:
    row: Row = {name: text(fields.get(column)) for name, column in TEXTS.items()}
    row["gender"] = gender(text(fields.get("GENDER")))
    written = {"birth_date": "BIRTHDATE", "death_date": "DEATHDATE"}
    given = {name: text(fields.get(column)) for name, column in written.items()}
    row |= {name: day(value) for name, value in given.items()}
    birth, death = row["birth_date"], row["death_date"]
    flags = ["MISSING_BIRTH_DATE"] if given["birth_date"] is None else []
    flags += [f"BAD_{name.upper()}" for name in written if given[name] and row[name] is None]
    if birth is not None and not _years_before(death or as_of.date()) <= birth <= as_of.date():
        flags.append("INVALID_BIRTH_DATE")
        row["birth_date"] = None
    if birth is not None and death is not None and death < birth:
        flags.append("DEATH_BEFORE_BIRTH")
        row["death_date"] = None
    row["dq_flags"] = flagged(flags, row, ("gender",))
    return row | {"extra": extra(fields, FIELDS)}


def gender(told: str | None) -> str | None:
    """F or M for a word that means it; other text as it is."""
    return None if told is None else GENDERS.get(told.lower(), told)


def day(told: str | None) -> dt.date | None:
    """The day of a text as YYYY-MM-DD, MM/DD/YYYY, YYYYMMDD, or of a time; else null."""
    if told is None:
        return None
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d"):
        try:
            return dt.datetime.strptime(told, form).date() if re.search(r"\d{2}$", told) else None
        except ValueError:
            continue
    at = time(told)
    return None if at is None else at.date()


def _years_before(day: dt.date) -> dt.date:
    """120 years before; of a leap day that has none the day before."""
    try:
        return day.replace(year=day.year - 120)
    except ValueError:
        return day.replace(year=day.year - 120, day=28)
