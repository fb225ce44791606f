"""Money: what is claimed, who covers it, what is paid, and what is still owed."""

import altair as alt
import pandas as pd
import streamlit as st

from board import charts, timeline
from board.choice import Choice
from board.frame import Figure, Page, figures, is_empty, panel
from board.look import BLUE, GREEN, ORANGE, PURPLE, count, dollars, percent
from board.source import one, read

MOST_ORGANIZATIONS = 6
FLOWS = {"Claimed": BLUE, "Paid": GREEN, "Adjusted": PURPLE}
FORMULAS = {"Covered": BLUE, "Paid": GREEN}
OWED_BY = {"Primary payer": BLUE, "Secondary payer": PURPLE, "Patient": ORANGE}


def draw(choice: Choice) -> None:
    months = _months(choice)
    _glance(months)
    with panel("Claim cost and payments", "By month of service, US dollars."):
        _flows(months)
    left, right = st.columns(2)
    with (
        left,
        panel(
            "Payer coverage",
            "Percent of the claimed cost that the payer covers, and that anybody has paid.",
        ),
    ):
        _coverage()
    with (
        right,
        panel("Who is claimed from", "Each payer's percent of the claimed cost of encounters."),
    ):
        _shares()
    left, right = st.columns(2)
    with (
        left,
        panel("Organizations", f"Encounters by month, of the {MOST_ORGANIZATIONS} with most."),
    ):
        _organizations(choice)
    with (
        right,
        panel("Outstanding by age", "Still owed, by the patient's age at the service, US dollars."),
    ):
        _outstanding()


def _months(choice: Choice) -> pd.DataFrame:
    where = choice.where(at="month_start")
    rows = read(
        f"""
        select month_start, sum(claim_count) as claims, sum(claim_cost) as claimed,
            sum(payments) as paid, sum(adjustments) as adjusted, sum(unpaid_amount) as unpaid
        from gold.claim_cost_and_payments
        where month_start is not null and {where.text}
        group by month_start
        order by month_start
        """,
        where.values,
    )
    return rows.assign(month_start=pd.to_datetime(rows["month_start"]))


def _glance(months: pd.DataFrame) -> None:
    payers = one(
        "select top_5_share_percent, herfindahl_hirschman_index from gold.payer_concentration"
    )
    claimed, paid = months["claimed"].sum(), months["paid"].sum()
    figures(
        [
            Figure("Claims", count(months["claims"].sum())),
            Figure("Claimed", dollars(claimed), "Charges of the claims."),
            Figure("Paid", dollars(paid), "By payers and patients."),
            Figure("Paid of claimed", percent(100 * paid / claimed if claimed else None)),
            Figure(
                "Five largest payers",
                percent(payers["top_5_share_percent"]),
                "Of the claimed cost.",
            ),
            Figure(
                "HHI of payers",
                count(payers["herfindahl_hirschman_index"]),
                "Herfindahl-Hirschman index: above 1,800 is highly concentrated (US merger"
                " guidelines, 2023).",
            ),
        ]
    )


def _flows(months: pd.DataFrame) -> None:
    if is_empty(months, "No claim in these months: load files of claims and their transactions."):
        return
    parts = pd.concat(
        [
            months.assign(kind=kind, much=months[column].astype(float))
            for kind, column in (("Claimed", "claimed"), ("Paid", "paid"), ("Adjusted", "adjusted"))
        ]
    )
    tip = [
        alt.Tooltip("month_start:T", title="Month", format="%b %Y"),
        alt.Tooltip("kind:N", title="What"),
        alt.Tooltip("much:Q", title="US dollars", format="$,.0f"),
        alt.Tooltip("claims:Q", title="Claims", format=",d"),
    ]
    charts.draw(
        timeline.lines(parts, "month_start", "much", "kind", FLOWS, "US dollars", tip, "$~s")
    )


def _payers() -> pd.DataFrame:
    rows = read(
        """
        select payer_name, encounter_count, total_claim_cost, coverage_percent, payment_percent,
            cost_share_percent
        from gold.payer_coverage_summary
        where payer_id is not null and total_claim_cost > 0
        order by total_claim_cost desc
        limit 10
        """
    )
    named = rows["payer_name"].fillna("Unnamed payer")
    return rows.assign(payer_name=named.replace("NO_INSURANCE", "No insurance"))


