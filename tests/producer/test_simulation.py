"""The invariants of a clean stream, recomputed from its JSON and from the world's CSV files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from statistics import mean, median
from typing import Any

import pytest

from producer.population import World
from producer.simulation import patient_flow

Events = list[dict[str, Any]]
Tables = Callable[[str], list[dict[str, str]]]

OPEN_END = datetime(9999, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def years_between(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


@pytest.fixture(scope="module")
def stays(
    admissions: Events, discharges: Events
) -> list[tuple[datetime, datetime, dict[str, Any]]]:
    """(admitted, discharged or the open end, admission event) of every visit."""
    ends = {event["visit_id"]: at(event["discharge_time"]) for event in discharges}
    return [(at(e["admission_time"]), ends.get(e["visit_id"], OPEN_END), e) for e in admissions]


def test_events_come_in_the_order_they_happened(clean_events: Events) -> None:
    times = [event["event_timestamp"] for event in clean_events]
    assert times == sorted(times)


def test_event_ids_and_visits_are_unique(clean_events: Events, admissions: Events) -> None:
    assert len({event["event_id"] for event in clean_events}) == len(clean_events)
    assert len({event["visit_id"] for event in admissions}) == len(admissions)


def test_every_discharge_repeats_the_admission_before_it(clean_events: Events) -> None:
    admitted: dict[str, dict[str, Any]] = {}
    for event in clean_events:
        if event["event_type"] == "ADMISSION":
            assert event["event_timestamp"] == event["admission_time"]
            assert "discharge_time" not in event
            admitted[event["visit_id"]] = event
            continue
        admission = admitted.pop(event["visit_id"])
        own = {"event_type", "event_id", "event_timestamp"}
        assert {k: v for k, v in admission.items() if k not in own}.items() <= event.items()
        assert event["event_timestamp"] == event["discharge_time"]
        hours = (at(event["discharge_time"]) - at(event["admission_time"])).total_seconds() / 3600
        assert event["length_of_stay_hrs"] == round(hours, 2) > 0


def test_no_bed_holds_two_patients(stays: list[tuple[datetime, datetime, dict[str, Any]]]) -> None:
    by_bed = defaultdict(list)
    for admitted, discharged, event in stays:
        by_bed[event["bed_id"]].append((admitted, discharged))
    for intervals in by_bed.values():
        intervals.sort()
        for (_, discharged), (admitted, _) in pairwise(intervals):
            assert (admitted - discharged).total_seconds() >= 45 * 60


@pytest.fixture(scope="module")
def boardings(
    stays: list[tuple[datetime, datetime, dict[str, Any]]],
) -> list[tuple[float, dict[str, Any], dict[str, Any]]]:
    """Hours, stay and next stay wherever a patient was less than a day at home between two."""
    by_patient = defaultdict(list)
    for stay in stays:
        by_patient[stay[2]["patient_id"]].append(stay)
    found = []
    for of_patient in by_patient.values():
        of_patient.sort(key=lambda stay: stay[0])
        for (_, discharged, first), (admitted, _, second) in pairwise(of_patient):
            hours = (admitted - discharged).total_seconds() / 3600
            assert hours > 0
            if hours < 24:
                found.append((hours, first, second))
    return found


def test_a_patient_is_a_day_at_home_between_stays_but_after_an_emergencys_transfer(
    boardings: list[tuple[float, dict[str, Any], dict[str, Any]]], discharges: Events
) -> None:
    status = {event["visit_id"]: event["discharge_status"] for event in discharges}
    for _, first, second in boardings:
        assert first["department"] == "Emergency"
        assert second["department"] not in ("Emergency", "Maternity")
        assert first["hospital_id"] == second["hospital_id"]
        assert status[first["visit_id"]] == "Discharged-Transfer"
        assert second["admission_priority"] in ("Emergency", "Urgent")
        assert first["insurance_type"] == second["insurance_type"] or second["age"] >= 65


def test_every_sixth_emergency_waits_some_hours_for_a_bed_on_a_ward(
    boardings: list[tuple[float, dict[str, Any], dict[str, Any]]], discharges: Events
) -> None:
    hours = [waited for waited, _, _ in boardings]
    emergencies = sum(event["department"] == "Emergency" for event in discharges)
    assert len(hours) / emergencies == pytest.approx(1 / 6, abs=0.02)
    assert 2.5 < median(hours) < 4.5
    assert 0.02 < sum(waited > 12 for waited in hours) / len(hours) < 0.15
    assert max(hours) <= 23


def test_wards_fill_up_but_never_beyond_their_capacity(clean_events: Events, table: Tables) -> None:
    capacity = {
        (row["HOSPITAL_ID"], row["DEPARTMENT"]): int(row["BED_CAPACITY"])
        for row in table("departments")
    }
    assert len(capacity) == 49
    in_bed: Counter[tuple[str, str]] = Counter()
    fullest: Counter[tuple[str, str]] = Counter()
    for event in clean_events:
        ward = event["hospital_id"], event["department"]
        in_bed[ward] += 1 if event["event_type"] == "ADMISSION" else -1
        fullest[ward] = max(fullest[ward], in_bed[ward])
    assert all(fullest[ward] <= beds for ward, beds in capacity.items())
    assert sum(fullest[ward] == beds for ward, beds in capacity.items()) >= 20


def test_bed_ids_name_their_ward(admissions: Events, table: Tables) -> None:
    codes = {row["DEPARTMENT"]: row["DEPARTMENT_CODE"] for row in table("departments")}
    names = {row["HOSPITAL_ID"]: row["NAME"] for row in table("hospitals")}
    for event in admissions:
        hospital, code, number = event["bed_id"].split("-")
        assert (hospital, code) == (event["hospital_id"], codes[event["department"]])
        assert int(number) >= 1
        assert event["hospital_name"] == names[hospital]


def test_patients_are_those_of_the_files_with_their_gender_and_age(
    admissions: Events, table: Tables
) -> None:
    files = {row["Id"]: row for row in table("patients")}  # the first patients of the same world
    in_files = [event for event in admissions if event["patient_id"] in files]
    assert len(in_files) > 500
    for event in in_files:
        patient = files[event["patient_id"]]
        birth, day = (
            date.fromisoformat(patient["BIRTHDATE"]),
            at(event["admission_time"]).date(),
        )
        assert (event["gender"], event["age"]) == (patient["GENDER"], years_between(birth, day))


def test_departments_admit_whom_they_treat(admissions: Events) -> None:
    ages: dict[str, set[int]] = defaultdict(set)
    for event in admissions:
        ages[event["department"]].add(event["age"])
    assert min(ages["Maternity"]) >= 16
    assert max(ages["Maternity"]) <= 45
    assert {e["gender"] for e in admissions if e["department"] == "Maternity"} == {"F"}
    assert max(ages["Pediatrics"]) == 17
    for adult in ("Surgery", "ICU", "Oncology"):
        assert min(ages[adult]) == 18
    assert min(ages["Cardiology"]) >= 30
    assert min(ages["Emergency"]) < 5


def test_nobody_gives_birth_twice_within_280_days(admissions: Events) -> None:
    births = defaultdict(list)
    for event in admissions:
        if event["diagnosis_code"] in ("O80-NormalDelivery", "O82-CesareanDelivery"):
            births[event["patient_id"]].append(at(event["admission_time"]))
    assert len(births) > 500
    for times in births.values():
        assert all((b - a).days >= 280 for a, b in pairwise(times))


@pytest.mark.parametrize(
    ("department", "chapters"),
    [
        ("Cardiology", "I"),
        ("Maternity", "O"),
        ("Oncology", "CD"),
        ("Surgery", "KNSMD"),
        ("ICU", "AJRSIKT"),
        ("Pediatrics", "JRHAGE"),
        ("Emergency", "RJSNATIF"),
    ],
)
def test_diagnoses_are_of_the_departments_icd_10_chapters(
    admissions: Events, department: str, chapters: str
) -> None:
    codes = {e["diagnosis_code"] for e in admissions if e["department"] == department}
    assert len(codes) >= 6
    assert {code[0] for code in codes} <= set(chapters)
    assert all(code[1:3].isdigit() and code.partition("-")[2].isalnum() for code in codes)


def test_diagnoses_match_the_patient(admissions: Events) -> None:
    seen = defaultdict(list)
    for event in admissions:
        seen[event["diagnosis_code"]].append((event["gender"], event["age"]))
    for code, gender in (
        ("C61-ProstateCancer", "M"),
        ("N40.1-ProstateHyperplasia", "M"),
        ("C50.9-BreastCancer", "F"),
        ("D25.9-UterineFibroids", "F"),
    ):
        assert {sex for sex, _ in seen[code]} == {gender}
    assert max(age for _, age in seen["J21.9-Bronchiolitis"]) <= 2
    assert min(age for _, age in seen["S72.0-HipFracture"]) >= 55
    assert min(age for _, age in seen["F10.1-AlcoholIntoxication"]) >= 18


@pytest.mark.parametrize(
    ("department", "hours"),
    [
        ("Emergency", 5.5),
        ("Surgery", 66),
        ("ICU", 72),
        ("Cardiology", 72),
        ("Maternity", 50),
        ("Oncology", 100),
        ("Pediatrics", 48),
    ],
)
def test_median_length_of_stay_is_the_departments(
    discharges: Events, department: str, hours: float
) -> None:
    lengths = [e["length_of_stay_hrs"] for e in discharges if e["department"] == department]
    assert median(lengths) == pytest.approx(hours, rel=0.05)


def test_patients_return_and_some_with_another_insurance(admissions: Events) -> None:
    history = defaultdict(list)
    for event in admissions:
        history[event["patient_id"]].append((event["age"], event["insurance_type"]))
    returns = [visits for visits in history.values() if len(visits) > 1]
    changes = 0
    for visits in returns:
        for (_, before), (age, after) in pairwise(visits):
            changes += before != after
            assert age < 65 or after == "Medicare"
    visits_after_the_first = sum(len(visits) - 1 for visits in returns)
    assert len(returns) > 1000
    assert 0.02 < changes / visits_after_the_first < 0.08


def test_the_deceased_do_not_return(clean_events: Events) -> None:
    deceased = set()
    for event in clean_events:
        assert event["patient_id"] not in deceased
        if event.get("discharge_status") == "Deceased":
            deceased.add(event["patient_id"])
    assert len(deceased) > 50


def test_priorities_of_those_who_come_from_home_are_weighted_by_department(
    admissions: Events, boardings: list[tuple[float, dict[str, Any], dict[str, Any]]]
) -> None:
    boarders = {second["visit_id"] for _, _, second in boardings}
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for event in admissions:
        if event["visit_id"] in boarders:
            continue
        seen[event["department"]][event["admission_priority"]] += 1
    share = {
        (department, priority): count / seen[department].total()
        for department, counts in seen.items()
        for priority, count in counts.items()
    }
    assert share["Emergency", "Emergency"] == pytest.approx(0.66, abs=0.03)
    assert share["Surgery", "Scheduled"] == pytest.approx(0.52, abs=0.03)
    assert share["Oncology", "Scheduled"] == pytest.approx(0.58, abs=0.04)
    assert share["ICU", "Transfer"] == pytest.approx(0.18, abs=0.03)
    assert ("Emergency", "Scheduled") not in share


def test_vitals_are_plausible_and_worse_where_the_ill_are(admissions: Events) -> None:
    for event in admissions:
        vitals = event["vitals"]
        assert 35 <= vitals["heart_rate"] <= 220
        assert vitals["bp_diastolic"] < vitals["bp_systolic"] <= 220
        assert 94 <= vitals["temperature_f"] <= 107
        assert 70 <= vitals["oxygen_saturation"] <= 100

    def average(vital: str, **wanted: str) -> float:
        return mean(
            e["vitals"][vital] for e in admissions if all(e[k] == v for k, v in wanted.items())
        )

    assert (
        average("heart_rate", department="ICU") > average("heart_rate", department="Surgery") + 10
    )
    assert average("oxygen_saturation", department="ICU") < 94
    for vital, sign in (("heart_rate", 1), ("temperature_f", 1), ("oxygen_saturation", -1)):
        emergency = average(vital, department="Cardiology", admission_priority="Emergency")
        scheduled = average(vital, department="Cardiology", admission_priority="Scheduled")
        assert sign * (emergency - scheduled) > 0.2
    infants = [e["vitals"]["heart_rate"] for e in admissions if e["age"] == 0]
    assert 120 < mean(infants) < 170


def test_expected_discharge_lies_after_admission(admissions: Events) -> None:
    assert all(at(e["expected_discharge_time"]) > at(e["admission_time"]) for e in admissions)


def test_a_population_that_dies_out_ends_the_stream() -> None:
    events = list(patient_flow(World(seed=1, patients=3)))
    deaths = sum(event.fields.get("discharge_status") == "Deceased" for event in events)
    assert deaths <= 3
    kinds = Counter(event.fields["event_type"] for event in events)
    assert kinds["ADMISSION"] == kinds["DISCHARGE"]
