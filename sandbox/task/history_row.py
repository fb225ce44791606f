"""Rows of the task history: their columns, and what a run fills in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.task.definition import Task
from sandbox.task.run import GraphAttempt, TaskRun

_TEXT, _NUMBER, _TIME = "text", "fixed", "timestamp_ltz"
COLUMNS = {
    "QUERY_ID": _TEXT,
    "NAME": _TEXT,
    "DATABASE_NAME": _TEXT,
    "SCHEMA_NAME": _TEXT,
    "QUERY_TEXT": _TEXT,
    "CONDITION_TEXT": _TEXT,
    "STATE": _TEXT,
    "ERROR_CODE": _NUMBER,
    "ERROR_MESSAGE": _TEXT,
    "SCHEDULED_TIME": _TIME,
    "QUERY_START_TIME": _TIME,
    "NEXT_SCHEDULED_TIME": _TIME,
    "COMPLETED_TIME": _TIME,
    "ROOT_TASK_ID": _TEXT,
    "GRAPH_VERSION": _NUMBER,
    "RUN_ID": _NUMBER,
    "RETURN_VALUE": _TEXT,
    "SCHEDULED_FROM": _TEXT,
    "ATTEMPT_NUMBER": _NUMBER,
    "CONFIG": _TEXT,
    "GRAPH_RUN_GROUP_ID": _TEXT,
}
# In the documented order; nothing here fills the columns of queries and containers.
SHOWN = {
    **{name: kind for name, kind in COLUMNS.items() if name != "GRAPH_RUN_GROUP_ID"},
    "QUERY_HASH": _TEXT,
    "QUERY_HASH_VERSION": _NUMBER,
    "QUERY_PARAMETERIZED_HASH": _TEXT,
    "QUERY_PARAMETERIZED_HASH_VERSION": _NUMBER,
    "GRAPH_RUN_GROUP_ID": _TEXT,
    "BACKFILL_INFO": "variant",
    "SPCS_JOB_ID": _NUMBER,
}
DUCKDB_TYPES = {_TEXT: "varchar", _NUMBER: "bigint", _TIME: "timestamp"}

Row = dict[str, Any]


def row_of(run: TaskRun, state: str, next_time: datetime | None) -> Row:
    graph, task = run.graph, run.task
    return {
        "NAME": task.name.name,
        "DATABASE_NAME": task.name.database,
        "SCHEMA_NAME": task.name.schema,
        "QUERY_TEXT": task.body,
        "CONDITION_TEXT": task.when,
        "STATE": state,
        "SCHEDULED_TIME": run.scheduled_time,
        "NEXT_SCHEDULED_TIME": next_time if task.is_root else None,
        "ROOT_TASK_ID": graph.root.task_id,
        "GRAPH_VERSION": graph.root.graph_version,
        "RUN_ID": _epoch_ms(graph),
        "SCHEDULED_FROM": graph.scheduled_from,
        "ATTEMPT_NUMBER": graph.attempt,
        "CONFIG": graph.config,
        "GRAPH_RUN_GROUP_ID": graph.group_id,
    }


def scheduled_row(task: Task, moment: datetime) -> Row:
    return {
        "NAME": task.name.name,
        "DATABASE_NAME": task.name.database,
        "SCHEMA_NAME": task.name.schema,
        "QUERY_TEXT": task.body,
        "CONDITION_TEXT": task.when,
        "STATE": "SCHEDULED",
        "SCHEDULED_TIME": moment,
        "ROOT_TASK_ID": task.task_id,
        "GRAPH_VERSION": task.graph_version,
        "RUN_ID": int(moment.timestamp() * 1000),
        "SCHEDULED_FROM": "SCHEDULE",
        "ATTEMPT_NUMBER": 1,
        "CONFIG": task.options.config,
    }


def identity(row: Row) -> tuple[Any, ...]:
    return (
        row.get("GRAPH_RUN_GROUP_ID"),
        row["ATTEMPT_NUMBER"],
        row["DATABASE_NAME"],
        row["SCHEMA_NAME"],
        row["NAME"],
    )


def _epoch_ms(graph: GraphAttempt) -> int:
    return int(graph.original_time.timestamp() * 1000)
