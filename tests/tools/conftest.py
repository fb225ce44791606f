"""The tools as a user starts them, against a sandbox as a user starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector

ROOT = Path(__file__).resolve().parents[2]
SNOW = Path(sys.executable).parent / "snow"

Snow = Callable[..., Any]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a running sandbox."""
    folder = tmp_path_factory.mktemp("sandbox") / "box"
    _sandbox("up", "--dir", str(folder))
    yield folder
    _sandbox("down", "--dir", str(folder))


@pytest.fixture(scope="session")
def parameters(home: Path) -> dict[str, Any]:
    """What a client reads from the sandbox's connections.toml."""
    return tomllib.loads((home / "connections.toml").read_text())["sandbox"]


@pytest.fixture
def connection(parameters: dict[str, Any], request: pytest.FixtureRequest) -> Iterator[Any]:
    """The plain connector in a fresh schema named after the test."""
    schema = request.node.name.split("[")[0].upper()
    with snowflake.connector.connect(**parameters | {"schema": None}) as connected:
        connected.cursor().execute(f"create or replace schema {schema}")
        yield connected
        connected.cursor().execute(f"drop schema if exists {schema} cascade")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def snow(home: Path, project: Path, tmp_path: Path) -> Snow:
    """Runs `snow` in the project with an empty home; JSON output where it is asked for."""
    user = tmp_path / "user"
    user.mkdir()

    def run(*arguments: str, code: int = 0, parsed: bool = True) -> Any:
        environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(user),
            "SNOWFLAKE_HOME": str(home),
            "SNOWFLAKE_DEFAULT_CONNECTION_NAME": "sandbox",
            "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
            "COLUMNS": "200",
        }
        done = subprocess.run(
            [str(SNOW), *arguments, *(["--format", "json"] if parsed else [])],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert [file for file in user.rglob("*") if file.is_file()] == []
        return json.loads(done.stdout) if parsed else done.stdout + done.stderr

    return run


def _sandbox(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "sandbox", *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
