"""The simulated world as a Synthea-shaped CSV folder, plus our hospitals and departments."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from producer.clock import iso
from producer.department import DEPARTMENTS
from producer.history import Organization, PastEncounter, encounter_history, organizations
from producer.hospital import HOSPITALS, STATE, STATE_NAME
from producer.insurance import PAYERS, Payer
from producer.names import draw_names
from producer.population import Patient, World, uuid_from

PATIENTS_HEADER = (
    "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,LAST,SUFFIX,MAIDEN,MARITAL,RACE,"
    "ETHNICITY,GENDER,BIRTHPLACE,ADDRESS,CITY,STATE,COUNTY,ZIP,LAT,LON,HEALTHCARE_EXPENSES,"
    "HEALTHCARE_COVERAGE"
)
ENCOUNTERS_HEADER = (
    "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,DESCRIPTION,"
    "BASE_ENCOUNTER_COST,TOTAL_CLAIM_COST,PAYER_COVERAGE,REASONCODE,REASONDESCRIPTION"
)
ORGANIZATIONS_HEADER = "Id,NAME,ADDRESS,CITY,STATE,ZIP,LAT,LON,PHONE,REVENUE,UTILIZATION"
PAYERS_HEADER = (
    "Id,NAME,ADDRESS,CITY,STATE_HEADQUARTERED,ZIP,PHONE,AMOUNT_COVERED,AMOUNT_UNCOVERED,REVENUE,"
    "COVERED_ENCOUNTERS,UNCOVERED_ENCOUNTERS,COVERED_MEDICATIONS,UNCOVERED_MEDICATIONS,"
    "COVERED_PROCEDURES,UNCOVERED_PROCEDURES,COVERED_IMMUNIZATIONS,UNCOVERED_IMMUNIZATIONS,"
    "UNIQUE_CUSTOMERS,QOLS_AVG,MEMBER_MONTHS"
)
HOSPITALS_HEADER = "HOSPITAL_ID,NAME,CITY,STATE"
DEPARTMENTS_HEADER = "HOSPITAL_ID,DEPARTMENT,DEPARTMENT_CODE,BED_CAPACITY"

Row = Sequence[object]


@dataclass
class _Account:
    """Sums over the encounters of one patient, organization or payer."""

    claimed: float = 0.0
    covered: float = 0.0
    encounters: int = 0
    covered_encounters: int = 0

    def add(self, encounter: PastEncounter) -> None:
        self.claimed += encounter.total_claim_cost
        self.covered += encounter.payer_coverage
        self.encounters += 1
        self.covered_encounters += encounter.payer_coverage > 0


def write_world(world: World, folder: Path) -> dict[str, int]:
    """Write the six files, replacing those of an earlier run; the rows per file name.

    The same world gives the same bytes. Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    population = world.population()
    sites = organizations(world)
    encounters = list(encounter_history(world, population, sites))
    accounts: defaultdict[str, _Account] = defaultdict(_Account)
    customers: defaultdict[str, set[str]] = defaultdict(set)
    for encounter in encounters:
        patient_id = encounter.patient.patient_id
        for key in (patient_id, encounter.organization.organization_id, encounter.payer.name):
            accounts[key].add(encounter)
        customers[encounter.payer.name].add(patient_id)
    payer_ids = _payer_ids(world)
    tables: dict[str, tuple[str, Iterable[Row]]] = {
        "patients": (PATIENTS_HEADER, _patient_rows(world, population, accounts)),
        "organizations": (ORGANIZATIONS_HEADER, _organization_rows(world, sites, accounts)),
        "payers": (
            PAYERS_HEADER,
            [
                _payer_row(
                    payer_ids[payer.name], payer, accounts[payer.name], len(customers[payer.name])
                )
                for payer in PAYERS
            ],
        ),
        "encounters": (ENCOUNTERS_HEADER, (_encounter_row(e, payer_ids) for e in encounters)),
        "hospitals": (
            HOSPITALS_HEADER,
            ((h.hospital_id, h.name, h.city.name, STATE) for h in HOSPITALS),
        ),
        "departments": (
            DEPARTMENTS_HEADER,
            ((h.hospital_id, d.name, d.code, h.beds_of(d)) for h in HOSPITALS for d in DEPARTMENTS),
        ),
    }
    return {
        f"{table}.csv": _write(folder / f"{table}.csv", header, rows)
        for table, (header, rows) in tables.items()
    }


