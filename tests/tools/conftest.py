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
LOADED = ROOT / "tests" / "support" / "snow.py"

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


@pytest.fixture(scope="session")
def cli(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """The loaded CLI, with an empty home."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        "HOME": str(tmp_path_factory.mktemp("user")),
        "SNOWFLAKE_HOME": str(home),
        "SNOWFLAKE_DEFAULT_CONNECTION_NAME": "sandbox",
        "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
        "COLUMNS": "200",
    }
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", str(LOADED)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


@pytest.fixture
def snow(cli: subprocess.Popen[str], project: Path, tmp_path: Path) -> Snow:
    """Runs `snow` in the project; JSON output where it is asked for."""

    def run(*arguments: str, code: int = 0, parsed: bool = True) -> Any:
        stdout, stderr = tmp_path / "stdout", tmp_path / "stderr"
        command = {
            "arguments": [*arguments, *(["--format", "json"] if parsed else [])],
            "folder": str(project),
            "stdout": str(stdout),
            "stderr": str(stderr),
        }
        assert cli.stdin is not None
        assert cli.stdout is not None
        cli.stdin.write(json.dumps(command) + "\n")
        cli.stdin.flush()
        ended = int(cli.stdout.readline())
        shown = stdout.read_text() + stderr.read_text()
        assert ended == code, shown
        return json.loads(stdout.read_text()) if parsed else shown

    return run


def _sandbox(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "sandbox", *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
