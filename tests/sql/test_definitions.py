"""What can be known about sql/ and snowflake.yml without an account."""

import importlib
import inspect
import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector.util_text import split_statements

Entities = dict[str, Any]

ROOT = Path(__file__).parents[2]
SQL = {path.name: path.read_text() for path in sorted((ROOT / "sql").glob("*.sql"))}
ALL_SQL = "\n".join(SQL.values())
TASK_SQL = "".join(text for name, text in SQL.items() if "_task" in name)
WITHOUT_COMMENTS = re.sub(r"--[^\n]*", "", ALL_SQL)


def statements() -> Iterator[str]:
    """The statements of sql/, without line comments."""
    split = split_statements(io.StringIO(WITHOUT_COMMENTS))
    return (text.strip().rstrip(";") for text, _ in split if text.strip())


def streams() -> dict[str, str]:
    """Stream -> the table it is on."""
    found = re.findall(
        r"create stream if not exists (\S+)\s+on table (\S+)\s+append_only = true",
        WITHOUT_COMMENTS,
    )
    return dict(found)


def tasks() -> dict[str, str]:
    """Task -> its whole statement."""
    return {
        match[1]: text
        for text in statements()
        if (match := re.match(r"create or alter task (\S+)", text))
    }


def root_of(task: str, all_tasks: dict[str, str]) -> str:
    above = re.search(r"\n\s*(?:after|finalize =) (\S+)", all_tasks[task])
    return root_of(above[1], all_tasks) if above else task


def called(text: str) -> str | None:
    match = re.search(r"call ([\w.]+)\(", text)
    return match[1] if match else None


def read_by(procedure: str) -> set[str]:
    """The streams whose name says that this procedure reads them."""
    schema, name = procedure.split(".")
    stem = name.removeprefix("load_")
    if schema == "gold":
        return {stream for stream in streams() if stream.endswith(f"_to_{stem}_stream")}
    if name == "load_notification":
        return {"silver.vitals_to_notification_stream"}
    consumer = "silver" if schema == "silver" else "rejected"
    source = stem.removeprefix("rejected_")
    # Encounters come as events and as files; the procedure of the files is named after their table.
    kind = {"encounter": "_event", "encounter_record": ""}.get(source, "_(event|record)")
    pattern = rf"raw\.{source}{kind}_to_{consumer}_stream"
    return {stream for stream in streams() if re.fullmatch(pattern, stream)}


@pytest.fixture(scope="module")
def entities() -> Entities:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the CLI's own deprecations
        from snowflake.cli.api.project.definition_manager import DefinitionManager

    manager = DefinitionManager(ROOT, {"ctx": {"env": {}}})
    return {entity.fqn.name: entity for entity in manager.project_definition.entities.values()}


def test_every_handler_imports_and_takes_a_session_and_what_is_declared(
    entities: Entities,
) -> None:
    assert len(entities) >= 44
    for entity in entities.values():
        module, function = entity.handler.rsplit(".", 1)
        handler = getattr(importlib.import_module(module), function)
        declared = [argument.name for argument in entity.signature or []]
        assert list(inspect.signature(handler).parameters) == ["session", *declared], entity.handler
        assert entity.runtime == "3.11"
        assert entity.stage == "carefloe.ops.code"


def test_every_call_names_a_procedure_and_every_procedure_is_called(entities: Entities) -> None:
    procedures = {f"{entity.fqn.schema}.{name}" for name, entity in entities.items()}
    calls = [name for text in tasks().values() if (name := called(text))]
    of_snowflake_yml = [name for name in calls if name != "ops.write_run"]
    assert sorted(of_snowflake_yml) == sorted(procedures)


def test_every_stream_has_one_consumer_and_every_consumer_a_stream() -> None:
    consumers = [
        stream for text in tasks().values() if (p := called(text)) for stream in read_by(p)
    ]
    assert sorted(consumers) == sorted(streams())
    assert len(streams()) >= 51


def test_the_handlers_read_the_streams_their_names_promise() -> None:
    folders = [ROOT / "snowpark/carefloe" / name for name in ("gold", "ops")]
    source = "\n".join(path.read_text() for one in folders for path in one.glob("*.py"))
    read = {name.lower() for name in re.findall(r'session\.table\(\s*"(\w+\.\w+_STREAM)"', source)}
    for name in re.findall(r'SnapshotDimension\(\s*"(\w+)"', source):
        read.add(f"silver.{name}_to_dim_{name}_stream".lower())
    assert read == {stream for stream in streams() if stream.startswith("silver.")}


def test_the_root_of_a_graph_waits_for_every_stream_the_graph_reads() -> None:
    all_tasks = tasks()
    needed: dict[str, set[str]] = {}
    for task, text in all_tasks.items():
        root = root_of(task, all_tasks)
        needed.setdefault(root, set())
        if procedure := called(text):
            needed[root] |= read_by(procedure)
    for root, wanted in needed.items():
        waits_for = set(re.findall(r"system\$stream_has_data\('([^']+)'\)", all_tasks[root]))
        assert waits_for == wanted, root


