"""What each kind of object in sql/ must keep up with when another is added."""

import re
from pathlib import Path

import pytest
from support.files import Files, project_files

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def files() -> Files:
    return project_files()


@pytest.fixture(scope="module")
def views(files: Files) -> dict[str, str]:
    """View -> its query."""
    return {name: one.body for name, one in files.of_kind("view").items()}


def tables_in(schema: str, files: Files) -> set[str]:
    """The tables of a schema, without its name."""
    names = {name.split(".")[1] for name in files.of_kind("table") if name.startswith(f"{schema}.")}
    assert names
    return names


@pytest.mark.parametrize(
    ("view", "table"),
    [
        ("ops.finished_task_run", "ops.pipeline_run"),
        ("ops.run_notification", "ops.notification"),
    ],
)
def test_what_a_finalizer_writes_has_the_columns_of_its_table(
    view: str, table: str, files: Files
) -> None:
    """They are inserted in their order, all of them."""
    written = [column.name for column in files.of_kind("view")[view].columns]
    taken = [column.name for column in files.of_kind("table")[table].columns]
    write_run = files.of_kind("procedure")["ops.write_run"].text

    assert written == taken
    assert re.search(rf"insert into {table}\s+select \* from {view} where", write_run)


def test_every_finalizer_writes_its_run(files: Files) -> None:
    finalizers = [one for one in files.of_kind("task").values() if one.option("finalize")]

    assert {one.body for one in finalizers} == {
        "call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'))"
    }


def test_every_object_lives_in_a_schema_that_is_made(files: Files) -> None:
    used = {one.name.split(".")[0] for one in files.definitions if "." in one.name}

    assert used <= set(files.of_kind("schema"))


def test_what_snowflake_runs_is_declared_for_snowflake_alone() -> None:
    assert (ROOT / "requirements.snowflake.txt").read_text().split() == [
        "snowflake-snowpark-python"
    ]
    assert not (ROOT / "requirements.txt").exists()
    project = (ROOT / "pyproject.toml").read_text().split("[project.optional-dependencies]")[0]
    assert not re.search(r"^dependencies\s*=", project, re.MULTILINE)


def test_every_raw_table_is_reconciled(files: Files, views: dict[str, str]) -> None:
    for table in tables_in("raw", files):
        assert f"'{table}' as source" in views["ops.raw_row"], table
        assert f"from raw.{table}\n" in views["ops.raw_row"], table
        for consumer in ("silver", "rejected"):
            assert f"from raw.{table}_to_{consumer}_stream\n" in views["ops.pending_row"], table
        assert f"('{table}')" in views["ops.reconciliation"], table


def test_every_silver_table_is_counted_and_its_events_tell_the_time(
    files: Files, views: dict[str, str]
) -> None:
    for table in tables_in("silver", files):
        assert re.search(rf"from silver\.{table}\b", views["ops.silver_row"]), table
        columns = {column.name for column in files.of_kind("table")[f"silver.{table}"].columns}
        if "event_timestamp" in columns and table != "vitals":
            assert re.search(rf"from silver\.{table}\b", views["gold.as_of"]), table
    assert "from gold.patient_latest_vitals" in views["gold.as_of"]
