"""The replay of vital signs, counted again with the csv module alone."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any

import pytest

from producer.errors import UsageError
from producer.observation import read_observations

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "synthea"
CODES = {
    "8867-4": "heart_rate",
    "8480-6": "systolic_bp",
    "8462-4": "diastolic_bp",
    "2708-6": "oxygen_saturation",
    "9279-1": "respiratory_rate",
    "8310-5": "temperature_c",
}
HEADER = "DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,VALUE,UNITS,TYPE"


def write(folder: Path, *rows: str, header: str = HEADER) -> Path:
    (folder / "observations.csv").write_text("\n".join((header, *rows)) + "\n")
    return folder


def replayed(folder: Path) -> list[dict[str, Any]]:
    """The fields without the event id, which is a hash."""
    found = [dict(reading.fields) for reading in read_observations(folder)]
    for fields in found:
        assert fields.pop("event_id").startswith("OBS-")
    return found


@pytest.mark.parametrize(
    ("sample", "readings", "values"),
    [("set_a_ohdsi27", 28, 109), ("set_b_pop922", 11, 46), ("set_c_claims107", 0, 0)],
)
def test_a_sample_gives_one_reading_per_patient_encounter_and_time(
    sample: str, readings: int, values: int
) -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"{SAMPLES} is not there")
    expected: dict[tuple[str, str, str], dict[str, float]] = {}
    with gzip.open(SAMPLES / sample / "observations.csv.gz", "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["CODE"] in CODES:
                key = row["PATIENT"], row["ENCOUNTER"], row["DATE"]
                expected.setdefault(key, {})[CODES[row["CODE"]]] = float(row["VALUE"])
    assert (len(expected), sum(map(len, expected.values()))) == (readings, values)
    found = read_observations(SAMPLES / sample)
    assert len({reading.fields["event_id"] for reading in found}) == len(found)
    own = {"event_id", "patient_id", "encounter_id", "measured_at"}
    assert {
        (r.fields["patient_id"], r.fields["encounter_id"], r.fields["measured_at"]): {
            name: value for name, value in r.fields.items() if name not in own
        }
        for r in found
    } == expected
    assert [r.at for r in found] == sorted(r.at for r in found)


def test_a_sample_without_observations_is_refused_by_name() -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"{SAMPLES} is not there")
    with pytest.raises(UsageError, match=r"neither observations\.csv nor observations\.csv\.gz"):
        read_observations(SAMPLES / "set_d_carepulse")


def test_values_of_one_moment_are_one_reading_and_other_codes_are_passed_over(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        "2020-03-01T10:00:00Z,p1,e1,8867-4,Heart rate,71.0,/min,numeric",
        "2020-03-01T10:00:00Z,p1,e1,29463-7,Body weight,80.1,kg,numeric",
        "2020-03-01T10:00:00Z,p1,e1,8480-6,Systolic,120.5,mm[Hg],numeric",
        "2020-03-01T10:00:01Z,p1,e2,8867-4,Heart rate,99,/min,numeric",
        "2020-03-01T09:59:59Z,p2,,59408-5,SpO2,97,%,numeric",
    )
    assert replayed(tmp_path) == [
        {
            "encounter_id": None,
            "patient_id": "p2",
            "measured_at": "2020-03-01T09:59:59Z",
            "oxygen_saturation": 97,
        },
        {
            "encounter_id": "e1",
            "patient_id": "p1",
            "measured_at": "2020-03-01T10:00:00Z",
            "heart_rate": 71,
            "systolic_bp": 120.5,
        },
        {
            "encounter_id": "e2",
            "patient_id": "p1",
            "measured_at": "2020-03-01T10:00:01Z",
            "heart_rate": 99,
        },
    ]


@pytest.mark.parametrize(
    ("unit", "field"),
    [("Cel", "temperature_c"), ("[degF]", "temperature_f"), ("", "temperature")],
)
def test_the_unit_of_a_temperature_chooses_its_field(tmp_path: Path, unit: str, field: str) -> None:
    write(tmp_path, f"2020-03-01T10:00:00Z,p1,e1,8310-5,Body temperature,37.2,{unit},numeric")
    (fields,) = replayed(tmp_path)
    assert fields[field] == 37.2


def test_what_cannot_be_read_is_passed_on_and_comes_last(tmp_path: Path) -> None:
    write(
        tmp_path,
        "soon,p1,e1,8867-4,Heart rate,fast,/min,text",
        "2020-03-01T10:00:00+01:00,p1,e1,8867-4,Heart rate,,/min,numeric",
        "2020-03-01T10:00:00+01:00,p1,e1,8867-4,Heart rate,70,/min,numeric",
    )
    assert [(f["measured_at"], f["heart_rate"]) for f in replayed(tmp_path)] == [
        ("2020-03-01T09:00:00Z", 70),
        ("soon", "fast"),
    ]


def test_columns_go_by_name(tmp_path: Path) -> None:
    write(
        tmp_path,
        "numeric,/min,64,8867-4,vital-signs,e1,p1,2020-03-01T10:00:00Z",
        header="Type,Units,Value,Code,Category,Encounter,Patient,Date",
    )
    (fields,) = replayed(tmp_path)
    assert (fields["patient_id"], fields["encounter_id"], fields["heart_rate"]) == ("p1", "e1", 64)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    write(tmp_path, header="DATE,PATIENT,CODE,VALUE")
    with pytest.raises(UsageError, match=r"observations\.csv has no column ENCOUNTER, UNITS"):
        read_observations(tmp_path)


def test_the_same_folder_gives_the_same_ids(tmp_path: Path) -> None:
    write(tmp_path, "2020-03-01T10:00:00Z,p1,e1,8867-4,Heart rate,71.0,/min,numeric")
    assert read_observations(tmp_path) == read_observations(tmp_path)
