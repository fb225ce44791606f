"""Quality of care: how long stays last, who comes back, who waits for a bed, and with what."""

import altair as alt
import pandas as pd
import streamlit as st

from board import charts
from board.choice import Choice
from board.frame import Figure, Page, figures, is_empty, panel
from board.look import BLUE, ORANGE, SKY, VERMILLION, count, hours, percent
from board.source import one, read

WINDOWS = {"7 days": SKY, "14 days": BLUE, "30 days": ORANGE}
RATIO = {0: "#CDE7DD", 0.9: "#EAF1F7", 1.1: "#F7DFA8", 1.25: "#F3BE5B", 1.5: VERMILLION}
"""Observed over expected length of stay from which a colour holds."""
FEWEST_INDEX_STAYS = 20
"""Rates of fewer stays say too little to be ranked."""


def draw(choice: Choice) -> None:
    back = _returns(choice, "department")
    _glance(choice)
    left, right = st.columns(2)
    with left, panel("Length of stay", "Median (blue) and 90th percentile (orange), hours."):
        _lengths(choice)
    with (
        right,
        panel("Observed over expected length of stay", "Above 1, stays last longer than expected."),
    ):
        _ratios(choice)
    left, right = st.columns(2)
    with (
        left,
        panel(
            "Readmissions by department",
            "Percent of index stays followed by an admission to any hospital.",
        ),
    ):
        _rates(back, "No index stay whose follow-up is over.")
    with (
        right,
        panel(
            "Readmissions by diagnosis",
            f"The ten highest within 30 days, of {FEWEST_INDEX_STAYS} index stays or more.",
        ),
    ):
        by_diagnosis = _returns(choice, "diagnosis_code")
        enough = by_diagnosis[by_diagnosis["index_30"] >= FEWEST_INDEX_STAYS]
        _rates(enough.nlargest(10, "percent_30"), "Too few index stays for a rate.")
    left, right = st.columns(2)
    with left, panel("Top diagnoses", "Stays of the ten most frequent."):
        _diagnoses(choice)
    with (
        right,
        panel(
            "Boarding",
            "Hours from an Emergency discharge to the inpatient bed: median and 90th percentile.",
        ),
    ):
        _boarding(choice)


def _glance(choice: Choice) -> None:
    where = choice.where("hospital_id", "department", "gender", "discharged_at")
    stays = one(
        f"""
        select count(length_of_stay_hours) as stays, median(length_of_stay_hours) as median_hours,
            percentile_cont(0.9) within group (order by length_of_stay_hours) as p90_hours
        from gold.fact_patient_flow
        where has_admission and {where.text}
        """,
        where.values,
    )
    ratio = _ratio_sums(choice)
    observed, expected = ratio["observed_hours"].sum(), ratio["expected_hours"].sum()
    where = choice.where("hospital_id", "department", at="discharged_at")
    back = one(
        f"""
        select
            100 * avg(is_readmitted_7_days::int) as within_7,
            100 * avg(is_readmitted_30_days::int) as within_30
        from gold.index_stay
        where {where.text}
        """,
        where.values,
    )
    figures(
        [
            Figure("Stays ended", count(stays["stays"]), "Whose length is known."),
            Figure("Median stay", hours(stays["median_hours"])),
            Figure("90th percentile", hours(stays["p90_hours"])),
            Figure(
                "Observed / expected",
                f"{observed / expected:.2f}" if expected else "–",
                "Hours stayed over hours expected, of all stays.",
            ),
            Figure("Back within 7 days", percent(back["within_7"])),
            Figure("Back within 30 days", percent(back["within_30"]), "To any hospital."),
        ]
    )


def _lengths(choice: Choice) -> None:
    where = choice.where("hospital_id", "department", "gender", "discharged_at")
    rows = read(
        f"""
        select department, count(*) as stays, median(length_of_stay_hours) as median_hours,
            percentile_cont(0.9) within group (order by length_of_stay_hours) as p90_hours
        from gold.fact_patient_flow
        where has_admission and length_of_stay_hours is not null and department is not null
            and {where.text}
        group by department
        """,
        where.values,
    )
    if is_empty(rows, "No stay ended in these days."):
        return
    tip = [
        alt.Tooltip("department:N", title="Department"),
        alt.Tooltip("stays:Q", title="Stays", format=",d"),
        alt.Tooltip("median_hours:Q", title="Median, h", format=".1f"),
        alt.Tooltip("p90_hours:Q", title="90th percentile, h", format=".1f"),
    ]
    charts.draw(charts.spans(rows, "department", "median_hours", "p90_hours", "Hours", tip))


