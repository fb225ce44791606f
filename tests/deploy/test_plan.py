"""What is new, changed, kept and gone, of small projects against accounts written by hand."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.__main__ import app
from deploy.account import Found
from deploy.definition import Column, definitions, shown_type, tokens
from deploy.plan import Change, changes
from deploy.project import Project, ProjectError
from deploy.teardown import drops

YML = "definition_version: 2\nenv:\n  database: care\n  warehouse: <% ctx.env.database %>_wh\n"
TABLE = """-- Wards.
create or alter table gold.ward (
    ward_id varchar not null comment 'Id, of (gold).',
    beds number(4) comment 'Staffed beds.'
)
comment = 'One row per ward''s version.';
"""
WARD = (Column("ward_id", "varchar", False, "Id, of (gold)."),)
BEDS = Column("beds", "number(4, 0)", True, "Staffed beds.")
COMMENT = {"comment": "One row per ward's version."}


def project(folder: Path, sql: str, database: str = "care_dev") -> Project:
    (folder / "sql").mkdir()
    (folder / "snowpark").mkdir()
    (folder / "snowflake.yml").write_text(YML)
    (folder / "sql/10_all.sql").write_text(sql)
    return Project(folder, database, ("sql/10_all.sql",))


def plan(folder: Path, sql: str, **found: Any) -> list[Change]:
    """The changes, without the objects that stay the same."""
    of = project(folder, sql)
    every = changes(of, definitions(of.statements), Found(**found))
    return [change for change in every if change.what != "same"]


def test_an_empty_account_needs_everything(tmp_path: Path) -> None:
    assert plan(tmp_path, TABLE) == [Change("new", "table", "gold.ward")]


def test_an_account_that_has_it_all_needs_nothing(tmp_path: Path) -> None:
    objects = {"table": {"gold.ward": COMMENT}}

    assert plan(tmp_path, TABLE, objects=objects, columns={"gold.ward": [*WARD, BEDS]}) == []


@pytest.mark.parametrize(
    ("columns", "notes"),
    [
        ([*WARD], ("+ beds number(4, 0)",)),
        ([*WARD, BEDS, Column("x", "date", True, "")], ("- x: DROPPED, with its values",)),
        (
            [BEDS],
            (
                "+ ward_id varchar",
                "FAILS: columns keep their order, new ones come at the end of the list",
                "FAILS where the table has rows: a new column that is not null",
            ),
        ),
        ([*WARD, Column("beds", "varchar", True, "")], ("beds: varchar -> number(4, 0)",
                                                        "beds: comment")),
        ([*WARD, Column("beds", "number(4, 0)", False, BEDS.comment)], ("beds: null",)),
        ([BEDS, *WARD], ("FAILS: columns keep their order, new ones come at the end of the list",)),
    ],
)  # fmt: skip
def test_each_difference_of_a_column_is_told(
    tmp_path: Path, columns: list[Column], notes: tuple[str, ...]
) -> None:
    found = {"objects": {"table": {"gold.ward": COMMENT}}, "columns": {"gold.ward": columns}}

    assert plan(tmp_path, TABLE, **found) == [Change("changed", "table", "gold.ward", notes)]


def test_what_only_the_account_has_stays(tmp_path: Path) -> None:
    objects = {"view": {"gold.old": {}}, "role": {"somebody": {}}}

    assert plan(tmp_path, "use database care;", objects=objects) == [
        Change("gone", "view", "gold.old", ("stays: a deployment drops no object",))
    ]


STREAM = """
create stream if not exists gold.ward_to_kpi_stream
on table gold.ward
append_only = true
comment = 'New wards.';
"""


def test_a_stream_that_differs_is_kept_as_it_is(tmp_path: Path) -> None:
    row = {"table_name": "CARE_DEV.GOLD.BED", "mode": "DEFAULT", "comment": "New wards."}

    assert plan(tmp_path, STREAM, objects={"stream": {"gold.ward_to_kpi_stream": row}}) == [
        Change(
            "kept",
            "stream",
            "gold.ward_to_kpi_stream",
            (
                "table: gold.bed -> gold.ward",
                "mode: default",
                "stays: the statement says `if not exists`",
            ),
        )
    ]


TASK = """
create or alter task ops.load_ward
    warehouse = <% ctx.env.warehouse %>
    comment = 'Wards.'
    after ops.load_files, ops.load_bed
when
    system$stream_has_data('gold.ward_to_kpi_stream')
as
    call gold.load_ward();
