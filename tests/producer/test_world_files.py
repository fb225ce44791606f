"""The folder read back with the csv module alone."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from producer.encounter import read_encounters
from producer.observation import read_observations
from producer.population import World
from producer.world_files import write_world

SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "synthea" / "set_a_ohdsi27"
Tables = Callable[[str], list[dict[str, str]]]
SYNTHEAS = (
    *("patients", "organizations", "payers", "providers", "encounters", "conditions"),
    *("observations", "procedures", "allergies", "claims", "claims_transactions"),
)
FILES = (*SYNTHEAS, "hospitals", "departments")


def header(path: Path) -> list[str]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        return next(csv.reader(lines))


@pytest.mark.parametrize("name", SYNTHEAS)
def test_a_header_is_syntheas_own_and_what_we_add(world_folder: Path, name: str) -> None:
    if not SAMPLE.is_dir():
        pytest.skip(f"{SAMPLE} is not there")
    ours = header(world_folder / f"{name}.csv")
    added = {"patients": ["INSURANCE_TYPE"], "conditions": ["SYSTEM"]}.get(name, [])
    assert [c for c in ours if c not in added] == header(SAMPLE / f"{name}.csv.gz")
    assert [c for c in ours if c in added] == added


def test_headers_of_our_own_files(world_folder: Path) -> None:
    assert header(world_folder / "hospitals.csv") == ["HOSPITAL_ID", "NAME", "CITY", "STATE"]
    assert header(world_folder / "departments.csv") == [
        *("HOSPITAL_ID", "DEPARTMENT", "DEPARTMENT_CODE", "BED_CAPACITY")
    ]


def test_every_file_is_dated_the_start_of_the_world(world_folder: Path) -> None:
    times = {path.name: path.stat().st_mtime for path in world_folder.iterdir()}
    assert times == {f"{name}.csv": 1609459200.0 for name in FILES}  # 2021-01-01T00:00:00Z


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


@pytest.mark.parametrize(
    ("name", "column", "target"),
    [
        ("providers", "ORGANIZATION", "organizations"),
        ("encounters", "PATIENT", "patients"),
        ("encounters", "ORGANIZATION", "organizations"),
        ("encounters", "PROVIDER", "providers"),
        ("encounters", "PAYER", "payers"),
        ("conditions", "ENCOUNTER", "encounters"),
        ("observations", "ENCOUNTER", "encounters"),
        ("procedures", "ENCOUNTER", "encounters"),
        ("allergies", "ENCOUNTER", "encounters"),
        ("claims", "APPOINTMENTID", "encounters"),
        ("claims", "PROVIDERID", "providers"),
        ("claims_transactions", "CLAIMID", "claims"),
        ("claims_transactions", "APPOINTMENTID", "encounters"),
        ("claims_transactions", "PLACEOFSERVICE", "organizations"),
    ],
)
def test_every_reference_is_in_its_file(table: Tables, name: str, column: str, target: str) -> None:
    assert {row[column] for row in table(name)} <= {row["Id"] for row in table(target)}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("patients", ["Id"]),
        ("organizations", ["Id"]),
        ("payers", ["Id"]),
        ("providers", ["Id"]),
        ("encounters", ["Id"]),
        ("claims", ["Id"]),
        ("claims", ["APPOINTMENTID"]),
        ("claims_transactions", ["ID"]),
        ("claims_transactions", ["CLAIMID", "CHARGEID"]),
        ("conditions", ["PATIENT", "ENCOUNTER", "CODE"]),
        ("observations", ["PATIENT", "ENCOUNTER", "DATE", "CODE"]),
        ("procedures", ["PATIENT", "ENCOUNTER", "START", "CODE"]),
        ("allergies", ["PATIENT", "CODE"]),
    ],
)
def test_a_key_names_one_row(table: Tables, name: str, key: list[str]) -> None:
    keys = Counter(tuple(row[column] for column in key) for row in table(name))
    assert keys
    assert max(keys.values()) == 1


def test_what_an_encounter_leaves_behind_is_its_patients_and_of_its_time(table: Tables) -> None:
    encounters = {row["Id"]: row for row in table("encounters")}
    for name, column in (("observations", "DATE"), ("procedures", "START")):
        for row in table(name):
            encounter = encounters[row["ENCOUNTER"]]
            assert row["PATIENT"] == encounter["PATIENT"]
            assert encounter["START"] <= row[column] < encounter["STOP"]
            assert row.get("STOP", row[column]) <= encounter["STOP"]
    for name in ("conditions", "allergies"):
        for row in table(name):
            encounter = encounters[row["ENCOUNTER"]]
            assert (row["PATIENT"], row["START"]) == (encounter["PATIENT"], encounter["START"][:10])
            assert row["STOP"] == "" or encounter["STOP"][:10] < row["STOP"] <= "2021-01-01"
    for name, column in (("claims", "Id"), ("claims_transactions", "CLAIMID")):
        patients = {row[column]: row["PATIENTID"] for row in table(name)}
        for row in table("claims"):
            assert patients[row["Id"]] == encounters[row["APPOINTMENTID"]]["PATIENT"]


def test_the_reason_of_an_encounter_is_its_condition_and_its_claims_diagnosis(
    table: Tables,
) -> None:
    conditions = {row["ENCOUNTER"]: row for row in table("conditions")}
    diagnoses = {row["APPOINTMENTID"]: row["DIAGNOSIS1"] for row in table("claims")}
    for row in table("encounters"):
        assert diagnoses[row["Id"]] == (row["REASONCODE"] or row["CODE"])
        condition = conditions.get(row["Id"])
        in_hospital = row["ENCOUNTERCLASS"] in ("emergency", "inpatient")
        if in_hospital:
            assert condition is not None
        if condition is not None:
            found = condition["CODE"], condition["DESCRIPTION"]
            assert found == (row["REASONCODE"], row["REASONDESCRIPTION"])
            assert condition["SYSTEM"] == ("ICD-10-CM" if in_hospital else "SNOMED-CT")


def test_what_lasts_for_ever_is_found_once_and_never_ends(table: Tables) -> None:
    chronic = [row for row in table("conditions") if row["CODE"] == "59621000"]  # hypertension
    assert len({row["PATIENT"] for row in chronic}) == len(chronic) > 20
    assert {row["STOP"] for row in chronic} == {""}


def test_vital_signs_have_their_loinc_codes_and_possible_values(table: Tables) -> None:
    limits = {
        "8867-4": ("/min", 35, 220),
        "8480-6": ("mm[Hg]", 55, 220),
        "8462-4": ("mm[Hg]", 25, 205),
        "9279-1": ("/min", 8, 40),
        "8310-5": ("Cel", 34.4, 41.7),
        "2708-6": ("%", 70, 100),
    }
    found = Counter[str]()
    for row in table("observations"):
        if row["CODE"] in limits:
            unit, lowest, highest = limits[row["CODE"]]
            assert (row["UNITS"], row["CATEGORY"], row["TYPE"]) == (unit, "vital-signs", "numeric")
            assert lowest <= float(row["VALUE"]) <= highest
            found[row["CODE"]] += 1
    assert found["8867-4"] == len(table("encounters"))
    assert min(found[code] for code in limits) > 1000


def test_encounters_fill_the_years_before_the_events_and_never_precede_birth(
    table: Tables,
) -> None:
    births = {row["Id"]: row["BIRTHDATE"] for row in table("patients")}
    encounters = table("encounters")
    assert len(encounters) > 2 * len(births)
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
    assert len(covered) > 300
    for row in covered:
        days = (date.fromisoformat(row["START"][:10]) - births[row["PATIENT"]]).days
        assert days >= 65 * 365.2


def test_insurance_is_told_in_the_words_of_the_events(table: Tables) -> None:
    counts = Counter(row["INSURANCE_TYPE"] for row in table("patients"))
    assert counts.keys() == {"Medicare", "Medicaid", "Private", "Self-Pay"}


def test_sums_in_the_files_are_those_of_the_encounters(table: Tables) -> None:
    revenue: defaultdict[str, Decimal] = defaultdict(Decimal)
    covered: defaultdict[str, Decimal] = defaultdict(Decimal)
    visits: Counter[str] = Counter()
    for row in table("encounters"):
        for key in ("PATIENT", "ORGANIZATION", "PAYER", "PROVIDER"):
            revenue[row[key]] += Decimal(row["TOTAL_CLAIM_COST"])
            covered[row[key]] += Decimal(row["PAYER_COVERAGE"])
            visits[row[key]] += 1
    for row in table("organizations"):
        assert (Decimal(row["REVENUE"]), int(row["UTILIZATION"])) == (
            revenue[row["Id"]],
            visits[row["Id"]],
        )
    for row in table("providers"):
        assert int(row["UTILIZATION"]) == visits[row["Id"]]
    for row in table("patients"):
        assert Decimal(row["HEALTHCARE_EXPENSES"]) == revenue[row["Id"]]
        assert Decimal(row["HEALTHCARE_COVERAGE"]) == covered[row["Id"]]
    for row in table("payers"):
        assert Decimal(row["AMOUNT_COVERED"]) == covered[row["Id"]]
        assert (
            int(row["COVERED_ENCOUNTERS"]) + int(row["UNCOVERED_ENCOUNTERS"]) == visits[row["Id"]]
        )


def test_the_same_world_writes_the_same_bytes_again(tmp_path: Path) -> None:
    world = World(seed=5, patients=150)
    first = write_world(world, tmp_path / "a").rows
    write_world(world, tmp_path / "b")
    write_world(world, tmp_path / "b")
    assert sorted(first) == sorted(f"{name}.csv" for name in FILES)
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == sorted(first)
    for name, rows in first.items():
        content = (tmp_path / "a" / name).read_bytes()
        assert content == (tmp_path / "b" / name).read_bytes()
        assert content.count(b"\n") == rows + 1


def test_fewer_patients_are_the_first_rows_of_more(tmp_path: Path) -> None:
    write_world(World(patients=100), tmp_path / "few")
    write_world(World(patients=300), tmp_path / "more")
    totals = ("organizations", "payers", "providers")
    for name in FILES:
        few, more = ((tmp_path / size / f"{name}.csv").read_text() for size in ("few", "more"))
        assert more.startswith(few) == (name not in totals)


def test_the_folder_can_be_replayed(world_folder: Path, table: Tables) -> None:
    assert len(read_encounters(world_folder)) == len(table("encounters"))
    readings = read_observations(world_folder)
    assert len(readings) == len(table("encounters"))
    assert {len(reading.fields) for reading in readings} == {4 + 4, 4 + 6}
