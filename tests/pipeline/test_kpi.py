"""Every KPI view on a handful of stays, with figures worked out by hand.

Now is Tuesday, 2026-03-10 12:00. The stays lie on the boundaries: one of exactly 50 hours and one
of a second more, admissions and discharges on the full hour, an unknown department, a department
without beds.
"""

from typing import Any

import pytest
from support.account import Project
from support.raw import at
from support.view import assert_view

NOW = "2026-03-10 12:00:00"


def stay(
    number: int, admitted_at: str, discharged_at: str | None = None, **told: Any
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "stay_key": f"s{number}",
        "unit_id": f"P{number}",
        "patient_id": f"P{number}",
        "patient_key": "-1",
        "hospital_key": "-1",
        "hospital_id": "H1",
        "department": "ICU",
        "gender": "F",
        "has_admission": True,
        "is_currently_admitted": discharged_at is None,
        "admitted_at": admitted_at,
        "discharged_at": discharged_at,
        "admission_date_key": date_key(admitted_at),
        "discharge_date_key": -1 if discharged_at is None else date_key(discharged_at),
    } | told
    department = row["department"]
    row["department_key"] = "-1" if department is None else f"{row['hospital_id']} {department}"
    return row


def date_key(time: str) -> int:
    return int(time[:10].replace("-", ""))


STAYS: list[dict[str, Any]] = [
    stay(1, "2026-03-08 10:00:00", NOW, length_of_stay_hours=50, expected_discharge_at=NOW)
    | {"admission_priority": "Emergency", "diagnosis_code": "I21", "heart_rate": 80}
    | {"temperature_f": 98.6},
    stay(2, "2026-03-08 10:30:00", expected_discharge_at="2026-03-09 00:00:00")
    | {"admission_priority": "Urgent", "diagnosis_code": "A41", "heart_rate": 100},
    stay(3, "2026-03-07 23:59:59", department="Surgery", gender="M")
    | {"admission_priority": "Emergency", "diagnosis_code": "K35"},
    stay(4, "2026-03-10 11:00:00", department="Maternity")
    | {"admission_priority": "Scheduled", "diagnosis_code": "O80"},
    stay(5, NOW, hospital_id=None, department=None, gender=None)
    | {"admission_priority": "Emergency"},
    stay(6, "2026-03-01 08:00:00", "2026-03-09 12:00:00", hospital_id="H2", gender="M")
    | {"has_admission": False, "length_of_stay_hours": 196, "diagnosis_code": "J18"},
    stay(7, "2026-03-09 09:00:00", "2026-03-09 10:00:00", gender="M", length_of_stay_hours=1)
    | {"admission_priority": "Urgent", "diagnosis_code": "I21", "heart_rate": 90}
    | {"temperature_f": 99.6},
    stay(8, "2026-03-08 09:59:59", NOW, gender="M", length_of_stay_hours=50)
    | {"admission_priority": "Urgent", "diagnosis_code": "A41"},
    stay(9, "2026-03-10 00:30:00", gender="M", expected_discharge_at="2026-03-11 00:00:00")
    | {"admission_priority": "Scheduled"},
    stay(10, "2026-03-10 01:00:00", gender="M") | {"admission_priority": "Scheduled"},
]
DEPARTMENTS: list[dict[str, Any]] = [
    {"department_key": "H1 ICU", "hospital_id": "H1", "department": "ICU", "bed_capacity": 4},
    {
        "department_key": "H1 Surgery",
        "hospital_id": "H1",
        "department": "Surgery",
        "bed_capacity": 0,
    },
    {"department_key": "H1 Maternity", "hospital_id": "H1", "department": "Maternity"},
    {"department_key": "H2 ICU", "hospital_id": "H2", "department": "ICU", "bed_capacity": 10},
]
VERSIONS = [
    {"hospital_key": "h1a", "hospital_id": "H1", "hospital_name": "Old North", "is_current": False},
    {"hospital_key": "h1b", "hospital_id": "H1", "hospital_name": "North", "is_current": True},
]


