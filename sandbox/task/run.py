"""What one run of one task was asked to do, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sandbox.task.definition import Task
from sandbox.task.graph_run import Outcome
from sandbox.warehouse.names import ObjectName

ScheduledFrom = Literal["SCHEDULE", "TRIGGER", "EXECUTE_TASK", "AUTOMATIC RETRY", "MANUAL RETRY"]


@dataclass(frozen=True)
class GraphAttempt:
    """The attempt to run a graph that a task run belongs to; times are UTC."""

    root: Task
    group_id: str
    attempt: int
    scheduled_from: ScheduledFrom
    original_time: datetime
    """When the group's first attempt was scheduled."""
    deadline: datetime
    config: str | None
    last_success: tuple[str, datetime] | None = None
    """Group id and original time of the latest successful run before this one."""


@dataclass(frozen=True)
class TaskRun:
    graph: GraphAttempt
    task: Task
    scheduled_time: datetime
    deadline: datetime

    @property
    def key(self) -> tuple[str, int, ObjectName]:
        return (self.graph.group_id, self.graph.attempt, self.task.name)


@dataclass(frozen=True)
class TaskResult:
    outcome: Outcome
    started: datetime
    completed: datetime
    query_id: str | None = None
    return_value: str | None = None
    error_code: int | None = None
    error_message: str | None = None


@dataclass(frozen=True)
class Request:
    """An EXECUTE TASK that waits for its turn."""

    time: datetime
    config: str | None = None
    retry: Retry | None = None


@dataclass(frozen=True)
class Retry:
    """The failed attempt a manual retry goes on from."""

    group_id: str
    attempt: int
    original_time: datetime
    kept: dict[ObjectName, Outcome]


def merged_config(default: str | None, override: str | None) -> str | None:
    """EXECUTE TASK USING CONFIG: the given fields over the default ones, nested objects merged."""
    if default is None or override is None:
        return override or default
    return json.dumps(_merge(json.loads(default), json.loads(override)))


def _merge(below: dict[str, object], above: dict[str, object]) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = _merge(old, value) if both else value  # type: ignore[arg-type]
    return merged
