"""The task history: a table in the account's own database, and INFORMATION_SCHEMA.TASK_HISTORY.

https://docs.snowflake.com/en/sql-reference/functions/task_history
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.task.definition import Task
from sandbox.task.graph_run import Outcome
from sandbox.task.run import GraphAttempt, TaskResult, TaskRun
from sandbox.warehouse.account import Account
from sandbox.warehouse.catalog import ACCOUNT_DATABASE, SCHEMA
from sandbox.warehouse.errors import syntax_error
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.result import Column, Result, table

_TABLE = f'"{ACCOUNT_DATABASE}"."{SCHEMA}".task_history'
_TEXT, _NUMBER, _TIME = "text", "fixed", "timestamp_ltz"
_COLUMNS = {
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
_SHOWN = {
    **{name: kind for name, kind in _COLUMNS.items() if name != "GRAPH_RUN_GROUP_ID"},
    "QUERY_HASH": _TEXT,
    "QUERY_HASH_VERSION": _NUMBER,
    "QUERY_PARAMETERIZED_HASH": _TEXT,
    "QUERY_PARAMETERIZED_HASH_VERSION": _NUMBER,
    "GRAPH_RUN_GROUP_ID": _TEXT,
    "BACKFILL_INFO": "variant",
    "SPCS_JOB_ID": _NUMBER,
}
_DUCKDB = {_TEXT: "varchar", _NUMBER: "bigint", _TIME: "timestamp"}
_ARGUMENTS = {
    "SCHEDULED_TIME_RANGE_START",
    "SCHEDULED_TIME_RANGE_END",
    "RESULT_LIMIT",
    "TASK_NAME",
    "DATABASE_NAME",
    "SCHEMA_NAME",
    "ERROR_ONLY",
    "ROOT_TASK_ID",
}
_FAILED = ("FAILED", "FAILED_AND_AUTO_SUSPENDED", "CANCELLED")
_MOST_ROWS = 10_000
_KEPT = timedelta(days=7)
_AHEAD = timedelta(days=8)
_TOLERANCE = timedelta(minutes=1)  # between a client's "seven days ago" and the look here

Row = dict[str, Any]


@dataclass(frozen=True)
class LastRun:
    """The latest attempt of a root's graph."""

    group_id: str
    attempt: int
    original_time: datetime
    outcomes: dict[ObjectName, Outcome]


class TaskHistory:
    """Rows of finished runs. Times are stored in UTC."""

    def __init__(self, account: Account) -> None:
        self._account = account
        columns = ", ".join(f"{name} {_DUCKDB[kind]}" for name, kind in _COLUMNS.items())
        with closing(account.connect()) as session:
            session.run(f"create table if not exists {_TABLE} ({columns})")

    def add(self, run: TaskRun, state: str, result: TaskResult, next_time: datetime | None) -> None:
        """Write a finished run; committed when this returns."""
        row = _row(run, state, next_time)
        row |= {
            "QUERY_ID": result.query_id,
            "ERROR_CODE": result.error_code,
            "ERROR_MESSAGE": result.error_message,
            "QUERY_START_TIME": result.started,
            "COMPLETED_TIME": result.completed,
            "RETURN_VALUE": result.return_value,
        }
        values = [_stored(row.get(name)) for name in _COLUMNS]
        marks = ", ".join("?" * len(values))
        with closing(self._account.connect()) as session:
            session.run(f"insert into {_TABLE} values ({marks})", values)  # noqa: S608

    def table(
        self,
        arguments: dict[str, Any],
        live: Iterable[TaskRun],
        due: Iterable[tuple[Task, datetime]],
        now: datetime,
    ) -> Result:
        """What TASK_HISTORY returns for these arguments, the newest first.

        `live` are the runs in progress, `due` the started roots with their next times.
        """
        limit = _checked_limit(arguments, now)
        start = arguments.get("SCHEDULED_TIME_RANGE_START")
        rows = self._finished(_utc(start) if start else now - _KEPT)
        rows += [_scheduled(task, moment) for task, moment in due if moment <= now + _AHEAD]
        done = {_identity(row) for row in rows}
        running = [_row(run, "EXECUTING", None) for run in live]
        rows += [row for row in running if _identity(row) not in done]
        rows = [row for row in rows if _matches(row, arguments)]
        rows.sort(key=lambda row: _utc(row["SCHEDULED_TIME"]), reverse=True)
        return table(
            [Column(name, kind) for name, kind in _SHOWN.items()],
            [[_aware(row.get(name)) for name in _SHOWN] for row in rows[:limit]],
        )

    def return_value(self, group_id: str, task: ObjectName) -> str | None:
        """What the task's latest run in this graph run group set."""
        with closing(self._account.connect()) as session:
            rows = session.run(
                f"select return_value from {_TABLE} where graph_run_group_id = ? and name = ?"  # noqa: S608
                " and database_name = ? and schema_name = ? order by attempt_number desc limit 1",
                [group_id, task.name, task.database, task.schema],
            )
        return rows[0][0] if rows else None

    def last_run(self, root_id: str, group_id: str | None = None) -> LastRun | None:
        """The latest run of the graph with this root, or of that group.

        Outcomes of earlier attempts are included.
        """
        with closing(self._account.connect()) as session:
            found = session.run(
                f"select graph_run_group_id, max(attempt_number), min(run_id) from {_TABLE}"  # noqa: S608
                " where root_task_id = ? and graph_run_group_id = coalesce(?, graph_run_group_id)"
                " group by 1 order by max(completed_time) desc limit 1",
                [root_id, group_id],
            )
            if not found:
                return None
            latest, attempt, run_id = found[0]
            rows = session.run(
                f"select database_name, schema_name, name, state from {_TABLE}"  # noqa: S608
                " where graph_run_group_id = ? order by attempt_number",
                [latest],
            )
        outcomes = {
            ObjectName(*names): Outcome.FAILED if state in _FAILED else Outcome(state)
            for *names, state in rows
        }
        return LastRun(latest, attempt, datetime.fromtimestamp(run_id / 1000, UTC), outcomes)

    def _finished(self, start: datetime) -> list[Row]:
        with closing(self._account.connect()) as session:
            rows = session.run(
                f"select * from {_TABLE} where scheduled_time >= ?",  # noqa: S608
                [_stored(start)],
            )
        return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]