def test_every_graph_has_a_finalizer_is_suspended_first_and_resumed_last() -> None:
    all_tasks = tasks()
    roots = {root_of(task, all_tasks) for task in all_tasks}
    finalized = re.findall(r"finalize = (\S+)", TASK_SQL)
    suspended = re.findall(r"alter task if exists (\S+) suspend", SQL["15_pause.sql"])
    resumed = re.findall(r"task_dependents_enable\('<% ctx\.env\.database %>\.([^']+)'\)", TASK_SQL)
    assert sorted(finalized) == sorted(suspended) == sorted(resumed) == sorted(roots)
    assert all(task.startswith("ops.") for task in all_tasks)


@pytest.mark.parametrize(
    ("view", "table"),
    [
        ("ops.finished_task_run", "ops.pipeline_run"),
        ("ops.run_notification", "ops.notification"),
    ],
)
def test_what_a_finalizer_writes_has_the_columns_of_its_table(view: str, table: str) -> None:
    """They are inserted in their order, all of them."""
    texts = {text.split()[4]: text for text in statements() if text.startswith("create or")}
    columns = {
        name: re.findall(r"^    (\w+)(?: .*)? comment '", texts[name], re.MULTILINE)
        for name in (view, table)
    }
    assert columns[view] == columns[table]
    assert ALL_SQL.count(f"insert into {table}\n    select * from {view} where") == 1


def test_every_finalizer_writes_its_run() -> None:
    run = "call ops.write_run(system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'));"
    assert TASK_SQL.count(run) == TASK_SQL.count("finalize = ") > 8


def test_nothing_that_holds_data_or_an_offset_is_ever_replaced() -> None:
    """A view holds neither, and only `or replace` changes its query."""
    for text in statements():
        if text.startswith("create"):
            assert re.match(
                r"create (or alter (table|task|alert|procedure)|or replace view"
                r"|(stream|schema|stage|warehouse|database|notification integration)"
                r" if not exists) ",
                text,
            ), text[:60]


def test_every_object_has_a_comment_and_every_table_and_view_states_its_grain() -> None:
    for text in statements():
        if not text.startswith("create"):
            continue
        comment = re.search(r"\n\s*comment = '((?:[^']|'')+)'", text)
        assert comment, text[:60]
        if re.match(r"create or (alter table|replace view)", text):
            assert comment[1].startswith("One row"), text[:60]


def test_every_column_of_a_table_has_a_comment() -> None:
    for text in statements():
        if re.match(r"create or alter table", text):
            body = text[text.index("(") + 1 : text.rindex(")\ncomment")]
            for line in body.strip().splitlines():
                assert " comment '" in line, line


def test_the_stage_of_the_code_and_every_schema_exist() -> None:
    assert "create stage if not exists ops.code" in SQL["10_database.sql"]
    used = set(
        re.findall(r"create or (?:alter|replace) (?:table|view|task) (\w+)\.", WITHOUT_COMMENTS)
    )
    made = set(re.findall(r"create schema if not exists (\w+)", SQL["10_database.sql"]))
    assert used <= made


def test_what_snowflake_runs_is_declared_for_snowflake_alone() -> None:
    assert (ROOT / "requirements.snowflake.txt").read_text().split() == [
        "snowflake-snowpark-python"
    ]
    assert not (ROOT / "requirements.txt").exists()
    project = (ROOT / "pyproject.toml").read_text().split("[project.optional-dependencies]")[0]
    assert not re.search(r"^dependencies\s*=", project, re.MULTILINE)


def test_every_replaced_view_keeps_its_grants() -> None:
    for text in statements():
        if text.startswith("create or replace view"):
            assert "\ncopy grants\n" in text, text[:60]


def test_every_raw_table_is_reconciled_and_every_silver_table_counted() -> None:
    raw = set(re.findall(r"create or alter table raw\.(\w+)", WITHOUT_COMMENTS))
    silver = set(re.findall(r"create or alter table silver\.(\w+)", WITHOUT_COMMENTS))
    views = {text.split()[4]: text for text in statements() if "replace view" in text}
    for table in raw:
        assert f"'{table}' as source" in views["ops.raw_row"], table
        assert f"from raw.{table}\n" in views["ops.raw_row"], table
        for consumer in ("silver", "rejected"):
            assert f"from raw.{table}_to_{consumer}_stream\n" in views["ops.pending_row"], table
        assert f"('{table}')" in views["ops.reconciliation"], table
    for table in silver:
        assert f"from silver.{table}\n" in views["ops.silver_row"], table
    for table in silver:
        if table == "vitals":
            assert "from gold.patient_latest_vitals" in views["gold.as_of"]
        elif (
            "event_timestamp" in ALL_SQL.split(f"table silver.{table} (")[1].split(")\ncomment")[0]
        ):
            assert f"from silver.{table}" in views["gold.as_of"], table
