"""Prevalence, utilization risk and cost outliers on hand-made facts, worked out by hand."""

import datetime as dt
from math import exp

import pytest
from support.account import Project
from support.encounter import encounter
from support.flow import tell_the_time
from support.view import assert_view

NOW = dt.datetime(2026, 3, 10, 12)


@pytest.fixture(scope="module")
def account(deployed: Project) -> Project:
    deployed.empty()
    return deployed


@pytest.fixture
def facts(account: Project) -> Project:
    """The account without facts."""
    for table in ("gold.fact_encounter", "gold.fact_condition", "silver.patient_flow"):
        account.execute(f"delete from {table}")
    account.execute("delete from gold.dim_patient where patient_key <> '-1'")
    return account


def found(facts: Project, *told: tuple[str | None, str | None, str, str | None]) -> None:
    """A condition for each patient, code, description and last day."""
    columns = ("patient_id", "code", "description", "ended_on")
    rows = [
        dict(zip(columns, row, strict=True)) | {"condition_id": str(n), "started_date_key": -1}
        for n, row in enumerate(told)
    ]
    facts.insert("gold.fact_condition", rows)


def known(facts: Project, *patients: str) -> None:
    facts.insert(
        "gold.dim_patient",
        [
            {"patient_key": f"{patient} {version}", "patient_id": patient, "is_current": False}
            for patient in patients
            for version in (1, 2)
        ],
    )


PREVALENCE = (
    "code description record_count patient_count active_patient_count known_patient_count"
    " prevalence_percent active_prevalence_percent"
)


def test_condition_prevalence_ever_and_active(facts: Project) -> None:
    tell_the_time(facts, NOW)
    known(facts, "P1", "P2", "P3", "P4", "P5", "P6")
    found(
        facts,
        ("P1", "44054006", "Diabetes", None),
        ("P2", "44054006", "Diabetes mellitus", None),
        ("P2", "44054006", "Diabetes", "2026-01-01"),
        ("P3", "44054006", "Diabetes", "2026-03-10"),
        ("P4", "44054006", "Diabetes", "2026-03-11"),
        ("P1", "444814009", "Sinusitis", "2025-01-01"),
        ("P1", "444814009", "Sinusitis", "2025-06-01"),
        ("P7", "444814009", "Sinusitis", "2025-06-01"),
        (None, "444814009", "Sinusitis", None),
        ("P1", None, "Not coded", None),
    )

    assert_view(
        facts,
        "gold.condition_prevalence",
        PREVALENCE,
        [
            ("44054006", "Diabetes mellitus", 5, 4, 3, 7, 57.14, 42.86),
            ("444814009", "Sinusitis", 3, 2, 0, 7, 28.57, 0),
        ],
    )


def test_without_any_event_a_condition_is_active_until_it_has_an_end(facts: Project) -> None:
    found(facts, ("P1", "1", "Lasting", None), ("P2", "1", "Lasting", "2999-01-01"))

    assert_view(
        facts, "gold.condition_prevalence", PREVALENCE, [("1", "Lasting", 2, 2, 1, 2, 100, 50)]
    )


def used(facts: Project, **costs: list[float | None]) -> None:
    """An encounter for each cost of each patient."""
    told = [(patient, cost) for patient, of_patient in costs.items() for cost in of_patient]
    facts.insert(
        "gold.fact_encounter",
        [
            encounter(str(number), patient_id=patient, total_claim_cost=cost)
            for number, (patient, cost) in enumerate(told)
        ],
    )


RISK = "patient_id encounter_count total_claim_cost condition_count risk_score risk_band"


def test_the_risk_score_weighs_encounters_cost_and_conditions(facts: Project) -> None:
    used(facts, A=[1000], B=[10_000, *[0] * 11], C=[50_000, *[None] * 19], D=[0], E=[0.5, 0.25])
    found(
        facts,
        *(("B", code, "", None) for code in "12"),
        *(("C", code, "", None) for code in "1234567"),
        ("C", "1", "once more", None),
        ("F", "1", "without an encounter", None),
        (None, "1", "of nobody", None),
    )
    facts.insert("gold.fact_encounter", [encounter("nobody", total_claim_cost=10)])

    # 0.4 ln 2 = 0.27726, 0.4 ln 1001 = 2.76350; 0.4 ln 13 = 1.02598, 0.4 ln 10001 = 3.68418;
    # 0.4 ln 21 = 1.21781, 0.4 ln 50001 = 4.32792; 0.4 ln 3 = 0.43944, 0.4 ln 1.75 = 0.22385.
    assert_view(
        facts,
        "gold.patient_utilization_risk",
        RISK,
        [
            ("A", 1, 1000, 0, 3.0408, "LOW"),
            ("B", 12, 10_000, 2, 5.1102, "MODERATE"),
            ("C", 20, 50_000, 7, 6.9457, "HIGH"),
            ("D", 1, 0, 0, 0.2773, "LOW"),
            ("E", 2, 0.75, 0, 0.6633, "LOW"),
            ("F", 0, 0, 1, 0.2, "LOW"),
        ],
    )


@pytest.mark.parametrize(
    ("conditions", "band"),
    [
        (19, "LOW"),
        (20, "MODERATE"),
        (29, "MODERATE"),
        (30, "HIGH"),
        (39, "HIGH"),
        (40, "VERY_HIGH"),
    ],
)
def test_a_band_begins_with_its_score(facts: Project, conditions: int, band: str) -> None:
    found(facts, *(("P", str(code), "", None) for code in range(conditions)))

    row = ("P", 0, 0, conditions, conditions / 5, band)
    assert_view(facts, "gold.patient_utilization_risk", RISK, [row])


OUTLIER = (
    "patient_id total_claim_cost first_quartile third_quartile lower_bound upper_bound direction"
)


def test_a_cost_outlier_lies_beyond_one_and_a_half_interquartile_ranges(facts: Project) -> None:
    # Quartiles of 10, 18, 20, 22, 24, 26, 30, 32, 60: 20 and 30. Bounds: 5 and 45.
    costs = {"A": 10, "B": 18, "C": 20, "D": 22, "E": 24, "F": 26, "G": 30, "H": 32, "I": 60}
    used(facts, **{name: [cost / 2, cost / 2] for name, cost in costs.items()})
    found(facts, ("Z", "1", "without an encounter", None))

    assert_view(facts, "gold.patient_cost_outlier", OUTLIER, [("I", 60, 20, 30, 5, 45, "HIGH")])


@pytest.mark.parametrize(
    ("least", "greatest", "expected"),
    [
        (5, 45, []),
        (4.99, 45, [("A", "LOW")]),
        (5, 45.01, [("I", "HIGH")]),
        (0, 1000, [("A", "LOW"), ("I", "HIGH")]),
    ],
)
def test_on_the_bound_is_within(
    facts: Project, least: float, greatest: float, expected: list[tuple[str, str]]
) -> None:
    middle = {"B": [18], "C": [20], "D": [22], "E": [24], "F": [26], "G": [30], "H": [32]}
    used(facts, A=[least], I=[greatest], **middle)

    rows = facts.rows("gold.patient_cost_outlier")
    assert sorted((row["patient_id"], row["direction"]) for row in rows) == expected


def test_of_one_patient_the_cost_is_no_outlier(facts: Project) -> None:
    used(facts, A=[exp(9)])

    assert facts.rows("gold.patient_cost_outlier") == []


@pytest.mark.parametrize(
    "view", ["condition_prevalence", "patient_utilization_risk", "patient_cost_outlier"]
)
def test_without_facts_there_are_no_rows(facts: Project, view: str) -> None:
    assert facts.rows(f"gold.{view}") == []
