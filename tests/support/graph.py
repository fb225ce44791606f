"""The task graphs that the files declare."""

from __future__ import annotations

import re
from collections.abc import Iterator

from support.files import DATABASE, Files

from deploy.definition import Definition

_ROLE = re.compile(r"use role (\w+)", re.I)
_OWNERSHIP = re.compile(
    r"grant ownership on (?:task|all tasks in schema) (\S+) to role (\w+)", re.I
)
_CALL = re.compile(r"\bcall\s+([\w.]+)\s*\(", re.I)


def graphs(files: Files) -> dict[str, list[Definition]]:
    """Root -> its tasks, itself first. A task with several roots or none is in no graph."""
    tasks = files.of_kind("task")
    found: dict[str, list[Definition]] = {name: [] for name in tasks if not above(tasks[name])}
    for task in tasks.values():
        if len(roots := roots_of(task, tasks)) == 1:
            found[roots.pop()].append(task)
    return found


def above(task: Definition) -> tuple[str, ...]:
    """The tasks after which it runs, or whose graph it finalizes."""
    return task.predecessors or tuple(filter(None, [task.option("finalize")]))


def roots_of(task: Definition, tasks: dict[str, Definition]) -> set[str]:
    """The tasks at the top of all its paths upwards; a cycle leads to none."""
    reached, waiting = {task.name}, [task.name]
    while waiting:
        new = {name for name in above(tasks[waiting.pop()]) if name in tasks} - reached
        reached |= new
        waiting += new
    return {name for name in reached if not above(tasks[name])}


def owners(files: Files) -> dict[str, str]:
    """Task -> the role that owns it at the end; empty for that of the connection."""
    role, owned = "", dict[str, str]()
    tasks = {one.statement: one.name for one in files.of_kind("task").values()}
    for statement in files.statements:
        if used := _ROLE.fullmatch(statement.text):
            role = used[1].lower()
        elif statement in tasks:
            owned[tasks[statement]] = role
        elif given := _OWNERSHIP.match(statement.text):
            for name in owned:
                if given[1].lower().removeprefix(f"{DATABASE}.") in (name, name.split(".")[0]):
                    owned[name] = given[2].lower()
    return owned


def calls(text: str) -> Iterator[tuple[str, int]]:
    """The procedures that a text calls, with how many arguments."""
    for found in _CALL.finditer(text):
        yield found[1].lower(), _count(text, found.end())


def _count(text: str, start: int) -> int:
    """The arguments in the parentheses that open before `start`."""
    depth, commas, in_text, given = 1, 0, False, False
    for character in text[start:]:
        in_text ^= character == "'"
        if not in_text:
            depth += {"(": 1, ")": -1}.get(character, 0)
            commas += character == "," and depth == 1
        if depth == 0:
            break
        given |= not character.isspace()
    return commas + 1 if given else 0
