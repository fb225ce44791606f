"""One run of the program around a stream: sink, signals, progress, summary and exit code."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType

import typer
from rich.console import Console
from rich.table import Table

from producer.delivery import Message
from producer.errors import ProducerError
from producer.progress import progress_on
from producer.settings import kafka_settings
from producer.sink import KafkaTopic, StandardOutput
from producer.transmission import Plan, Summary, transmit

console = Console(stderr=True)


@contextmanager
def explained() -> Iterator[None]:
    """Turn a ProducerError into one message on standard error and its exit code."""
    try:
        yield
    except ProducerError as failure:
        typer.echo(f"error: {failure}", err=True)
        raise typer.Exit(failure.exit_code) from None


def send_stream(
    messages: Iterator[Message], topic: str, plan: Plan, dry_run: bool, summary_file: Path | None
) -> bool:
    """Send the planned part of a stream and say on standard error what was sent.

    SIGINT and SIGTERM stop early with everything sent so far delivered; so does a reader of
    standard output that goes away. Returns whether the stream itself ended before the plan did.
    """
    with _stop_on_signals() as stop:
        try:
            with _sink(dry_run, topic) as sink, progress_on(console, plan.events) as progress:
                summary = transmit(messages, sink, plan, stop, progress)
        except BrokenPipeError:
            _forget_standard_output()
            return False
        except OSError as error:
            _forget_standard_output()
            raise ProducerError(f"cannot write to standard output ({error.strerror})") from error
    destination = "standard output" if dry_run else topic
    _report(summary, destination, is_stopped=stop.is_set())
    if summary_file is not None:
        _write_summary(summary, summary_file)
    return not stop.is_set() and plan.events is not None and summary.sent < plan.events


@contextmanager
def _sink(dry_run: bool, topic: str) -> Iterator[KafkaTopic | StandardOutput]:
    if dry_run:
        yield StandardOutput()
        return
    with KafkaTopic(kafka_settings(), topic) as kafka_topic:
        yield kafka_topic


@contextmanager
def _stop_on_signals() -> Iterator[Event]:
    """An event set by the first SIGINT or SIGTERM; a second one ends the program at once."""
    stop = Event()
    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def on_signal(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in previous:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _forget_standard_output() -> None:
    """Keep Python from complaining at exit about output that can no longer be written."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())


def _report(summary: Summary, destination: str, *, is_stopped: bool) -> None:
    console.print(f"{'stopped early, ' if is_stopped else ''}sent to {destination}")
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("messages", f"{summary.sent:,}")
    for counter in (summary.kinds, summary.faults, summary.ways):
        for name, count in sorted(counter.items()):
            table.add_row(name, f"{count:,}")
    table.add_row("seconds", f"{summary.seconds:.1f}")
    table.add_row("per second", f"{summary.per_second:,.0f}")
    console.print(table)


def _write_summary(summary: Summary, path: Path) -> None:
    try:
        path.write_text(json.dumps(summary.as_dict(), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise ProducerError(f"cannot write --summary {path} ({error.strerror})") from error
