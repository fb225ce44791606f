"""Every page of the dashboard by Streamlit's own test: what it shows is what the account holds."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import Parameters, Shown

pytestmark = pytest.mark.slow

PAGES = ("now", "risk", "alerts", "quality", "money", "data_quality", "pipeline")


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