@pytest.fixture
def hospital(project: Project) -> Project:
    """The account at NOW, with these stays, departments and hospitals."""
    tell_first_and_now(project)
    project.insert("gold.dim_department", DEPARTMENTS)
    project.insert("gold.dim_hospital", VERSIONS)
    project.insert("gold.fact_patient_flow", STAYS)
    return project


def tell_first_and_now(project: Project, first: str = "2026-03-08 00:00:00") -> None:
    """One event at the beginning of history and one now."""
    row = {"event_id": "e", "payload_hash": "h", "dq_flags": "CLEAN", "loaded_at": NOW}
    events = [row | {"event_date": at[:10], "event_timestamp": at} for at in (first, NOW)]
    project.insert("silver.patient_flow", events)


def test_now_is_the_greatest_event_timestamp_of_both_sources(project: Project) -> None:
    tell_first_and_now(project)
    later = {"event_id": "e", "payload_hash": "h", "event_date": "2026-03-10"}
    later |= {"event_timestamp": "2026-03-10 12:00:01", "dq_flags": "CLEAN", "loaded_at": NOW}
    project.insert("silver.encounter", [later])

    assert_view(project, "gold.as_of", "as_of", [(at("2026-03-10 12:00:01"),)])


def test_bed_occupancy(hospital: Project) -> None:
    now = at(NOW)
    assert_view(
        hospital,
        "gold.kpi_bed_occupancy",
        "hospital_id hospital_name department bed_capacity occupied_beds free_beds"
        " occupancy_percent as_of",
        [
            ("H1", "North", "ICU", 4, 3, 1, 75, now),
            ("H1", "North", "Surgery", 0, 1, -1, None, now),
            ("H1", "North", "Maternity", None, 1, None, None, now),
            ("H2", None, "ICU", 10, 0, 10, 0, now),
            (None, None, "Unknown", None, 1, None, None, now),
        ],
    )


def test_hourly_census(hospital: Project) -> None:
    rows = sorted(hospital.rows("gold.kpi_hourly_census"), key=lambda row: row["census_at"])

    # From the first event to now: 61 hours, for each of 4 places.
    assert len(rows) == 61 * 4
    changes: dict[Any, list[tuple[str, int]]] = {}
    for row in rows:
        of_place = changes.setdefault((row["hospital_id"], row["department"]), [])
        if not of_place or of_place[-1][1] != row["occupied_beds"]:
            of_place.append((f"{row['census_at']:%d %H:%M}", int(row["occupied_beds"])))
    assert changes == {
        ("H1", "ICU"): [
            ("08 00:00", 0),
            ("08 10:00", 2),
            ("08 11:00", 3),
            ("09 09:00", 4),
            ("09 10:00", 3),
            ("10 01:00", 5),
            ("10 12:00", 3),
        ],
        ("H1", "Surgery"): [("08 00:00", 1)],
        ("H1", "Maternity"): [("08 00:00", 0), ("10 11:00", 1)],
        (None, None): [("08 00:00", 0), ("10 12:00", 1)],
    }


@pytest.mark.parametrize(
    ("admitted_at", "discharged_at", "beds"),
    [
        ("2026-03-10 10:10:00", "2026-03-10 10:50:00", [0, 0, 0]),
        ("2026-03-10 11:30:00", "2026-03-10 09:30:00", [0, 0, 0]),
        ("2026-03-01 00:00:00", "2026-03-10 09:30:00", [0, 0, 0]),
        ("2026-03-01 00:00:00", "2026-03-10 10:00:00", [0, 0, 0]),
        ("2026-03-01 00:00:00", "2026-03-10 11:00:00", [1, 0, 0]),
        ("0001-01-01 00:00:00", "2026-03-10 10:00:01", [1, 0, 0]),
        ("0001-01-01 00:00:00", None, [1, 1, 1]),
        ("2026-03-10 10:00:00", "9999-12-31 00:00:00", [1, 1, 1]),
    ],
)
def test_the_census_of_one_stay_at_ten_eleven_and_twelve(
    project: Project, admitted_at: str, discharged_at: str | None, beds: list[int]
) -> None:
    tell_first_and_now(project, first="2026-03-10 10:20:00")
    project.insert("gold.fact_patient_flow", [stay(1, admitted_at, discharged_at)])

    rows = sorted(project.rows("gold.kpi_hourly_census"), key=lambda row: row["census_at"])

    assert [(f"{row['census_at']:%H:%M}", int(row["occupied_beds"])) for row in rows] == list(
        zip(("10:00", "11:00", "12:00"), beds, strict=True)
    )


