"""Sending a stream of messages: how many, how fast, until when, and what was sent in the end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from threading import Event

from producer.delivery import Message
from producer.progress import Progress
from producer.sink import Sink

_LOOK_EVERY = 250
_LOOKS_PER_SECOND = 4


@dataclass(frozen=True)
class Plan:
    """Which part of a stream is sent, and how fast."""

    events: int | None
    """None sends the whole stream."""
    skip: int = 0
    """Messages of the stream that an earlier run has sent."""
    rate: float = 0.0
    """Messages per second; 0 sends as fast as possible."""
    is_live: bool = False
    """Each message is sent when the machine's clock reaches its time of delivery."""


@dataclass
class Summary:
    """What was sent, counted by what it is, the fault it carries and the way it was delivered."""

    sent: int = 0
    seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)

    def count(self, message: Message) -> None:
        self.sent += 1
        self.kinds[message.kind] += 1
        if message.fault is not None:
            self.faults[message.fault] += 1
        if message.way is not None:
            self.ways[message.way] += 1

    @property
    def per_second(self) -> float:
        return self.sent / self.seconds if self.seconds else 0.0

    def as_dict(self) -> dict[str, object]:
        """The counts as plain JSON values, in alphabetical order."""
        return {
            "sent": self.sent,
            "seconds": round(self.seconds, 3),
            "kinds": dict(sorted(self.kinds.items())),
            "faults": dict(sorted(self.faults.items())),
            "ways": dict(sorted(self.ways.items())),
        }


def transmit(
    messages: Iterator[Message], sink: Sink, plan: Plan, stop: Event, progress: Progress
) -> Summary:
    """Send the planned part of the stream and return once the sink has all of it.

    Stops early, with everything sent so far delivered, when `stop` is set. Raises what the sink
    raises.
    """
    summary = Summary()
    for _ in islice(messages, plan.skip):
        if stop.is_set():
            return summary
    started = time.perf_counter()
    planned = messages if plan.events is None else islice(messages, plan.events)
    look_every = _LOOK_EVERY
    if plan.rate:
        look_every = min(_LOOK_EVERY, int(plan.rate / _LOOKS_PER_SECOND) + 1)
    send, count = sink.send, summary.count
    for message in planned:
        if plan.is_live and stop.wait(max(0.0, message.delivered_at - time.time())):
            break
        send(message)
        count(message)
        if plan.rate:
            stop.wait(max(0.0, started + summary.sent / plan.rate - time.perf_counter()))
        if summary.sent % look_every == 0:
            progress.show(summary.sent)
            if stop.is_set():
                break
    sink.finish()
    summary.seconds = time.perf_counter() - started
    progress.show(summary.sent)
    return summary
