"""Reads CREATE TASK and ALTER TASK.

https://docs.snowflake.com/en/sql-reference/sql/create-task and .../alter-task
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from snowflake.connector.errors import ProgrammingError

from sandbox.task.definition import DEFAULT_SUSPEND_AFTER, TaskOptions
from sandbox.task.schedule import ScheduleError, parse_schedule
from sandbox.task.script import check_body
from sandbox.warehouse.errors import UNSUPPORTED, sql_error, syntax_error, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.parameter import Parameters
from sandbox.warehouse.statement import Reader, Statement, Value

CreateMode = Literal["create", "replace", "if not exists", "alter"]
Qualify = Callable[[tuple[str, ...]], ObjectName]
"""Completes a name from the session's current database and schema."""

# Kept and shown; they steer compute, logging and notification services the sandbox does not have.
_RECORDED = (
    "ERROR_INTEGRATION",
    "SUCCESS_INTEGRATION",
    "LOG_LEVEL",
    "TARGET_COMPLETION_INTERVAL",
    "USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE",
    "SERVERLESS_TASK_MIN_STATEMENT_SIZE",
    "SERVERLESS_TASK_MAX_STATEMENT_SIZE",
    "USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS",
)
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


@dataclass(frozen=True)
class AlterTask:
    """One ALTER TASK; only what the action names is set."""

    name: ObjectName
    if_exists: bool
    action: str
    """One of `_ACTIONS`."""
    names: tuple[ObjectName, ...] = ()
    text: str | None = None
    changed: dict[str, Any] = field(default_factory=dict)
    """TaskOptions fields to replace."""
    recorded: dict[str, str | None] = field(default_factory=dict)
    parameters: dict[str, str | None] = field(default_factory=dict)


def parse_create_task(statement: Statement, qualify: Qualify) -> CreateTask:
    """The definition in a CREATE TASK; raises what Snowflake, or the sandbox, refuses."""
    modifiers, reader = statement.after_head()
    modes = [mode for words, mode in _MODES.items() if words in modifiers]
    if len(modes) > 1:
        raise syntax_error(f"{modes[0]} and {modes[1]} exclude each other.")
    mode = modes[0] if modes else "create"
    name = qualify(reader.name())
    given = _Given()
    after: tuple[ObjectName, ...] = ()
    finalizes = None
    while reader.peek() not in ("WHEN", "AS"):
        if reader.accept("AFTER"):
            after = _siblings(reader, name)
        elif reader.accept("FINALIZE"):
            reader.expect("=")
            finalizes = _sibling(reader, name)
        else:
            _option(reader, given)
    wrong = [key for key in _NOT_IN_CREATE_OR_ALTER if key in given.recorded]
    if mode == "alter" and wrong:
        raise syntax_error(f"{wrong[0]} is not supported in CREATE OR ALTER TASK.")
    when = (reader.until("AS") or None) if reader.accept("WHEN") else None
    reader.expect("AS")
    body = reader.rest()
    check_body(body)
    return CreateTask(name, mode, given.options(), after, finalizes, when, body)


def parse_alter_task(statement: Statement, qualify: Qualify) -> AlterTask:
    """The change an ALTER TASK asks for."""
    modifiers, reader = statement.after_head()
    name = qualify(reader.name())
    action = next((action for action in _ACTIONS if reader.accept(*action.upper().split())), None)
    if action is None:
        raise reader.unexpected("expected RESUME, SUSPEND, SET, UNSET, ADD, REMOVE or MODIFY")
    names: tuple[ObjectName, ...] = ()
    text = None
    given = _Given()
    if action in ("add after", "remove after"):
        names = _siblings(reader, name)
    elif action == "set finalize":
        reader.expect("=")
        names = (_sibling(reader, name),)
    elif action in ("modify as", "modify when"):
        text = reader.rest()
    elif action == "set":
        while not reader.at_end:
            _option(reader, given)
    elif action == "unset":
        _unset(reader, given)
    reader.end()
    if action == "modify as":
        check_body(text or "")
    if_exists = "IF EXISTS" in modifiers
    return AlterTask(
        name, if_exists, action, names, text, given.changed, given.recorded, given.parameters
    )


@dataclass
class _Given:
    """Options as they were read; None unsets one."""

    changed: dict[str, Any] = field(default_factory=dict)
    recorded: dict[str, str | None] = field(default_factory=dict)
    parameters: dict[str, str | None] = field(default_factory=dict)

    def options(self) -> TaskOptions:
        return with_options(TaskOptions(), self.changed, self.recorded, self.parameters)