def test_occupancy_by_gender(hospital: Project) -> None:
    assert_view(
        hospital,
        "gold.kpi_occupancy_by_gender",
        "hospital_id department gender occupied_beds share_percent",
        [
            ("H1", "ICU", "F", 1, 33.3),
            ("H1", "ICU", "M", 2, 66.7),
            ("H1", "Surgery", "M", 1, 100),
            ("H1", "Maternity", "F", 1, 100),
            (None, None, None, 1, 100),
        ],
    )


def test_length_of_stay(hospital: Project) -> None:
    # 1, 50, 50, 196: the 90th percentile lies 0.7 of the way from the third to the fourth.
    assert_view(
        hospital,
        "gold.kpi_length_of_stay",
        "department stay_count mean_hours median_hours p90_hours",
        [("ICU", 4, 74.25, 50, 152.2)],
    )


def test_admissions_by_priority_and_weekday(hospital: Project) -> None:
    assert_view(
        hospital,
        "gold.kpi_admissions_by_priority_and_weekday",
        "admission_priority weekday_number weekday_name admission_count share_percent",
        [
            ("Emergency", 6, "Sat", 1, 33.3),
            ("Emergency", 7, "Sun", 1, 33.3),
            ("Emergency", 2, "Tue", 1, 33.3),
            ("Urgent", 7, "Sun", 2, 66.7),
            ("Urgent", 1, "Mon", 1, 33.3),
            ("Scheduled", 2, "Tue", 3, 100),
        ],
    )


def test_top_diagnosis(hospital: Project) -> None:
    assert_view(
        hospital,
        "gold.kpi_top_diagnosis",
        "department diagnosis_rank diagnosis_code stay_count mean_stay_hours",
        [
            ("ICU", 1, "I21", 2, 25.5),
            ("ICU", 1, "A41", 2, 50),
            ("ICU", 3, "J18", 1, 196),
            ("Surgery", 1, "K35", 1, None),
            ("Maternity", 1, "O80", 1, None),
        ],
    )


def test_the_eleventh_diagnosis_is_left_out_unless_it_shares_the_tenth_rank(
    project: Project,
) -> None:
    sharing = ["A"] * 2 + list("BCDEFGHIJK")
    falling = [code for place, code in enumerate("ABCDEFGHIJK") for _ in range(11 - place)]
    told = [("ICU", code) for code in sharing] + [("Surgery", code) for code in falling]
    project.insert(
        "gold.fact_patient_flow",
        [
            stay(number, NOW, department=department, diagnosis_code=code)
            for number, (department, code) in enumerate(told)
        ],
    )

    rows = project.rows("gold.kpi_top_diagnosis")

    ranks = {(row["department"], row["diagnosis_code"]): int(row["diagnosis_rank"]) for row in rows}
    assert ranks == {("ICU", "A"): 1} | {("ICU", code): 2 for code in "BCDEFGHIJK"} | {
        ("Surgery", code): rank for rank, code in enumerate("ABCDEFGHIJ", start=1)
    }


def test_vitals_by_department(hospital: Project) -> None:
    assert_view(
        hospital,
        "gold.kpi_vitals_by_department",
        "department stay_count mean_heart_rate mean_bp_systolic mean_bp_diastolic"
        " mean_temperature_f mean_oxygen_saturation",
        [
            ("ICU", 7, 90, None, None, 99.1, None),
            ("Surgery", 1, None, None, None, None, None),
            ("Maternity", 1, None, None, None, None, None),
            (None, 1, None, None, None, None, None),
        ],
    )


