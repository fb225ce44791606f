"""How tasks hang together: roots, children, finalizers, and what Snowflake refuses.

https://docs.snowflake.com/en/user-guide/tasks-graphs
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.task.definition import Task
from sandbox.warehouse.errors import does_not_exist, sql_error
from sandbox.warehouse.names import ObjectName

_MOST_TASKS = 1000
_MOST_NEIGHBOURS = 100

Tasks = Mapping[ObjectName, Task]


@dataclass(frozen=True)
class Graph:
    """A root with everything that runs after it; the finalizer stands apart."""

    root: Task
    children: tuple[Task, ...]
    """In an order in which every task comes after its predecessors."""
    finalizer: Task | None

    def members(self) -> tuple[Task, ...]:
        finalizer = (self.finalizer,) if self.finalizer else ()
        return (self.root, *self.children, *finalizer)


def root_of(task: Task, tasks: Tasks) -> Task:
    """The root of the graph `task` belongs to (itself when it stands alone)."""
    while not task.is_root:
        above = task.finalizes or task.after[0]
        if above not in tasks:
            return task
        task = tasks[above]
    return task


def graph_of(root: Task, tasks: Tasks) -> Graph:
    """The graph below `root`."""
    children: list[Task] = []
    reached = {root.name}
    found = True
    while found:
        found = False
        for task in tasks.values():
            if task.after and task.name not in reached and reached.issuperset(task.after):
                children.append(task)
                reached.add(task.name)
                found = True
    finalizer = next((task for task in tasks.values() if task.finalizes == root.name), None)
    return Graph(root, tuple(children), finalizer)


def dependents(name: ObjectName, tasks: Tasks) -> list[Task]:
    """The tasks that run directly after `name`, and its finalizer."""
    return [task for task in tasks.values() if name in task.after or task.finalizes == name]


def check_links(task: Task, tasks: Tasks) -> None:
    """Refuse, as Snowflake does, a task whose place among the others is impossible."""
    others = {name: other for name, other in tasks.items() if name != task.name}
    for name in (*task.after, *([task.finalizes] if task.finalizes else [])):
        if name not in others:
            raise does_not_exist("Task", name)
        if (name.database, name.schema) != (task.name.database, task.name.schema):
            raise sql_error(
                f"Unable to link task {task.name} to {name}: all tasks of a graph must be in "
                "the same database and schema.",
            )
    if task.options.schedule and not task.is_root:
        raise sql_error(f"Task {task.name} cannot have both a schedule and a predecessor.")
    if task.after and task.finalizes:
        raise sql_error(f"Finalizer task {task.name} cannot have a predecessor.")
    if (task.options.retries or task.options.config) and not task.is_root:
        raise sql_error(
            f"Task {task.name} is no root task: TASK_AUTO_RETRY_ATTEMPTS and CONFIG are refused.",
        )
    if task.finalizes:
        _check_finalizer(task, others)
    if task.after:
        _check_child(task, {**others, task.name: task})


def _check_finalizer(task: Task, others: Tasks) -> None:
    assert task.finalizes is not None  # noqa: S101
    root = others[task.finalizes]
    if not root.is_root:
        raise sql_error(f"Task {root.name} is not a root task: it cannot have a finalizer.")
    if any(other.finalizes == root.name for other in others.values()):
        raise sql_error(f"Root task {root.name} already has a finalizer task.")
    if dependents(task.name, others):
        raise sql_error(f"Finalizer task {task.name} cannot have any child tasks.")


def _check_child(task: Task, tasks: Tasks) -> None:
    if any(tasks[name].finalizes for name in task.after):
        raise sql_error("A finalizer task cannot be a predecessor.")
    if len(task.after) > _MOST_NEIGHBOURS:
        raise sql_error(f"Task {task.name} has more than {_MOST_NEIGHBOURS} predecessors.")
    roots = _roots_above(task, tasks)
    if len(roots) != 1:
        raise sql_error(f"Task {task.name} would belong to the graphs of more than one root task.")
    if len(graph_of(roots.pop(), tasks).members()) > _MOST_TASKS:
        raise sql_error(f"A task graph cannot have more than {_MOST_TASKS} tasks.")


def _roots_above(task: Task, tasks: Tasks) -> list[Task]:
    roots: dict[ObjectName, Task] = {}
    seen: set[ObjectName] = set()
    todo = list(task.after)
    while todo:
        name = todo.pop()
        if name == task.name:
            raise sql_error(f"Graph has at least one cycle containing task {task.name}.")
        if name in seen:
            continue
        seen.add(name)
        above = tasks[name]
        if above.is_root:
            roots[name] = above
        todo.extend(above.after)
    return list(roots.values())