"""
SHOWN_TASK = {
    "definition": "CALL gold.load_ward()",
    "condition": "SYSTEM$STREAM_HAS_DATA('gold.ward_to_kpi_stream')",
    "warehouse": "CARE_DEV_WH",
    "schedule": None,
    "comment": "Wards.",
    "task_relations": '{"Predecessors":["CARE_DEV.OPS.LOAD_BED","CARE_DEV.OPS.LOAD_FILES"]}',
}


@pytest.mark.parametrize(
    ("shown", "notes"),
    [
        ({}, None),
        ({"definition": "call gold.load_bed()"}, ("body",)),
        ({"condition": "SYSTEM$STREAM_HAS_DATA('GOLD.ward_to_kpi_stream')"}, ("condition",)),
        ({"warehouse": "OTHER_WH"}, ("warehouse: other_wh -> care_dev_wh",)),
        ({"schedule": "5 MINUTES"}, ("schedule: 5 minutes -> none",)),
        (
            {"task_relations": '{"Predecessors":["CARE_DEV.OPS.LOAD_BED"]}'},
            ("after: ops.load_bed -> ops.load_bed, ops.load_files",),
        ),
        ({"comment": None}, ("comment",)),
    ],
)
def test_each_difference_of_a_task_is_told(
    tmp_path: Path, shown: dict[str, Any], notes: tuple[str, ...] | None
) -> None:
    objects = {"task": {"ops.load_ward": SHOWN_TASK | shown}}

    changed = [Change("changed", "task", "ops.load_ward", notes)] if notes else []
    assert plan(tmp_path, TASK, objects=objects) == changed


def test_modules_are_compared_by_their_content(tmp_path: Path) -> None:
    of = project(tmp_path, "")
    for name in ("same", "other", "added"):
        (tmp_path / f"snowpark/{name}.py").write_text("new")
    found = Found(code={"same.py": b"new", "other.py": b"old", "left.py": b"", "care/": b""})

    assert changes(of, (), found) == [
        Change("new", "code", "added.py"),
        Change("gone", "code", "left.py"),
        Change("changed", "code", "other.py"),
        Change("same", "code", "same.py"),
    ]


def test_layout_and_case_make_no_difference_but_text_does() -> None:
    assert tokens("select  A\nfrom b;") == tokens("SELECT a FROM B")
    assert tokens("select 'A'") != tokens("select 'a'")
    assert tokens("select 'a'") != tokens("select a")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("VARCHAR(16777216)", "varchar"),
        ("text", "varchar"),
        ("varchar(20)", "varchar(20)"),
        ("NUMBER(38,0)", "number(38, 0)"),
        ("int", "number(38, 0)"),
        ("decimal(18, 2)", "number(18, 2)"),
        ("TIMESTAMP_NTZ(9)", "timestamp_ntz"),
        ("DOUBLE", "float"),
    ],
)
def test_a_type_has_one_name(text: str, shown: str) -> None:
    assert shown_type(text) == shown


ACCOUNT = """
use role accountadmin;
create role if not exists <% ctx.env.database %>_admin comment = 'Owns.';
create database if not exists <% ctx.env.database %> comment = 'Care.';
create warehouse if not exists <% ctx.env.warehouse %> comment = 'Runs.';
use role <% ctx.env.database %>_admin;
create schema if not exists governance with managed access comment = 'Tags.';
create or alter tag governance.phi comment = 'Kinds.';
alter tag governance.phi set
masking policy governance.mask_string force, masking policy governance.mask_date force;
create notification integration if not exists <% ctx.env.database %>_email type = email;
"""


def test_teardown_drops_what_stands_beside_schemas_the_last_first(tmp_path: Path) -> None:
    assert drops(project(tmp_path, ACCOUNT)) == [
        "use role accountadmin",
        "alter tag if exists care_dev.governance.phi unset"
        " masking policy care_dev.governance.mask_string,"
        " masking policy care_dev.governance.mask_date",
        "drop integration if exists care_dev_email",
        "drop warehouse if exists care_dev_wh",
        "drop database if exists care_dev",
        "drop role if exists care_dev_admin",
    ]


@pytest.mark.parametrize("typed", ["", "\n", "yes\n", "care\n"])
def test_teardown_without_the_database_s_name_drops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    project(tmp_path, ACCOUNT)
    monkeypatch.chdir(tmp_path)
    asked = ["teardown", "--connection", "nowhere", "--database", "care_dev", "sql/10_all.sql"]
    done = CliRunner().invoke(app, asked, input=typed)

    assert done.exit_code == 1
    assert "drop database if exists care_dev" in done.output
    assert done.output.endswith("Nothing was dropped.\n")


def test_a_variable_that_nothing_sets_is_named_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"sql/10_all\.sql: .* no env variable quota\."):
        _ = project(tmp_path, "select <% ctx.env.quota %>;").statements
