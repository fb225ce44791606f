"""The marts of encounters on hand-made facts, with figures worked out by hand."""

import datetime as dt
from typing import Any

import pytest
from support.account import Project
from support.encounter import encounter
from support.view import assert_view

JANUARY, FEBRUARY = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
COSTS = ("total_claim_cost", "payer_coverage", "payments")


def costing(*amounts: float | None) -> dict[str, Any]:
    return dict(zip(COSTS, amounts, strict=True))


ENCOUNTERS = [
    encounter("1", "2026-01-01 00:00:00", department="ambulatory", duration_minutes=30)
    | {"patient_id": "P1", "organization_id": "O1"}
    | costing(100, 40, 90),
    encounter("2", "2026-01-31 23:59:59", department="ambulatory", duration_minutes=45)
    | {"patient_id": "P1", "organization_id": "O1"}
    | costing(50.5, None, 0.05),
    encounter("3", "2026-02-01 00:00:00", department="ambulatory", organization_id="O1")
    | costing(None, None, None),
    encounter("4", "2025-02-01 00:00:00", department="ambulatory", organization_id="O2")
    | {"patient_id": "P2"}
    | costing(10, 10, 12),
    encounter("5", "2026-01-15 12:00:00", department="emergency", duration_minutes=0)
    | {"patient_id": "P2"}
    | costing(0, 0, None),
    encounter("6", None, department="emergency", organization_id="O1") | costing(7, 1, 2),
]
ORGANIZATIONS = [
    {
        "organization_key": name,
        "organization_id": "O1",
        "organization_name": name,
        "is_current": name == "New",
    }
    for name in ("Old", "New")
]


@pytest.fixture(scope="module")
def facts(deployed: Project) -> Project:
    deployed.empty()
    deployed.insert("gold.dim_organization", ORGANIZATIONS)
    deployed.insert("gold.fact_encounter", ENCOUNTERS)
    return deployed


def test_encounters_by_department(facts: Project) -> None:
    assert_view(
        facts,
        "gold.encounters_by_department",
        "department encounter_count patient_count mean_duration_minutes total_claim_cost"
        " payer_coverage payments coverage_percent payment_percent",
        [
            ("ambulatory", 4, 2, 37.5, 160.5, 50, 102.05, 31.15, 63.58),
            ("emergency", 2, 1, 0, 7, 1, 2, 14.29, 28.57),
        ],
    )


def test_a_month_begins_with_its_first_instant(facts: Project) -> None:
    assert_view(
        facts,
        "gold.encounters_by_department_month",
        "department month_start encounter_count patient_count total_claim_cost payments",
        [
            ("ambulatory", JANUARY, 2, 1, 150.5, 90.05),
            ("ambulatory", FEBRUARY, 1, 0, None, None),
            ("ambulatory", dt.date(2025, 2, 1), 1, 1, 10, 12),
            ("emergency", JANUARY, 1, 1, 0, None),
            ("emergency", None, 1, 0, 7, 2),
        ],
    )


def test_encounters_by_organization_and_month_bear_the_current_name(facts: Project) -> None:
    assert_view(
        facts,
        "gold.encounters_by_organization_month",
        "organization_id organization_name month_start encounter_count patient_count"
        " total_claim_cost payer_coverage payments",
        [
            ("O1", "New", JANUARY, 2, 1, 150.5, 40, 90.05),
            ("O1", "New", FEBRUARY, 1, 0, None, None, None),
            ("O2", None, dt.date(2025, 2, 1), 1, 1, 10, 10, 12),
            (None, None, JANUARY, 1, 1, 0, 0, None),
            ("O1", "New", None, 1, 0, 7, 1, 2),
        ],
    )


@pytest.mark.parametrize("by", ["department", "department_month", "organization_month"])
def test_without_encounters_there_are_no_rows(project: Project, by: str) -> None:
    assert project.rows(f"gold.encounters_by_{by}") == []
