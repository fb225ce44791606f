"""The marts of payers, claims and what is owed, on hand-made facts worked out by hand."""

import datetime as dt
from typing import Any

import pytest
from support.account import Project
from support.encounter import claim, encounter, transaction
from support.view import assert_view

FACTS = ("fact_encounter", "fact_claim", "fact_claim_transaction")
PAYERS = [
    {"payer_key": payer_id, "payer_id": payer_id, "payer_name": name}
    for payer_id, name in {"A": "Aetna", "M": "Medicare", "X": None}.items()
]


@pytest.fixture(scope="module")
def account(deployed: Project) -> Project:
    deployed.empty()
    deployed.insert("gold.dim_payer", PAYERS)
    return deployed


@pytest.fixture
def facts(account: Project) -> Project:
    """The account with three payers and no facts."""
    for table in FACTS:
        account.execute(f"delete from gold.{table}")
    account.execute("delete from gold.dim_patient where patient_key <> '-1'")
    return account


def claimed(facts: Project, *told: tuple[str | None, float | None]) -> None:
    """An encounter for each payer and cost."""
    facts.insert(
        "gold.fact_encounter",
        [
            encounter(str(number), payer_id=payer_id, total_claim_cost=cost)
            for number, (payer_id, cost) in enumerate(told)
        ],
    )


def test_payer_coverage_summary_has_both_formulas(facts: Project) -> None:
    columns = ("payer_id", "patient_id", "total_claim_cost", "payer_coverage", "payments")
    told = [
        ("A", "P1", 100, 40, 90),
        ("A", "P1", 200, 0, None),
        ("A", "P2", None, 5, 15),
        ("M", "P2", 600, 600, 150.5),
        ("X", None, 0, 0, 0),
        (None, "P3", 50, 0, 25),
    ]
    rows = [dict(zip(columns, row, strict=True)) for row in told]
    facts.insert(
        "gold.fact_encounter", [encounter(str(number), **row) for number, row in enumerate(rows)]
    )

    assert_view(
        facts,
        "gold.payer_coverage_summary",
        "payer_id payer_name encounter_count patient_count total_claim_cost payer_coverage"
        " payments coverage_percent payment_percent cost_share_percent",
        [
            ("A", "Aetna", 3, 2, 300, 45, 105, 15, 35, 33.33),
            ("M", "Medicare", 1, 1, 600, 600, 150.5, 100, 25.08, 66.67),
            ("X", None, 1, 0, 0, 0, 0, None, None, 0),
            (None, "Unknown", 1, 1, 50, 0, 25, 0, 50, None),
        ],
    )


CONCENTRATION = (
    "payer_count total_claim_cost top_5_claim_cost top_5_share_percent herfindahl_hirschman_index"
)


def test_concentration_of_six_payers(facts: Project) -> None:
    # Shares of 40, 20, 20, 10, 5 and 5 percent: 1600 + 400 + 400 + 100 + 25 + 25.
    shares = {"A": 40, "B": 20, "C": 20, "D": 10, "E": 5, "F": 5}
    claimed(facts, *((payer_id, cost * 2) for payer_id, cost in shares.items()), (None, 1000))
    claimed(facts, ("Z", 0), ("Y", None))

    assert_view(facts, "gold.payer_concentration", CONCENTRATION, [(6, 200, 190, 95, 2550)])


@pytest.mark.parametrize(
    ("payers", "top_5", "index"), [("A", 100, 10000), ("AB", 100, 5000), ("ABCDEFGHIJ", 50, 1000)]
)
def test_concentration_of_equal_payers(
    facts: Project, payers: str, top_5: float, index: float
) -> None:
    claimed(facts, *((payer_id, 10) for payer_id in payers), *((one, 10) for one in payers))

    total = 20 * len(payers)
    row = (len(payers), total, total * top_5 / 100, top_5, index)
    assert_view(facts, "gold.payer_concentration", CONCENTRATION, [row])


def test_without_encounters_concentration_is_not_known(facts: Project) -> None:
    row = (0, None, None, None, None)
    assert_view(facts, "gold.payer_concentration", CONCENTRATION, [row])


