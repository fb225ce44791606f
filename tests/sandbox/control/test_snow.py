"""The real `snow` CLI against the sandbox, from the connection test to a second deploy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.profile import write_profile
from sandbox.service import Warehouse

SNOW = Path(sys.executable).parent / "snow"

PROJECT = """
definition_version: 2
env:
  database: CAREFLOE
mixins:
  snowpark:
    stage: ops.code
    artifacts:
      - src: snowpark/
    runtime: "3.11"
    returns: string
entities:
  count_beds:
    type: procedure
    identifier:
      name: count_beds
      schema: ops
      database: <% ctx.env.database %>
    handler: care.bed.count
    signature:
      - name: ward
        type: string
      - name: least
        type: int
        default: "0"
    meta:
      use_mixins: [snowpark]
"""
BED = """
from snowflake.snowpark import Session
from snowflake.snowpark.functions import col


def count(session: Session, ward: str, least: int) -> str:
    beds = session.table("ops.bed").where((col("ward") == ward) & (col("number") >= least))
    return f"{VERSION}: {beds.count()}"


VERSION = "first"
"""
TABLES = """
use database <% ctx.env.database %>;
create schema if not exists ops;
create stage if not exists ops.code;
create or alter table ops.bed (ward varchar, number int);
insert into ops.bed values ('ICU', 1), ('ICU', 2), ('A & B', 3); -- & is text, not a variable
create stream if not exists ops.bed_stream on table ops.bed append_only = true;
create or alter view ops.bed_count as select ward, count(*) as beds from ops.bed group by ward;
"""
TASKS = """
alter task if exists ops.count_new_beds suspend;
create or alter task ops.count_new_beds
    warehouse = carefloe_wh
    when system$stream_has_data('ops.bed_stream')
as
    call ops.count_beds('ICU', 1);
"""

Snow = Callable[..., Any]


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for SNOWFLAKE_HOME beside a running warehouse."""
    home = tmp_path_factory.mktemp("profile")
    with Warehouse() as running:
        running.account.create_database("CAREFLOE")
        write_profile(home, f"127.0.0.1:{running.server.port}", "127.0.0.1:1")
        yield home


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    files = {
        "snowflake.yml": PROJECT,
        "requirements.snowflake.txt": "snowflake-snowpark-python\n",
        "snowpark/care/__init__.py": "",
        "snowpark/care/bed.py": BED,
        "tables.sql": TABLES,
        "tasks.sql": TASKS,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def snow(profile: Path, project: Path, tmp_path: Path) -> Snow:
    """Runs `snow` in the project with an empty home; JSON output where it is asked for."""

    def run(*arguments: str, code: int = 0, parsed: bool = True) -> Any:
        environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(tmp_path),
            "SNOWFLAKE_HOME": str(profile),
            "COLUMNS": "200",
        }
        command = [str(SNOW), *arguments, *(["--format", "json"] if parsed else [])]
        done = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
        return json.loads(done.stdout) if parsed else done.stdout + done.stderr

    return run


def test_connection_test_reports_the_account(snow: Snow) -> None:
    tested = snow("connection", "test", "-c", "sandbox")
    assert {key: tested[key] for key in ("Status", "Role", "Database", "Warehouse")} == {
        "Status": "OK",
        "Role": "SYSADMIN",
        "Database": "CAREFLOE",
        "Warehouse": "CAREFLOE_WH",
    }


def test_several_statements_of_one_query_are_answered_one_by_one(snow: Snow) -> None:
    answers = snow("sql", "-c", "sandbox", "-q", "select 1 as a; select 'x' as b, null as c")
    assert answers == [[{"A": 1}], [{"B": "x", "C": None}]]


def test_an_unknown_statement_fails_loudly(snow: Snow) -> None:
    shown = snow("sql", "-c", "sandbox", "-q", "create sequel s", code=1, parsed=False)
    assert "Unsupported feature in the sandbox warehouse" in " ".join(shown.split())


def test_a_project_is_deployed_twice_and_runs(snow: Snow, project: Path) -> None:
    sql = ["sql", "-c", "sandbox", "--enable-templating", "STANDARD"]
    snow(*sql, "-f", "tables.sql", parsed=False)
    built = snow("snowpark", "build", parsed=False)
    assert "Build done" in built
    deployed = snow("snowpark", "deploy", "--replace", "-c", "sandbox")
    assert [(row["object"], row["status"]) for row in deployed] == [
        ("CAREFLOE.ops.count_beds(ward string, least int default 0)", "created")
    ]
    called = snow("snowpark", "execute", "procedure", "ops.count_beds('ICU')", "-c", "sandbox")
    assert called == {"COUNT_BEDS": "first: 2"} or called == [{"COUNT_BEDS": "first: 2"}]

    unchanged = snow("snowpark", "deploy", "--replace", "-c", "sandbox")
    assert [row["status"] for row in unchanged] == ["packages updated"]

    bed = project / "snowpark" / "care" / "bed.py"
    bed.write_text(BED.replace('"first"', '"second"'))
    snow("snowpark", "build", parsed=False)
    snow("snowpark", "deploy", "--replace", "-c", "sandbox")
    snow(*sql, "-f", "tasks.sql", "-f", "tasks.sql", parsed=False)
    rows = snow(*sql, "-q", "call ops.count_beds('ICU', 2)")
    assert rows == [{"COUNT_BEDS": "second: 1"}]

    listed = snow("snowpark", "list", "procedure", "-c", "sandbox")
    assert [(row["name"], row["arguments"]) for row in listed] == [
        ("COUNT_BEDS", "COUNT_BEDS(VARCHAR, DEFAULT NUMBER) RETURN VARCHAR")
    ]
    kinds = {"table": "BED", "stream": "BED_STREAM", "view": "BED_COUNT", "task": "COUNT_NEW_BEDS"}
    for kind, name in kinds.items():
        found = snow("object", "list", kind, "-c", "sandbox")
        assert [row["name"] for row in found] == [name], kind
    assert snow("object", "list", "table", "-c", "sandbox")[0]["rows"] == 3
    described = snow("object", "describe", "task", "ops.count_new_beds", "-c", "sandbox")
    assert described[0]["definition"] == "call ops.count_beds('ICU', 1)"
    columns = snow("object", "describe", "table", "ops.bed", "-c", "sandbox")
    assert [(row["name"], row["type"][:6]) for row in columns] == [
        ("WARD", "VARCHA"),
        ("NUMBER", "NUMBER"),
    ]
    schemas = snow("object", "list", "schema", "-c", "sandbox")
    assert {"OPS", "PUBLIC"} <= {row["name"] for row in schemas}


def test_files_are_staged_and_listed(snow: Snow) -> None:
    snow("stage", "create", "drop_box", "-c", "sandbox")
    snow("stage", "copy", "tables.sql", "@drop_box/sql", "-c", "sandbox")
    listed = snow("stage", "list-files", "drop_box", "-c", "sandbox")
    assert [(row["name"], row["size"]) for row in listed] == [
        ("drop_box/sql/tables.sql", len(TABLES))
    ]
    stages = snow("object", "list", "stage", "--like", "DROP%", "-c", "sandbox")
    assert [row["name"] for row in stages] == ["DROP_BOX"]
    snow("stage", "remove", "drop_box", "/sql/tables.sql", "-c", "sandbox")
    assert snow("stage", "list-files", "drop_box", "-c", "sandbox") == []
    snow("object", "drop", "stage", "drop_box", "-c", "sandbox")
