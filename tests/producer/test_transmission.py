from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Event

from producer.delivery import Message
from producer.transmission import Plan, transmit


def numbered(count: int) -> Iterator[Message]:
    for n in range(count):
        kind = "ADMISSION" if n % 2 == 0 else "DISCHARGE"
        fault, way = ("malformed" if n == 3 else None), ("late" if n == 4 else None)
        yield Message(n, f"p{n}", str(n).encode(), kind, fault, way)


class Received:
    """Keeps what it is sent, and can call for a stop after so many messages."""

    def __init__(self, stop: Event | None = None, stop_after: int = 0) -> None:
        self.payloads: list[int] = []
        self.is_finished = False
        self._stop, self._stop_after = stop, stop_after

    def send(self, message: Message) -> None:
        self.payloads.append(int(message.payload))
        if self._stop is not None and len(self.payloads) == self._stop_after:
            self._stop.set()

    def finish(self) -> None:
        self.is_finished = True


class Shown:
    def __init__(self) -> None:
        self.last = 0

    def show(self, sent: int) -> None:
        self.last = sent


def send(received: Received, plan: Plan, stop: Event | None = None) -> dict[str, object]:
    return transmit(numbered(1000), received, plan, stop or Event(), Shown()).as_dict()


def test_a_second_run_that_skips_the_first_ones_messages_continues() -> None:
    first, second = Received(), Received()
    send(first, Plan(events=10))
    send(second, Plan(events=10, skip=10))
    assert first.payloads + second.payloads == list(range(20))


def test_the_summary_counts_what_was_sent() -> None:
    received = Received()
    summary = send(received, Plan(events=7, skip=1))
    summary.pop("seconds")
    assert summary == {
        "sent": 7,
        "kinds": {"ADMISSION": 3, "DISCHARGE": 4},
        "faults": {"malformed": 1},
        "ways": {"late": 1},
    }
    assert received.is_finished


def test_without_a_number_the_whole_stream_is_sent() -> None:
    received = Received()
    send(received, Plan(events=None))
    assert len(received.payloads) == 1000


def test_a_stop_ends_the_run_soon_and_still_finishes() -> None:
    stop = Event()
    received = Received(stop, stop_after=10)
    summary = send(received, Plan(events=None), stop)
    assert 10 <= len(received.payloads) < 1000
    assert summary["sent"] == len(received.payloads)
    assert received.is_finished


def test_a_rate_spreads_the_messages_over_time() -> None:
    received = Received()
    started = time.perf_counter()
    send(received, Plan(events=50, rate=200))
    assert 0.24 <= time.perf_counter() - started < 2


def test_progress_ends_at_the_last_message() -> None:
    shown = Shown()
    transmit(numbered(999), Received(), Plan(events=None), Event(), shown)
    assert shown.last == 999
