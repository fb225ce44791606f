"""A sandbox filled by the demo, an empty one, and the app as its reader meets it."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
import tomlkit
from streamlit.testing.v1 import AppTest
from support.account import deployed_project

ROOT = Path(__file__).parents[2]
SIZE = ("--events", "3000", "--patients", "400", "--readings", "6000")

Parameters = dict[str, Any]
Shown = Callable[..., AppTest]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a running sandbox, filled through the real path."""
    folder = tmp_path_factory.mktemp("dashboard")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SNOWFLAKE", "KAFKA"))}
    done = subprocess.run(
        [sys.executable, "-m", "sandbox.demo", *SIZE, "--dir", str(folder)],
        env=environment | {"MAKEFLAGS": f"BIN={Path(sys.executable).parent} -o install"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    yield folder
    subprocess.run(
        [sys.executable, "-m", "sandbox", "down", "--dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )


@pytest.fixture(scope="session")
def account(folder: Path) -> Parameters:
    """How the filled account is reached."""
    return dict(tomllib.loads((folder / "connections.toml").read_text())["sandbox"])


@pytest.fixture(scope="session")
def query(account: Parameters) -> Iterator[Callable[[str], Any]]:
    """Ask the filled account for one value."""
    with snowflake.connector.connect(**account) as connection:
        yield lambda text: connection.cursor().execute(text).fetchall()[0][0]


@pytest.fixture(scope="session")
def empty_account() -> Iterator[Parameters]:
    """An account with every object and no row."""
    with deployed_project() as project:
        yield {
            name: getattr(project.connection, name)
            for name in ("host", "port", "account", "user", "database", "schema")
        } | {"password": "sandbox", "protocol": "http"}


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Open a page of the app on an account, in this process."""

    def open_page(page: str, account: Parameters, **session_state: object) -> AppTest:
        # Streamlit changes it for the whole process, and so for other tests' connections.
        monkeypatch.setattr(snowflake.connector, "paramstyle", snowflake.connector.paramstyle)
        monkeypatch.setenv("SNOWFLAKE_DEFAULT_CONNECTION_NAME", "app")
        monkeypatch.setenv("SNOWFLAKE_CONNECTIONS", tomlkit.dumps({"app": account}))
        app = AppTest.from_function(_page, kwargs={"name": page}, default_timeout=60)
        for name, value in session_state.items():
            app.session_state[name] = value
        return app.run()

    return open_page


def _page(name: str) -> None:
    from importlib import import_module

    import streamlit as st
    from board.frame import show

    st.cache_data.clear()
    st.cache_resource.clear()
    show(name, import_module(f"board.{name}").PAGE)
    try:
        connection = st.connection("snowflake")
    except Exception:  # noqa: BLE001 - the page has told it
        return
    # An account that is gone would keep the process waiting at its end.
    connection.session().close()
    connection.raw_connection.close()
