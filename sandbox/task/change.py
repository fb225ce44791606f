"""What a task statement does to the account's tasks: pure functions from tasks to changed tasks.

Each returns the tasks to write. They raise what Snowflake raises, above all for a change to a graph
whose root is not suspended.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from sandbox.task.definition import Task
from sandbox.task.graph import Tasks, check_links, dependents, root_of
from sandbox.task.parse import AlterTask, CreateTask
from sandbox.warehouse.errors import already_exists, does_not_exist, sql_error
from sandbox.warehouse.names import ObjectName


def created(statement: CreateTask, tasks: Tasks, now: datetime) -> list[Task]:
    """The tasks after CREATE TASK; empty when IF NOT EXISTS found one."""
    old = tasks.get(statement.name)
    if old is not None and statement.mode == "if not exists":
        return []
    if old is not None and statement.mode == "create":
        raise already_exists(statement.name)
    if old is not None:
        standalone = old.is_root and not dependents(old.name, tasks)
        if statement.mode == "alter" or not standalone:
            require_suspended_root(old, tasks)
    if statement.source is not None:
        return _placed(_cloned(statement, tasks, now), tasks)
    task = Task(
        name=statement.name,
        body=statement.body,
        options=statement.options,
        task_id=str(uuid.uuid4()),
        created_on=now,
        when=statement.when,
        after=statement.after,
        finalizes=statement.finalizes,
    )
    if old is not None and statement.mode == "alter":
        task = replace(
            task,
            task_id=old.task_id,
            created_on=old.created_on,
            started=old.started and old.is_root == task.is_root,
            graph_version=old.graph_version,
            committed_on=old.committed_on,
            suspended_on=old.suspended_on,
            suspend_reason=old.suspend_reason,
        )
    return _placed(task, tasks)


def _cloned(statement: CreateTask, tasks: Tasks, now: datetime) -> Task:
    """Suspended, under another name, linked to the same predecessors."""
    assert statement.source is not None  # noqa: S101
    source = tasks.get(statement.source)
    if source is None:
        raise does_not_exist("Task", statement.source)
    return Task(
        name=statement.name,
        body=source.body,
        options=source.options,
        task_id=str(uuid.uuid4()),
        created_on=now,
        when=source.when,
        after=source.after,
        finalizes=source.finalizes,
    )


def altered(statement: AlterTask, tasks: Tasks, now: datetime) -> list[Task]:
    """The tasks after ALTER TASK; empty when IF EXISTS found none."""
    task = tasks.get(statement.name)
    if task is None:
        if statement.if_exists:
            return []
        raise does_not_exist("Task", statement.name)
    if statement.action == "resume":
        return resumed(task, tasks, now)
    if statement.action == "suspend":
        if not task.is_root:
            require_suspended_root(task, tasks)
        return [suspended(task, now)]
    require_suspended_root(task, tasks)
    return _placed(_changed(statement, task, now), tasks)


def resumed(task: Task, tasks: Tasks, now: datetime) -> list[Task]:
    """The task started; resuming a root sets the version of its graph."""
    if not task.is_root:
        require_suspended_root(task, tasks)
        return [task if task.started else replace(task, started=True)]
    return [task] if task.started else [replace(versioned(task, now), started=True)]


def versioned(root: Task, now: datetime) -> Task:
    """The root with the version of its graph that runs from now on."""
    version = root.graph_version + root.modified
    return replace(root, graph_version=version, modified=False, committed_on=now)


def suspended(task: Task, now: datetime, reason: str = "USER_SUSPENDED") -> Task:
    if not task.started:
        return task
    return replace(task, started=False, suspended_on=now, suspend_reason=reason)  # type: ignore[arg-type]


def enabled(task: Task, tasks: Tasks, now: datetime) -> list[Task]:
    """SYSTEM$TASK_DEPENDENTS_ENABLE: the task and all below it started, the root last."""
    below, todo = [task], [task]
    while todo:
        fresh = [one for one in dependents(todo.pop().name, tasks) if one not in below]
        below += fresh
        todo += fresh
    if not task.is_root:
        require_suspended_root(task, tasks)
    started = [replace(one, started=True) for one in below if not one.is_root]
    return started + (resumed(task, tasks, now) if task.is_root else [])


def dropped(name: ObjectName, tasks: Tasks, now: datetime) -> list[Task]:
    """The tasks that lose their link to the one that DROP TASK removes."""
    task = tasks[name]
    if not task.is_root or dependents(name, tasks):
        require_suspended_root(task, tasks)
    changed = []
    for other in dependents(name, tasks):
        after = tuple(one for one in other.after if one != name)
        finalizes = None if other.finalizes == name else other.finalizes
        changed.append(_unlinked(replace(other, after=after, finalizes=finalizes), other, now))
    rest = {one: other for one, other in tasks.items() if one != name}
    return _with_modified_root(changed, rest)


def require_suspended_root(task: Task, tasks: Tasks) -> None:
    root = root_of(task, tasks)
    if root.started:
        raise sql_error(
            f"Unable to update graph with root task {root.name} since that root task is not "
            f"suspended. Run 'alter task {root.name} suspend' first.",
            91000,
            "55000",
        )


def _placed(task: Task, tasks: Tasks) -> list[Task]:
    """The changed task and the root it belongs to now, which must be suspended."""
    _check_compute(task)
    check_links(task, tasks)
    if not task.is_root:
        require_suspended_root(task, {**tasks, task.name: task})
    return _with_modified_root([task], tasks)


def _check_compute(task: Task) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/create-task (WAREHOUSE, TARGET_...)"""
    recorded = task.options.recorded
    if task.options.warehouse and "USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE" in recorded:
        raise sql_error(
            f"Task {task.name} cannot have both WAREHOUSE and "
            "USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE.",
            91000,
            "42601",
        )
    is_serverless = task.options.warehouse is None
    if task.is_triggered and is_serverless and "TARGET_COMPLETION_INTERVAL" not in recorded:
        raise sql_error(
            f"Serverless triggered task {task.name} needs TARGET_COMPLETION_INTERVAL; set it, or "
            "a WAREHOUSE.",
            91000,
            "42601",
        )


