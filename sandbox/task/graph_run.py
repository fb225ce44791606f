"""One attempt to run a task graph, as a state machine: what may start, what an outcome means.

Rules (https://docs.snowflake.com/en/user-guide/tasks-graphs):
a failed or skipped task stops its descendants, the rest goes on; a suspended child counts as if it
had succeeded, but of several predecessors at least one must be resumed; the finalizer comes last,
after success or failure, not when the root was skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sandbox.task.definition import Task
from sandbox.task.graph import Graph
from sandbox.warehouse.names import ObjectName


class Outcome(StrEnum):
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


class GraphRun:
    """Call `startable` and start what it gives, report each with `finished`, until `complete`."""

    def __init__(self, graph: Graph, kept: Mapping[ObjectName, Outcome] | None = None) -> None:
        """`kept` are outcomes of an earlier attempt that a retry does not repeat."""
        self.graph = graph
        self.outcomes: dict[ObjectName, Outcome] = dict(kept or {})
        self._running: set[ObjectName] = set()
        self._finalized = False

    def startable(self) -> list[Task]:
        """The tasks whose turn has come; each is given once and then counts as running."""
        root = self.graph.root
        if root.name not in self.outcomes:
            ready = [root] if root.name not in self._running else []
        else:
            ready = [task for task in self.graph.children if self._may_start(task)]
        if not ready and not self._running:
            ready = self._finalizer()
        self._running.update(task.name for task in ready)
        return ready

    def finished(self, name: ObjectName, outcome: Outcome) -> None:
        self._running.remove(name)
        self.outcomes[name] = outcome

    @property
    def complete(self) -> bool:
        """No task runs and none will; ask after `startable` gave nothing."""
        return not self._running and self._finalized

    @property
    def failed(self) -> bool:
        return any(outcome is Outcome.FAILED for outcome in self.outcomes.values())

    def kept_by_a_retry(self) -> dict[ObjectName, Outcome]:
        """What a further attempt takes over: the finalizer runs in every attempt."""
        return {
            name: outcome
            for name, outcome in self.outcomes.items()
            if outcome in (Outcome.SUCCEEDED, Outcome.SKIPPED)
            and (self.graph.finalizer is None or name != self.graph.finalizer.name)
        }

    def _finalizer(self) -> list[Task]:
        if self._finalized:
            return []
        self._finalized = True
        finalizer = self.graph.finalizer
        skipped = self.outcomes[self.graph.root.name] is Outcome.SKIPPED
        return [finalizer] if finalizer and finalizer.started and not skipped else []

    def _may_start(self, task: Task) -> bool:
        if not task.started or task.name in self.outcomes or task.name in self._running:
            return False
        return self._passes_above(task)

    def _passes_above(self, task: Task) -> bool:
        """Whether the predecessors let `task` run."""
        if task.after == (self.graph.root.name,):
            return self.outcomes.get(self.graph.root.name) is Outcome.SUCCEEDED
        above = {child.name: child for child in (self.graph.root, *self.graph.children)}
        predecessors = [above[name] for name in task.after]
        if len(predecessors) == 1:
            return self._passed(predecessors[0])
        resumed = [one for one in predecessors if one.started or one.is_root]
        return bool(resumed) and all(
            self.outcomes.get(one.name) is Outcome.SUCCEEDED for one in resumed
        )

    def _passed(self, task: Task) -> bool:
        if task.started or task.is_root:
            return self.outcomes.get(task.name) is Outcome.SUCCEEDED
        return self._passes_above(task)
