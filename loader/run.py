"""`carefloe-loader run`: opens both ends, runs the loop, closes both ends."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

from rich.console import Console

from loader.account import Account
from loader.event_log import EventLog
from loader.loop import LoadLoop
from loader.progress import RunProgress
from loader.settings import RunSettings
from loader.sink import EventSink


def run(settings: RunSettings, console: Console, until_caught_up: bool) -> None:
    """Load until SIGTERM or SIGINT, or until caught up; what is buffered is landed before the end.

    LoaderError and its kinds; what had not landed is read again by the next run.
    """
    account = Account(settings.snowflake_default_connection_name)
    try:
        event_log = EventLog(settings)
        try:
            with RunProgress(console) as progress, _asked_to_stop() as stopped:
                loop = LoadLoop(event_log, EventSink(account), settings, progress, stopped.is_set)
                loop.run(until_caught_up)
        finally:
            event_log.close()
    finally:
        account.close()
    console.print(progress.summary())


@contextmanager
def _asked_to_stop() -> Iterator[Event]:
    """Set the event at the first SIGTERM or SIGINT; a second one ends the process the usual way."""
    stopped = Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in signals}

    def stop(number: int, _: FrameType | None) -> None:
        stopped.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in signals:
        signal.signal(number, stop)
    try:
        yield stopped
    finally:
        for number in signals:
            signal.signal(number, before[number])
