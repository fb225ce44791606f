"""Carefloe's dashboard: the same app in Snowflake, with its owner's rights, and on a laptop."""

import streamlit as st
from board import alerts, data_quality, money, now, pipeline, quality, risk
from board.frame import show
from board.look import dress

st.set_page_config(page_title="Carefloe", page_icon=":material/monitor_heart:", layout="wide")
dress()

PAGES = {
    "Wards": [
        ("Now", "now", ":material/bed:", now.PAGE),
        ("Patients at risk", "risk", ":material/vital_signs:", risk.PAGE),
        ("Alerts", "alerts", ":material/notifications_active:", alerts.PAGE),
    ],
    "Outcomes": [
        ("Quality of care", "quality", ":material/healing:", quality.PAGE),
        ("Money", "money", ":material/payments:", money.PAGE),
    ],
    "Operations": [
        ("Data quality", "data-quality", ":material/rule:", data_quality.PAGE),
        ("Pipeline", "pipeline", ":material/account_tree:", pipeline.PAGE),
    ],
}

navigation = st.navigation(
    {
        section: [
            st.Page(
                lambda page=page, title=title: show(title, page),
                title=title,
                url_path=path,
                icon=icon,
                default=path == "now",
            )
            for title, path, icon, page in pages
        ]
        for section, pages in PAGES.items()
    }
)
navigation.run()
