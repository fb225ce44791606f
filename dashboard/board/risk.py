"""Patients at risk: who is deteriorating, and one patient's vital signs against the thresholds.

The app runs with its owner's rights, so this page shows ids and clinical values, never a name.
"""

import altair as alt
import pandas as pd
import streamlit as st

from board import charts, timeline
from board.choice import GENDERS, Choice
from board.frame import Figure, Page, figures, is_empty, panel, table
from board.look import INK, RISK, SEVERITY, count, words
from board.source import read

# The stay in which a patient lies now; of several that are open, the one admitted last.
CURRENT_STAY = """
select patient_id, hospital_id, department, bed_id, gender, age
from gold.fact_patient_flow
where is_currently_admitted and patient_id is not null
qualify
    row_number() over (partition by patient_id order by admitted_at desc nulls last, stay_key) = 1
"""
SHOWN = 200
VITALS = {
    "HEART_RATE": ("heart_rate", "Heart rate, beats/min"),
    "OXYGEN_SATURATION": ("oxygen_saturation", "Oxygen saturation, %"),
    "SYSTOLIC_BP": ("systolic_bp", "Systolic blood pressure, mmHg"),
    "RESPIRATORY_RATE": ("respiratory_rate", "Respiratory rate, breaths/min"),
    "DIASTOLIC_BP": ("diastolic_bp", "Diastolic blood pressure, mmHg"),
    "TEMPERATURE": ("temperature_c", "Temperature, °C"),
}
READINGS_DRAWN = 1500


def draw(choice: Choice) -> None:
    patients = _patients(choice)
    _glance(patients)
    with panel(
        "Patients", f"The {SHOWN} at greatest risk. Choose a row to see the vital signs below."
    ):
        if is_empty(patients, "No patient with a reading matches these filters."):
            return
        chosen = _table(patients.head(SHOWN))
    _signs(patients.iloc[chosen])


def _patients(choice: Choice) -> pd.DataFrame:
    where = choice.where(
        hospital="stay.hospital_id", department="stay.department", gender="stay.gender"
    )
    only = "and risk.risk_group in ('CRITICAL', 'HIGH')" if choice.high_risk_only else ""
    rows = read(
        f"""
        select
            risk.patient_id, risk.risk_group, risk.recent_severity, risk.recent_news2_max,
            risk.latest_news2_score, risk.latest_news2_risk, risk.last_measured_at,
            round(60 * risk.hours_silent) as minutes_silent, risk.greatest_z_score,
            latest.heart_rate, latest.systolic_bp, latest.diastolic_bp, latest.oxygen_saturation,
            latest.respiratory_rate, latest.temperature_c, latest.consciousness,
            stay.hospital_id, stay.department, stay.bed_id, stay.gender, stay.age
        from gold.patient_risk_snapshot as risk
        inner join gold.patient_latest_vitals as latest
            on risk.patient_id = latest.patient_id
        left join ({CURRENT_STAY}) as stay
            on risk.patient_id = stay.patient_id
        where {where.text} {only}
        order by
            decode(risk.risk_group, 'CRITICAL', 0, 'HIGH', 1, 'ELEVATED', 2, 'UNKNOWN', 3, 4),
            risk.recent_news2_max desc nulls last,
            risk.greatest_z_score desc nulls last,
            risk.patient_id
        """,
        where.values,
    )
    pressure = [
        "–" if pd.isna(high) or pd.isna(low) else f"{high:.0f}/{low:.0f}"
        for high, low in zip(rows["systolic_bp"], rows["diastolic_bp"], strict=True)
    ]
    return rows.assign(
        hospital=[choice.hospital_name(one) for one in rows["hospital_id"]],
        group=rows["risk_group"].map(words),
        gender=rows["gender"].map(lambda one: GENDERS.get(one, "–")),
        pressure=pressure,
    )


def _glance(patients: pd.DataFrame) -> None:
    groups = patients["risk_group"].value_counts()
    news2 = patients["latest_news2_score"]
    figures(
        [
            Figure(
                "Critical",
                count(groups.get("CRITICAL", 0)),
                "A critical reading or NEWS2 of 7 in six hours.",
            ),
            Figure(
                "High",
                count(groups.get("HIGH", 0)),
                "A reading of severity high or NEWS2 of 5 in six hours.",
            ),
            Figure(
                "Elevated",
                count(groups.get("ELEVATED", 0)),
                "A moderate sign, or far from the usual.",
            ),
            Figure(
                "Stable",
                count(groups.get("STABLE", 0)),
                "Graded readings, and none of these signs.",
            ),
            Figure(
                "NEWS2 ≥ 7 now", count((news2 >= 7).sum()), "Emergency response by the RCP's chart."
            ),
            Figure("Monitored", count(len(patients))),
        ]
    )


