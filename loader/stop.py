"""How a program that runs until it is told to stop hears of it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType


@contextmanager
def asked_to_stop() -> Iterator[Event]:
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
