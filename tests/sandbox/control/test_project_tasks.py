"""The project's own task file is read whole, and its graphs are ones Snowflake accepts."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from snowflake.connector.util_text import split_statements

from sandbox.task.change import altered, created, enabled
from sandbox.task.condition import streams_of
from sandbox.task.definition import Task
from sandbox.task.graph import dependents
from sandbox.task.parse import parse_alter_task, parse_create_task
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.statement import Statement, read_statement

SQL = Path(__file__).resolve().parents[3] / "sql"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def qualify(parts: tuple[str, ...]) -> ObjectName:
    return ObjectName(*("CAREFLOE", "OPS")[: 3 - len(parts)], *parts)


def read(head: str, files: str = "8*_task*.sql") -> list[Statement]:
    whole = "\n".join(path.read_text() for path in sorted(SQL.glob(files)))
    text = whole.replace("<% ctx.env.schedule %>", "")  # triggered unless it holds a clause
    text = text.replace("<% ctx.env.", "").replace(" %>", "")
    statements = [one for one, _ in split_statements(StringIO(text), remove_comments=True)]
    return [read_statement(one) for one in statements if one and one.startswith(head)]


@pytest.fixture(scope="module")
def tasks() -> dict[ObjectName, Task]:
    """The tasks after the whole file."""
    known: dict[ObjectName, Task] = {}
    for statement in read("create or alter task"):
        wanted = parse_create_task(statement.with_head(2), qualify)
        known.update({task.name: task for task in created(wanted, known, NOW)})
    for statement in read("select system$task_dependents_enable"):
        name = split_name(statement.text.split("'")[1].replace("database", "carefloe"))
        known.update({task.name: task for task in enabled(known[qualify(name)], known, NOW)})
    return known


def test_every_task_is_created_and_started(tasks: dict[ObjectName, Task]) -> None:
    assert len(tasks) == len(read("create or alter task")) > 20
    assert [str(name) for name, task in tasks.items() if not task.started] == []


def test_the_pause_suspends_every_root_so_that_the_file_can_be_run_again(
    tasks: dict[ObjectName, Task],
) -> None:
    pauses = read("alter task", "15_pause.sql")
    statements = [parse_alter_task(one.with_head(2), qualify) for one in pauses]
    roots = {name for name, task in tasks.items() if task.is_root}
    assert {one.name for one in statements} == roots
    assert {(one.action, one.if_exists) for one in statements} == {("suspend", True)}
    again = dict(tasks)
    for one in statements:
        again.update({task.name: task for task in altered(one, again, NOW)})
    for statement in read("create or alter task"):
        created(parse_create_task(statement.with_head(2), qualify), again, NOW)


def test_every_root_is_triggered_by_all_streams_its_graph_names(
    tasks: dict[ObjectName, Task],
) -> None:
    for root in (task for task in tasks.values() if task.is_root):
        own = set(streams_of(root))
        assert own, root.name
        below = [name for child in dependents(root.name, tasks) for name in streams_of(child)]
        assert own.issuperset(below), root.name
