"""Reads CREATE TASK and ALTER TASK.

https://docs.snowflake.com/en/sql-reference/sql/create-task and .../alter-task
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sandbox.script.interpreter import check_body
from sandbox.task.condition import check_condition
from sandbox.task.definition import TaskOptions
from sandbox.task.options import GivenOptions, read_option, read_unset
from sandbox.warehouse.errors import syntax_error
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.statement import Reader, Statement

CreateMode = Literal["create", "replace", "if not exists", "alter"]
Qualify = Callable[[tuple[str, ...]], ObjectName]
"""Completes a name from the session's current database and schema."""

# In this order: a longer action before the one it begins with.
_ACTIONS = (
    "resume",
    "suspend",
    "set finalize",
    "unset finalize",
    "set",
    "unset",
    "add after",
    "remove after",
    "remove when",
    "modify as",
    "modify when",
)
_MODES: dict[str, CreateMode] = {
    "OR REPLACE": "replace",
    "OR ALTER": "alter",
    "IF NOT EXISTS": "if not exists",
}
_NOT_IN_CREATE_OR_ALTER = (
    "LOG_LEVEL",
    "TARGET_COMPLETION_INTERVAL",
    "USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS",
)


@dataclass(frozen=True)
class CreateTask:
    name: ObjectName
    mode: CreateMode
    options: TaskOptions
    after: tuple[ObjectName, ...]
    finalizes: ObjectName | None
    when: str | None
    body: str
    source: ObjectName | None = None
    """The task to clone; it gives everything but the name."""


@dataclass(frozen=True)
class AlterTask:
    """One ALTER TASK; only what the action names is set."""

    name: ObjectName
    if_exists: bool
    action: str
    """One of `_ACTIONS`."""
    names: tuple[ObjectName, ...] = ()
    text: str | None = None
    given: GivenOptions = field(default_factory=GivenOptions)
    """The options of SET and UNSET."""


def parse_create_task(statement: Statement, qualify: Qualify) -> CreateTask:
    """The definition in a CREATE TASK; raises what Snowflake, or the sandbox, refuses."""
    modifiers, reader = statement.after_head()
    modes = [mode for words, mode in _MODES.items() if words in modifiers]
    if len(modes) > 1:
        raise syntax_error(f"{modes[0]} and {modes[1]} exclude each other.")
    mode = modes[0] if modes else "create"
    name = qualify(reader.name())
    if reader.accept("CLONE"):
        source = qualify(reader.name())
        reader.end()
        return CreateTask(name, mode, TaskOptions(), (), None, None, "", source)
    given = GivenOptions()
    after: tuple[ObjectName, ...] = ()
    finalizes = None
    while reader.peek() not in ("WHEN", "AS"):
        if reader.accept("AFTER"):
            after = _siblings(reader, name)
        elif reader.accept("FINALIZE"):
            reader.expect("=")
            finalizes = _sibling(reader, name)
        else:
            read_option(reader, given)
    wrong = [key for key in _NOT_IN_CREATE_OR_ALTER if key in given.recorded]
    if mode == "alter" and wrong:
        raise syntax_error(f"{wrong[0]} is not supported in CREATE OR ALTER TASK.")
    when = (reader.until("AS") or None) if reader.accept("WHEN") else None
    if when:
        check_condition(when)
    reader.expect("AS")
    body = reader.rest()
    check_body(body)
    options = given.applied_to(TaskOptions())
    return CreateTask(name, mode, options, after, finalizes, when, body)


def parse_alter_task(statement: Statement, qualify: Qualify) -> AlterTask:
    """The change an ALTER TASK asks for."""
    modifiers, reader = statement.after_head()
    name = qualify(reader.name())
    action = next((action for action in _ACTIONS if reader.accept(*action.upper().split())), None)
    if action is None:
        raise reader.unexpected("expected RESUME, SUSPEND, SET, UNSET, ADD, REMOVE or MODIFY")
    names: tuple[ObjectName, ...] = ()
    text = None
    given = GivenOptions()
    if action in ("add after", "remove after"):
        names = _siblings(reader, name)
    elif action == "set finalize":
        reader.expect("=")
        names = (_sibling(reader, name),)
    elif action in ("modify as", "modify when"):
        text = reader.rest()
    elif action == "set":
        while not reader.at_end:
            read_option(reader, given)
    elif action == "unset":
        read_unset(reader, given)
    reader.end()
    if action == "modify as":
        check_body(text or "")
    if action == "modify when":
        check_condition(text or "")
    if_exists = "IF EXISTS" in modifiers
    return AlterTask(name, if_exists, action, names, text, given)


def _sibling(reader: Reader, task: ObjectName) -> ObjectName:
    """A task named in another's definition; an unqualified one is beside it."""
    parts = reader.name()
    return ObjectName(*(task.database, task.schema)[: 3 - len(parts)], *parts)


def _siblings(reader: Reader, task: ObjectName) -> tuple[ObjectName, ...]:
    names = [_sibling(reader, task)]
    while reader.accept(","):
        names.append(_sibling(reader, task))
    return tuple(dict.fromkeys(names))
