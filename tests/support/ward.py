"""A hostile ward whose patients are admitted, moved and insured anew, landed in an account."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from support.account import Project, deployed_project
from support.foreign.ward import foreign_ward
from support.message import admission, discharge
from support.oracle.row import Row
from support.oracle.truth import Tables, expected_tables
from support.oracle.vitals import MEASURED
from support.raw import FLOW, RawEvent, events, records

MOVES = [
    admission("s1", "2026-03-01T20:00:00Z", "W0", hospital_id="H1", insurance_type="Private"),
    discharge("s2", "2026-03-02T03:00:00Z", "2026-03-01T20:00:00Z", "W0", hospital_id="H1"),
    admission("s3", "2026-03-02T08:00:00Z", "W0", hospital_id="H2", insurance_type="Medicaid"),
    admission("s4", "2026-03-02T09:00:00Z", "W1", hospital_id="H2", department="ICU"),
    discharge("s5", "2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z", "W1", hospital_id="H2"),
    admission("s6", "2026-03-02T10:00:00Z", "W1", hospital_id="H3", bed_id="H3-ICU-01"),
    admission("s7", "2026-03-02T11:00:00Z", "NOT MEASURED", hospital_id="H1"),
]
FILES = [
    *records("hospital", "2026-03-01", {"HOSPITAL_ID": "H1", "NAME": "One", "CITY": "Oslo"}),
    *records("hospital", "2026-03-02 05:00", {"HOSPITAL_ID": "H2", "NAME": "Two", "CITY": "Rome"}),
    *records("hospital", "2026-03-02 12:00", {"HOSPITAL_ID": "H2", "NAME": "Two", "CITY": "Bari"}),
    *records("hospital", "2026-03-01", {"HOSPITAL_ID": "H3", "NAME": "Three", "CITY": "Oslo"}),
    *records("patient", "2026-03-01", {"Id": "W0", "CITY": "Oslo"}, {"Id": "W1", "CITY": "Rome"}),
    *records("patient", "2026-03-02", {"Id": "W0", "CITY": "Bari"}, {"Id": "W1", "CITY": "Rome"}),
    *records("patient", "2026-03-03", {"Id": "W0", "CITY": "Oslo"}, {"Id": "W9", "CITY": "Rome"}),
]


@dataclass(frozen=True)
class Ward:
    """The account with everything landed, and what the oracle makes of it."""

    project: Project
    told: list[RawEvent]
    tables: Tables

    def rows(self, view: str) -> list[Row]:
        return self.project.rows(view)

    @property
    def readings(self) -> list[Row]:
        """Those of a known patient and time."""
        rows = self.tables["gold.fact_vitals"]
        return [row for row in rows if None not in (row["patient_id"], row["measured_at"])]

    @property
    def now(self) -> dt.datetime:
        return max(row["measured_at"] for row in self.readings)


@contextmanager
def landed_ward() -> Iterator[Ward]:
    """An account of its own with the ward of 40 hours in it."""
    told = [*foreign_ward(seed=3, readings=350, minutes=2400), *events(FLOW, *MOVES)]
    with deployed_project() as project:
        project.land_events(told)
        project.land_records(FILES)
        project.run_all()
        yield Ward(project, told, expected_tables(told, FILES))


def rounded(value: Any, places: int = 2) -> Decimal | None:
    """Half away from zero, as Snowflake rounds."""
    if value is None:
        return None
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def per_patient(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["patient_id"]].append(row)
    return found


def stays(ward: Ward) -> list[Row]:
    return [row for row in ward.tables["gold.fact_patient_flow"] if row["has_admission"]]


def hourly(patient_id: str, hour: str, count: int) -> Row:
    """A row of gold.vitals_hourly that counts readings and nothing else."""
    row: dict[str, Any] = {"patient_id": patient_id, "hour_start": hour, "reading_count": count}
    row |= {"first_measured_at": hour, "last_measured_at": hour}
    for vital in MEASURED:
        row |= {f"{vital}_{part}": 0 for part in ("count", "sum", "sum_of_squares")}
    zero = ("normal", "moderate", "high", "critical", "bp_abnormal", "not_alert", "on_oxygen")
    row |= {f"{name}_count": 0 for name in (*zero, "news2", "news2_high")}
    return row | {"news2_sum": 0}
