"""Length of stay against what was expected, boarding and bed conflicts, on hand-made stays."""

import datetime as dt
from typing import Any

import pytest
from support.account import Project
from support.flow import NOW, stay
from support.view import assert_view

START = dt.datetime(2026, 3, 1, 8)
HOUR = dt.timedelta(hours=1)
MICROSECOND = dt.timedelta(microseconds=1)


def lasting(key: str, hours: float, expected: float | None = None, **told: Any) -> dict[str, Any]:
    """A stay from START, expected to last so many hours."""
    told["expected_discharge_at"] = None if expected is None else START + expected * HOUR
    return stay(key, START, START + hours * HOUR, **told)


def test_observed_over_expected_length_of_stay(flow: Project) -> None:
    flow.insert(
        "gold.fact_patient_flow",
        [
            # The ICU's median of 10, 20, 30 and 60 hours, of both hospitals, is 25 hours.
            lasting("a", 10, expected=20),
            lasting("b", 30),
            lasting("c", 60, hospital_id="H2"),
            lasting("d", 20, hospital_id="H2", expected=0),
            # Another department, one that is not known, and a stay of no length.
            lasting("e", 9, department="Surgery", expected=12),
            lasting("f", 5, department=None, hospital_id=None, expected=-3),
            lasting("g", 0, department="Oncology"),
            # Open, or of a length that is not known: not counted, nor in any median.
            stay("h", START, expected_discharge_at=START + HOUR),
            lasting("i", 500, length_of_stay_hours=None, expected=1),
        ],
    )

    assert_view(
        flow,
        "gold.kpi_length_of_stay_ratio",
        "hospital_id department stay_count expected_told_count observed_hours expected_hours"
        " observed_over_expected",
        [
            ("H1", "ICU", 2, 1, 40, 45, 0.89),
            ("H2", "ICU", 2, 0, 80, 50, 1.6),
            ("H1", "Surgery", 1, 1, 9, 12, 0.75),
            (None, None, 1, 0, 5, 5, 1),
            ("H1", "Oncology", 1, 0, 0, 0, None),
        ],
    )


ED = {"department": "Emergency"}
LEFT = START + 4 * HOUR