def _row(run: TaskRun, state: str, next_time: datetime | None) -> Row:
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


def _checked_limit(arguments: dict[str, Any], now: datetime) -> int:
    if unknown := arguments.keys() - _ARGUMENTS:
        raise syntax_error(f"TASK_HISTORY has no argument {min(unknown)}.")
    if "SCHEMA_NAME" in arguments and "DATABASE_NAME" not in arguments:
        raise syntax_error("SCHEMA_NAME needs DATABASE_NAME beside it.")
    start = arguments.get("SCHEDULED_TIME_RANGE_START")
    if start is not None and _utc(start) < now - _KEPT - _TOLERANCE:
        raise syntax_error("SCHEDULED_TIME_RANGE_START must be within the last 7 days.")
    limit = int(arguments.get("RESULT_LIMIT", 100))
    if not 1 <= limit <= _MOST_ROWS:
        raise syntax_error(f"RESULT_LIMIT must be between 1 and {_MOST_ROWS}.")
    return limit


def _scheduled(task: Task, moment: datetime) -> Row:
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


def _epoch_ms(graph: GraphAttempt) -> int:
    return int(graph.original_time.timestamp() * 1000)


def _identity(row: Row) -> tuple[Any, ...]:
    return (
        row.get("GRAPH_RUN_GROUP_ID"),
        row["ATTEMPT_NUMBER"],
        row["DATABASE_NAME"],
        row["SCHEMA_NAME"],
        row["NAME"],
    )


def _matches(row: Row, arguments: dict[str, Any]) -> bool:
    name = arguments.get("TASK_NAME")
    if name is not None and row["NAME"].upper() != str(name).strip('"').upper():
        return False
    for argument in ("DATABASE_NAME", "SCHEMA_NAME"):
        wanted = arguments.get(argument)
        if wanted is not None and row[argument] != split_name(str(wanted))[0]:
            return False
    root = arguments.get("ROOT_TASK_ID")
    if root is not None and row["ROOT_TASK_ID"] != root:
        return False
    if arguments.get("ERROR_ONLY") in (True, "TRUE", "true") and row["STATE"] not in _FAILED:
        return False
    end = arguments.get("SCHEDULED_TIME_RANGE_END")
    return end is None or _utc(row["SCHEDULED_TIME"]) <= _utc(end)


def _utc(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _stored(value: object) -> object:
    return _utc(value).replace(tzinfo=None) if isinstance(value, datetime) else value


def _aware(value: object) -> object:
    return _utc(value) if isinstance(value, datetime) else value
