"""The SQL functions around tasks, and the table function TASK_HISTORY."""

from __future__ import annotations

import json
from typing import Any

from sandbox.runtime import runtime_of
from sandbox.task.change import enabled
from sandbox.task.definition import Task
from sandbox.task.worker import RunningTask
from sandbox.warehouse.errors import sql_error, syntax_error
from sandbox.warehouse.names import split_name
from sandbox.warehouse.registry import function, table_function
from sandbox.warehouse.result import Result
from sandbox.warehouse.session import Session


@table_function("information_schema.task_history")
def task_history(session: Session, arguments: dict[str, Any]) -> Result:
    runtime = runtime_of(session)
    tasks = runtime.worker.store.all(session)
    next_runs = runtime.scheduler.next_runs()
    due = [(tasks[name], at) for name, at in next_runs.items() if _is_waiting(tasks.get(name))]
    live = runtime.scheduler.live_runs()
    return runtime.worker.history.table(arguments, live, due, runtime.clock())


@function("system$task_dependents_enable")
def task_dependents_enable(session: Session, arguments: list[Any]) -> str:
    """https://docs.snowflake.com/en/sql-reference/functions/system_task_dependents_enable"""
    runtime = runtime_of(session)
    name = session.resolve(split_name(str(_only(arguments))))
    with session.ddl():
        task = runtime.worker.store.get(session, name)
        runtime.worker.store.put(
            session, enabled(task, runtime.worker.store.all(session), runtime.clock())
        )
    runtime.wake()
    return "true"


@function("system$user_task_cancel_ongoing_executions")
def cancel_ongoing_executions(session: Session, arguments: list[Any]) -> str:
    """.../functions/system_user_task_cancel_ongoing_executions"""
    runtime = runtime_of(session)
    name = session.resolve(split_name(str(_only(arguments))))
    task = runtime.worker.store.get(session, name)
    count = runtime.worker.cancel_runs(task.task_id)
    if not count:
        return f"Task {name.name} has no currently running executions."
    return (
        f"Marked {count} task runs for cancellation. "
        "It may take a few seconds for cancellation to complete."
    )


@function("system$task_runtime_info")
def task_runtime_info(session: Session, arguments: list[Any]) -> str | None:
    """https://docs.snowflake.com/en/sql-reference/functions/system_task_runtime_info"""
    run = _running(session, "SYSTEM$TASK_RUNTIME_INFO").run
    graph = run.graph
    last_group, last_time = graph.last_success or (None, None)
    known = {
        "CURRENT_TASK_NAME": run.task.name.name,
        "CURRENT_ROOT_TASK_NAME": graph.root.name.name,
        "CURRENT_ROOT_TASK_UUID": graph.root.task_id,
        "CURRENT_TASK_GRAPH_RUN_GROUP_ID": graph.group_id,
        "CURRENT_TASK_GRAPH_ORIGINAL_SCHEDULED_TIMESTAMP": graph.original_time.isoformat(" "),
        "LAST_SUCCESSFUL_TASK_GRAPH_RUN_GROUP_ID": last_group,
        "LAST_SUCCESSFUL_TASK_GRAPH_ORIGINAL_SCHEDULED_TIMESTAMP": (
            last_time.isoformat(" ") if last_time else None
        ),
    }
    wanted = str(_only(arguments)).upper()
    if wanted not in known:
        raise syntax_error(f"SYSTEM$TASK_RUNTIME_INFO has no argument '{wanted}'.")
    return known[wanted]


@function("system$set_return_value")
def set_return_value(session: Session, arguments: list[Any]) -> str | None:
    value = _only(arguments)
    running = _running(session, "SYSTEM$SET_RETURN_VALUE")
    running.return_value = None if value is None else str(value)
    return running.return_value


@function("system$get_predecessor_return_value")
def get_predecessor_return_value(session: Session, arguments: list[Any]) -> str | None:
    """Of the named predecessor, or of the only one."""
    run = _running(session, "SYSTEM$GET_PREDECESSOR_RETURN_VALUE").run
    if arguments:
        parts = split_name('"' + str(arguments[0]).replace('"', "") + '"')
        found = [name for name in run.task.after if name.name == parts[0]]
    else:
        found = list(run.task.after)
    if len(found) != 1:
        raise sql_error(
            "SYSTEM$GET_PREDECESSOR_RETURN_VALUE must name one predecessor of the task "
            "(in upper case unless it was created in quotes).",
            91000,
            "55000",
        )
    return runtime_of(session).worker.history.return_value(run.graph.group_id, found[0])


@function("system$get_task_graph_config")
def get_task_graph_config(session: Session, arguments: list[Any]) -> str | None:
    """The graph's configuration, or what a path like `a.b` names in it."""
    config = _running(session, "SYSTEM$GET_TASK_GRAPH_CONFIG").run.graph.config
    if config is None or not arguments:
        return config
    value: Any = json.loads(config)
    for key in str(arguments[0]).split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _is_waiting(task: Task | None) -> bool:
    return task is not None and task.started and task.options.schedule is not None


def _only(arguments: list[Any]) -> object:
    if len(arguments) != 1:
        raise syntax_error(f"one argument expected, {len(arguments)} given.")
    return arguments[0]


def _running(session: Session, name: str) -> RunningTask:
    running = runtime_of(session).worker.running.get(session)
    if running is None:
        raise sql_error(f"Function {name} must be called from within a task.", 91000, "55000")
    return running