def test_claim_cost_and_payments(facts: Project) -> None:
    facts.insert(
        "gold.fact_claim",
        [
            claim("c1", "2026-01-01 00:00:00", payer_id="A"),
            claim("c2", "2026-01-31 23:59:59", payer_id="A"),
            claim("c3", "2026-02-01 00:00:00", payer_id="A"),
            claim("c4", "2026-01-05 00:00:00"),
            claim("c5", None, payer_id="M"),
        ],
    )
    facts.insert(
        "gold.fact_claim_transaction",
        [
            transaction(1, "c1", "CHARGE", amount=100),
            transaction(2, "c1", "CHARGE", amount=50.25),
            # What is transferred from the insurer to the patient is no further charge.
            transaction(3, "c1", "TRANSFEROUT", transfers=110, outstanding=110),
            transaction(4, "c1", "TRANSFERIN", amount=110, transfers=110),
            transaction(5, "c1", "PAYMENT", payments=40.25, outstanding=0),
            transaction(6, "c1", "PAYMENT", payments=100, adjustments=5),
            transaction(7, "c1", "ADJUSTMENT", adjustments=5),
            transaction(8, "c2", "CHARGE", amount=10),
            transaction(9, "c2", "PAYMENT", payments=12),
            transaction(10, "c4", "CHARGE", amount=20),
            transaction(11, "c5", "PAYMENT", payments=3),
            transaction(12, None, "CHARGE", amount=1000),
            transaction(13, "c6", "CHARGE", amount=1000),
        ],
    )

    january, february = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
    assert_view(
        facts,
        "gold.claim_cost_and_payments",
        "payer_id payer_name month_start claim_count claim_cost payments adjustments unpaid_amount"
        " payment_percent",
        [
            ("A", "Aetna", january, 2, 160.25, 152.25, 10, -2, 95.01),
            ("A", "Aetna", february, 1, 0, 0, 0, 0, None),
            (None, "Unknown", january, 1, 20, 0, 0, 20, 0),
            ("M", "Medicare", None, 1, 0, 3, 0, -3, None),
        ],
    )


OWED = (
    "age_band claim_count open_claim_count outstanding_primary outstanding_secondary"
    " outstanding_patient outstanding_total"
)


def owing(*amounts: float | None) -> dict[str, Any]:
    names = ("outstanding_primary", "outstanding_secondary", "outstanding_patient")
    return dict(zip(names, amounts, strict=True))


def born(facts: Project, **births: str | None) -> None:
    """Patient versions that are their own key."""
    facts.insert(
        "gold.dim_patient",
        [
            {"patient_key": key, "patient_id": key, "birth_date": birth, "is_current": True}
            for key, birth in births.items()
        ],
    )


def test_outstanding_by_age_band(facts: Project) -> None:
    born(facts, child="2010-05-05", adult="1980-05-05", unborn="2027-01-01", timeless=None)
    at = "2026-03-01 10:00:00"
    facts.insert(
        "gold.fact_claim",
        [
            claim("1", at, patient_key="child") | owing(10, 2.5, 0),
            claim("2", at, patient_key="child") | owing(None, None, 0.25),
            claim("3", at, patient_key="child") | owing(0, None, 0),
            claim("4", at, patient_key="adult") | owing(5, 0, -5),
            # Nobody known, no birth date, no time of service, or one before birth.
            claim("5", at) | owing(1, 0, 0),
            claim("6", at, patient_key="timeless") | owing(1, 0, 0),
            claim("7", None, patient_key="adult") | owing(1, 0, 0),
            claim("8", at, patient_key="unborn") | owing(0, 0, 1),
        ],
    )

    assert_view(
        facts,
        "gold.outstanding_by_age_band",
        OWED,
        [
            ("0-17", 3, 2, 10, 2.5, 0.25, 12.75),
            ("35-49", 1, 1, 5, 0, -5, 0),
            ("Unknown", 4, 4, 3, 0, 1, 4),
        ],
    )


@pytest.mark.parametrize(
    ("birth", "served", "band"),
    [
        ("2026-03-01", "2026-03-01", "0-17"),
        ("2008-03-02", "2026-03-01", "0-17"),
        ("2008-03-01", "2026-03-01", "18-34"),
        ("1991-03-02", "2026-03-01", "18-34"),
        ("1991-03-01", "2026-03-01", "35-49"),
        ("1976-03-02", "2026-03-01", "35-49"),
        ("1976-03-01", "2026-03-01", "50-64"),
        ("1961-03-02", "2026-03-01", "50-64"),
        ("1961-03-01", "2026-03-01", "65-79"),
        ("1946-03-02", "2026-03-01", "65-79"),
        ("1946-03-01", "2026-03-01", "80+"),
        ("1900-01-01", "2026-03-01", "80+"),
        ("2008-02-29", "2026-02-28", "18-34"),
        ("2008-02-29", "2026-02-27", "0-17"),
        ("2008-12-31", "2026-12-30", "0-17"),
    ],
)
def test_a_band_begins_on_the_birthday(facts: Project, birth: str, served: str, band: str) -> None:
    born(facts, patient=birth)
    facts.insert("gold.fact_claim", [claim("1", f"{served} 23:59:59", patient_key="patient")])

    assert_view(facts, "gold.outstanding_by_age_band", OWED, [(band, 1, 0, 0, 0, 0, 0)])


@pytest.mark.parametrize(
    "view", ["payer_coverage_summary", "claim_cost_and_payments", "outstanding_by_age_band"]
)
def test_without_facts_there_are_no_rows(facts: Project, view: str) -> None:
    assert facts.rows(f"gold.{view}") == []
