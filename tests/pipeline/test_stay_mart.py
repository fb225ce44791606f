"""The marts of stays against plain Python over every pair of stays.

Once on hostile random stays, whose times fall on few instants so that edges and ties are common,
and once on the inpatient and emergency encounters of a Synthea file, told as stays.
"""

import csv
import datetime as dt
import gzip
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import pytest
from support.account import Project
from support.comparison import assert_same_rows
from support.flow import land_stays, stay, tell_the_time
from support.ward import rounded

Row = dict[str, Any]

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
START = dt.datetime(2026, 1, 1)
SYNTHEA = Path(__file__).parents[3] / "shared/data/synthea/set_b_pop922/encounters.csv.gz"
STATUSES = ("Discharged-Home", "Discharged-Transfer", "Discharged-AMA", "Deceased", None)


def random_stays(random: Random, count: int) -> Iterator[Row]:
    for number in range(count):
        admitted_at = START + random.randrange(200) * 12 * HOUR
        is_open = random.random() < 0.05
        left_at = None if is_open else admitted_at + random.randrange(-1, 9) * 12 * HOUR
        expected_at = admitted_at + random.randrange(-1, 9) * 12 * HOUR
        has_admission = is_open or random.random() < 0.9
        yield stay(
            f"s{number:04}",
            None if not has_admission and random.random() < 0.5 else admitted_at,
            left_at,
            has_admission=has_admission,
            patient_id=random.choice([None, *(f"P{n}" for n in range(25))]),
            hospital_id=random.choice([None, "H1", "H2", "H3"]),
            department=random.choice([None, "Emergency", "Emergency", "ICU", "Surgery"]),
            bed_id=random.choice([None, "A", "B", "C", "D", "E", "F", "G"]),
            diagnosis_code=random.choice([None, "I21", "K35"]),
            admission_priority=random.choice([None, "Transfer", "Urgent"]),
            discharge_status=None if is_open else random.choices(STATUSES, (8, 1, 1, 1, 1))[0],
            expected_discharge_at=random.choice([None, expected_at]),
        )


def synthea_stays() -> Iterator[Row]:
    """Each organization with one bed, each inpatient expected to stay a day."""
    departments = {"inpatient": "ICU", "emergency": "Emergency"}
    with gzip.open(SYNTHEA, "rt") as lines:
        for line in csv.DictReader(lines):
            if line["ENCOUNTERCLASS"] in departments:
                start, stop = (
                    dt.datetime.fromisoformat(line[name].removesuffix("Z"))
                    for name in ("START", "STOP")
                )
                yield stay(
                    line["Id"],
                    start,
                    stop,
                    patient_id=line["PATIENT"],
                    hospital_id=line["ORGANIZATION"],
                    bed_id=line["ORGANIZATION"],
                    department=departments[line["ENCOUNTERCLASS"]],
                    diagnosis_code=line["REASONCODE"] or None,
                    admission_priority=None,
                    expected_discharge_at=start + DAY
                    if line["ENCOUNTERCLASS"] == "inpatient"
                    else None,
                )


