"""Alerts: which thresholds are crossed, how badly, when and by whom."""

import altair as alt
import pandas as pd
import streamlit as st

from board import charts, timeline
from board.choice import Choice, Condition
from board.frame import Figure, Page, figures, is_empty, panel, table
from board.look import SEVERITY, count, words
from board.source import read

TOLD = {words(name): colour for name, colour in SEVERITY.items() if name != "NORMAL"}
MOST_PATIENTS, MOST_EPISODES = 12, 200

# An alert belongs to the stay the patient was in: the one admitted last before the window's end.
_PLACED = """
select
    alert.patient_id, alert.alert_type, alert.window_start, alert.severity, alert.breach_count,
    stay.hospital_id, stay.department, stay.gender
from gold.fact_alert as alert
left join gold.fact_patient_flow as stay
    on
        alert.patient_id = stay.patient_id
        and stay.has_admission
        and stay.admitted_at < dateadd(minute, 15, alert.window_start)
        and (stay.discharged_at is null or stay.discharged_at > alert.window_start)
where {days}
qualify row_number() over (
    partition by alert.patient_id, alert.alert_type, alert.window_start
    order by stay.admitted_at desc nulls last, stay.stay_key
) = 1
"""


def draw(choice: Choice) -> None:
    alerts = _alerts(choice)
    _glance(alerts)
    none = "No threshold was crossed in these days."
    with panel("Alerts by hour", "One alert is a patient, a type and a quarter of an hour."):
        if not is_empty(alerts, none):
            _hours(alerts)
    left, right = st.columns(2)
    with left, panel("By type"):
        if not is_empty(alerts, none):
            _types(alerts)
    with right, panel("Patients with most alerts"):
        if not is_empty(alerts, none):
            _patients(alerts)
    with panel("Episodes", "Windows that follow each other without a gap, the newest first."):
        _episodes(choice, alerts)


def _alerts(choice: Choice) -> pd.DataFrame:
    days = choice.where(at="alert.window_start")
    where = choice.where(hospital="hospital_id", department="department", gender="gender")
    high = Condition("severity in ('HIGH', 'CRITICAL')") if choice.high_risk_only else Condition()
    rows = read(
        f"select * from ({_PLACED.format(days=days.text)}) where {(where & high).text}",
        (*days.values, *where.values),
    )
    return rows.assign(
        type=rows["alert_type"].map(words),
        told=rows["severity"].map(words),
        hour=pd.to_datetime(rows["window_start"]).dt.floor("h"),
    )


def _glance(alerts: pd.DataFrame) -> None:
    by_severity = alerts["severity"].value_counts()
    figures(
        [
            Figure(
                "Alerts",
                count(len(alerts)),
                "A patient, a type and a quarter of an hour with a breach.",
            ),
            *(
                Figure(words(severity), count(by_severity.get(severity, 0)))
                for severity in ("CRITICAL", "HIGH", "MODERATE")
            ),
            Figure("Patients", count(alerts["patient_id"].nunique())),
            Figure(
                "Breaches",
                count(alerts["breach_count"].sum()),
                "Single readings beyond a threshold.",
            ),
        ]
    )


def _hours(alerts: pd.DataFrame) -> None:
    rows = alerts.groupby(["hour", "told"], as_index=False).agg(alerts=("type", "size"))
    tip = [
        alt.Tooltip("hour:T", title="Hour (UTC)", format="%d %b %Y %H:%M"),
        alt.Tooltip("told:N", title="Severity"),
        alt.Tooltip("alerts:Q", title="Alerts"),
    ]
    charts.draw(timeline.columns(rows, "hour", "alerts", "told", TOLD, "Alerts", tip, 200))


def _types(alerts: pd.DataFrame) -> None:
    rows = alerts.groupby(["type", "told"], as_index=False).agg(alerts=("type", "size"))
    tip = [
        alt.Tooltip("type:N", title="Type"),
        alt.Tooltip("told:N", title="Severity"),
        alt.Tooltip("alerts:Q", title="Alerts"),
    ]
    charts.draw(charts.shares(rows, "type", "alerts", "told", TOLD, "Alerts", tip))


def _patients(alerts: pd.DataFrame) -> None:
    most = alerts["patient_id"].value_counts().head(MOST_PATIENTS).index
    rows = alerts[alerts["patient_id"].isin(most)]
    rows = rows.groupby(["patient_id", "told"], as_index=False).agg(alerts=("type", "size"))
    tip = [
        alt.Tooltip("patient_id:N", title="Patient"),
        alt.Tooltip("told:N", title="Severity"),
        alt.Tooltip("alerts:Q", title="Alerts"),
    ]
    charts.draw(charts.shares(rows, "patient_id", "alerts", "told", TOLD, "Alerts", tip))


def _episodes(choice: Choice, alerts: pd.DataFrame) -> None:
    days = choice.where(at="ended_at")
    rows = read(
        f"""
        select patient_id, alert_type, started_at, ended_at, window_count, breach_count, severity,
            worst_value, worst_consciousness
        from gold.alert_episode
        where {days.text}
        order by
            ended_at desc, decode(severity, 'CRITICAL', 0, 'HIGH', 1, 2), patient_id, alert_type
        """,
        days.values,
    )
    rows = rows[rows["patient_id"].isin(set(alerts["patient_id"]))].head(MOST_EPISODES)
    if is_empty(rows, "No episode in these days."):
        return
    worst = [
        f"{value:g}" if pd.notna(value) else (level or "–")
        for value, level in zip(rows["worst_value"], rows["worst_consciousness"], strict=True)
    ]
    time = st.column_config.DatetimeColumn
    number = st.column_config.NumberColumn
    table(
        rows.assign(
            type=rows["alert_type"].map(words), told=rows["severity"].map(words), worst=worst
        ),
        {
            "told": "Severity",
            "type": "Type",
            "patient_id": "Patient",
            "started_at": time("First breach (UTC)", format="DD MMM YYYY, HH:mm"),
            "ended_at": time("Last breach (UTC)", format="DD MMM YYYY, HH:mm"),
            "window_count": number("Quarter hours"),
            "breach_count": number("Breaches", format="localized"),
            "worst": st.column_config.TextColumn(
                "Worst value", help="In the unit of the vital sign"
            ),
        },
        height=300,
    )


PAGE = Page(
    "Which thresholds are crossed, how badly, when and by whom.",
    ("Hospital", "Department", "Gender", "Days", "High risk"),
    "7 days",
    draw,
)