def with_options(
    options: TaskOptions,
    changed: Mapping[str, Any],
    recorded: Mapping[str, str | None],
    parameters: Mapping[str, str | None],
) -> TaskOptions:
    """The options after SET or UNSET."""
    kept = {**options.recorded, **recorded}
    session = {**options.parameters, **parameters}
    return replace(
        options,
        **changed,
        recorded={key: value for key, value in kept.items() if value is not None},
        parameters={key: value for key, value in session.items() if value is not None},
    )


def _schedule(text: str) -> str:
    try:
        parse_schedule(text)
    except ScheduleError as error:
        raise syntax_error(f"invalid value for SCHEDULE: {error}.") from error
    return text


def read_config(text: str) -> str:
    try:
        if not isinstance(json.loads(text), dict):
            raise ValueError
    except ValueError as error:
        raise syntax_error("CONFIG must be a JSON object.") from error
    return text


def _within(least: int, greatest: int) -> Callable[[str], int]:
    def check(text: str) -> int:
        if not text.isdigit() or not least <= int(text) <= greatest:
            raise syntax_error(f"'{text}' is not within {least} - {greatest}.")
        return int(text)

    return check


# Option -> (field of TaskOptions, check, value when unset).
_OPTIONS: dict[str, tuple[str, Callable[[str], object], object]] = {
    "WAREHOUSE": ("warehouse", str.upper, None),
    "SCHEDULE": ("schedule", _schedule, None),
    "CONFIG": ("config", read_config, None),
    "COMMENT": ("comment", str, None),
    "USER_TASK_TIMEOUT_MS": ("timeout_ms", _within(0, 604_800_000), None),
    "SUSPEND_TASK_AFTER_NUM_FAILURES": ("suspend_after", _within(0, 2**31), DEFAULT_SUSPEND_AFTER),
    "TASK_AUTO_RETRY_ATTEMPTS": ("retries", _within(0, 30), 0),
}
_CHECKED = {"USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS": _within(10, 604_800)}
_OVERLAP = ("OVERLAP_POLICY", "ALLOW_OVERLAPPING_EXECUTION")


def _option(reader: Reader, given: _Given) -> None:
    reader.accept(",")
    key = reader.peek()
    if not key or reader.peek(1) != "=":
        raise reader.unexpected("expected an option, WHEN or AS")
    reader.accept(key, "=")
    value = reader.value()
    text = str(value)
    if key in _OPTIONS:
        name, check, _ = _OPTIONS[key]
        given.changed[name] = check(text)
    elif key in _RECORDED:
        _CHECKED.get(key, str)(text)
        given.recorded[key] = text
    elif key not in _OVERLAP:
        given.parameters[key] = _session_parameter(key, value)
    elif text.upper() not in ("NO_OVERLAP", "FALSE"):
        raise unsupported(f"{key} = {text} (runs of one graph never overlap).")


def _unset(reader: Reader, given: _Given) -> None:
    for part in reader.split():
        key = part.rest().upper()
        if key in _OPTIONS:
            name, _, default = _OPTIONS[key]
            given.changed[name] = default
        elif key in _RECORDED:
            given.recorded[key] = None
        elif key not in _OVERLAP:
            given.parameters[key] = None


def _session_parameter(key: str, value: Value) -> str:
    """Any other option is a session parameter, or nothing Snowflake knows."""
    if key == "AUTOCOMMIT" and str(value).upper() != "TRUE":
        raise sql_error(
            "SQL compilation error:\nAUTOCOMMIT must be TRUE for a task.", 1422, "22023"
        )
    try:
        Parameters().set(key, value)
    except ProgrammingError as error:
        if error.errno == UNSUPPORTED:
            raise
        message = f"SQL compilation error:\ninvalid property '{key}' for 'TASK'"
        raise sql_error(message, 1422, "22023") from error
    return str(value)


def _sibling(reader: Reader, task: ObjectName) -> ObjectName:
    """A task named in another's definition; an unqualified one is beside it."""
    parts = reader.name()
    return ObjectName(*(task.database, task.schema)[: 3 - len(parts)], *parts)


def _siblings(reader: Reader, task: ObjectName) -> tuple[ObjectName, ...]:
    names = [_sibling(reader, task)]
    while reader.accept(","):
        names.append(_sibling(reader, task))
    return tuple(dict.fromkeys(names))
