"""Every page of the dashboard: in Streamlit's own test, and as a reader meets it in a browser.

One file, so that one worker fills one account for all of it.
"""

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
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import ROOT, Parameters, Shown

pytestmark = pytest.mark.slow

PAGES = ("now", "risk", "alerts", "quality", "money", "data_quality", "pipeline")
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


in_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is needed: apt-get install chromium, as .ci/run does"
)


def number(app: AppTest, label: str) -> str:
    return next(metric.value for metric in app.metric if metric.label == label)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_with_numbers_and_without_errors(
    open_page: Shown, account: Parameters, page: str
) -> None:
    app = open_page(page, account)

    assert not app.exception
    assert not app.error
    assert len(app.metric) == 6
    untold = {metric.label for metric in app.metric if metric.value in ("–", "nan", "")}
    assert untold <= {"Back within 30 days"}  # the demo's days are not over 30
    assert app.header[0].value == page


def test_now_counts_the_open_stays_and_the_beds(
    open_page: Shown, account: Parameters, query: Callable[[str], Any]
) -> None:
    open_stays = query(
        """
        select count(*) from gold.fact_patient_flow
        where is_currently_admitted and hospital_id is not null and department_key in
            (select department_key from gold.dim_department where bed_capacity is not null)
        """
    )
    beds = query("select sum(bed_capacity) from gold.dim_department")

    app = open_page("now", account)

    assert number(app, "Beds occupied") == f"{open_stays:,} of {beds:,}"
    assert number(app, "Occupancy") == f"{100 * open_stays / beds:.1f} %"


def test_a_hospital_chosen_narrows_every_number_to_it(
    open_page: Shown, account: Parameters, query: Callable[[str], Any]
) -> None:
    in_h3 = query(
        "select count(*) from gold.fact_patient_flow where is_currently_admitted"
        " and hospital_id = 'H3'"
    )
    admitted = query(
        """
        select count(*) from gold.fact_patient_flow cross join gold.as_of
        where hospital_id = 'H3' and has_admission
            and admitted_at > dateadd(hour, -24, as_of.as_of)
        """
    )

    app = open_page("now", account, **{"chosen_Hospital": ["H3"]})

    assert number(app, "Beds occupied").startswith(f"{in_h3:,} of ")
    assert number(app, "Admissions, 24 h") == f"{admitted:,}"


def test_gender_narrows_what_comes_and_goes(
    open_page: Shown, account: Parameters, query: Callable[[str], Any]
) -> None:
    women = query(
        """
        select count(*) from gold.fact_patient_flow cross join gold.as_of
        where gender = 'F' and has_admission
            and admitted_at > dateadd(hour, -24, as_of.as_of)
        """
    )

    app = open_page("now", account, **{"chosen_Gender": ["F"]})

    assert number(app, "Admissions, 24 h") == f"{women:,}"


def test_high_risk_only_leaves_the_critical_and_the_high(
    open_page: Shown, account: Parameters, query: Callable[[str], Any]
) -> None:
    high = query(
        "select count(*) from gold.patient_risk_snapshot where risk_group in ('CRITICAL', 'HIGH')"
    )

    app = open_page("risk", account, **{"chosen_High risk only": True})

    assert number(app, "Monitored") == f"{high:,}"
    assert number(app, "Stable") == "0"
    assert set(app.dataframe[0].value["group"]) <= {"Critical", "High"}


def test_patient_pages_show_no_name_and_no_address(open_page: Shown, account: Parameters) -> None:
    columns = {
        column
        for page in ("risk", "alerts")
        for table in open_page(page, account).dataframe
        for column in table.value
    }

    assert "patient_id" in columns
    assert not columns & {"first_name", "last_name", "address", "birth_date", "zip_code", "city"}


def test_data_quality_shows_that_every_row_is_somewhere(
    open_page: Shown, account: Parameters, query: Callable[[str], Any]
) -> None:
    received = query("select sum(raw_rows) from ops.reconciliation")

    app = open_page("data_quality", account)

    assert number(app, "Rows received") == f"{received:,}"
    assert number(app, "Unexplained") == "0"


def test_money_shows_what_was_charged(
    open_page: Shown, account: Parameters, query: Callable[[str], Any]
) -> None:
    claims = query("select count(distinct claim_id) from silver.claim")

    app = open_page("money", account)

    assert number(app, "Claims") == f"{claims:,}"


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_account_is_told_in_words(
    open_page: Shown, empty_account: Parameters, page: str
) -> None:
    app = open_page(page, empty_account)

    assert not app.exception
    assert not app.error
    assert "No events have arrived yet" in app.info[0].value


def test_an_account_that_does_not_answer_is_told_with_the_next_step(
    open_page: Shown, account: Parameters
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = account | {"port": closed.getsockname()[1], "login_timeout": 2}

    app = open_page("now", nobody)

    assert not app.exception
    assert "The account does not answer" in app.error[0].value
    assert "python -m sandbox status" in app.error[0].value


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


@in_browser
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


@in_browser
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


@in_browser
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
