"""`settle`: wait until there is nothing left to do for the tasks, or say why there is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.observation import Observer, Run, Task

_POLL_SECONDS = 0.2


class SettleError(Exception):
    """A task failed, or the time was over; the message names what."""


@dataclass(frozen=True)
class Snapshot:
    """One look at the account. It is quiet when nothing runs, nothing waits and nothing changed."""

    tasks: list[Task]
    runs: list[Run]
    pending: list[str]

    @property
    def active(self) -> list[str]:
        return [run.task for run in self.runs if run.completed is None]

    @property
    def busy_with(self) -> str:
        parts = [f"{name} runs" for name in self.active]
        parts += [f"{name} has data" for name in self.pending]
        return ", ".join(parts)


def settle(observer: Observer, timeout: float, show: Callable[[str], None]) -> int:
    """Wait until no stream of a started task has data and no task runs.

    Returns the number of task runs that ended meanwhile. Raises SettleError when one of them
    failed for good, when a task was suspended by errors, and after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    before = len(_ended(observer.runs()))
    known = {(run.graph, run.task, run.attempt) for run in observer.runs() if run.completed}
    while True:
        seen = _look(observer)
        _raise_failures(seen, known)
        ended = len(_ended(seen.runs))
        if not seen.busy_with and observer.runs() == seen.runs:
            return ended - before
        if time.monotonic() > deadline:
            raise SettleError(f"Not settled after {timeout:.0f} s: {seen.busy_with or 'new runs'}.")
        show(f"{ended - before} task runs; {seen.busy_with or 'looking again'}")
        time.sleep(_POLL_SECONDS)


def _look(observer: Observer) -> Snapshot:
    """The runs are read before the streams: what a run leaves behind is then seen in a stream."""
    tasks = observer.tasks()
    runs = observer.runs()
    streams = {name for task in tasks if task.state == "started" for name in task.streams}
    return Snapshot(tasks, runs, observer.pending(streams))


def _raise_failures(seen: Snapshot, known: set[tuple[str, str, int]]) -> None:
    for run in seen.runs:
        fresh = (run.graph, run.task, run.attempt) not in known
        if run.failed and fresh and not _goes_on(run, seen.runs):
            raise SettleError(f"Task {run.task} failed: {run.error}")
    for task in seen.tasks:
        if task.suspended_by_errors:
            errors = [run.error for run in seen.runs if run.task == task.name and run.failed]
            last = errors[-1] if errors else "one of its graph's tasks failed repeatedly"
            raise SettleError(
                f"Task {task.name} is suspended after failures: {last}\n"
                f"Mend the cause, then: alter task {task.name} resume"
            )


def _goes_on(failed: Run, runs: list[Run]) -> bool:
    """Whether the graph is still at work on this run group, or a later attempt decided."""
    return any(
        run.graph == failed.graph and (run.completed is None or run.attempt > failed.attempt)
        for run in runs
    )


def _ended(runs: list[Run]) -> list[Run]:
    return [run for run in runs if run.completed is not None]
