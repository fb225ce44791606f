"""Data quality: what was repaired, what is missing, what was rejected, and that nothing is lost."""

import altair as alt
import pandas as pd
import streamlit as st

from board import charts, timeline
from board.choice import Choice
from board.frame import Figure, Page, figures, is_empty, panel, table
from board.look import ORANGE, VERMILLION, count, words
from board.source import read


def draw(choice: Choice) -> None:
    balance = read(
        """
        select source, raw_rows, silver_rows, duplicate_rows, rejected_rows, pending_rows,
            unexplained_rows
        from ops.reconciliation
        order by raw_rows desc
        """
    )
    flags = read("select source, flag, row_count, share_percent from ops.dq_flag_count")
    _glance(balance, flags)
    with panel(
        "Where every row is",
        "Raw rows = silver + duplicates + rejected + pending, each counted on its own.",
    ):
        _balance(balance)
    left, right = st.columns(2)
    with (
        left,
        panel("Repairs and flags", "Rows of silver that carry a flag; a row may carry several."),
    ):
        _flags(flags)
    with right, panel("Rejected rows", "What could not be read is kept with its reason."):
        _rejected()
    left, right = st.columns(2)
    with left, panel("Completeness of vital signs", "Share of readings that have the value."):
        _completeness()
    with (
        right,
        panel(
            "Late arrivals",
            "Share of a day's events that reached the broker more than five minutes late.",
        ),
    ):
        _late(choice)
    with panel(
        "Hours unlike their weekday's hour",
        "Held against the same weekday and hour of up to four weeks.",
    ):
        _anomalies()


def _glance(balance: pd.DataFrame, flags: pd.DataFrame) -> None:
    lost = balance["unexplained_rows"].sum()
    flagged = flags[flags["flag"] != "CLEAN"]["row_count"].sum()
    silver = balance["silver_rows"].sum()
    figures(
        [
            Figure("Rows received", count(balance["raw_rows"].sum())),
            Figure("In silver", count(silver)),
            Figure(
                "Duplicates",
                count(balance["duplicate_rows"].sum()),
                "Deliveries of what was there.",
            ),
            Figure("Rejected", count(balance["rejected_rows"].sum())),
            Figure(
                "Flags per 1,000 rows",
                f"{1000 * flagged / silver:,.1f}" if silver else "–",
                "Repairs and oddities found in what is in silver.",
            ),
            Figure("Unexplained", count(lost), "Must be 0: a row that is nowhere."),
        ]
    )


def _balance(balance: pd.DataFrame) -> None:
    if is_empty(balance, "Nothing has arrived yet."):
        return
    shown = balance.assign(
        source=balance["source"].map(words),
        holds=["Balanced" if lost == 0 else "Rows missing" for lost in balance["unexplained_rows"]],
    )
    number = st.column_config.NumberColumn
    table(
        shown,
        {
            "source": "Source",
            "raw_rows": number("Received", format="localized"),
            "silver_rows": number("In silver", format="localized"),
            "duplicate_rows": number("Duplicates", format="localized"),
            "rejected_rows": number("Rejected", format="localized"),
            "pending_rows": number("Pending", format="localized"),
            "unexplained_rows": number("Unexplained", format="localized"),
            "holds": "State",
        },
    )


def _flags(flags: pd.DataFrame) -> None:
    rows = flags[flags["flag"] != "CLEAN"].nlargest(14, "row_count")
    if is_empty(rows, "No row needed a repair."):
        return
    rows = rows.assign(told=_with_source(rows, "flag"))
    tip = [
        alt.Tooltip("told:N", title="Flag"),
        alt.Tooltip("row_count:Q", title="Rows", format=",d"),
        alt.Tooltip("share_percent:Q", title="Of the source's rows, %", format=".2f"),
    ]
    charts.draw(charts.bars(rows, "told", "row_count", "Rows", tip, ORANGE))


def _rejected() -> None:
    rows = read("select source, reason, row_count from ops.rejection")
    if is_empty(rows, "Everything could be read."):
        return
    rows = rows.assign(told=_with_source(rows, "reason"))
    tip = [
        alt.Tooltip("told:N", title="Reason"),
        alt.Tooltip("row_count:Q", title="Rows", format=",d"),
    ]
    charts.draw(
        charts.bars(rows.nlargest(14, "row_count"), "told", "row_count", "Rows", tip, VERMILLION)
    )


def _with_source(rows: pd.DataFrame, column: str) -> pd.Series:
    """Each value in words with its source behind it: "Missing time (vitals)"."""
    return rows[column].map(words) + " (" + rows["source"].map(words).str.lower() + ")"


def _completeness() -> None:
    rows = read(
        """
        select column_name, null_count, completeness_percent, impossible_count
        from ops.vitals_quality
        where row_count > 0
        """
    )
    if is_empty(rows, "No reading has arrived yet."):
        return
    rows = rows.assign(told=rows["column_name"].str.lower().map(words))
    tip = [
        alt.Tooltip("told:N", title="Column"),
        alt.Tooltip("completeness_percent:Q", title="Complete, %", format=".2f"),
        alt.Tooltip("null_count:Q", title="Missing", format=",d"),
        alt.Tooltip("impossible_count:Q", title="Of them impossible values", format=",d"),
    ]
    charts.draw(charts.bars(rows, "told", "completeness_percent", "Percent", tip, number=".1f"))


def _late(choice: Choice) -> None:
    where = choice.where(at="calendar_date")
    rows = read(
        f"""
        select source, calendar_date, event_count, late_percent, p95_delay_seconds
        from ops.late_arrival
        where {where.text}
        order by calendar_date
        """,
        where.values,
    )
    if is_empty(rows, "No event in these days."):
        return
    rows = rows.assign(
        told=rows["source"].map(words), calendar_date=pd.to_datetime(rows["calendar_date"])
    )
    tip = [
        alt.Tooltip("told:N", title="Source"),
        alt.Tooltip("calendar_date:T", title="Day", format="%d %b %Y"),
        alt.Tooltip("event_count:Q", title="Events", format=",d"),
        alt.Tooltip("late_percent:Q", title="Late, %", format=".2f"),
        alt.Tooltip("p95_delay_seconds:Q", title="95th percentile of the delay, s", format=",.0f"),
    ]
    charts.draw(timeline.line(rows, "calendar_date", "late_percent", "Late, %", tip, kind="told"))


def _anomalies() -> None:
    rows = read(
        """
        select source, hour_start, row_count, expected_count, anomaly
        from ops.volume_anomaly
        where anomaly <> 'NONE'
        order by hour_start desc
        limit 50
        """
    )
    if is_empty(rows, "Every hour was like its weekday's hour before."):
        return
    table(
        rows.assign(told=rows["source"].map(words), what=rows["anomaly"].map(words)),
        {
            "hour_start": st.column_config.DatetimeColumn(
                "Hour (UTC)", format="DD MMM YYYY, HH:mm"
            ),
            "told": "Source",
            "what": "Unlike how",
            "row_count": st.column_config.NumberColumn("Rows", format="localized"),
            "expected_count": st.column_config.NumberColumn("Usual", format="%.1f"),
        },
        height=250,
    )


PAGE = Page(
    "What was repaired, what is missing, and that no row is lost.", ("Days",), "90 days", draw
)