def _changed(statement: AlterTask, task: Task, now: datetime) -> Task:
    match statement.action:
        case "set" | "unset":
            return replace(task, options=statement.given.applied_to(task.options))
        case "add after":
            return replace(task, after=tuple(dict.fromkeys((*task.after, *statement.names))))
        case "remove after":
            if missing := [str(name) for name in statement.names if name not in task.after]:
                raise sql_error(f"{missing[0]} is no predecessor of {task.name}.", 91000, "55000")
            after = tuple(name for name in task.after if name not in statement.names)
            return _unlinked(replace(task, after=after), task, now)
        case "set finalize":
            return replace(task, finalizes=statement.names[0])
        case "unset finalize":
            return _unlinked(replace(task, finalizes=None), task, now)
        case "modify as":
            return replace(task, body=statement.text or "")
        case "modify when":
            return replace(task, when=statement.text)
        case _:
            return replace(task, when=None)


def _unlinked(task: Task, before: Task, now: datetime) -> Task:
    """A task that became a root is suspended."""
    if not task.is_root or before.is_root:
        return task
    reason = "FINALIZER_BECAME_ROOT" if before.finalizes else "CHILD_BECAME_ROOT"
    return suspended(replace(task, modified=True), now, reason)


def _with_modified_root(changed: list[Task], tasks: Tasks) -> list[Task]:
    """Note at the root(s) that the next resume makes a new version of the graph."""
    after = {**tasks, **{task.name: task for task in changed}}
    written = {task.name: task for task in changed}
    for task in changed:
        root = root_of(after[task.name], after)
        written[root.name] = replace(written.get(root.name, root), modified=True)
    return list(written.values())
