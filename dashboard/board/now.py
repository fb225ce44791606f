"""Now: who is in which bed, and who comes and goes."""

import altair as alt
import pandas as pd
import streamlit as st

from board import charts, timeline
from board.choice import Choice
from board.frame import Figure, Page, figures, is_empty, panel, table
from board.look import VERMILLION, count, hours, percent
from board.source import one, read

OCCUPANCY = {0: "#EAF1F7", 60: "#C9DFEE", 75: "#9CC7E2", 90: "#F3BE5B", 100: VERMILLION}
"""Percent from which a colour holds."""


def draw(choice: Choice) -> None:
    beds = _beds(choice)
    _glance(choice, beds)
    left, right = st.columns([2, 3])
    with left, panel("Beds by hospital", "Occupied in front of staffed beds; red from 90 %."):
        _hospitals(beds)
    with (
        right,
        panel("Occupancy by department", "Percent of staffed beds; orange from 90, red from 100."),
    ):
        _departments(beds)
    left, right = st.columns(2)
    with left, panel("Census", "Patients in beds, hour by hour."):
        _census(choice, beds)
    with right, panel("Arrivals and discharges", "Admissions above the line, discharges below."):
        _movement(choice)
    with panel(
        "Past their expected discharge",
        "Open stays whose expected discharge has passed, by department.",
    ):
        _overstays(choice)


def _beds(choice: Choice) -> pd.DataFrame:
    where = choice.where(hospital="hospital_id", department="department")
    rows = read(
        f"""
        select hospital_id, department, bed_capacity, occupied_beds, occupancy_percent
        from gold.kpi_bed_occupancy
        where bed_capacity is not null and {where.text}
        """,
        where.values,
    )
    return rows.assign(hospital=[choice.hospital_name(one) for one in rows["hospital_id"]])


def _glance(choice: Choice, beds: pd.DataFrame) -> None:
    where = choice.where(hospital="hospital_id", department="department", gender="gender")
    stays = one(
        f"""
        select
            count_if(admitted_at > dateadd(hour, -24, ?)) as admitted,
            count_if(discharged_at > dateadd(hour, -24, ?)) as discharged,
            count_if(is_currently_admitted and expected_discharge_at < ?) as overdue,
            median(iff(is_currently_admitted, datediff(minute, admitted_at, ?) / 60, null))
                as median_hours
        from gold.fact_patient_flow
        where has_admission and {where.text}
        """,
        (*[choice.as_of] * 4, *where.values),
    )
    occupied, capacity = beds["occupied_beds"].sum(), beds["bed_capacity"].sum()
    figures(
        [
            Figure("Beds occupied", f"{count(occupied)} of {count(capacity)}"),
            Figure(
                "Occupancy",
                percent(100 * occupied / capacity if capacity else None),
                "Occupied beds of all staffed beds.",
            ),
            Figure("Admissions, 24 h", count(stays["admitted"])),
            Figure("Discharges, 24 h", count(stays["discharged"])),
            Figure(
                "Overdue",
                count(stays["overdue"]),
                "Open stays whose expected discharge has passed.",
            ),
            Figure(
                "Median time in bed", hours(stays["median_hours"]), "Of the stays that are open."
            ),
        ]
    )


def _hospitals(beds: pd.DataFrame) -> None:
    if is_empty(beds, "No hospital with staffed beds: load a departments file."):
        return
    rows = beds.groupby("hospital", as_index=False)[["occupied_beds", "bed_capacity"]].sum()
    rows["share"] = 100 * rows["occupied_beds"] / rows["bed_capacity"]
    tip = [
        alt.Tooltip("hospital:N", title="Hospital"),
        alt.Tooltip("occupied_beds:Q", title="Occupied beds"),
        alt.Tooltip("bed_capacity:Q", title="Staffed beds"),
        alt.Tooltip("share:Q", title="Occupancy, %", format=".1f"),
    ]
    charts.draw(charts.bullet(rows, "hospital", "occupied_beds", "bed_capacity", tip))


def _departments(beds: pd.DataFrame) -> None:
    if is_empty(beds, "No department with staffed beds: load a departments file."):
        return
    tip = [
        alt.Tooltip("hospital:N", title="Hospital"),
        alt.Tooltip("department:N", title="Department"),
        alt.Tooltip("occupied_beds:Q", title="Occupied beds"),
        alt.Tooltip("bed_capacity:Q", title="Staffed beds"),
        alt.Tooltip("occupancy_percent:Q", title="Occupancy, %", format=".1f"),
    ]
    charts.draw(
        charts.heat(beds, "department", "hospital", "occupancy_percent", ".0f", tip, OCCUPANCY)
    )


