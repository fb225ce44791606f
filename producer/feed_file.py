"""One file of the folder: its header, and how its rows get there."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from producer.feed_dirt import FeedDirt

Row = Sequence[object]

_HEADERS = {
    "patients": "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,LAST,SUFFIX,MAIDEN,"
    "MARITAL,RACE,ETHNICITY,GENDER,BIRTHPLACE,ADDRESS,CITY,STATE,COUNTY,ZIP,LAT,LON,"
    "HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE,INSURANCE_TYPE",
    "organizations": "Id,NAME,ADDRESS,CITY,STATE,ZIP,LAT,LON,PHONE,REVENUE,UTILIZATION",
    "payers": "Id,NAME,ADDRESS,CITY,STATE_HEADQUARTERED,ZIP,PHONE,AMOUNT_COVERED,AMOUNT_UNCOVERED,"
    "REVENUE,COVERED_ENCOUNTERS,UNCOVERED_ENCOUNTERS,COVERED_MEDICATIONS,UNCOVERED_MEDICATIONS,"
    "COVERED_PROCEDURES,UNCOVERED_PROCEDURES,COVERED_IMMUNIZATIONS,UNCOVERED_IMMUNIZATIONS,"
    "UNIQUE_CUSTOMERS,QOLS_AVG,MEMBER_MONTHS",
    "providers": "Id,ORGANIZATION,NAME,GENDER,SPECIALITY,ADDRESS,CITY,STATE,ZIP,LAT,LON,"
    "UTILIZATION",
    "encounters": "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,"
    "DESCRIPTION,BASE_ENCOUNTER_COST,TOTAL_CLAIM_COST,PAYER_COVERAGE,REASONCODE,REASONDESCRIPTION",
    "conditions": "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION",
    "observations": "DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE",
    "procedures": "START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,REASONCODE,"
    "REASONDESCRIPTION",
    "allergies": "START,STOP,PATIENT,ENCOUNTER,CODE,SYSTEM,DESCRIPTION,TYPE,CATEGORY,REACTION1,"
    "DESCRIPTION1,SEVERITY1,REACTION2,DESCRIPTION2,SEVERITY2",
    "claims": "Id,PATIENTID,PROVIDERID,PRIMARYPATIENTINSURANCEID,SECONDARYPATIENTINSURANCEID,"
    "DEPARTMENTID,PATIENTDEPARTMENTID,DIAGNOSIS1,DIAGNOSIS2,DIAGNOSIS3,DIAGNOSIS4,DIAGNOSIS5,"
    "DIAGNOSIS6,DIAGNOSIS7,DIAGNOSIS8,REFERRINGPROVIDERID,APPOINTMENTID,CURRENTILLNESSDATE,"
    "SERVICEDATE,SUPERVISINGPROVIDERID,STATUS1,STATUS2,STATUSP,OUTSTANDING1,OUTSTANDING2,"
    "OUTSTANDINGP,LASTBILLEDDATE1,LASTBILLEDDATE2,LASTBILLEDDATEP,HEALTHCARECLAIMTYPEID1,"
    "HEALTHCARECLAIMTYPEID2",
    "claims_transactions": "ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,METHOD,FROMDATE,TODATE,"
    "PLACEOFSERVICE,PROCEDURECODE,MODIFIER1,MODIFIER2,DIAGNOSISREF1,DIAGNOSISREF2,DIAGNOSISREF3,"
    "DIAGNOSISREF4,UNITS,DEPARTMENTID,NOTES,UNITAMOUNT,TRANSFEROUTID,TRANSFERTYPE,PAYMENTS,"
    "ADJUSTMENTS,TRANSFERS,OUTSTANDING,APPOINTMENTID,LINENOTE,PATIENTINSURANCEID,FEESCHEDULEID,"
    "PROVIDERID,SUPERVISINGPROVIDERID",
    "hospitals": "HOSPITAL_ID,NAME,CITY,STATE",
    "departments": "HOSPITAL_ID,DEPARTMENT,DEPARTMENT_CODE,BED_CAPACITY",
}
"""Synthea's own, and INSURANCE_TYPE, hospitals and departments beside them."""
HEADERS = {name: tuple(header.split(",")) for name, header in _HEADERS.items()}


class FeedFile:
    """A file under way. `add` takes its rows in the order they shall stand."""

    def __init__(self, unfinished: Path, columns: Sequence[str], dirt: FeedDirt | None) -> None:
        # A dirty row may hold bytes that are no text: they pass as surrogates.
        self._out = unfinished.open("w", encoding="utf-8", errors="surrogateescape", newline="")
        self._write = csv.writer(self._out, lineterminator="\n").writerow
        self._dirt = dirt
        self._write(columns)
        self.rows = 0

    def add(self, row: Row) -> None:
        self.rows += 1
        spoiled = None if self._dirt is None else self._dirt.spoil(row)
        if spoiled is None:
            self._write(row)
        else:
            self._out.write(spoiled)

    def close(self) -> None:
        self._out.close()


@contextmanager
def feed_file(
    folder: Path, name: str, as_of: int, dirt: FeedDirt | None = None
) -> Iterator[FeedFile]:
    """The file `name`.csv, put in its place and dated `as_of` when it is complete."""
    path = folder / f"{name}.csv"
    unfinished = path.with_suffix(".csv.part")
    file = FeedFile(unfinished, HEADERS[name], dirt)
    try:
        yield file
    finally:
        file.close()
    os.utime(unfinished, (as_of, as_of))
    unfinished.replace(path)


def amount(cents: int) -> str:
    """`12.34` for 1234 cents, none of them negative."""
    return f"{cents // 100}.{cents % 100:02d}"
