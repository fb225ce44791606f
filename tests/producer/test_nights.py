"""Night after night, held against the events of the same world and the night before."""

from __future__ import annotations

import csv
import itertools
import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from producer.delivery import Delays
from producer.patient_flow import patient_flow_messages
from producer.population import World
from producer.world_files import write_nights, write_world

WORLD = World(seed=12, patients=1_500)
NIGHTS = 4
Row = dict[str, str]
Table = dict[str, Row]
"""By key."""
Night = dict[str, Table]
KEYS = {
    "patients": ("Id",),
    "organizations": ("Id",),
    "providers": ("Id",),
    "encounters": ("Id",),
    "conditions": ("ENCOUNTER", "CODE"),
    "observations": ("ENCOUNTER", "CODE"),
    "procedures": ("ENCOUNTER", "CODE"),
    "allergies": ("PATIENT", "CODE"),
    "claims": ("Id",),
    "claims_transactions": ("ID",),
}
HOME = {"ADDRESS", "CITY", "STATE", "COUNTY", "ZIP", "LAT", "LON"}


def time_of(night: int) -> str:
    return (datetime(2021, 1, 1) + timedelta(days=night)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nights")
    for snapshot in write_nights(WORLD, folder, NIGHTS):
        assert snapshot.folder.parent == folder
    return folder


@pytest.fixture(scope="module")
def nights(folder: Path) -> list[Night]:
    return [
        {name: table_of(night / f"{name}.csv", key) for name, key in KEYS.items()}
        for night in sorted(folder.iterdir())
    ]


def table_of(path: Path, key: tuple[str, ...]) -> Table:
    with path.open(encoding="utf-8", newline="") as lines:
        return {"/".join(row[column] for column in key): row for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    """The events of the same world before the last night."""
    found = []
    for message in patient_flow_messages(WORLD, {}, Delays(0, 0, 0)):
        event = json.loads(message.payload)
        if event["event_timestamp"] >= time_of(NIGHTS - 1):
            break
        found.append(event)
    return found


def changes(before: Table, after: Table) -> dict[str, dict[str, tuple[str, str]]]:
    """The changed columns of the rows of both, by key."""
    found = {
        key: {c: (row[c], after[key][c]) for c in row if row[c] != after[key][c]}
        for key, row in before.items()
    }
    return {key: columns for key, columns in found.items() if columns}


def test_every_night_has_a_folder_dated_by_its_files(folder: Path) -> None:
    dates = {
        night.name: {datetime.fromtimestamp(f.stat().st_mtime, UTC) for f in night.iterdir()}
        for night in folder.iterdir()
    }
    assert dates == {
        "night_2021-01-01": {datetime(2021, 1, 1, tzinfo=UTC)},
        "night_2021-01-02": {datetime(2021, 1, 2, tzinfo=UTC)},
        "night_2021-01-03": {datetime(2021, 1, 3, tzinfo=UTC)},
        "night_2021-01-04": {datetime(2021, 1, 4, tzinfo=UTC)},
    }


def test_a_night_is_the_same_whatever_follows_and_the_first_is_the_folder_without_nights(
    folder: Path, tmp_path: Path
) -> None:
    list(write_nights(WORLD, tmp_path / "two", 2))
    write_world(WORLD, tmp_path / "plain")
    pairs = [
        (tmp_path / "two" / "night_2021-01-01", folder / "night_2021-01-01"),
        (tmp_path / "two" / "night_2021-01-02", folder / "night_2021-01-02"),
        (tmp_path / "plain", folder / "night_2021-01-01"),
    ]
    for ours, theirs in pairs:
        for path in theirs.iterdir():
            assert (ours / path.name).read_bytes() == path.read_bytes()


def test_what_has_been_told_is_told_again_and_only_claims_and_conditions_go_on(
    nights: list[Night],
) -> None:
    for before, after in itertools.pairwise(nights):
        for name in KEYS:
            assert before[name].keys() <= after[name].keys()
        for name in ("encounters", "observations", "procedures", "allergies"):
            assert changes(before[name], after[name]) == {}
        assert changes(before["claims_transactions"], after["claims_transactions"]) == {}
        assert len(after["encounters"]) > len(before["encounters"])


def test_new_encounters_are_the_discharges_of_the_events_and_visits_to_clinics(
    nights: list[Night], events: list[dict[str, Any]]
) -> None:
    stays = {
        (e["patient_id"], e["admission_time"], e["discharge_time"]): e
        for e in events
        if e["event_type"] == "DISCHARGE"
    }
    seen = set()
    for number, (before, after) in enumerate(itertools.pairwise(nights), 1):
        for key in after["encounters"].keys() - before["encounters"].keys():
            row = after["encounters"][key]
            assert time_of(number - 1) <= row["STOP"] < time_of(number)
            name = after["organizations"][row["ORGANIZATION"]]["NAME"]
            if row["ENCOUNTERCLASS"] not in ("emergency", "inpatient"):
                assert row["START"] >= time_of(number - 1)
                continue
            stay = row["PATIENT"], row["START"], row["STOP"]
            seen.add(stay)
            event = stays[stay]
            assert name == event["hospital_name"].upper()
            assert (row["ENCOUNTERCLASS"] == "emergency") == (event["department"] == "Emergency")
            assert row["REASONCODE"] == event["diagnosis_code"].split("-")[0]
            pulse = after["observations"][f"{key}/8867-4"]
            assert (pulse["DATE"], float(pulse["VALUE"])) == (
                event["admission_time"],
                event["vitals"]["heart_rate"],
            )
    assert seen == stays.keys()
    assert len(seen) > 200


def test_nobody_is_in_a_clinic_and_a_hospital_on_one_day_or_comes_after_death(
    nights: list[Night],
) -> None:
    days: defaultdict[tuple[str, bool], set[date]] = defaultdict(set)
    died = {k: row["DEATHDATE"] for k, row in nights[-1]["patients"].items() if row["DEATHDATE"]}
    visits = 0
    for row in nights[-1]["encounters"].values():
        if row["START"] < time_of(0):
            continue
        in_hospital = row["ENCOUNTERCLASS"] in ("emergency", "inpatient")
        visits += not in_hospital
        day, last = (date.fromisoformat(row[column][:10]) for column in ("START", "STOP"))
        assert row["STOP"][:10] <= died.get(row["PATIENT"], "9999")
        while day <= last:
            days[row["PATIENT"], in_hospital].add(day)
            day += timedelta(days=1)
    assert visits > 0
    assert died
    for patient, in_hospital in list(days):
        if in_hospital:
            assert not days[patient, True] & days[patient, False]


def test_deaths_and_insurances_are_those_of_the_events(
    nights: list[Night], events: list[dict[str, Any]]
) -> None:
    for number, night in enumerate(nights):
        died, insured = {}, {}
        for event in events:
            if event["event_timestamp"] < time_of(number):
                insured[event["patient_id"]] = event["insurance_type"]
                if event.get("discharge_status") == "Deceased":
                    died[event["patient_id"]] = event["discharge_time"][:10]
        patients = night["patients"]
        assert died == {k: r["DEATHDATE"] for k, r in patients.items() if r["DEATHDATE"]}
        assert insured == {k: patients[k]["INSURANCE_TYPE"] for k in insured}


def test_a_move_changes_the_home_and_nothing_else(nights: list[Night]) -> None:
    moves, left_the_state = 0, 0
    for before, after in itertools.pairwise(nights):
        new = after["encounters"].keys() - before["encounters"].keys()
        treated = {after["encounters"][key]["PATIENT"] for key in new}
        changed = changes(before["patients"], after["patients"])
        for key, columns in changed.items():
            home = columns.keys() & HOME
            others = columns.keys() - HOME
            if home:
                moves += 1
                assert "ADDRESS" in home
                assert ("CITY" in home) == ("ZIP" in home)
                left_the_state += "STATE" in home
            sums = {"HEALTHCARE_EXPENSES", "HEALTHCARE_COVERAGE"}
            allowed = {"DEATHDATE", "INSURANCE_TYPE"} | (sums if key in treated else set())
            assert others <= allowed
    patients_and_nights = WORLD.patients * (NIGHTS - 1)
    assert 0.005 < moves / patients_and_nights < 0.02  # 1 % a night
    assert left_the_state > 0


def test_insurance_changes_at_home_too(nights: list[Night], events: list[dict[str, Any]]) -> None:
    in_hospital = {event["patient_id"] for event in events}
    changed = changes(nights[0]["patients"], nights[-1]["patients"])
    at_home = [k for k, c in changed.items() if "INSURANCE_TYPE" in c and k not in in_hospital]
    expected = 0.005 * (NIGHTS - 1) * (WORLD.patients - len(in_hospital))
    assert 0 < len(at_home) < 4 * expected


def test_claims_close_as_payments_arrive(nights: list[Night]) -> None:
    closed = 0
    for number, (before, after) in enumerate(itertools.pairwise(nights), 1):
        new = after["claims_transactions"].keys() - before["claims_transactions"].keys()
        moved = set()
        for key in new:
            row = after["claims_transactions"][key]
            assert time_of(number - 1) <= row["TODATE"] <= time_of(number)
            moved.add(row["CLAIMID"])
        changed = changes(before["claims"], after["claims"])
        assert changed.keys() == moved & before["claims"].keys()
        for columns in changed.values():
            assert set(columns) <= {
                *("STATUS1", "STATUS2", "STATUSP", "OUTSTANDING1", "OUTSTANDING2"),
                *("OUTSTANDINGP", "LASTBILLEDDATE2", "LASTBILLEDDATEP"),
            }
            closed += columns.get("STATUSP") == ("BILLED", "CLOSED")
            assert columns.get("STATUSP") in (None, ("BILLED", "CLOSED"))
    assert closed > 0


def test_every_night_adds_up(nights: list[Night]) -> None:
    for night in nights:
        balance: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in night["claims_transactions"].values():
            charged = Decimal(row["AMOUNT"]) if row["TYPE"] == "CHARGE" else 0
            paid = Decimal(row["PAYMENTS"] or 0) + Decimal(row["ADJUSTMENTS"] or 0)
            balance[row["CLAIMID"]] += charged - paid
        assert balance == {
            key: sum(Decimal(row[f"OUTSTANDING{who}"] or 0) for who in "12P")
            for key, row in night["claims"].items()
        }
        claimed: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in night["encounters"].values():
            claimed[row["ORGANIZATION"]] += Decimal(row["TOTAL_CLAIM_COST"])
        revenues = {k: Decimal(row["REVENUE"]) for k, row in night["organizations"].items()}
        assert revenues == {key: claimed[key] for key in revenues}


def test_a_condition_of_a_stay_ends_two_weeks_later_and_not_before(tmp_path: Path) -> None:
    *_, last = write_nights(World(patients=40), tmp_path, 18)
    encounters = table_of(last.folder / "encounters.csv", ("Id",))
    deaths = {
        key: row["DEATHDATE"]
        for key, row in table_of(last.folder / "patients.csv", ("Id",)).items()
        if row["DEATHDATE"]
    }
    ends = set()
    for row in table_of(last.folder / "conditions.csv", KEYS["conditions"]).values():
        encounter = encounters[row["ENCOUNTER"]]
        if encounter["STOP"] < time_of(0):
            continue
        over = datetime.fromisoformat(encounter["STOP"]) + timedelta(days=14)
        is_over = over.strftime("%Y-%m-%dT%H:%M:%SZ") <= time_of(17)
        is_dead = deaths.get(row["PATIENT"], "9999") < over.date().isoformat()
        ends.add((is_over, is_dead))
        assert row["STOP"] == (over.date().isoformat() if is_over and not is_dead else "")
    assert {(True, False), (False, False)} <= ends


def test_the_first_patients_alone_live_the_same_lives(nights: list[Night], tmp_path: Path) -> None:
    first = 300
    snapshots = list(write_nights(WORLD, tmp_path, NIGHTS, first=first))
    ids = list(nights[0]["patients"])[:first]
    for night, snapshot in zip(nights, snapshots, strict=True):
        for name in ("patients", "encounters", "claims", "claims_transactions", "conditions"):
            of_patient = {"patients": "Id", "encounters": "PATIENT", "conditions": "PATIENT"}
            column = of_patient.get(name, "PATIENTID")
            written = table_of(snapshot.folder / f"{name}.csv", KEYS[name])
            assert written == {k: row for k, row in night[name].items() if row[column] in set(ids)}


def test_a_population_that_dies_out_has_nights_all_the_same(tmp_path: Path) -> None:
    snapshots = list(write_nights(World(patients=1), tmp_path, 3))
    assert [snapshot.rows["patients.csv"] for snapshot in snapshots] == [1, 1, 1]
