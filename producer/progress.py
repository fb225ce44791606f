"""Progress on standard error: a bar on a terminal, plain lines everywhere else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich import progress as rich_progress
from rich.console import Console

SECONDS_BETWEEN_LINES = 5.0


class Progress(Protocol):
    """Is told now and then how many messages have been sent so far."""

    def show(self, sent: int) -> None: ...


@contextmanager
def progress_on(console: Console, total: int | None) -> Iterator[Progress]:
    """A progress that fits the console."""
    if not console.is_terminal:
        yield _Lines(console, total)
        return
    columns = (
        rich_progress.TextColumn("sending"),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TextColumn("{task.fields[speed]:,.0f} events/s"),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(*columns, console=console, refresh_per_second=5) as display:
        yield _Bar(display, total)


class _Bar:
    def __init__(self, display: rich_progress.Progress, total: int | None) -> None:
        self._display = display
        self._task = display.add_task("", total=total, speed=0.0)
        self._started = time.perf_counter()

    def show(self, sent: int) -> None:
        seconds = time.perf_counter() - self._started
        self._display.update(self._task, completed=sent, speed=sent / seconds if seconds else 0.0)


class _Lines:
    def __init__(self, console: Console, total: int | None) -> None:
        self._console = console
        self._of_total = "" if total is None else f" of {total:,}"
        self._started = self._last = time.perf_counter()

    def show(self, sent: int) -> None:
        now = time.perf_counter()
        if now - self._last < SECONDS_BETWEEN_LINES:
            return
        self._last = now
        speed = sent / (now - self._started)
        self._console.print(f"sent {sent:,}{self._of_total} events, {speed:,.0f} events/s")
