"""What `status` and `settle` see of a running account: streams, tasks and their runs, by SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

_STREAM = re.compile(r"system\$stream_has_data\s*\(\s*'([^']+)'", re.IGNORECASE)
_FAILED = ("FAILED", "FAILED_AND_AUTO_SUSPENDED")
_RUNS = """
    select database_name || '.' || schema_name || '.' || name as task, state, error_message,
        graph_run_group_id as graph, attempt_number, completed_time
    from table(snowflake.information_schema.task_history(result_limit => 10000))
    where state <> 'SCHEDULED'
    order by completed_time nulls last
"""


@dataclass(frozen=True)
class Task:
    name: str
    state: str
    streams: tuple[str, ...]
    """Full names of the streams in its condition."""
    suspended_by_errors: bool


@dataclass(frozen=True)
class Run:
    task: str
    state: str
    error: str | None
    graph: str
    attempt: int
    completed: datetime | None

    @property
    def failed(self) -> bool:
        return self.state in _FAILED


@dataclass(frozen=True)
class Stream:
    name: str
    rows: int


class Observer:
    """Asks over a connection of its own."""

    def __init__(self, address: str) -> None:
        import snowflake.connector

        host, _, port = address.rpartition(":")
        self._connection: SnowflakeConnection = snowflake.connector.connect(
            account="sandbox",
            user="sandbox",
            password="sandbox",  # noqa: S106
            host=host,
            port=int(port),
            protocol="http",
            platform_detection_timeout_seconds=0.0,
            login_timeout=10,
        )

    def close(self) -> None:
        self._connection.close()

    def tasks(self) -> list[Task]:
        """All tasks by name."""
        found = []
        for row in self._query("show tasks in account"):
            place = (row["database_name"], row["schema_name"])
            streams = [_full_name(text, *place) for text in _STREAM.findall(row["condition"] or "")]
            by_errors = row["last_suspended_reason"] == "SUSPENDED_DUE_TO_ERRORS"
            found.append(
                Task(
                    name=".".join((*place, row["name"])),
                    state=row["state"],
                    streams=tuple(streams),
                    suspended_by_errors=by_errors and row["state"] == "suspended",
                )
            )
        return found

    def runs(self) -> list[Run]:
        """Runs of the last days, the oldest first, those in progress last."""
        return [
            Run(
                row["TASK"],
                row["STATE"],
                row["ERROR_MESSAGE"],
                row["GRAPH"],
                row["ATTEMPT_NUMBER"],
                row["COMPLETED_TIME"],
            )
            for row in self._query(_RUNS)
        ]

    def pending(self, streams: set[str]) -> list[str]:
        """Those of the streams that have data, in one statement."""
        if not streams:
            return []
        names = sorted(streams)
        asked = ", ".join(
            f"system$stream_has_data('{name}') as s{i}" for i, name in enumerate(names)
        )
        answers = self._query(f"select {asked}")[0].values()
        return [name for name, answer in zip(names, answers, strict=True) if answer]

    def streams(self) -> list[Stream]:
        """All streams with the rows their consumers have not taken."""
        found = []
        for row in self._query("show streams in account"):
            parts = (row["database_name"], row["schema_name"], row["name"])
            counted = self._query(f"select count(*) as n from {_quoted(parts)}")  # noqa: S608
            found.append(Stream(".".join(parts), counted[0]["N"]))
        return found

    def _query(self, sql: str) -> list[dict[str, Any]]:
        import snowflake.connector

        with self._connection.cursor(snowflake.connector.DictCursor) as cursor:
            return list(cursor.execute(sql).fetchall())


def _full_name(text: str, database: str, schema: str) -> str:
    """A stream named in a condition is looked up beside the task."""
    parts = text.upper().split(".")
    return ".".join([database, schema][: 3 - len(parts)] + parts)


def _quoted(parts: tuple[str, ...]) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
