"""Readmissions on hand-made stays: the rules of an index stay, the edges of the windows, rates.

Unless told otherwise the index stay lasts a day and ends on 2026-01-10 at 09:00, so that all
windows are over now; `later` counts from that discharge.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import chain
from typing import Any

import pytest
from support.account import Project
from support.comparison import assert_same_rows
from support.flow import NOW, stay

HOME = dt.datetime(2026, 1, 10, 9)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
MICROSECOND = dt.timedelta(microseconds=1)
WINDOWS = (7, 14, 30)


def index(**told: Any) -> dict[str, Any]:
    return stay("index", HOME - DAY, HOME, **told)


def later(
    key: str, after: dt.timedelta, lasting: dt.timedelta = DAY, **told: Any
) -> dict[str, Any]:
    return stay(key, HOME + after, HOME + after + lasting, **told)


def index_stays(flow: Project, *stays: dict[str, Any]) -> dict[str, dict[str, Any]]:
    flow.insert("gold.fact_patient_flow", stays)
    return {row["stay_key"]: row for row in flow.rows("gold.index_stay")}


def readmitted(row: dict[str, Any], where: str = "") -> list[bool | None]:
    return [row[f"is_readmitted_{where}{days}_days"] for days in WINDOWS]


@pytest.mark.parametrize(
    ("after", "hours", "expected"),
    [
        (0 * DAY, 0, [True, True, True]),
        (MICROSECOND, 0, [True, True, True]),
        (7 * DAY - HOUR, 167, [True, True, True]),
        (7 * DAY, 168, [True, True, True]),
        (7 * DAY + MICROSECOND, 168, [False, True, True]),
        (8 * DAY, 192, [False, True, True]),
        (14 * DAY, 336, [False, True, True]),
        (14 * DAY + MICROSECOND, 336, [False, False, True]),
        (15 * DAY, 360, [False, False, True]),
        (30 * DAY, 720, [False, False, True]),
        (30 * DAY + MICROSECOND, 720, [False, False, False]),
        (31 * DAY, 744, [False, False, False]),
    ],
)
def test_a_window_of_days_is_as_many_times_24_hours(
    flow: Project, after: dt.timedelta, hours: int, expected: list[bool]
) -> None:
    row = index_stays(flow, index(), later("next", after))["index"]

    assert row["next_admitted_at"] == HOME + after
    assert row["hours_to_next"] == hours
    assert readmitted(row) == readmitted(row, "same_hospital_") == expected


def test_an_index_stay_tells_of_the_next_admission(flow: Project) -> None:
    told = index(hospital_id="H2", department="Surgery", diagnosis_code="K35")
    back = later("next", 36.5 * HOUR, department="Emergency", admission_priority="Urgent")

    assert_same_rows(
        "gold.index_stay",
        [index_stays(flow, told, back)["index"]],
        [
            {
                "stay_key": "index",
                "patient_id": "P1",
                "hospital_id": "H2",
                "department": "Surgery",
                "diagnosis_code": "K35",
                "admitted_at": HOME - DAY,
                "discharged_at": HOME,
                "next_stay_key": "next",
                "next_hospital_id": "H1",
                "next_department": "Emergency",
                "next_admission_priority": "Urgent",
                "next_admitted_at": HOME + 36.5 * HOUR,
                "hours_to_next": 36.5,
                "next_same_hospital_admitted_at": None,
                "is_readmitted_7_days": True,
                "is_readmitted_14_days": True,
                "is_readmitted_30_days": True,
                "is_readmitted_same_hospital_7_days": False,
                "is_readmitted_same_hospital_14_days": False,
                "is_readmitted_same_hospital_30_days": False,
            }
        ],
    )


def test_nobody_who_stays_away_is_readmitted(flow: Project) -> None:
    row = index_stays(flow, index(), stay("before", HOME - 9 * DAY, HOME - 8 * DAY))["index"]

    assert row["next_stay_key"] is None
    assert row["hours_to_next"] is None
    assert readmitted(row) == readmitted(row, "same_hospital_") == [False, False, False]


@pytest.mark.parametrize("status", ["Discharged-AMA", "Deceased", "Discharged-Transfer"])
def test_these_ends_of_a_stay_make_no_index_stay_but_may_be_a_readmission(
    flow: Project, status: str
) -> None:
    rows = index_stays(flow, index(), later("next", 3 * DAY, discharge_status=status))

    assert set(rows) == {"index"}
    assert readmitted(rows["index"]) == [True, True, True]


@pytest.mark.parametrize("status", ["Discharged-Home", "Discharged-SNF", None])
def test_any_other_end_of_a_stay_makes_an_index_stay(flow: Project, status: str | None) -> None:
    assert set(index_stays(flow, index(discharge_status=status))) == {"index"}


def test_a_readmission_is_an_index_stay_itself(flow: Project) -> None:
    rows = index_stays(flow, index(), later("second", 6 * DAY), later("third", 20 * DAY))

    assert {key: (row["next_stay_key"], readmitted(row)) for key, row in rows.items()} == {
        "index": ("second", [True, True, True]),
        "second": ("third", [False, True, True]),
        "third": (None, [False, False, False]),
    }


def test_the_same_hospital_is_looked_for_behind_the_next_admission(flow: Project) -> None:
    away = later("away", 2 * DAY, hospital_id="H2")
    rows = index_stays(flow, index(), away, later("back", 10 * DAY))

    assert rows["index"]["next_stay_key"] == "away"
    assert rows["index"]["next_same_hospital_admitted_at"] == HOME + 10 * DAY
    assert readmitted(rows["index"]) == [True, True, True]
    assert readmitted(rows["index"], "same_hospital_") == [False, True, True]


def test_an_unknown_hospital_is_never_the_same(flow: Project) -> None:
    unknown = {"hospital_id": None}
    row = index_stays(flow, index(**unknown), later("next", DAY, **unknown))["index"]

    assert readmitted(row) == [True, True, True]
    assert readmitted(row, "same_hospital_") == [False, False, False]


@pytest.mark.parametrize(
    ("after", "told", "is_transfer"),
    [
        (HOUR, {"hospital_id": "H2", "admission_priority": "Transfer"}, True),
        (DAY, {"hospital_id": "H2", "admission_priority": "Transfer"}, True),
        (DAY + MICROSECOND, {"hospital_id": "H2", "admission_priority": "Transfer"}, False),
        (HOUR, {"hospital_id": "H1", "admission_priority": "Transfer"}, False),
        (HOUR, {"hospital_id": None, "admission_priority": "Transfer"}, False),
        (HOUR, {"hospital_id": "H2", "admission_priority": "Emergency"}, False),
        (HOUR, {"hospital_id": "H2", "admission_priority": None}, False),
    ],
)
def test_what_the_other_hospital_calls_a_transfer_is_one(
    flow: Project, after: dt.timedelta, told: dict[str, Any], is_transfer: bool
) -> None:
    rows = index_stays(flow, index(), later("next", after, **told))

    assert ("index" not in rows) == is_transfer


@pytest.mark.parametrize(
    ("other", "index_keys"),
    [
        # Begun before, in it, and at its end; the last is a readmission.
        (stay("other", HOME - 5 * DAY, HOME + HOUR), {"other"}),
        (stay("other", HOME - HOUR, HOME + HOUR), {"other"}),
        (stay("other", HOME, HOME + HOUR), {"index", "other"}),
        # Both ended at once: each is the end of the time in hospital.
        (stay("other", HOME - HOUR, HOME), {"index", "other"}),
        # Within it: only the later end counts.
        (stay("other", HOME - 2 * HOUR, HOME - HOUR), {"index"}),
        # Without a discharge: still there, unless the patient was admitted elsewhere after it.
        (stay("other", HOME - HOUR), set()),
        (stay("other", HOME - 5 * DAY), {"index"}),
        # An admission at the same instant, longer.
        (stay("other", HOME - DAY, HOME + HOUR), {"other"}),
    ],
)
def test_who_lies_in_another_bed_has_not_left(
    flow: Project, other: dict[str, Any], index_keys: set[str]
) -> None:
    assert set(index_stays(flow, index(), other)) == index_keys


def test_a_long_stay_is_seen_behind_a_short_one_begun_after_it(flow: Project) -> None:
    long = stay("long", HOME - 9 * DAY, HOME + 9 * DAY)
    short = stay("short", HOME - 5 * DAY, HOME - 4 * DAY)

    assert set(index_stays(flow, index(), long, short)) == {"long"}


@pytest.mark.parametrize("ends", [HOME - DAY, HOME - 2 * DAY])
def test_a_stay_that_does_not_end_after_it_began_is_no_index_stay(
    flow: Project, ends: dt.datetime
) -> None:
    assert index_stays(flow, stay("index", HOME - DAY, ends)) == {}


def test_stays_of_unknown_patients_count_for_nobody(flow: Project) -> None:
    unknown = {"patient_id": None}

    assert index_stays(flow, index(**unknown), later("next", DAY, **unknown)) == {}


def test_a_discharge_without_admission_counts_by_what_it_tells(flow: Project) -> None:
    alone = {"has_admission": False}
    rows = index_stays(
        flow,
        stay("index", None, HOME, **alone),
        later("back", 2 * DAY, **alone),
        stay("end", None, HOME + 60 * DAY, **alone),
    )

    assert {key: row["next_stay_key"] for key, row in rows.items()} == {
        "index": "back",
        "back": None,
        "end": None,
    }


def test_of_two_admissions_at_one_instant_one_is_the_next(flow: Project) -> None:
    rows = index_stays(flow, index(), later("a", DAY), later("b", DAY, hospital_id="H2"))

    assert {key: row["next_stay_key"] for key, row in rows.items()} == {
        "index": "a",
        "a": None,
        "b": None,
    }


def test_a_window_is_judged_once_it_is_over(flow: Project) -> None:
    def ended(days: float, patient_id: str) -> list[dict[str, Any]]:
        at = NOW - days * DAY
        told = {"patient_id": patient_id}
        return [
            stay(patient_id, at - DAY, at, **told),
            stay(f"{patient_id} next", at + HOUR, None, **told),
        ]

    stays = [ended(6.9, "A"), ended(7, "B"), ended(14, "C"), ended(29.9, "D"), ended(30, "E")]
    rows = index_stays(flow, *chain(*stays))

    assert {key: readmitted(row) for key, row in rows.items()} == {
        "A": [None, None, None],
        "B": [True, None, None],
        "C": [True, True, None],
        "D": [True, True, None],
        "E": [True, True, True],
    }


def rates(flow: Project, view: str, names: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[name] for name in names.split()) for row in flow.rows(view)), key=str)


COUNTS = (
    "window_days index_count readmission_count readmission_percent same_hospital_count"
    " same_hospital_percent"
)


@pytest.fixture
def counted(flow: Project) -> Project:
    """Four index stays in one ICU, back after 1, 10 (in H2), 20 days and never; one elsewhere."""
    came_back: Sequence[tuple[str, float | None, str]] = [
        ("A", 1, "H1"),
        ("B", 10, "H2"),
        ("C", 20, "H1"),
        ("D", None, "H1"),
    ]
    stays = []
    for patient_id, days, hospital_id in came_back:
        told = {"patient_id": patient_id}
        stays.append(index(diagnosis_code="I21", **told) | {"stay_key": patient_id})
        if days is not None:
            back = later(f"{patient_id} back", days * DAY, hospital_id=hospital_id, **told)
            stays.append(back | {"discharge_status": "Discharged-AMA"})
    recent = {"patient_id": "E", "hospital_id": None, "department": None}
    stays.append(stay("E", NOW - 9 * DAY, NOW - 8 * DAY, **recent))
    flow.insert("gold.fact_patient_flow", stays)
    return flow


def test_readmission_rates_by_department(counted: Project) -> None:
    view = "gold.kpi_readmission_by_department"
    assert rates(counted, view, f"hospital_id department {COUNTS}") == [
        ("H1", "ICU", 14, 4, 2, 50, 1, 25),
        ("H1", "ICU", 30, 4, 3, 75, 2, 50),
        ("H1", "ICU", 7, 4, 1, 25, 1, 25),
        (None, None, 7, 1, 0, 0, 0, 0),
    ]


def test_readmission_rates_by_diagnosis(counted: Project) -> None:
    assert rates(counted, "gold.kpi_readmission_by_diagnosis", f"diagnosis_code {COUNTS}") == [
        ("I21", 14, 4, 2, 50, 1, 25),
        ("I21", 30, 4, 3, 75, 2, 50),
        ("I21", 7, 4, 1, 25, 1, 25),
        (None, 7, 1, 0, 0, 0, 0),
    ]


def test_without_stays_there_are_no_rows(flow: Project) -> None:
    for view in ("index_stay", "kpi_readmission_by_department", "kpi_readmission_by_diagnosis"):
        assert flow.rows(f"gold.{view}") == []
