"""Decides which task runs when. It has no threads and no clock of its own: `Worker` is both.

Statements and workers call in from many threads. The lock guards only this module's own state; the
account is asked, and runs are started, outside it, because either may wait for a running statement.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sandbox.task.definition import DEFAULT_TIMEOUT_MS, Task
from sandbox.task.graph import Graph, Tasks, graph_of
from sandbox.task.graph_run import GraphRun, Outcome
from sandbox.task.run import (
    GraphAttempt,
    Request,
    Retry,
    ScheduledFrom,
    TaskResult,
    TaskRun,
    merged_config,
)
from sandbox.task.schedule import parse_schedule
from sandbox.warehouse.names import ObjectName

_LONGEST_MS = 604_800_000

AUTO_SUSPENDED = "FAILED_AND_AUTO_SUSPENDED"


class Worker(Protocol):
    """What the scheduler needs of the account."""

    def tasks(self) -> Tasks: ...

    def holds(self, task: Task) -> bool:
        """Whether the task's WHEN is true now; an unreadable condition counts as true, so that the
        run itself reports the error."""

    def start(self, run: TaskRun) -> None:
        """Run it in the background and call `Scheduler.finished` once."""

    def record(
        self, run: TaskRun, state: str, result: TaskResult, next_time: datetime | None
    ) -> None:
        """Write the run to the task history, with the time of the root's next run."""

    def suspend(self, root: Task) -> None:
        """Suspend the root after too many failures."""


@dataclass
class _Active:
    attempt: GraphAttempt
    graph: Graph
    run: GraphRun
    live: dict[ObjectName, TaskRun] = field(default_factory=dict)


@dataclass
class _RootState:
    """What is remembered of a root since it was last resumed (`since`)."""

    since: datetime | None
    due: datetime | None = None
    not_before: datetime | None = None
    failures: dict[ObjectName, int] = field(default_factory=dict)


