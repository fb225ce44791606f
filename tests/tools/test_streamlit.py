"""`snow streamlit` deploys a one-page app; the sandbox keeps the object and its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.tool import written

APP = """
import streamlit as st

st.title("Beds")
"""
PROJECT = """
definition_version: 2
entities:
  beds:
    type: streamlit
    identifier: beds_app
    title: Beds
    query_warehouse: carefloe_wh
    main_file: streamlit_app.py
    artifacts: [streamlit_app.py]
"""


def test_an_app_is_deployed_updated_shown_and_dropped(snow: Any, project: Path) -> None:
    written(project, {"snowflake.yml": PROJECT, "streamlit_app.py": APP})
    deployed = snow("streamlit", "deploy", parsed=False)
    assert "#/streamlit-apps/CAREFLOE.PUBLIC.BEDS_APP" in deployed
    app = snow("streamlit", "list")
    assert [(row["name"], row["title"], row["query_warehouse"]) for row in app] == [
        ("BEDS_APP", "Beds", "carefloe_wh")
    ]
    live = "snow://streamlit/CAREFLOE.PUBLIC.BEDS_APP/versions/live/"
    listed = snow("sql", "-q", f"ls '{live}'")
    assert [(row["name"], row["size"]) for row in listed] == [
        ("/versions/live/streamlit_app.py", len(APP))
    ]
    longer = APP + "st.write('none')\n"
    written(project, {"streamlit_app.py": longer, "snowflake.yml": PROJECT + "    comment: new\n"})
    snow("streamlit", "deploy", "--replace", parsed=False)
    assert [row["size"] for row in snow("sql", "-q", f"ls '{live}'")] == [len(longer)]
    described = snow("streamlit", "describe", "beds_app")
    row = described[0] if isinstance(described, list) else described
    assert (row["main_file"], row["comment"]) == ("streamlit_app.py", "new")
    snow("streamlit", "drop", "beds_app")