def _coverage() -> None:
    rows = _payers()
    if is_empty(rows, "No encounter with a payer and a cost yet."):
        return
    parts = pd.concat(
        [
            rows.assign(kind=kind, percent=rows[column].astype(float))
            for kind, column in (("Covered", "coverage_percent"), ("Paid", "payment_percent"))
        ]
    ).dropna(subset=["percent"])
    if is_empty(parts, "No encounter with a payer and a cost yet."):
        return
    tip = [
        alt.Tooltip("payer_name:N", title="Payer"),
        alt.Tooltip("kind:N", title="What"),
        alt.Tooltip("percent:Q", title="Percent of the claimed cost", format=".1f"),
        alt.Tooltip("encounter_count:Q", title="Encounters", format=",d"),
    ]
    charts.draw(charts.pairs(parts, "payer_name", "percent", "kind", FORMULAS, "Percent", tip))


def _shares() -> None:
    rows = _payers().dropna(subset=["cost_share_percent"])
    if is_empty(rows, "No encounter with a payer and a cost yet."):
        return
    tip = [
        alt.Tooltip("payer_name:N", title="Payer"),
        alt.Tooltip("total_claim_cost:Q", title="Claimed, US dollars", format="$,.0f"),
        alt.Tooltip("cost_share_percent:Q", title="Percent of all", format=".1f"),
    ]
    charts.draw(charts.bars(rows, "payer_name", "cost_share_percent", "Percent", tip, number=".1f"))


def _organizations(choice: Choice) -> None:
    where = choice.where(at="month_start")
    rows = read(
        f"""
        with monthly as (
            select coalesce(organization_name, 'Unnamed organization') as organization, month_start,
                sum(encounter_count) as encounters, sum(total_claim_cost) as claimed
            from gold.encounters_by_organization_month
            where organization_id is not null and month_start is not null and {where.text}
            group by organization, month_start
        ),
        largest as (
            select organization from monthly group by organization
            order by sum(encounters) desc, organization limit ?
        )
        select monthly.organization, month_start, encounters, claimed
        from monthly
        inner join largest on monthly.organization = largest.organization
        order by month_start
        """,
        (*where.values, MOST_ORGANIZATIONS),
    )
    if is_empty(rows, "No encounter in these months."):
        return
    rows = rows.assign(
        month_start=pd.to_datetime(rows["month_start"]),
        organization=rows["organization"].str.title(),
    )
    tip = [
        alt.Tooltip("organization:N", title="Organization"),
        alt.Tooltip("month_start:T", title="Month", format="%b %Y"),
        alt.Tooltip("encounters:Q", title="Encounters", format=",d"),
        alt.Tooltip("claimed:Q", title="Claimed, US dollars", format="$,.0f"),
    ]
    charts.draw(
        timeline.line(rows, "month_start", "encounters", "Encounters", tip, kind="organization")
    )


def _outstanding() -> None:
    rows = read(
        """
        select age_band, claim_count, open_claim_count, outstanding_primary, outstanding_secondary,
            outstanding_patient
        from gold.outstanding_by_age_band
        where outstanding_total <> 0
        order by age_band
        """
    )
    if is_empty(rows, "Nothing is outstanding."):
        return
    parts = pd.concat(
        [
            rows.assign(kind=kind, much=rows[column].astype(float))
            for kind, column in (
                ("Primary payer", "outstanding_primary"),
                ("Secondary payer", "outstanding_secondary"),
                ("Patient", "outstanding_patient"),
            )
        ]
    )
    tip = [
        alt.Tooltip("age_band:N", title="Age"),
        alt.Tooltip("kind:N", title="Owed by"),
        alt.Tooltip("much:Q", title="US dollars", format="$,.0f"),
        alt.Tooltip("open_claim_count:Q", title="Open claims", format=",d"),
    ]
    charts.draw(
        charts.shares(parts, "age_band", "much", "kind", OWED_BY, "US dollars", tip, sort=None)
    )


PAGE = Page("What is claimed, who covers it, what is paid, what is owed.", ("Days",), "All", draw)
