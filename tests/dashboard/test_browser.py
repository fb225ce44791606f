"""The dashboard in a real browser: it opens, it follows live, and it looks as it should."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.dashboard.conftest import ROOT, Parameters

CHROMIUM = shutil.which("chromium")
TITLES = {
    "": "Now",
    "risk": "Patients at risk",
    "alerts": "Alerts",
    "quality": "Quality of care",
    "money": "Money",
    "data-quality": "Data quality",
    "pipeline": "Pipeline",
}
SECONDS = 60_000
"""Patience of a busy machine, in milliseconds; how fast pages open is measured elsewhere."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is needed: apt-get install chromium, as .ci/run does"
    ),
]


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The app, served as `make dashboard` does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SNOWFLAKE")}
    environment |= {
        "SNOWFLAKE_HOME": str(folder),
        "SNOWFLAKE_DEFAULT_CONNECTION_NAME": "sandbox",
        "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
    }
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    app = subprocess.Popen(
        [*command, "--server.headless", "true", "--server.port", str(port)],
        env=environment,
        cwd=ROOT / "dashboard",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert time.monotonic() < deadline, "the app did not start"
        time.sleep(0.2)
    yield f"http://127.0.0.1:{port}"
    app.terminate()
    app.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(SECONDS)
    yield page
    page.close()


def figure(page: Page, label: str) -> str:
    """The number under this label."""
    metric = page.get_by_test_id("stMetric").filter(has_text=label)
    return str(metric.get_by_test_id("stMetricValue").inner_text())


@pytest.mark.parametrize("path", TITLES)
def test_a_page_opens_and_shows_no_column_names(page: Page, address: str, path: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(f"{address}/{path}")
    expect(page.get_by_role("heading", name=TITLES[path], exact=True)).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(6)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)

    icons = page.get_by_test_id("stIconMaterial")
    icons.evaluate_all("icons => icons.forEach(icon => icon.remove())")  # their names are text
    told = page.get_by_test_id("stMain").inner_text()
    assert not [word for word in told.split() if "_" in word.strip("_")]
    assert page.get_by_test_id("stException").count() == 0
    assert not errors


def test_a_filter_is_chosen_with_the_mouse_and_kept_on_the_next_page(
    page: Page, address: str, query: Callable[[str], Any]
) -> None:
    in_h1 = query(
        "select count(*) from gold.fact_patient_flow where is_currently_admitted"
        " and hospital_id = 'H1'"
    )
    name = query("select hospital_name from gold.dim_hospital where hospital_id = 'H1' limit 1")
    page.goto(address)

    page.get_by_test_id("stSidebar").get_by_label("Hospital").click()
    page.get_by_role("option", name=name).click()

    expect(page.get_by_test_id("stMetric").first).to_contain_text(f"{in_h1} of ")
    page.get_by_role("link", name="Alerts").click()
    expect(page.get_by_role("heading", name="Alerts", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_contain_text(name)


def test_the_page_follows_live_what_the_account_learns(
    page: Page, address: str, account: Parameters
) -> None:
    page.goto(address)
    expect(page.get_by_test_id("stMetric")).to_have_count(6)
    before = int(figure(page, "Beds occupied").split(" of ")[0].replace(",", ""))
    page.get_by_test_id("stSidebar").get_by_text("Follow live").click()

    with snowflake.connector.connect(**account) as connection:
        connection.cursor().execute(
            """
            insert into gold.fact_patient_flow
            select * replace ('live' as stay_key) from gold.fact_patient_flow
            where is_currently_admitted and hospital_id = 'H1' and department = 'Surgery'
            limit 1
            """
        )
        try:
            more = page.get_by_test_id("stMetric").first
            expect(more).to_contain_text(f"{before + 1:,} of ", timeout=SECONDS)
        finally:
            connection.cursor().execute(
                "delete from gold.fact_patient_flow where stay_key = 'live'"
            )
