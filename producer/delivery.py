"""From events in the order they happened to messages in the order they are delivered.

The network between hospital and broker repeats, delays and swaps messages; it never changes one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import NamedTuple

from producer.clock import HOUR, MINUTE
from producer.errors import UsageError

EARLIEST_LATE, LATEST_LATE = 1 * HOUR, 12 * HOUR
LATEST_REPEAT = 10 * MINUTE


class Message(NamedTuple):
    """One record for the broker."""

    delivered_at: int
    """Simulated seconds since 1970: the Kafka record's timestamp."""
    key: str | None
    payload: bytes
    kind: str
    """What the summary counts it as: ADMISSION, DISCHARGE, ENCOUNTER, or a patient's condition."""
    fault: str | None
    """The dirty scenario that changed it."""
    way: str | None = None
    """duplicate, late or out_of_order, where it was not delivered once and in its turn."""


@dataclass(frozen=True)
class Delays:
    """Shares of messages that are repeated, late, or overtaken by the next one."""

    duplicate: float = 0.0
    late: float = 0.0
    out_of_order: float = 0.0
    repeat_within: int = LATEST_REPEAT
    """Seconds."""
    earliest_late: int = EARLIEST_LATE
    latest_late: int = LATEST_LATE
    """Seconds after it happened."""

    def __post_init__(self) -> None:
        if self.late + self.out_of_order > 1:
            raise UsageError(
                "--late-rate and --out-of-order-rate add up to more than 1: a message is one or"
                " the other, lower one of them"
            )

    @property
    def is_none(self) -> bool:
        return not (self.duplicate or self.late or self.out_of_order)


def deliver(messages: Iterable[Message], delays: Delays, rng: Random) -> Iterator[Message]:
    """Messages in order of delivery, which is the order of the simulated clock.

    A repeated message has the same bytes and comes up to `repeat_within` after the first, a late
    one `earliest_late` to `latest_late` after it happened, a swapped one right after its successor.
    What is still under way when an endless stream is cut is delivered by the run that continues it.
    """
    if delays.is_none:
        return iter(messages)
    return _deliver(messages, delays, rng)


def _deliver(messages: Iterable[Message], delays: Delays, rng: Random) -> Iterator[Message]:
    under_way: list[tuple[int, int, Message]] = []
    held: Message | None = None
    numbers = count()  # equal times keep the order they were sent in
    for message in messages:
        now = message.delivered_at
        while under_way and under_way[0][0] <= now:
            yield heappop(under_way)[2]
        if rng.random() < delays.duplicate:
            at = now + 1 + int(rng.random() * delays.repeat_within)
            heappush(
                under_way, (at, next(numbers), message._replace(delivered_at=at, way="duplicate"))
            )
        chance = rng.random()
        if chance < delays.late:
            delay = delays.latest_late - delays.earliest_late
            at = now + delays.earliest_late + int(rng.random() * delay)
            heappush(under_way, (at, next(numbers), message._replace(delivered_at=at, way="late")))
        elif held is None and chance < delays.late + delays.out_of_order:
            held = message
        else:
            yield message
            if held is not None:
                yield held._replace(delivered_at=now, way="out_of_order")
                held = None
    if held is not None:
        yield held
    while under_way:
        yield heappop(under_way)[2]