def _table(patients: pd.DataFrame) -> int:
    """Draw the patients; the position of the chosen one, the first when none is."""
    number = st.column_config.NumberColumn
    event = table(
        patients.style.map(_coloured, subset=["group"]),
        {
            "group": st.column_config.TextColumn("Risk", width="small"),
            "patient_id": st.column_config.TextColumn("Patient", width="small"),
            "department": "Department",
            "bed_id": "Bed",
            "latest_news2_score": number("NEWS2 now", format="%d"),
            "recent_news2_max": number("NEWS2, 6 h", format="%d", help="Greatest of six hours"),
            "heart_rate": number("Heart rate", format="%.0f", help="Beats per minute"),
            "pressure": st.column_config.TextColumn("Pressure", help="Systolic/diastolic, mmHg"),
            "oxygen_saturation": number("SpO2", format="%.0f %%"),
            "respiratory_rate": number("Resp.", format="%.0f", help="Breaths per minute"),
            "temperature_c": number("Temp.", format="%.1f °C"),
            "consciousness": st.column_config.TextColumn(
                "ACVPU", help="Alert, confused, responds to voice, to pain, unresponsive"
            ),
            "age": number("Age", format="%d"),
            "gender": "Gender",
            "hospital": "Hospital",
            "minutes_silent": number("Silent", format="%d min", help="Since the newest reading"),
        },
        height=330,
        on_select="rerun",
        selection_mode="single-row",
        key="patients_at_risk",
    )
    rows = event.selection.rows
    return rows[0] if rows and rows[0] < len(patients) else 0


def _coloured(group: str) -> str:
    colour = RISK.get(group.upper(), "#FFFFFF")
    ink = "white" if group in ("Critical", "High") else INK
    return f"background-color: {colour}; color: {ink}; font-weight: 600"


def _signs(patient: pd.Series) -> None:
    readings = read(
        """
        select
            measured_at, heart_rate, systolic_bp, diastolic_bp, oxygen_saturation, respiratory_rate,
            temperature_c, news2_score, severity
        from gold.fact_vitals
        where patient_id = ? and measured_at is not null
        order by measured_at desc
        limit ?
        """,
        (patient["patient_id"], READINGS_DRAWN),
    )
    thresholds = read("select vital, side, threshold_value, severity from gold.vital_threshold")
    where = f"{patient['hospital']}, {patient['department']}, bed {patient['bed_id']}"
    with panel(f"Vital signs of {patient['patient_id']}", f"{where}. Dashed: thresholds."):
        if is_empty(readings, "No reading of this patient has a time."):
            return
        for first in range(0, len(VITALS), 3):
            for place, vital in zip(st.columns(3), list(VITALS)[first : first + 3], strict=True):
                with place:
                    charts.draw(
                        _sign(readings, thresholds[thresholds["vital"] == vital], *VITALS[vital])
                    )


def _sign(
    readings: pd.DataFrame, thresholds: pd.DataFrame, column: str, title: str
) -> alt.LayerChart:
    rows = readings[["measured_at", column, "severity"]].dropna(subset=[column])
    rows = rows.assign(told=rows["severity"].map(words))
    seen = [rows[column].min(), rows[column].max()]
    near = thresholds.assign(value=thresholds["threshold_value"].astype(float))
    margin = max((seen[1] - seen[0]) * 0.6, 5 if column != "temperature_c" else 0.6)
    near = near[near["value"].between(seen[0] - margin, seen[1] + margin)]
    scale = alt.Scale(
        zero=False, nice=True, domain=[min([*seen, *near["value"]]), max([*seen, *near["value"]])]
    )
    line = (
        alt.Chart(
            rows, height=190, title=alt.TitleParams(title, fontSize=13, anchor="start", color=INK)
        )
        .mark_line(interpolate="monotone", strokeWidth=1.6)
        .encode(
            x=alt.X("measured_at:T", title=None, axis=timeline.clock(rows["measured_at"])),
            y=alt.Y(f"{column}:Q", title=None, scale=scale, axis=alt.Axis(tickCount=5)),
            tooltip=[
                alt.Tooltip("measured_at:T", title="Measured (UTC)", format="%d %b %Y %H:%M:%S"),
                alt.Tooltip(f"{column}:Q", title=title, format=".1f"),
                alt.Tooltip("told:N", title="Severity of the reading"),
            ],
        )
    )
    limits = alt.Chart(near.assign(told=near["severity"].map(words)))
    rules = limits.mark_rule(strokeDash=[5, 4], strokeWidth=1.4).encode(
        y="value:Q", color=alt.Color("severity:N", legend=None, scale=_severity_scale())
    )
    names = limits.mark_text(align="left", dy=-5, fontSize=11).encode(
        x=alt.value(4),
        y="value:Q",
        text=alt.Text("told:N"),
        color=alt.Color("severity:N", legend=None, scale=_severity_scale()),
    )
    return rules + line + names


def _severity_scale() -> alt.Scale:
    return alt.Scale(domain=list(SEVERITY), range=list(SEVERITY.values()))


PAGE = Page(
    "Who is deteriorating: early warning scores and severity, the worst first.",
    ("Hospital", "Department", "Gender", "High risk"),
    "7 days",
    draw,
)
