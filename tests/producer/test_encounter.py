from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from producer.encounter import read_encounters

SYNTHEA = Path(__file__).parents[3] / "shared" / "data" / "synthea"
PATIENTS = "Id,BIRTHDATE,GENDER\np1,1980-06-15,F\np2,2020-01-01,M\n"
HEADER = (
    "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,"
    "BASE_ENCOUNTER_COST,TOTAL_CLAIM_COST,PAYER_COVERAGE"
)


def folder_with(tmp_path: Path, *rows: str) -> Path:
    (tmp_path / "patients.csv").write_text(PATIENTS)
    (tmp_path / "encounters.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return tmp_path


def fields_of(tmp_path: Path, *rows: str) -> list[dict[str, Any]]:
    return [encounter.fields for encounter in read_encounters(folder_with(tmp_path, *rows))]


def test_an_encounter_becomes_an_event_of_the_contract(tmp_path: Path) -> None:
    row = "e1,2021-06-14T10:00:00Z,2021-06-14T10:30:00Z,p1,o1,d1,y1,wellness,185,77.49,120,0.00"
    assert fields_of(tmp_path, row) == [
        {
            "event_id": "ENC-e1",
            "encounter_id": "e1",
            "patient_id": "p1",
            "gender": "F",
            "age": 40,
            "department": "wellness",
            "admission_time": "2021-06-14T10:00:00Z",
            "discharge_time": "2021-06-14T10:30:00Z",
            "organization_id": "o1",
            "provider_id": "d1",
            "payer_id": "y1",
            "base_encounter_cost": 77.49,
            "total_claim_cost": 120.0,
            "payer_coverage": 0.0,
            "event_timestamp": "2021-06-14T10:30:00Z",
        }
    ]


def test_an_unknown_patient_has_neither_gender_nor_age(tmp_path: Path) -> None:
    (event,) = fields_of(tmp_path, "e1,2021-06-14T10:00:00Z,,stranger,o,d,y,wellness,1,1,1,1")
    assert (event["patient_id"], event["gender"], event["age"]) == ("stranger", None, None)


def test_an_encounter_without_stop_is_stamped_at_its_start(tmp_path: Path) -> None:
    (event,) = fields_of(tmp_path, "e1,2021-06-14T10:00:00Z,,p1,o,d,y,wellness,1,1,1,1")
    assert event["discharge_time"] is None
    assert event["event_timestamp"] == "2021-06-14T10:00:00Z"


def test_times_with_an_offset_or_a_space_become_utc(tmp_path: Path) -> None:
    row = "e1,2021-06-14T10:00:00+02:00,2021-06-14 10:30:00,p1,o,d,y,wellness,1,1,1,1"
    (event,) = fields_of(tmp_path, row)
    assert event["admission_time"] == "2021-06-14T08:00:00Z"
    assert event["discharge_time"] == "2021-06-14T10:30:00Z"


def test_what_cannot_be_read_is_passed_on_as_it_stands(tmp_path: Path) -> None:
    (event,) = fields_of(tmp_path, "e1,yesterday,,p1,,,,,1,free,nan,")
    assert event["admission_time"] == "yesterday"
    assert event["event_timestamp"] is None
    assert (event["age"], event["department"], event["payer_id"]) == (None, None, None)
    assert event["base_encounter_cost"] == "free"
    assert event["total_claim_cost"] == "nan"
    assert event["payer_coverage"] is None


def test_encounters_come_in_start_order_and_unreadable_ones_last(tmp_path: Path) -> None:
    rest = "p1,o,d,y,wellness,1,1,1,1"
    rows = (f"e1,,,{rest}", f"e2,2021-01-01T00:00:00Z,,{rest}", f"e3,1955-01-01T00:00:00Z,,{rest}")
    assert [e["encounter_id"] for e in fields_of(tmp_path, *rows)] == ["e3", "e2", "e1"]


@pytest.mark.parametrize("name", ["set_a_ohdsi27", "set_b_pop922", "set_c_claims107"])
def test_a_real_synthea_folder_of_any_version_is_replayed_whole(name: str) -> None:
    folder = SYNTHEA / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there: real Synthea data is read from beside the checkout")
    with gzip.open(folder / "patients.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        patients = {row["Id"]: row for row in csv.DictReader(lines)}
    with gzip.open(folder / "encounters.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        rows = {row["Id"]: row for row in csv.DictReader(lines)}
    events = [encounter.fields for encounter in read_encounters(folder)]
    assert {event["encounter_id"] for event in events} == rows.keys()
    assert [e["admission_time"] for e in events] == sorted(row["START"] for row in rows.values())
    for event in events:
        row, patient = rows[event["encounter_id"]], patients[event["patient_id"]]
        birth, day = date.fromisoformat(patient["BIRTHDATE"]), date.fromisoformat(row["START"][:10])
        years = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
        assert (event["gender"], event["age"]) == (patient["GENDER"], years)
        assert event["total_claim_cost"] == float(row["TOTAL_CLAIM_COST"])
        assert event["event_timestamp"] == row["STOP"]
