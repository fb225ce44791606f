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
from sandbox.task.history_row import (
    COLUMNS,
    DUCKDB_TYPES,
    SHOWN,
    Row,
    identity,
    row_of,
    scheduled_row,
)
from sandbox.task.run import TaskResult, TaskRun
from sandbox.warehouse.account import Account
from sandbox.warehouse.catalog import ACCOUNT_DATABASE, SCHEMA
from sandbox.warehouse.errors import syntax_error
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.result import Column, Result, table

_TABLE = f'"{ACCOUNT_DATABASE}"."{SCHEMA}".task_history'
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
        columns = ", ".join(f"{name} {DUCKDB_TYPES[kind]}" for name, kind in COLUMNS.items())
        with closing(account.connect()) as session:
            session.run(f"create table if not exists {_TABLE} ({columns})")

    def add(self, run: TaskRun, state: str, result: TaskResult, next_time: datetime | None) -> None:
        """Write a finished run; committed when this returns."""
        row = row_of(run, state, next_time)
        row |= {
            "QUERY_ID": result.query_id,
            "ERROR_CODE": result.error_code,
            "ERROR_MESSAGE": result.error_message,
            "QUERY_START_TIME": result.started,
            "COMPLETED_TIME": result.completed,
            "RETURN_VALUE": result.return_value,
        }
        values = [_stored(row.get(name)) for name in COLUMNS]
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
        rows += [scheduled_row(task, moment) for task, moment in due if moment <= now + _AHEAD]
        done = {identity(row) for row in rows}
        running = [row_of(run, "EXECUTING", None) for run in live]
        rows += [row for row in running if identity(row) not in done]
        rows = [row for row in rows if _matches(row, arguments)]
        rows.sort(key=lambda row: _utc(row["SCHEDULED_TIME"]), reverse=True)
        return table(
            [Column(name, kind) for name, kind in SHOWN.items()],
            [[_aware(row.get(name)) for name in SHOWN] for row in rows[:limit]],
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
        return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


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