class Truth:
    """What the marts say of these stays, each found by looking at all others."""

    def __init__(self, stays: list[Row], now: dt.datetime) -> None:
        self.stays = stays
        self.now = now

    def index_stays(self) -> Iterator[Row]:
        for one in self.stays:
            if one["patient_id"] is None or one["discharged_at"] is None:
                continue
            if one["discharge_status"] in ("Discharged-AMA", "Discharged-Transfer", "Deceased"):
                continue
            if one["admitted_at"] is not None and one["admitted_at"] >= one["discharged_at"]:
                continue
            if not self._is_elsewhere(one):
                yield from self._followed(one)

    def boardings(self) -> Iterator[Row]:
        for one in self.stays:
            if one["department"] != "Emergency" or one["discharged_at"] is None:
                continue
            beds = [
                other
                for other in self._later(one)
                if other["department"] not in (None, "Emergency")
                and other["admitted_at"] - one["discharged_at"] <= DAY
            ]
            if beds:
                yield {
                    "stay_key": one["stay_key"],
                    "inpatient_stay_key": beds[0]["stay_key"],
                    "boarding_hours": hours(one["discharged_at"], beds[0]["admitted_at"]),
                }

    def conflicts(self) -> Iterator[Row]:
        held = [one for one in self.stays if one["has_admission"] and one["bed_id"] is not None]
        forever = dt.datetime.max
        held = [one for one in held if (one["discharged_at"] or forever) > one["admitted_at"]]
        held.sort(key=lambda one: (one["admitted_at"], one["stay_key"]))
        for place, first in enumerate(held):
            for second in held[place + 1 :]:
                if second["bed_id"] != first["bed_id"]:
                    continue
                ends = min(one["discharged_at"] or forever for one in (first, second))
                if second["admitted_at"] < ends:
                    until = self.now if ends == forever else ends
                    yield {
                        "first_stay_key": first["stay_key"],
                        "second_stay_key": second["stay_key"],
                        "conflict_hours": hours(second["admitted_at"], until),
                    }

    def ratios(self) -> Iterator[Row]:
        known = [one for one in self.stays if one.get("length_of_stay_hours") is not None]
        for place in {(one["hospital_id"], one["department"]) for one in known}:
            here = [one for one in known if (one["hospital_id"], one["department"]) == place]
            usual = median(
                one["length_of_stay_hours"] for one in known if one["department"] == place[1]
            )
            observed = sum(one["length_of_stay_hours"] for one in here)
            expected = 0.0
            for one in here:
                told = one["expected_discharge_at"]
                is_told = told is not None and told > one["admitted_at"]
                expected += (told - one["admitted_at"]) / HOUR if is_told else usual
            yield {
                "hospital_id": place[0],
                "department": place[1],
                "ratio": observed / expected if expected else None,
            }

    def _later(self, one: Row) -> list[Row]:
        """The patient's stays admitted at or after the discharge, in order."""
        found = [
            other
            for other in self.stays
            if one["patient_id"] is not None
            and other["patient_id"] == one["patient_id"]
            and other is not one
            and other["admitted_at"] is not None
            and other["admitted_at"] >= one["discharged_at"]
        ]
        return sorted(found, key=lambda other: (other["admitted_at"], other["stay_key"]))

    def _is_elsewhere(self, one: Row) -> bool:
        others = [
            other
            for other in self.stays
            if other["patient_id"] == one["patient_id"]
            and other is not one
            and other["admitted_at"] is not None
        ]
        for other in others:
            after = [
                third["admitted_at"]
                for third in [*others, one]
                if third["admitted_at"] is not None
                and (third["admitted_at"], third["stay_key"])
                > (other["admitted_at"], other["stay_key"])
            ]
            ends = other["discharged_at"] or min(after, default=self.now)
            if other["admitted_at"] < one["discharged_at"] < ends:
                return True
        return False

    def _followed(self, one: Row) -> Iterator[Row]:
        home = one["discharged_at"]
        later = self._later(one)
        following = later[0] if later else None
        same = [
            other["admitted_at"]
            for other in later
            if one["hospital_id"] is not None and other["hospital_id"] == one["hospital_id"]
        ]
        if (
            following is not None
            and following["admission_priority"] == "Transfer"
            and None not in (following["hospital_id"], one["hospital_id"])
            and following["hospital_id"] != one["hospital_id"]
            and following["admitted_at"] - home <= DAY
        ):
            return
        row = {
            "stay_key": one["stay_key"],
            "hospital_id": one["hospital_id"],
            "department": one["department"],
            "diagnosis_code": one["diagnosis_code"],
            "next_stay_key": following and following["stay_key"],
            "hours_to_next": following and hours(home, following["admitted_at"]),
        }
        for days in (7, 14, 30):
            until = home + days * DAY
            is_over = until <= self.now
            back = following is not None and following["admitted_at"] <= until
            row[f"is_readmitted_{days}_days"] = back if is_over else None
            back_here = bool(same) and same[0] <= until
            row[f"is_readmitted_same_hospital_{days}_days"] = back_here if is_over else None
        yield row


