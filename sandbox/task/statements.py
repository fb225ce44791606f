"""Answers CREATE, ALTER, DROP, EXECUTE, SHOW and DESCRIBE TASK."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sandbox.runtime import Runtime, runtime_of
from sandbox.show.scope import read_scope
from sandbox.task.change import altered, created, dropped, versioned
from sandbox.task.definition import Task
from sandbox.task.graph import graph_of
from sandbox.task.graph_run import Outcome
from sandbox.task.options import read_config
from sandbox.task.parse import parse_alter_task, parse_create_task
from sandbox.task.run import Retry
from sandbox.warehouse.errors import does_not_exist, sql_error
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import DESCRIBE, SHOW, Column, Result, status, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement

_TIME = "timestamp_tz"
_COLUMNS = (
    Column("created_on", _TIME),
    Column("name"),
    Column("id"),
    Column("database_name"),
    Column("schema_name"),
    Column("owner"),
    Column("comment"),
    Column("warehouse"),
    Column("schedule"),
    Column("predecessors"),
    Column("state"),
    Column("definition"),
    Column("condition"),
    Column("allow_overlapping_execution"),
    Column("error_integration"),
    Column("success_integration"),
    Column("last_committed_on", _TIME),
    Column("last_suspended_on", _TIME),
    Column("owner_role_type"),
    Column("config"),
    Column("last_suspended_reason"),
    Column("task_relations"),
    Column("target_completion_interval"),
    Column("scheduling_mode"),
    Column("execute_as_user"),
)
_TERSE = ("created_on", "name", "kind", "database_name", "schema_name", "schedule")


@statement("create task")
def create_task(session: Session, statement: Statement) -> Result:
    wanted = parse_create_task(statement, session.resolve)
    runtime = runtime_of(session)
    _require_schema(session, wanted.name)
    with session.ddl():
        tasks = runtime.worker.store.all(session)
        exists = wanted.name in tasks
        changed = created(wanted, tasks, runtime.clock())
        runtime.worker.store.put(session, changed)
    name = wanted.name.name
    if not changed:
        return status(f"{name} already exists, statement succeeded.")
    return status(
        f"Task {name} successfully created."
        if wanted.mode != "alter" or not exists
        else "Statement executed successfully."
    )


@statement("alter task")
def alter_task(session: Session, statement: Statement) -> Result:
    wanted = parse_alter_task(statement, session.resolve)
    runtime = runtime_of(session)
    with session.ddl():
        tasks = runtime.worker.store.all(session)
        runtime.worker.store.put(session, altered(wanted, tasks, runtime.clock()))
    runtime.wake()
    return status("Statement executed successfully.")


@statement("drop task")
def drop_task(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    runtime = runtime_of(session)
    with session.ddl():
        tasks = runtime.worker.store.all(session)
        if name not in tasks:
            if "IF EXISTS" in modifiers:
                return status("Drop statement executed successfully.")
            raise does_not_exist("Task", name)
        runtime.worker.store.put(session, dropped(name, tasks, runtime.clock()))
        runtime.worker.store.drop(session, name)
    return status(f"{name.name} successfully dropped.")


@statement("execute task")
def execute_task(session: Session, statement: Statement) -> Result:
    """One run of a standalone or root task, started at once and not waited for."""
    _, reader = statement.after_head()
    name = session.resolve(reader.name())
    runtime = runtime_of(session)
    config = None
    retries = reader.accept("RETRY", "LAST")
    group_id = reader.string() if reader.accept("RETRY", "GRAPH", "RUN", "GROUP") else None
    if reader.accept("USING", "CONFIG", "="):
        config = read_config(reader.string())
    reader.end()
    with session.ddl():
        task = runtime.worker.store.get(session, name)
        if not task.is_root:
            raise sql_error(
                f"Cannot execute task {name}: it is no root task. Execute the root of its graph.",
                91000,
                "55000",
            )
        retry = _last_failed(runtime, task, group_id) if retries or group_id else None
        task = versioned(task, runtime.clock()) if task.modified else task
        runtime.worker.store.put(session, [task])
    runtime.scheduler.execute(task, config, retry)
    runtime.wake()
    return status(f"Task {name.name} is scheduled to run immediately.")


@statement("show tasks", "show terse tasks")
def show_tasks(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    scope = read_scope(session, reader)
    tasks = runtime_of(session).worker.store.all(session)
    names = [name for name, task in tasks.items() if task.is_root or not scope.root_only]
    result = listed([tasks[name] for name in scope.select(names)], tasks)
    return _terse(result) if "TERSE" in statement.words else result


@statement("describe task", "desc task")
def describe_task(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    store = runtime_of(session).worker.store
    return listed([store.get(session, name)], store.all(session), DESCRIBE)


def listed(shown: Iterable[Task], tasks: dict[ObjectName, Task], kind: int = SHOW) -> Result:
    """The tasks as SHOW TASKS and DESCRIBE TASK give them."""
    return table(_COLUMNS, [_row(task, tasks) for task in shown], kind)


def _last_failed(runtime: Runtime, root: Task, group_id: str | None) -> Retry:
    last = runtime.worker.history.last_run(root.task_id, group_id)
    if last is None or Outcome.FAILED not in last.outcomes.values() or root.modified:
        raise sql_error(
            f"Cannot retry task {root.name}: its last run did not fail, or the graph was modified "
            "since.",
            91000,
            "55000",
        )
    kept: dict[ObjectName, Outcome] = {
        name: outcome for name, outcome in last.outcomes.items() if outcome is not Outcome.FAILED
    }
    return Retry(last.group_id, last.attempt, last.original_time, kept)


def _require_schema(session: Session, name: ObjectName) -> None:
    found = session.run(
        "select 1 from duckdb_schemas() where database_name = ? and schema_name = ?",
        [name.database, name.schema],
    )
    if not found:
        raise does_not_exist("Schema", f"{name.database}.{name.schema}")


def _row(task: Task, tasks: dict[ObjectName, Task]) -> list[object]:
    options = task.options
    predecessors = [str(name) for name in task.after]
    relations: dict[str, object] = {"Predecessors": predecessors}
    if task.finalizes:
        relations["FinalizedRootTask"] = str(task.finalizes)
    if task.is_root and (finalizer := graph_of(task, tasks).finalizer):
        relations["FinalizerTask"] = str(finalizer.name)
    return [
        task.created_on,
        task.name.name,
        task.task_id,
        task.name.database,
        task.name.schema,
        "SYSADMIN",
        options.comment or "",
        options.warehouse,
        options.schedule,
        json.dumps(predecessors),
        "started" if task.started else "suspended",
        task.body,
        task.when,
        "false" if task.is_root else None,
        options.recorded.get("ERROR_INTEGRATION", "null"),
        options.recorded.get("SUCCESS_INTEGRATION", "null"),
        task.committed_on,
        task.suspended_on,
        "ROLE",
        options.config,
        task.suspend_reason,
        json.dumps(relations),
        options.recorded.get("TARGET_COMPLETION_INTERVAL"),
        None,
        None,
    ]


def _terse(result: Result) -> Result:
    names = [column.name for column in result.columns]
    rows = [dict(zip(names, row, strict=True)) for row in result.rows()]
    columns = [Column("created_on", _TIME), *(Column(name) for name in _TERSE[1:])]
    return table(columns, [[row.get(name) for name in _TERSE] for row in rows], SHOW)