def _census(choice: Choice, beds: pd.DataFrame) -> None:
    where = choice.where(hospital="hospital_id", department="department", at="census_at")
    rows = read(
        f"""
        select date_trunc('{_unit(choice)}', census_at) as at, avg(beds) as patients
        from (
            select census_at, sum(occupied_beds) as beds
            from gold.kpi_hourly_census
            where {where.text}
            group by census_at
        )
        group by at
        order by at
        """,
        where.values,
    )
    if is_empty(rows, "No stay in these days."):
        return
    tip = [
        alt.Tooltip("at:T", title="At (UTC)", format="%d %b %Y %H:%M"),
        alt.Tooltip("patients:Q", title="Patients", format=",.0f"),
    ]
    chart = timeline.line(rows, "at", "patients", "Patients in beds", tip)
    capacity = float(beds["bed_capacity"].sum())
    charts.draw(
        chart + timeline.rule(capacity, f"{capacity:,.0f} staffed beds") if capacity else chart
    )


def _movement(choice: Choice) -> None:
    unit = _unit(choice)
    parts = {"hospital": "hospital_id", "department": "department", "gender": "gender"}
    came, left = choice.where(**parts, at="admitted_at"), choice.where(**parts, at="discharged_at")
    rows = read(
        f"""
        select at, sum(arrivals) as arrivals, sum(discharges) as discharges
        from (
            select date_trunc('{unit}', admitted_at) as at, 1 as arrivals, 0 as discharges
            from gold.fact_patient_flow
            where has_admission and admitted_at <= ? and {came.text}
            union all
            select date_trunc('{unit}', discharged_at) as at, 0 as arrivals, 1 as discharges
            from gold.fact_patient_flow
            where discharged_at <= ? and {left.text}
        )
        group by at
        order by at
        """,
        (choice.as_of, *came.values, choice.as_of, *left.values),
    )
    if is_empty(rows, "Nobody came or went in these days."):
        return
    tip = [
        alt.Tooltip("at:T", title="From (UTC)", format="%d %b %Y %H:%M"),
        alt.Tooltip("arrivals:Q", title="Admissions"),
        alt.Tooltip("discharges:Q", title="Discharges"),
    ]
    charts.draw(
        timeline.up_and_down(
            rows, "at", ("arrivals", "Admissions"), ("discharges", "Discharges"), tip
        )
    )


def _overstays(choice: Choice) -> None:
    where = choice.where(hospital="hospital_id", department="department", gender="gender")
    rows = read(
        f"""
        select
            department,
            count(*) as stays,
            count_if(hours_past > 0) as overdue,
            median(iff(hours_past > 0, hours_past, null)) as median_hours,
            max(iff(hours_past > 0, hours_past, null)) as longest_hours
        from (
            select
                department, datediff(second, expected_discharge_at, ?) / 3600 as hours_past
            from gold.fact_patient_flow
            where is_currently_admitted and department is not null and {where.text}
        )
        group by department
        order by overdue desc
        """,
        (choice.as_of, *where.values),
    )
    if is_empty(rows, "No open stays."):
        return
    share = 100 * rows["overdue"] / rows["stays"]
    table(
        rows.assign(share=share),
        {
            "department": "Department",
            "stays": st.column_config.NumberColumn("Open stays", format="localized"),
            "overdue": st.column_config.NumberColumn("Past expected discharge", format="localized"),
            "share": st.column_config.ProgressColumn(
                "Share", format="%.0f %%", min_value=0, max_value=100
            ),
            "median_hours": st.column_config.NumberColumn("Median past", format="%.1f h"),
            "longest_hours": st.column_config.NumberColumn("Longest", format="%.1f h"),
        },
    )


def _unit(choice: Choice) -> str:
    """Hours while they can be told apart, else days."""
    until = choice.until or choice.as_of
    return "hour" if choice.since and (until - choice.since).days <= 7 else "day"


PAGE = Page(
    "Who is in which bed, and who comes and goes.",
    ("Hospital", "Department", "Gender", "Days"),
    "7 days",
    draw,
)
