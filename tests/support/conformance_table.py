"""The table of docs/conformance.md, made from the cases: `make conformance-table` writes it."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from support.conformance import DOCUMENTATION

CASES = Path(__file__).parents[1] / "conformance"
PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
BEGIN, END = "<!-- cases: begin -->", "<!-- cases: end -->"


def written() -> str:
    """The page with its table as the cases say."""
    text = PAGE.read_text()
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}{END}{after}"


def table() -> str:
    """One section per file of cases, one row per statement; a statement has one status."""
    return "".join(_section(path) for path in sorted(CASES.glob("test_*.py")))


def _section(path: Path) -> str:
    module = _module(path)
    rows: dict[str, tuple[str, set[str]]] = {}
    for case in _cases(module):
        status, pages = rows.setdefault(case["statement"], (case["status"], set()))
        if status != case["status"]:
            raise ValueError(f"{path.name}: {case['statement']!r} is {status} and {case['status']}")
        pages.add(case["page"])
    if not rows:
        return ""
    lines = [f"\n### {path.stem.removeprefix('test_').replace('_', ' ').capitalize()}\n"]
    lines += ["| statement | sandbox | documentation |", "|---|---|---|"]
    for statement, (status, pages) in rows.items():
        links = ", ".join(f"[{p.rpartition('/')[2]}]({DOCUMENTATION}{p})" for p in sorted(pages))
        lines.append(f"| {statement.replace('|', chr(92) + '|')} | {status} | {links} |")
    return "\n".join(lines) + "\n"


def _cases(module: ModuleType) -> Iterator[dict[str, Any]]:
    for name, test in vars(module).items():
        if name.startswith("test_"):
            marks = getattr(test, "pytestmark", [])
            for mark in marks:
                if mark.name == "documented":
                    yield mark.kwargs
                for argument in mark.args[1] if mark.name == "parametrize" else []:
                    own = getattr(argument, "marks", ())
                    yield from (m.kwargs for m in own if m.name == "documented")


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"cases_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    PAGE.write_text(written())