class Scheduler:
    def __init__(
        self, worker: Worker, clock: Callable[[], datetime], trigger_interval: timedelta
    ) -> None:
        """`trigger_interval` is the least time between two triggered runs of one root."""
        self._worker = worker
        self._clock = clock
        self._trigger_interval = trigger_interval
        self._lock = threading.Lock()
        self._active: dict[ObjectName, _Active] = {}
        self._requests: dict[ObjectName, Request] = {}
        self._roots: dict[ObjectName, _RootState] = {}
        self._last_success: dict[ObjectName, tuple[str, datetime]] = {}

    def execute(self, root: Task, config: str | None = None, retry: Retry | None = None) -> None:
        """Ask for one run of `root`, after the one in progress; a later request replaces this."""
        with self._lock:
            self._requests[root.name] = Request(self._clock(), config, retry)

    def tick(self) -> datetime | None:
        """Start what is due; the moment at which something may be due next, None for never."""
        now = self._clock()
        tasks = self._worker.tasks()
        roots = [task for task in tasks.values() if task.is_root]
        with self._lock:
            for gone in self._requests.keys() - tasks.keys():
                del self._requests[gone]
            chosen = [(root, self._turn(root, now)) for root in roots]
        begun: list[TaskRun] = []
        for root, turn in chosen:
            if turn is None or (turn == "TRIGGER" and not self._worker.holds(root)):
                continue
            with self._lock:
                begun += self._begin(root, turn, tasks, now)
        self._start(begun)
        with self._lock:
            return self._next_moment(roots, now)

    def finished(self, run: TaskRun, result: TaskResult) -> None:
        """Take in a task's result: record it, start what follows, retry or suspend the graph."""
        root = run.graph.root
        with self._lock:
            state, suspend = self._judge(run, result)
            next_time = self._state(root).due
        self._worker.record(run, state, result, next_time)
        if suspend:
            self._worker.suspend(root)
        with self._lock:
            active = self._active[root.name]
            active.run.finished(run.task.name, result.outcome)
            follow = self._advance(active)
            active.live.pop(run.task.name, None)
            retried = [] if follow or not active.run.complete else self._complete(active)
        self._start(follow + retried)

    def next_runs(self) -> dict[ObjectName, datetime]:
        """When the started roots with a schedule are due; known once `tick` has seen them."""
        with self._lock:
            return {name: state.due for name, state in self._roots.items() if state.due}

    def active_graphs(self) -> set[tuple[str | None, int, str]]:
        """Group, attempt and id of the root of the graph runs in progress."""
        with self._lock:
            attempts = [active.attempt for active in self._active.values()]
        return {(one.group_id, one.attempt, one.root.task_id) for one in attempts}

    def live_runs(self) -> list[TaskRun]:
        """The task runs in progress."""
        with self._lock:
            return [run for active in self._active.values() for run in active.live.values()]

    # Everything below runs under the lock.

    def _state(self, root: Task) -> _RootState:
        state = self._roots.get(root.name)
        if state is None or state.since != root.committed_on:
            state = self._roots[root.name] = _RootState(root.committed_on)
        return state

    def _turn(self, root: Task, now: datetime) -> ScheduledFrom | None:
        """Why `root` should run now, if it should."""
        if root.name in self._active:
            return None
        if request := self._requests.get(root.name):
            return "MANUAL RETRY" if request.retry else "EXECUTE_TASK"
        if not root.started:
            return None
        state = self._state(root)
        if root.options.schedule:
            if state.due is None:
                state.due = self._next_due(root, now)
            return "SCHEDULE" if state.due <= now else None
        if root.is_triggered and (state.not_before is None or state.not_before <= now):
            return "TRIGGER"
        return None

    def _next_due(self, root: Task, now: datetime) -> datetime:
        assert root.options.schedule is not None  # noqa: S101
        base = root.committed_on or root.created_on
        return parse_schedule(root.options.schedule).next_after(now, base)

    def _begin(self, root: Task, turn: ScheduledFrom, tasks: Tasks, now: datetime) -> list[TaskRun]:
        state = self._state(root)
        request = self._requests.pop(root.name, None)
        retry = request.retry if request else None
        time = request.time if request else now
        if turn == "SCHEDULE":
            time, state.due = state.due or now, self._next_due(root, now)
        if turn == "TRIGGER":
            state.not_before = now + self._trigger_interval
        attempt = GraphAttempt(
            root=root,
            group_id=retry.group_id if retry else str(uuid.uuid4()),
            attempt=retry.attempt + 1 if retry else 1,
            scheduled_from=turn,
            original_time=retry.original_time if retry else time,
            deadline=now + _timeout(root),
            config=merged_config(root.options.config, request.config if request else None),
            last_success=self._last_success.get(root.name),
        )
        graph = graph_of(root, tasks)
        active = _Active(attempt, graph, GraphRun(graph, retry.kept if retry else None))
        self._active[root.name] = active
        return self._advance(active)

    def _advance(self, active: _Active) -> list[TaskRun]:
        now = self._clock()
        runs = []
        for task in active.run.startable():
            deadline = active.attempt.deadline
            if task.options.timeout_ms is not None or active.graph.root.options.timeout_ms is None:
                deadline = now + _timeout(task)
            is_first = task.name == active.attempt.root.name and active.attempt.attempt == 1
            time = active.attempt.original_time if is_first else now
            runs.append(TaskRun(active.attempt, task, time, deadline))
        active.live.update({run.task.name: run for run in runs})
        return runs

    def _judge(self, run: TaskRun, result: TaskResult) -> tuple[str, bool]:
        """The state to record, and whether the root must be suspended."""
        root = run.graph.root
        counts = self._state(root).failures
        if result.outcome is Outcome.SUCCEEDED:
            counts.pop(run.task.name, None)
        # An attempt that is retried is not yet a failed run of the graph.
        if result.outcome is not Outcome.FAILED or run.graph.attempt <= root.options.retries:
            return result.outcome.value, False
        counts[run.task.name] = counts.get(run.task.name, 0) + 1
        most = root.options.suspend_after
        if not 0 < most <= counts[run.task.name] or not root.started:
            return result.outcome.value, False
        return AUTO_SUSPENDED, True

    def _complete(self, active: _Active) -> list[TaskRun]:
        """Close the run, or open the next attempt."""
        attempt, root = active.attempt, active.attempt.root
        if active.run.failed and attempt.attempt <= root.options.retries:
            again = GraphAttempt(
                **{
                    **attempt.__dict__,
                    "attempt": attempt.attempt + 1,
                    "scheduled_from": "AUTOMATIC RETRY",
                    "deadline": self._clock() + _timeout(root),
                }
            )
            run = GraphRun(active.graph, active.run.kept_by_a_retry())
            self._active[root.name] = replacement = _Active(again, active.graph, run)
            return self._advance(replacement)
        if not active.run.failed and active.run.outcomes[root.name] is Outcome.SUCCEEDED:
            self._last_success[root.name] = (attempt.group_id, attempt.original_time)
        del self._active[root.name]
        state = self._state(root)
        now = self._clock()
        if state.due is not None and state.due <= now:
            state.due = self._next_due(root, now)
        return []

    def _next_moment(self, roots: list[Task], now: datetime) -> datetime | None:
        moments = []
        for root in roots:
            if not root.started or root.name in self._active:
                continue
            state = self._state(root)
            moments += [m for m in (state.due, state.not_before) if m is not None and m > now]
        return min(moments, default=None)

    def _start(self, runs: list[TaskRun]) -> None:
        for run in runs:
            self._worker.start(run)


def _timeout(task: Task) -> timedelta:
    """Of USER_TASK_TIMEOUT_MS and STATEMENT_TIMEOUT_IN_SECONDS the lower one; 0 is the greatest."""
    ms = task.options.timeout_ms
    limit = DEFAULT_TIMEOUT_MS if ms is None else ms or _LONGEST_MS
    statement = 1000 * int(task.options.parameters.get("STATEMENT_TIMEOUT_IN_SECONDS", 0))
    return timedelta(milliseconds=min(limit, statement or _LONGEST_MS))