def _patient_rows(
    world: World, population: list[Patient], accounts: dict[str, _Account]
) -> Iterable[Row]:
    rng = world.random("names")
    names = draw_names(world.seed)
    for number, patient in enumerate(population):
        town = HOSPITALS[patient.town].city
        is_woman = patient.gender == "F"
        account = accounts[patient.patient_id]
        yield (
            patient.patient_id,
            _iso_date(patient.birth),
            "",
            f"999-{number // 10_000 % 90 + 10:02d}-{number % 10_000:04d}",
            f"S99{number:06d}",
            "",
            "Ms." if is_woman else "Mr.",
            rng.choice(names.women if is_woman else names.men),
            rng.choice(names.last),
            "",
            "",
            rng.choice(("M", "S", "D", "W")),
            rng.choices(("white", "black", "asian", "other"), (70, 12, 9, 9))[0],
            rng.choices(("nonhispanic", "hispanic"), (86, 14))[0],
            patient.gender,
            f"{town.name}  {STATE_NAME}  US",
            rng.choice(names.streets),
            town.name,
            STATE_NAME,
            town.county,
            town.zip_code,
            round(town.latitude + rng.uniform(-0.05, 0.05), 6),
            round(town.longitude + rng.uniform(-0.05, 0.05), 6),
            f"{account.claimed:.2f}",
            f"{account.covered:.2f}",
        )


def _organization_rows(
    world: World, sites: list[Organization], accounts: dict[str, _Account]
) -> Iterable[Row]:
    rng = world.random("addresses")
    names = draw_names(world.seed)
    for number, site in enumerate(sites):
        hospital = HOSPITALS[site.town]
        account = accounts[site.organization_id]
        yield (
            site.organization_id,
            (hospital.name if site.is_hospital else hospital.clinic_name).upper(),
            rng.choice(names.streets).upper(),
            hospital.city.name.upper(),
            STATE,
            hospital.city.zip_code,
            hospital.city.latitude,
            hospital.city.longitude,
            f"617555{number:04d}",
            f"{account.claimed:.2f}",
            account.encounters,
        )


def _payer_row(payer_id: str, payer: Payer, account: _Account, customers: int) -> Row:
    return (
        payer_id,
        payer.name,
        "",
        payer.city,
        payer.state,
        "",
        "",
        f"{account.covered:.2f}",
        f"{account.claimed - account.covered:.2f}",
        f"{account.covered * 1.1:.2f}",
        account.covered_encounters,
        account.encounters - account.covered_encounters,
        *(0,) * 6,
        customers,
        "0.9",
        customers * 12,
    )


def _encounter_row(encounter: PastEncounter, payer_ids: dict[str, str]) -> Row:
    return (
        encounter.encounter_id,
        iso(encounter.started_at),
        iso(encounter.stopped_at),
        encounter.patient.patient_id,
        encounter.organization.organization_id,
        encounter.provider_id,
        payer_ids[encounter.payer.name],
        encounter.kind.name,
        encounter.kind.code,
        encounter.kind.description,
        f"{encounter.kind.base_cost:.2f}",
        f"{encounter.total_claim_cost:.2f}",
        f"{encounter.payer_coverage:.2f}",
        "",
        "",
    )


def _payer_ids(world: World) -> dict[str, str]:
    rng = world.random("payers")
    return {payer.name: uuid_from(rng) for payer in PAYERS}


def _iso_date(packed: int) -> str:
    return f"{packed // 10_000:04d}-{packed // 100 % 100:02d}-{packed % 100:02d}"


def _write(path: Path, header: str, rows: Iterable[Row]) -> int:
    """Write beside the file and put it in place when complete; the number of rows."""
    unfinished = path.with_suffix(".csv.part")
    count = 0
    with unfinished.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header.split(","))
        for count, row in enumerate(rows, 1):  # noqa: B007
            writer.writerow(row)
    unfinished.replace(path)
    return count
