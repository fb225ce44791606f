"""Remembers which triggered tasks have nothing to do, so that a commit costs no look at each."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable

from sqlglot import exp

from sandbox.task.definition import Task
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.translation import parse_text

# Streams also get data without a commit of ours, e.g. when one is created over existing rows.
_LOOK_AGAIN_SECONDS = 30.0
_FUNCTIONS = ("SYSTEM$STREAM_HAS_DATA", "SYSTEM$GET_PREDECESSOR_RETURN_VALUE")
_OPERATORS = (exp.And, exp.Or, exp.Xor, exp.Cast, exp.TryCast)
_NEEDS_A_WAREHOUSE = (exp.Func, exp.Column, exp.Query, exp.Subquery)
_STREAM = re.compile(r"system\$stream_has_data\s*\(\s*'([^']+)'", re.IGNORECASE)


class Conditions:
    """A condition found false is not asked again until one of its streams is fed, or for long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._commits = 0
        self._fed: dict[ObjectName, int] = {}
        self._false: dict[ObjectName, tuple[str | None, int, float]] = {}

    def fed(self, streams: Iterable[ObjectName]) -> None:
        """A commit put rows in these streams."""
        with self._lock:
            self._commits += 1
            self._fed.update((stream, self._commits) for stream in streams)

    def holds(self, task: Task, evaluate: Callable[[Task], bool]) -> bool:
        """Whether the task's condition is true; `evaluate` asks the account."""
        with self._lock:
            fed = max((self._fed.get(name, 0) for name in streams_of(task)), default=0)
            when, seen, at = self._false.get(task.name, (None, -1, 0.0))
        if when == task.when and seen == fed and time.monotonic() - at < _LOOK_AGAIN_SECONDS:
            return False
        found = evaluate(task)
        with self._lock:
            if found:
                self._false.pop(task.name, None)
            else:
                self._false[task.name] = (task.when, fed, time.monotonic())
        return found


def check_condition(text: str) -> None:
    """Refuse what Snowflake cannot evaluate without a warehouse.

    https://docs.snowflake.com/en/sql-reference/sql/create-task (WHEN)
    """
    tree = parse_text(f"select {text}")
    for node in tree.walk():
        if node is tree or isinstance(node, _OPERATORS):
            continue
        is_allowed = isinstance(node, exp.Anonymous) and node.name.upper() in _FUNCTIONS
        if isinstance(node, _NEEDS_A_WAREHOUSE) and not is_allowed:
            raise sql_error(
                "SQL compilation error:\nInvalid expression for task condition: "
                f"{node.sql('snowflake')[:60]!r}. It may use {', '.join(_FUNCTIONS)}, constants, "
                "AND, OR, NOT, comparisons and casts.",
                91000,
                "42601",
            )


def streams_of(task: Task) -> tuple[ObjectName, ...]:
    """The streams in the condition; an unqualified one is beside the task."""
    home = (task.name.database, task.name.schema)
    found = []
    for text in _STREAM.findall(task.when or ""):
        parts = split_name(text)
        found.append(ObjectName(*home[: 3 - len(parts)], *parts))
    return tuple(found)