def _ratio_sums(choice: Choice) -> pd.DataFrame:
    where = choice.where("hospital_id", "department")
    return read(
        f"""
        select hospital_id, department, stay_count, observed_hours, expected_hours,
            observed_over_expected
        from gold.kpi_length_of_stay_ratio
        where department is not null and {where.text}
        """,
        where.values,
    )


def _ratios(choice: Choice) -> None:
    rows = _ratio_sums(choice)
    rows = rows[rows["hospital_id"].notna()]
    if is_empty(rows, "No stay has ended yet."):
        return
    rows = rows.assign(hospital=[choice.hospital_name(one) for one in rows["hospital_id"]])
    tip = [
        alt.Tooltip("hospital:N", title="Hospital"),
        alt.Tooltip("department:N", title="Department"),
        alt.Tooltip("stay_count:Q", title="Stays", format=",d"),
        alt.Tooltip("observed_over_expected:Q", title="Observed / expected", format=".2f"),
    ]
    charts.draw(
        charts.heat(rows, "department", "hospital", "observed_over_expected", ".2f", tip, RATIO)
    )


def _returns(choice: Choice, by: str) -> pd.DataFrame:
    where = choice.where("hospital_id", "department", at="discharged_at")
    rates = ", ".join(
        f"count(is_readmitted_{days}_days) as index_{days},"
        f" count_if(is_readmitted_{days}_days) as back_{days},"
        f" 100 * count_if(is_readmitted_{days}_days) / nullif(count(is_readmitted_{days}_days), 0)"
        f" as percent_{days}"
        for days in (7, 14, 30)
    )
    return read(
        f"""
        select {by} as what, {rates}
        from gold.index_stay
        where {by} is not null and {where.text}
        group by {by}
        order by percent_30 desc nulls last
        """,
        where.values,
    )


def _rates(rows: pd.DataFrame, why: str) -> None:
    if is_empty(rows, why):
        return
    parts = pd.concat(
        [
            rows.assign(
                window=f"{days} days",
                percent=rows[f"percent_{days}"],
                index_stays=rows[f"index_{days}"],
                back=rows[f"back_{days}"],
            )
            for days in (7, 14, 30)
        ]
    ).dropna(subset=["percent"])
    if is_empty(parts, why):
        return
    tip = [
        alt.Tooltip("what:N", title="Of"),
        alt.Tooltip("window:N", title="Within"),
        alt.Tooltip("index_stays:Q", title="Index stays", format=",d"),
        alt.Tooltip("back:Q", title="Came back", format=",d"),
        alt.Tooltip("percent:Q", title="Percent", format=".1f"),
    ]
    charts.draw(charts.pairs(parts, "what", "percent", "window", WINDOWS, "Percent", tip))


def _diagnoses(choice: Choice) -> None:
    where = choice.where("hospital_id", "department", "gender", "admitted_at")
    rows = read(
        f"""
        select diagnosis_code, count(*) as stays, avg(length_of_stay_hours) as mean_hours
        from gold.fact_patient_flow
        where has_admission and diagnosis_code is not null and {where.text}
        group by diagnosis_code
        order by stays desc
        limit 10
        """,
        where.values,
    )
    if is_empty(rows, "No stay with a diagnosis in these days."):
        return
    tip = [
        alt.Tooltip("diagnosis_code:N", title="Diagnosis"),
        alt.Tooltip("stays:Q", title="Stays", format=",d"),
        alt.Tooltip("mean_hours:Q", title="Mean stay, h", format=".1f"),
    ]
    charts.draw(charts.bars(rows, "diagnosis_code", "stays", "Stays", tip))


def _boarding(choice: Choice) -> None:
    where = choice.where("hospital_id", at="discharged_at")
    rows = read(
        f"""
        select hospital_id, count(*) as stays, median(boarding_hours) as median_hours,
            percentile_cont(0.9) within group (order by boarding_hours) as p90_hours
        from gold.ed_boarding
        where {where.text}
        group by hospital_id
        """,
        where.values,
    )
    if is_empty(rows, "Nobody went from Emergency to an inpatient bed within 24 hours."):
        return
    rows = rows.assign(hospital=[choice.hospital_name(one) for one in rows["hospital_id"]])
    tip = [
        alt.Tooltip("hospital:N", title="Hospital"),
        alt.Tooltip("stays:Q", title="Patients", format=",d"),
        alt.Tooltip("median_hours:Q", title="Median, h", format=".1f"),
        alt.Tooltip("p90_hours:Q", title="90th percentile, h", format=".1f"),
    ]
    charts.draw(charts.spans(rows, "hospital", "median_hours", "p90_hours", "Hours", tip))


PAGE = Page(
    "How long stays last, who comes back, who waits for a bed, and with what.",
    ("Hospital", "Department", "Gender", "Days"),
    "90 days",
    draw,
)
