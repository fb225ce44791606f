"""How everything looks: one palette, one chart theme, numbers with their units, names in words.

The colours are Okabe and Ito's, which people with any of the usual kinds of colour blindness can
tell apart (https://jfly.uni-koeln.de/color/). Severity differs in lightness too, and is always
written out beside its colour.
"""

import altair as alt
import pandas as pd
import streamlit as st

INK, MUTED, GRID, QUIET = "#1B2A41", "#5B6B82", "#E3E8EF", "#C9D3DF"
BLUE, SKY, GREEN, ORANGE, VERMILLION, PURPLE = (
    "#0072B2",
    "#56B4E9",
    "#009E73",
    "#E69F00",
    "#D55E00",
    "#CC79A7",
)
CATEGORIES = [BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, "#8A94A6"]
SEVERITY = {"NORMAL": "#AEBBC9", "MODERATE": ORANGE, "HIGH": VERMILLION, "CRITICAL": "#7A0C2E"}
RISK = {
    "STABLE": SEVERITY["NORMAL"],
    "ELEVATED": SEVERITY["MODERATE"],
    "HIGH": SEVERITY["HIGH"],
    "CRITICAL": SEVERITY["CRITICAL"],
    "UNKNOWN": "#FFFFFF",
}
STATE = {"SUCCEEDED": GREEN, "FAILED": VERMILLION, "EXECUTING": BLUE, "SKIPPED": QUIET}

# Only what Streamlit has no setting for; the rest is .streamlit/config.toml.
_STYLE = """
<style>
  .block-container {padding-top: 2.2rem; padding-bottom: 3rem; max-width: 1500px;}
  [data-testid="stMetricValue"] {font-variant-numeric: tabular-nums; font-size: 1.5rem;}
  [data-testid="stMetricLabel"] p {color: #5B6B82;}
  .as-of {color: #5B6B82; text-align: right; padding-top: .6rem; line-height: 1.35;}
  .panel-title {font-weight: 600; line-height: 1.3; margin-bottom: .35rem;}
  .panel-title span {font-weight: 400; color: #5B6B82; font-size: .875rem; display: block;}
</style>
"""


def dress() -> None:
    """Set the chart theme and the few styles that every page uses."""
    alt.themes.register("carefloe", chart_theme)
    alt.themes.enable("carefloe")
    st.markdown(_STYLE, unsafe_allow_html=True)


def chart_theme() -> dict[str, dict[str, object]]:
    """Colours, axes and fonts of every chart, as a Vega-Lite theme."""
    axis = {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "labelLimit": 220,
    }
    return {
        "config": {
            "font": '"Source Sans", "Source Sans Pro", sans-serif',
            "view": {"stroke": None},
            "range": {"category": CATEGORIES},
            "axis": axis,
            "legend": {"labelColor": MUTED, "title": None, "orient": "top", "labelFontSize": 12},
            "bar": {"color": BLUE, "cornerRadiusEnd": 2},
            "line": {"color": BLUE, "strokeWidth": 2},
            "text": {"color": INK, "fontSize": 12.5},
            "header": {"labelColor": INK, "labelFontSize": 13, "title": None},
        }
    }


def words(code: str | None) -> str:
    """RESPIRATORY_RATE_HIGH as `Respiratory rate high`; what is not known as `Unknown`."""
    if code is None or pd.isna(code):
        return "Unknown"
    text = code.replace("_", " ").replace("-", " ").strip()
    text = text.lower().capitalize() if text.isupper() or text.islower() else text
    for short in ("Bp", "bp"):
        text = text.replace(f"{short} ", "BP ") if f"{short} " in f"{text} " else text
    return text.replace(" bp", " BP").replace("News2", "NEWS2").replace("Dq ", "DQ ")


def count(number: float | None) -> str:
    """12345 as `12,345`; nothing as a dash."""
    return "–" if number is None or pd.isna(number) else f"{number:,.0f}"


def percent(number: float | None) -> str:
    """93.46 as `93.5 %`."""
    return "–" if number is None or pd.isna(number) else f"{number:,.1f} %"


def hours(number: float | None) -> str:
    """Hours as `5.2 h`, from two days on as `3.4 days`."""
    if number is None or pd.isna(number):
        return "–"
    return f"{number:,.1f} h" if abs(number) < 48 else f"{number / 24:,.1f} days"


def dollars(number: float | None) -> str:
    """1234567 as `$1.23 M`."""
    if number is None or pd.isna(number):
        return "–"
    for size, unit in ((1e9, " B"), (1e6, " M"), (1e3, " k")):
        if abs(number) >= size:
            return f"${number / size:,.2f}{unit}"
    return f"${number:,.0f}"


def moment(at: object) -> str:
    """A time as `26 Dec 2021, 21:32 UTC`."""
    return "–" if at is None or pd.isna(at) else f"{pd.Timestamp(at):%d %b %Y, %H:%M} UTC"