def hours(starts_at: dt.datetime, ends_at: dt.datetime) -> Any:
    return rounded((ends_at - starts_at) / HOUR)


@pytest.fixture(scope="module", params=["random", "synthea"])
def told(request: pytest.FixtureRequest, deployed: Project) -> tuple[Project, Truth]:
    """The account with these stays alone, and the truth about them."""
    if request.param == "synthea" and not SYNTHEA.exists():
        pytest.skip("the Synthea samples are not here")
    if request.param == "random":
        stays = list(random_stays(Random(11), 700))
        now = START + 100 * DAY
    else:
        stays = list(synthea_stays())
        now = max(one["discharged_at"] for one in stays)
    deployed.empty()
    tell_the_time(deployed, now)
    land_stays(deployed, stays)
    return deployed, Truth(stays, now)


def of(rows: list[Row], *names: str) -> list[Row]:
    return [{name: row[name] for name in names} for row in rows]


def test_every_index_stay_and_its_readmission(told: tuple[Project, Truth]) -> None:
    project, truth = told
    expected = list(truth.index_stays())
    assert len(expected) > 100
    assert sum(bool(row["is_readmitted_30_days"]) for row in expected) > 10
    assert_same_rows("gold.index_stay", of(project.rows("gold.index_stay"), *expected[0]), expected)


@pytest.mark.parametrize(
    ("view", "keys"),
    [
        ("kpi_readmission_by_department", ("hospital_id", "department")),
        ("kpi_readmission_by_diagnosis", ("diagnosis_code",)),
    ],
)
def test_readmission_rates(told: tuple[Project, Truth], view: str, keys: tuple[str, ...]) -> None:
    project, truth = told
    expected = []
    found = list(truth.index_stays())
    for days in (7, 14, 30):
        over = [row for row in found if row[f"is_readmitted_{days}_days"] is not None]
        for place in {tuple(row[key] for key in keys) for row in over}:
            here = [row for row in over if tuple(row[key] for key in keys) == place]
            back = sum(row[f"is_readmitted_{days}_days"] for row in here)
            same = sum(row[f"is_readmitted_same_hospital_{days}_days"] for row in here)
            expected.append(
                dict(zip(keys, place, strict=True))
                | {
                    "window_days": days,
                    "index_count": len(here),
                    "readmission_count": back,
                    "readmission_percent": rounded(100 * back / len(here), 1),
                    "same_hospital_count": same,
                    "same_hospital_percent": rounded(100 * same / len(here), 1),
                }
            )

    assert_same_rows(view, project.rows(f"gold.{view}"), expected)


def test_every_boarding(told: tuple[Project, Truth]) -> None:
    project, truth = told
    expected = list(truth.boardings())
    names = ("stay_key", "inpatient_stay_key", "boarding_hours")
    assert_same_rows("gold.ed_boarding", of(project.rows("gold.ed_boarding"), *names), expected)


def test_every_bed_conflict(told: tuple[Project, Truth]) -> None:
    project, truth = told
    expected = list(truth.conflicts())
    names = ("first_stay_key", "second_stay_key", "conflict_hours")
    assert_same_rows("gold.bed_conflict", of(project.rows("gold.bed_conflict"), *names), expected)


def test_every_length_of_stay_ratio(told: tuple[Project, Truth]) -> None:
    project, truth = told
    ratios = {(row["hospital_id"], row["department"]): row["ratio"] for row in truth.ratios()}
    rows = project.rows("gold.kpi_length_of_stay_ratio")
    assert len(rows) == len(ratios)
    for row in rows:
        expected = ratios[row["hospital_id"], row["department"]]
        ratio = row["observed_over_expected"]
        assert (None if ratio is None else float(ratio)) == (
            None if expected is None else pytest.approx(expected, abs=0.011)
        )
