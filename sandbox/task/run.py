"""What one run of one task was asked to do, and what came of it."""

from __future__ import annotations

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