def test_daily_volume(hospital: Project) -> None:
    assert_view(
        hospital,
        "gold.kpi_daily_volume",
        "calendar_date hospital_id admission_count discharge_count",
        [
            (at("2026-03-07").date(), "H1", 1, 0),
            (at("2026-03-08").date(), "H1", 3, 0),
            (at("2026-03-09").date(), "H1", 1, 1),
            (at("2026-03-09").date(), "H2", 0, 1),
            (at("2026-03-10").date(), "H1", 3, 2),
            (at("2026-03-10").date(), None, 1, 0),
        ],
    )


def test_department_inflow(hospital: Project) -> None:
    assert_view(
        hospital,
        "gold.kpi_department_inflow",
        "calendar_date department admission_count discharge_count net_inflow",
        [
            (at("2026-03-07").date(), "Surgery", 1, 0, 1),
            (at("2026-03-08").date(), "ICU", 3, 0, 3),
            (at("2026-03-09").date(), "ICU", 1, 2, -1),
            (at("2026-03-10").date(), "ICU", 2, 2, 0),
            (at("2026-03-10").date(), "Maternity", 1, 0, 1),
            (at("2026-03-10").date(), None, 1, 0, 1),
        ],
    )


TURNOVER = (
    "hospital_id department bed_capacity discharge_count turnover_rate occupied_bed_hours"
    " turnover_interval_hours"
)


def test_bed_turnover(hospital: Project) -> None:
    # ICU: 50 + 49.5 + 1 + 50 (and a second) + 11.5 + 11 hours; (30 * 24 * 4 - 173) / 3 = 902.33.
    assert_view(
        hospital,
        "gold.kpi_bed_turnover",
        TURNOVER,
        [
            ("H1", "ICU", 4, 3, 0.75, 173, 902.3),
            ("H1", "Surgery", 0, 0, None, 60, None),
            ("H2", "ICU", 10, 0, 0, 0, None),
        ],
    )


def test_turnover_counts_thirty_days_after_their_first_instant(project: Project) -> None:
    tell_first_and_now(project)
    project.insert("gold.dim_department", DEPARTMENTS[:1])
    project.insert(
        "gold.fact_patient_flow",
        [
            stay(1, "2026-02-01 00:00:00", "2026-02-08 12:00:00"),
            stay(2, "2026-02-01 00:00:00", "2026-02-08 13:00:00"),
            stay(3, "2026-03-10 11:00:00", "2026-03-10 13:00:00"),
        ],
    )

    # Of the second stay and of the third one hour each lies within the 30 days.
    assert_view(project, "gold.kpi_bed_turnover", TURNOVER, [("H1", "ICU", 4, 1, 0.25, 2, 2878)])


def test_overstay(hospital: Project) -> None:
    assert_view(
        hospital,
        "gold.kpi_overstay",
        "hospital_id department gender stay_count over_50_hours_count over_50_hours_percent"
        " past_expected_count mean_hours_past_expected",
        [
            ("H1", "ICU", "F", 2, 0, 0, 1, 36),
            ("H1", "ICU", "M", 4, 1, 25, 0, None),
            ("H1", "Surgery", "M", 1, 1, 100, 0, None),
            ("H1", "Maternity", "F", 1, 0, 0, 0, None),
            (None, None, None, 1, 0, 0, 0, None),
        ],
    )


@pytest.mark.parametrize(
    "view",
    [
        "gold.kpi_bed_occupancy",
        "gold.kpi_hourly_census",
        "gold.kpi_occupancy_by_gender",
        "gold.kpi_length_of_stay",
        "gold.kpi_admissions_by_priority_and_weekday",
        "gold.kpi_top_diagnosis",
        "gold.kpi_vitals_by_department",
        "gold.kpi_daily_volume",
        "gold.kpi_department_inflow",
        "gold.kpi_bed_turnover",
        "gold.kpi_overstay",
        "ops.dq_flag_count",
    ],
)
def test_without_events_a_view_has_no_rows(project: Project, view: str) -> None:
    assert project.rows(view) == []


def test_without_events_now_is_not_known(project: Project) -> None:
    assert project.rows("gold.as_of") == [{"as_of": None}]
