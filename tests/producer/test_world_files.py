from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from producer.encounter import read_encounters
from producer.population import World
from producer.world_files import write_world

Tables = Callable[[str], list[dict[str, str]]]
FILES = ("patients", "organizations", "payers", "encounters", "hospitals", "departments")


def test_headers_are_syntheas_own_and_ours(world_folder: Path) -> None:
    headers = {}
    for name in FILES:
        with (world_folder / f"{name}.csv").open(encoding="utf-8") as lines:
            headers[name] = next(lines).rstrip("\n")
    assert headers == {
        "patients": "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,LAST,SUFFIX,MAIDEN,"
        "MARITAL,RACE,ETHNICITY,GENDER,BIRTHPLACE,ADDRESS,CITY,STATE,COUNTY,ZIP,LAT,LON,"
        "HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE",
        "organizations": "Id,NAME,ADDRESS,CITY,STATE,ZIP,LAT,LON,PHONE,REVENUE,UTILIZATION",
        "payers": "Id,NAME,ADDRESS,CITY,STATE_HEADQUARTERED,ZIP,PHONE,AMOUNT_COVERED,"
        "AMOUNT_UNCOVERED,REVENUE,COVERED_ENCOUNTERS,UNCOVERED_ENCOUNTERS,COVERED_MEDICATIONS,"
        "UNCOVERED_MEDICATIONS,COVERED_PROCEDURES,UNCOVERED_PROCEDURES,COVERED_IMMUNIZATIONS,"
        "UNCOVERED_IMMUNIZATIONS,UNIQUE_CUSTOMERS,QOLS_AVG,MEMBER_MONTHS",
        "encounters": "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,"
        "DESCRIPTION,BASE_ENCOUNTER_COST,TOTAL_CLAIM_COST,PAYER_COVERAGE,REASONCODE,"
        "REASONDESCRIPTION",
        "hospitals": "HOSPITAL_ID,NAME,CITY,STATE",
        "departments": "HOSPITAL_ID,DEPARTMENT,DEPARTMENT_CODE,BED_CAPACITY",
    }


def test_the_network_has_seven_hospitals_with_seven_departments_each(table: Tables) -> None:
    assert [row["HOSPITAL_ID"] for row in table("hospitals")] == [f"H{n}" for n in range(1, 8)]
    codes = {
        "Emergency": "EMR",
        "Surgery": "SUR",
        "ICU": "ICU",
        "Cardiology": "CAR",
        "Maternity": "MAT",
        "Oncology": "ONC",
        "Pediatrics": "PED",
    }
    wards = [
        (r["HOSPITAL_ID"], r["DEPARTMENT"], r["DEPARTMENT_CODE"]) for r in table("departments")
    ]
    assert sorted(wards) == sorted(
        (f"H{n}", name, code) for n in range(1, 8) for name, code in codes.items()
    )
    assert all(1 <= int(row["BED_CAPACITY"]) <= 60 for row in table("departments"))


def test_every_reference_of_an_encounter_is_in_its_file(table: Tables) -> None:
    ids = {name: {r["Id"] for r in table(name)} for name in ("patients", "organizations", "payers")}
    for row in table("encounters"):
        assert row["PATIENT"] in ids["patients"]
        assert row["ORGANIZATION"] in ids["organizations"]
        assert row["PAYER"] in ids["payers"]


def test_encounters_fill_the_years_before_the_events_and_never_precede_birth(
    table: Tables,
) -> None:
    births = {row["Id"]: row["BIRTHDATE"] for row in table("patients")}
    encounters = table("encounters")
    assert len({row["Id"] for row in encounters}) == len(encounters) > 2 * len(births)
    for row in encounters:
        assert births[row["PATIENT"]] <= row["START"][:10]
        assert "2015-11" < row["START"] < row["STOP"] < "2021-01-01"
        base, total, covered = (
            float(row[c]) for c in ("BASE_ENCOUNTER_COST", "TOTAL_CLAIM_COST", "PAYER_COVERAGE")
        )
        assert 0 <= covered <= total
        assert base <= total


def test_medicare_pays_for_nobody_below_65(table: Tables) -> None:
    (medicare,) = (row["Id"] for row in table("payers") if row["NAME"] == "Medicare")
    births = {row["Id"]: date.fromisoformat(row["BIRTHDATE"]) for row in table("patients")}
    covered = [row for row in table("encounters") if row["PAYER"] == medicare]
    assert len(covered) > 1000
    for row in covered:
        days = (date.fromisoformat(row["START"][:10]) - births[row["PATIENT"]]).days
        assert days >= 65 * 365.2


def test_sums_in_the_files_are_those_of_the_encounters(table: Tables) -> None:
    revenue: defaultdict[str, float] = defaultdict(float)
    visits: Counter[str] = Counter()
    for row in table("encounters"):
        for key in ("PATIENT", "ORGANIZATION", "PAYER"):
            revenue[row[key]] += float(row["TOTAL_CLAIM_COST"])
            visits[row[key]] += 1
    for row in table("organizations"):
        assert float(row["REVENUE"]) == pytest.approx(revenue[row["Id"]], abs=0.01)
        assert int(row["UTILIZATION"]) == visits[row["Id"]]
    for row in table("patients"):
        assert float(row["HEALTHCARE_EXPENSES"]) == pytest.approx(revenue[row["Id"]], abs=0.01)
    for row in table("payers"):
        assert (
            int(row["COVERED_ENCOUNTERS"]) + int(row["UNCOVERED_ENCOUNTERS"]) == visits[row["Id"]]
        )


def test_the_same_world_writes_the_same_bytes_again(tmp_path: Path) -> None:
    world = World(seed=5, patients=150)
    first = write_world(world, tmp_path / "a")
    write_world(world, tmp_path / "b")
    write_world(world, tmp_path / "b")
    assert first.keys() == {f"{name}.csv" for name in FILES}
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == sorted(first)
    for name in first:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_fewer_patients_are_the_first_rows_of_more(tmp_path: Path) -> None:
    write_world(World(patients=100), tmp_path / "few")
    write_world(World(patients=300), tmp_path / "more")
    for name in ("patients.csv", "encounters.csv"):
        few, more = ((tmp_path / size / name).read_text() for size in ("few", "more"))
        assert more.startswith(few)


def test_the_folder_can_be_replayed(world_folder: Path, table: Tables) -> None:
    assert len(read_encounters(world_folder)) == len(table("encounters"))
