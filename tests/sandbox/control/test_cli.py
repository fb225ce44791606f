"""`python -m sandbox` as a user types it, with real processes."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector

from sandbox.kafka.folder import FolderLock
from sandbox.process import Service

ROOT = Path(__file__).resolve().parents[3]


def sandbox(*arguments: str, seconds: float = 90) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "sandbox", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )


def plain(result: subprocess.CompletedProcess[str]) -> str:
    return " ".join((result.stdout + result.stderr).split())


def connected(home: Path) -> Any:
    settings = tomllib.loads((home / "connections.toml").read_text())["sandbox"]
    return snowflake.connector.connect(**settings)


def execute(home: Path, *statements: str) -> list[tuple[Any, ...]]:
    with connected(home) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())


def kill(home: Path) -> None:
    for name in ("warehouse", "kafka"):
        running = Service(name, home).running()
        if running is not None:
            os.kill(running.pid, signal.SIGKILL)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "box"
    kill(tmp_path / "box")


PIPELINE = (
    "create schema ops",
    "create table ops.source(id int)",
    "create table ops.target(id int)",
    "create stream ops.source_stream on table ops.source append_only = true",
    "create task ops.load warehouse = care_wh suspend_task_after_num_failures = 3 "
    "when system$stream_has_data('source_stream') "
    "as insert into ops.target select id from ops.source_stream",
    "alter task ops.load resume",
)


def test_up_status_settle_down_and_the_data_stay(home: Path) -> None:
    started = sandbox("up", "--dir", str(home), "--trigger-interval", "0.05")
    assert started.returncode == 0, plain(started)
    assert "no authentication" in plain(started)
    for name in ("connections.toml", "config.toml", "env"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    kafka = Service("kafka", home).running()
    assert kafka is not None
    assert (home / "env").read_text() == (
        f"export SNOWFLAKE_HOME={home}\n"
        "export SNOWFLAKE_DEFAULT_CONNECTION_NAME=sandbox\n"
        "export SNOWFLAKE_DISABLE_PLATFORM_DETECTION=true\n"
        f"export KAFKA_BOOTSTRAP_SERVERS={kafka.address}\n"
    )
    execute(home, *PIPELINE, "insert into ops.source values (1), (2)")
    settled = sandbox("settle", "--dir", str(home), "--timeout", "30")
    assert (settled.returncode, plain(settled)[:8]) == (0, "Settled:"), plain(settled)
    assert execute(home, "select id from ops.target order by id") == [(1,), (2,)]

    again = sandbox("up", "--dir", str(home))
    assert again.returncode == 0
    assert f"kafka: runs at {kafka.address}" in plain(again)

    execute(home, "alter task ops.load suspend", "insert into ops.source values (3)")
    shown = plain(sandbox("status", "--dir", str(home)))
    assert f"kafka │ {kafka.address}" in shown
    assert "CAREFLOE.OPS.SOURCE_STREAM │ 1" in shown
    assert "CAREFLOE.OPS.LOAD │ suspended │ SUCCEEDED" in shown

    assert plain(sandbox("down", "--dir", str(home))) == "warehouse: stopped kafka: stopped"
    assert sandbox("status", "--dir", str(home)).returncode == 1
    repeated = sandbox("down", "--dir", str(home))
    assert (repeated.returncode, plain(repeated)) == (
        0,
        "warehouse: was not running kafka: was not running",
    )

    assert sandbox("up", "--dir", str(home)).returncode == 0
    assert Service("kafka", home).running().address == kafka.address  # type: ignore[union-attr]
    assert execute(home, "select id from ops.target order by id") == [(1,), (2,)]
    assert execute(home, "select count(*) from ops.source_stream") == [(1,)]
    history = "select name, state from table(information_schema.task_history())"
    assert execute(home, history) == [("LOAD", "SUCCEEDED")]


def test_after_a_kill_data_streams_and_tasks_are_there_and_tasks_go_on(home: Path) -> None:
    assert sandbox("up", "--dir", str(home), "--trigger-interval", "0.05").returncode == 0
    execute(home, *PIPELINE, "alter task ops.load suspend", "insert into ops.source values (7)")
    execute(home, "alter task ops.load resume")
    kill(home)
    deadline = time.monotonic() + 10
    while Service("warehouse", home).running() is not None:
        assert time.monotonic() < deadline
    back = sandbox("up", "--dir", str(home), "--trigger-interval", "0.05")
    assert back.returncode == 0, plain(back)
    settled = sandbox("settle", "--dir", str(home), "--timeout", "30")
    assert settled.returncode == 0, plain(settled)
    assert execute(home, "select id from ops.target") == [(7,)]
    assert execute(home, "show tasks in account")[0][1] == "LOAD"


def test_settle_tells_the_task_that_failed_and_what_is_pending(home: Path) -> None:
    assert sandbox("up", "--dir", str(home), "--trigger-interval", "0.05").returncode == 0
    execute(
        home,
        *PIPELINE,
        "alter task ops.load suspend",
        "alter task ops.load modify as insert into ops.target select id from ops.nowhere",
        "alter task ops.load resume",
        "insert into ops.source values (1)",
    )
    failed = sandbox("settle", "--dir", str(home), "--timeout", "30")
    assert failed.returncode == 1
    assert "CAREFLOE.OPS.LOAD" in plain(failed)
    assert "NOWHERE" in plain(failed).upper()
    execute(
        home,
        "alter task ops.load suspend",
        "alter task ops.load set schedule = '1 hour'",
        "alter task ops.load resume",
    )
    late = sandbox("settle", "--dir", str(home), "--timeout", "0.5")
    assert late.returncode == 1
    assert "CAREFLOE.OPS.SOURCE_STREAM has data" in plain(late)


def test_a_port_in_use_is_an_error_that_says_so(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for option in ("--kafka-port", "--warehouse-port"):
            result = sandbox("up", "--dir", str(home), option, port)
            assert result.returncode == 1
            assert f"Cannot listen on 127.0.0.1:{port}" in plain(result)
            assert "Traceback" not in plain(result)


def test_a_damaged_folder_is_an_error_that_says_so(home: Path) -> None:
    (home / "warehouse").mkdir(parents=True)
    (home / "warehouse" / "CAREFLOE.duckdb").write_bytes(b"not a database" * 1000)
    result = sandbox("up", "--dir", str(home))
    assert result.returncode == 1
    assert f"The data in {home}/warehouse cannot be opened" in plain(result)
    assert "start with another --dir" in plain(result)
    assert "Traceback" not in plain(result)


def test_a_folder_that_another_process_holds_is_an_error_that_says_so(home: Path) -> None:
    lock = FolderLock(home / "warehouse")
    try:
        result = sandbox("up", "--dir", str(home))
    finally:
        lock.close()
    assert result.returncode == 1
    assert f"{home}/warehouse is already served by another process" in plain(result)
    assert f"process {os.getpid()}" in plain(result)
    assert "Stop it, or start with another folder" in plain(result)


def test_a_folder_that_cannot_be_made_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = sandbox("up", "--dir", str(tmp_path / "file" / "box"))
    assert result.returncode == 2
    assert "Not a directory" in plain(result)
    assert "Traceback" not in plain(result)


def test_settle_without_a_warehouse_tells_how_to_start_it(home: Path) -> None:
    result = sandbox("settle", "--dir", str(home))
    assert result.returncode == 3
    assert f"python -m sandbox up --dir {home}" in plain(result)


def test_wrong_usage_has_an_exit_code_of_its_own() -> None:
    assert sandbox("up", "--warehouse-port", "many").returncode == 2
    assert sandbox("sideways").returncode == 2


def test_help_shows_an_example() -> None:
    assert "Example: python -m sandbox up" in plain(sandbox("--help"))
    assert "Example: python -m sandbox settle" in plain(sandbox("settle", "--help"))