def boarding(flow: Project, *stays: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    """Emergency stay -> the stay it waits for, and the hours."""
    flow.insert("gold.fact_patient_flow", stays)
    rows = flow.rows("gold.ed_boarding")
    return {row["stay_key"]: (row["inpatient_stay_key"], row["boarding_hours"]) for row in rows}


@pytest.mark.parametrize(
    ("admitted_at", "hours"),
    [
        (LEFT - MICROSECOND, None),
        (LEFT, 0),
        (LEFT + 1.5 * HOUR, 1.5),
        (LEFT + 24 * HOUR, 24),
        (LEFT + 24 * HOUR + MICROSECOND, None),
    ],
)
def test_boarding_is_the_wait_for_an_inpatient_bed_within_a_day(
    flow: Project, admitted_at: dt.datetime, hours: float | None
) -> None:
    found = boarding(flow, stay("ed", START, LEFT, **ED), stay("ward", admitted_at))

    assert found == ({} if hours is None else {"ed": ("ward", hours)})


def test_a_boarding_tells_both_places(flow: Project) -> None:
    boarding(flow, stay("ed", START, LEFT, **ED), stay("ward", LEFT + HOUR, hospital_id="H2"))

    assert_view(
        flow,
        "gold.ed_boarding",
        "stay_key patient_id hospital_id discharged_at inpatient_stay_key inpatient_hospital_id"
        " inpatient_department inpatient_admitted_at boarding_hours",
        [("ed", "P1", "H1", LEFT, "ward", "H2", "ICU", LEFT + HOUR, 1)],
    )


def test_another_emergency_stay_is_no_inpatient_bed(flow: Project) -> None:
    again = stay("again", LEFT + HOUR, LEFT + 2 * HOUR, **ED)

    assert boarding(flow, stay("ed", START, LEFT, **ED), again) == {}
    assert boarding(flow, stay("ward", LEFT + 3 * HOUR)) == {
        "ed": ("ward", 3),
        "again": ("ward", 1),
    }


def test_an_inpatient_stay_waits_for_nothing_and_the_first_bed_ends_the_wait(
    flow: Project,
) -> None:
    ed = stay("ed", START, LEFT, **ED)
    wards = [stay(f"ward {n}", LEFT + n * HOUR, LEFT + (n + 1) * HOUR) for n in (1, 2)]

    assert boarding(flow, ed, *wards) == {"ed": ("ward 1", 1)}


def test_nobody_boards_for_another_patient_or_an_unknown_one(flow: Project) -> None:
    unknown = {"patient_id": None}
    found = boarding(
        flow,
        stay("ed", START, LEFT, **ED),
        stay("other", LEFT + HOUR, patient_id="P2"),
        stay("ed unknown", START, LEFT, **ED, **unknown),
        stay("unknown", LEFT + HOUR, **unknown),
        stay("open", START, **ED, patient_id="P3"),
        stay("ward", LEFT + HOUR, patient_id="P3"),
    )

    assert found == {}


def test_boarding_by_hospital(flow: Project) -> None:
    for number, hours in enumerate((1, 2, 6)):
        told = {"patient_id": f"P{number}"}
        ward = stay(f"ward {number}", LEFT + hours * HOUR, hospital_id="H2", **told)
        boarding(flow, stay(f"ed {number}", START, LEFT, **ED, **told), ward)
    told = {"patient_id": "P9", "hospital_id": None}
    boarding(flow, stay("ed", START, LEFT, **ED, **told), stay("ward", LEFT, **told))

    # The 90th percentile lies 0.8 of the way from 2 to 6.
    assert_view(
        flow,
        "gold.kpi_ed_boarding",
        "hospital_id boarding_count mean_hours median_hours p90_hours",
        [("H1", 3, 3, 2, 5.2), (None, 1, 0, 0, 0)],
    )


BED = {"bed_id": "H1-ICU-01"}


def in_bed(key: str, begins: float, ends: float | None, **told: Any) -> dict[str, Any]:
    """A stay in the bed from and to so many hours after START, of a patient of its own."""
    leaves = None if ends is None else START + ends * HOUR
    return stay(key, START + begins * HOUR, leaves, **(BED | {"patient_id": f"P {key}"} | told))


def conflicts(flow: Project, *stays: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """First and second stay of each conflict, and the hours, in order."""
    flow.insert("gold.fact_patient_flow", stays)
    rows = flow.rows("gold.bed_conflict")
    return sorted(
        (row["first_stay_key"], row["second_stay_key"], row["conflict_hours"]) for row in rows
    )


@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    [
        (0, 4, 2),
        (4, 6, 2),
        (5, 12, 5),
        (2, 10, 8),
        (10, 12, None),
        (0, 2, None),
        (11, 12, None),
        (5, 5, None),
        (5, 4, None),
        (2, 2, None),
        (5, None, 5),
        (10, None, None),
    ],
)
def test_two_stays_are_in_conflict_while_both_hold_the_bed(
    flow: Project, begins: float, ends: float | None, hours: float | None
) -> None:
    found = conflicts(flow, in_bed("x", 2, 10), in_bed("y", begins, ends))

    pair = ("y", "x") if begins < 2 else ("x", "y")
    assert found == ([] if hours is None else [(*pair, hours)])


def test_a_bed_conflict_tells_who_and_how_long(flow: Project) -> None:
    told = {"patient_id": "P1"}
    conflicts(flow, in_bed("x", 0, None, **told), in_bed("y", 1, 3), in_bed("z", 4, None, **told))

    at = [START + hours * HOUR for hours in range(5)]
    to_now = round((NOW - at[4]) / HOUR, 2)
    assert_view(
        flow,
        "gold.bed_conflict",
        "bed_id first_stay_key second_stay_key is_same_patient conflict_starts_at"
        " conflict_ends_at conflict_hours is_first_open",
        [
            ("H1-ICU-01", "x", "y", False, at[1], at[3], 2, True),
            ("H1-ICU-01", "x", "z", True, at[4], None, to_now, True),
        ],
    )


def test_every_overlapping_pair_is_one_conflict(flow: Project) -> None:
    found = conflicts(
        flow, in_bed("a", 0, 10), in_bed("b", 1, 2), in_bed("c", 3, 12), in_bed("d", 9, 11)
    )

    assert found == [("a", "b", 1), ("a", "c", 7), ("a", "d", 1), ("c", "d", 2)]


def test_other_beds_and_stays_without_a_bed_are_in_no_conflict(flow: Project) -> None:
    found = conflicts(
        flow,
        in_bed("a", 0, 10),
        in_bed("b", 1, 2, bed_id="H1-ICU-02"),
        in_bed("c", 1, 2, bed_id=None),
        in_bed("d", 1, 2, bed_id=None),
        in_bed("e", 1, 2, has_admission=False),
        in_bed("f", 1, 2) | {"admitted_at": None},
    )

    assert found == []


@pytest.mark.parametrize(
    "view", ["kpi_length_of_stay_ratio", "ed_boarding", "kpi_ed_boarding", "bed_conflict"]
)
def test_without_stays_there_are_no_rows(flow: Project, view: str) -> None:
    assert flow.rows(f"gold.{view}") == []
