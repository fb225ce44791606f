"""The options of a task, as CREATE TASK and ALTER TASK SET and UNSET give them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from snowflake.connector.errors import ProgrammingError

from sandbox.task.definition import DEFAULT_SUSPEND_AFTER, TaskOptions
from sandbox.task.schedule import ScheduleError, parse_schedule
from sandbox.warehouse.errors import UNSUPPORTED, sql_error, syntax_error, unsupported
from sandbox.warehouse.parameter import Parameters
from sandbox.warehouse.statement import Reader, Value

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


@dataclass
class GivenOptions:
    """Options as they were read; None unsets one."""

    changed: dict[str, Any] = field(default_factory=dict)
    """Fields of TaskOptions."""
    recorded: dict[str, str | None] = field(default_factory=dict)
    parameters: dict[str, str | None] = field(default_factory=dict)

    def applied_to(self, options: TaskOptions) -> TaskOptions:
        kept = {**options.recorded, **self.recorded}
        session = {**options.parameters, **self.parameters}
        return replace(
            options,
            **self.changed,
            recorded={key: value for key, value in kept.items() if value is not None},
            parameters={key: value for key, value in session.items() if value is not None},
        )


def read_option(reader: Reader, given: GivenOptions) -> None:
    """One `name = value`; raises for a name that Snowflake does not know."""
    reader.accept(",")
    key = reader.peek()
    if key in _REFUSED and reader.peek(1) != "=":
        raise unsupported(f"{key} {reader.peek(1)} of a task.")
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


def read_unset(reader: Reader, given: GivenOptions) -> None:
    """Names separated by commas, to the end of the statement."""
    for part in reader.split():
        key = part.rest().upper()
        if key in _OPTIONS:
            name, _, default = _OPTIONS[key]
            given.changed[name] = default
        elif key in _RECORDED:
            given.recorded[key] = None
        elif key not in _OVERLAP:
            given.parameters[key] = None


def read_config(text: str) -> str:
    """The text of a JSON object."""
    try:
        if not isinstance(json.loads(text), dict):
            raise ValueError
    except ValueError as error:
        raise syntax_error("CONFIG must be a JSON object.") from error
    return text


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


def _schedule(text: str) -> str:
    try:
        parse_schedule(text)
    except ScheduleError as error:
        raise syntax_error(f"invalid value for SCHEDULE: {error}.") from error
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
_REFUSED = ("EXECUTE", "CONTACT", "WITH")
_CHECKED = {"USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS": _within(10, 604_800)}
_OVERLAP = ("OVERLAP_POLICY", "ALLOW_OVERLAPPING_EXECUTION")
