"""The real `snow` CLI against the sandbox, from the connection test to a second deploy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.tool import written

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
create or replace schema ops;
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


def test_connection_test_reports_the_account(snow: Any) -> None:
    tested = snow("connection", "test")
    assert {key: tested[key] for key in ("Status", "Role", "Database", "Warehouse")} == {
        "Status": "OK",
        "Role": "ACCOUNTADMIN",
        "Database": "CAREFLOE",
        "Warehouse": "CAREFLOE_WH",
    }


def test_several_statements_and_variables_are_answered_one_by_one(snow: Any) -> None:
    answers = snow("sql", "-q", "select <% a %> as a; select 'x' as b, null as c", "-D", "a=1")
    assert answers == [[{"A": 1}], [{"B": "x", "C": None}]]


def test_an_unknown_statement_fails_loudly(snow: Any) -> None:
    shown = snow("sql", "-q", "create sequel s", code=1, parsed=False)
    assert "Unsupported feature in the sandbox warehouse" in " ".join(shown.split())


def test_a_project_is_deployed_twice_and_runs(snow: Any, project: Path) -> None:
    written(
        project,
        {
            "snowflake.yml": PROJECT,
            "requirements.snowflake.txt": "snowflake-snowpark-python\n",
            "snowpark/care/__init__.py": "",
            "snowpark/care/bed.py": BED,
            "tables.sql": TABLES,
            "tasks.sql": TASKS,
        },
    )
    sql = ["sql", "--enable-templating", "STANDARD"]
    snow(*sql, "-f", "tables.sql", parsed=False)
    assert "Build done" in snow("snowpark", "build", parsed=False)
    deployed = snow("snowpark", "deploy", "--replace")
    assert [(row["object"], row["status"]) for row in deployed] == [
        ("CAREFLOE.ops.count_beds(ward string, least int default 0)", "created")
    ]
    called = snow("snowpark", "execute", "procedure", "ops.count_beds('ICU')")
    assert called in ({"COUNT_BEDS": "first: 2"}, [{"COUNT_BEDS": "first: 2"}])

    (project / "snowpark" / "care" / "bed.py").write_text(BED.replace('"first"', '"second"'))
    snow("snowpark", "build", parsed=False)
    redeployed = snow("snowpark", "deploy", "--replace")
    assert [row["status"] for row in redeployed] == ["packages updated"]
    snow(*sql, "-f", "tasks.sql", "-f", "tasks.sql", parsed=False)
    assert snow(*sql, "-q", "call ops.count_beds('ICU', 2)") == [{"COUNT_BEDS": "second: 1"}]

    listed = snow("snowpark", "list", "procedure", "--in", "schema", "ops")
    assert [(row["name"], row["arguments"]) for row in listed] == [
        ("COUNT_BEDS", "COUNT_BEDS(VARCHAR, DEFAULT NUMBER) RETURN VARCHAR")
    ]
    described = snow("snowpark", "describe", "procedure", "ops.count_beds(string, int)")
    assert {"property": "handler", "value": "care.bed.count"} in described
    lists_objects(snow)
    snow("snowpark", "drop", "procedure", "ops.count_beds(string, int)")
    assert snow("object", "list", "procedure", "--in", "schema", "ops") == []


def lists_objects(snow: Any) -> None:
    kinds = {"table": "BED", "stream": "BED_STREAM", "view": "BED_COUNT", "task": "COUNT_NEW_BEDS"}
    for kind, name in kinds.items():
        found = snow("object", "list", kind, "--in", "schema", "ops")
        assert [row["name"] for row in found] == [name], kind
    described = snow("object", "describe", "task", "ops.count_new_beds")
    assert described[0]["definition"] == "call ops.count_beds('ICU', 1)"
    columns = snow("object", "describe", "table", "ops.bed")
    assert [(row["name"], row["type"][:6]) for row in columns] == [
        ("WARD", "VARCHA"),
        ("NUMBER", "NUMBER"),
    ]
    for kind, name in (("schema", "OPS"), ("database", "CAREFLOE"), ("stage", "CODE")):
        assert name in {row["name"] for row in snow("object", "list", kind)}, kind
    assert isinstance(snow("object", "list", "warehouse"), list)


def test_files_are_staged_compared_and_listed(snow: Any, project: Path) -> None:
    written(project, {"files/one.sql": "select 1;", "files/two.sql": "select 2;"})
    snow("stage", "create", "drop_box")
    snow("stage", "copy", "files/", "@drop_box/sql")
    listed = snow("stage", "list-files", "drop_box")
    assert [(row["name"], row["size"]) for row in listed] == [
        ("drop_box/sql/one.sql", 9),
        ("drop_box/sql/two.sql", 9),
    ]
    snow("stage", "copy", "@drop_box/sql/one.sql", "back/")
    assert (project / "back" / "one.sql").read_text() == "select 1;"
    snow("stage", "remove", "drop_box", "/sql/two.sql")
    assert len(snow("stage", "list-files", "drop_box")) == 1
    snow("object", "drop", "stage", "drop_box")
    assert snow("object", "list", "stage", "--like", "DROP%") == []
