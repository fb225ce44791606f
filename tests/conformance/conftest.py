"""Cases run on a sandbox of their own; with CONFORMANCE_CONNECTION=name on that account as well.

`make conformance CONNECTION=name` sets it. At the end stands where the two differ.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator, Iterator
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.errors import ProgrammingError
from support.conformance import Account, fresh_schema, is_unsupported
from support.staff import Staff

from sandbox.service import Warehouse

SANDBOX = "sandbox"
CONNECTION = os.environ.get("CONFORMANCE_CONNECTION", "")
DEFAULTS = {
    "TIMEZONE": "UTC",
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
    "WEEK_START": 0,
    "WEEK_OF_YEAR_POLICY": 0,
    "QUOTED_IDENTIFIERS_IGNORE_CASE": False,
    "ERROR_ON_NONDETERMINISTIC_MERGE": True,
}
"""What cases count on, whatever an account's administrator has set: UTC, and Snowflake's defaults.

https://docs.snowflake.com/en/sql-reference/parameters
"""
PLACES = [SANDBOX, *([CONNECTION] if CONNECTION else [])]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "place" in metafunc.fixturenames:
        here = metafunc.definition.get_closest_marker("sandbox_only")
        metafunc.parametrize("place", PLACES[:1] if here else PLACES, scope="session")


@pytest.fixture(scope="session")
def parameters(place: str) -> Iterator[dict[str, Any]]:
    """Arguments of `snowflake.connector.connect`, the database of the cases among them."""
    if place == SANDBOX:
        with Warehouse() as warehouse:
            warehouse.account.create_database("CONFORMANCE")
            yield warehouse.connection_parameters | {"database": "CONFORMANCE"}
    else:
        with snowflake.connector.connect(connection_name=place) as connection:
            database = connection.database
        if not database:
            pytest.exit(
                f"The connection {place} names no database: set one in connections.toml.", 2
            )
        yield {
            "connection_name": place,
            "database": database,
            "session_parameters": DEFAULTS,
        }


@pytest.fixture
def account(parameters: dict[str, Any]) -> Iterator[Account]:
    """A session in a fresh schema."""
    with fresh_schema(parameters, parameters["database"]) as account:
        yield account


@pytest.fixture
def staff(account: Account) -> Iterator[Staff]:
    """Roles and users of the case."""
    with Staff(account) as staff:
        yield staff


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A refused case passes on the sandbox by the sandbox's own error, and by nothing else."""
    case = pyfuncitem.get_closest_marker("documented")
    refused = case is not None and case.kwargs["status"] == "refused"
    if not refused or pyfuncitem.callspec.params["place"] != SANDBOX:
        return (yield)
    try:
        yield
    except ProgrammingError as error:
        if is_unsupported(error):
            return True
        raise
    pytest.fail(f"the sandbox runs {case.kwargs['statement']!r}, which is marked as refused")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Where the sandbox and the account had different outcomes."""
    if not CONNECTION:
        return
    outcomes: dict[str, dict[str, str]] = defaultdict(dict)
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            name = report.nodeid
            place = next((p for p in PLACES if p in name.rpartition("[")[2].strip("]")), None)
            if place and (outcome != "passed" or report.when == "call"):
                outcomes[name.replace(place, "*")][place] = outcome
    differing = {n: o for n, o in outcomes.items() if len(set(o.values())) > 1}
    terminalreporter.section(f"sandbox beside {CONNECTION}")
    terminalreporter.write_line(f"{len(outcomes)} cases, {len(differing)} with different outcomes")
    for name, by_place in sorted(differing.items()):
        words = ", ".join(f"{place}: {outcome}" for place, outcome in by_place.items())
        terminalreporter.write_line(f"{name}: {words}")
