"""Semantic models as TMDL writes them: a tree by indentation.

https://learn.microsoft.com/analysis-services/tmdl/tmdl-overview
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = r"'(?:[^']|'')*'|[^\s=:']+"
_LINE = re.compile(
    rf"(?P<kind>(?:ref )?\w+)(?: +(?P<name>{_NAME}))?(?:(?: ?= ?|: ?)(?P<value>.*))?"
)


@dataclass
class Node:
    """An object, property or flag: `kind name = value` and what is indented below it."""

    kind: str
    name: str = ""
    value: str = ""
    """What follows = or :, or the lines of an expression below it, without their indentation."""
    description: str = ""
    below: list[Node] = field(default_factory=list)

    def all(self, kind: str) -> list[Node]:
        """What is of this kind just below."""
        return [one for one in self.below if one.kind == kind]

    def has(self, kind: str) -> bool:
        """Whether a flag or property is there."""
        return any(one.kind == kind for one in self.below)

    def get(self, kind: str) -> str:
        """The value of a property; empty without it."""
        return next((one.value for one in self.below if one.kind == kind), "")


def parse(text: str) -> list[Node]:
    """The objects of a file. ValueError names a line that no object or property starts."""
    lines = text.split("\n")
    found: list[Node] = []
    path: list[Node] = []
    description, number = "", 0
    while number < len(lines):
        line = lines[number]
        number += 1
        depth, content = _depth(line), line.strip()
        if not content:
            continue
        if content.startswith("///"):
            description = f"{description} {content[3:].strip()}".strip()
            continue
        match = _LINE.fullmatch(content)
        if match is None or depth > len(path):
            raise ValueError(f"line {number}: {line!r}")
        value = match["value"] or ""
        if not value and content.endswith("="):
            expression = list(_deeper(lines[number:], depth + 1))
            number += len(expression)
            value = _joined(expression)
        node = Node(match["kind"], unquoted(match["name"] or ""), value, description)
        (path[depth - 1].below if depth else found).append(node)
        path[depth:] = [node]
        description = ""
    return found


def unquoted(name: str) -> str:
    """A name without its quotes."""
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def column_of(text: str) -> tuple[str, str]:
    """`Stay.'Patient key'` as table and column."""
    found = re.fullmatch(r"('(?:[^']|'')*'|[^.']+)\.('(?:[^']|'')*'|[^.']+)", text)
    if found is None:
        raise ValueError(f"no column: {text!r}")
    return unquoted(found[1]), unquoted(found[2])


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip("\t"))


def _deeper(lines: list[str], depth: int) -> Iterator[str]:
    """The lines up to the first that is not deeper, blank ones among them included."""
    for line in lines:
        if line.strip() and _depth(line) <= depth:
            return
        yield line


def _joined(lines: list[str]) -> str:
    text = [line for line in lines if line.strip()]
    least = min(map(_depth, text), default=0)
    return "\n".join(line[least:] for line in text)
