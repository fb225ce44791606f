"""Vitals messages: readings, spoiled by dirt, delivered by an imperfect network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import orjson

from producer.clock import MINUTE
from producer.delivery import Delays, Message, deliver
from producer.dirt import MALFORMED
from producer.population import World
from producer.reading import Reading
from producer.reading_dirt import ReadingDirt

TOPIC = "carefloe.vitals"
LATEST_REPEAT = 2 * MINUTE
EARLIEST_LATE, LATEST_LATE = 1 * MINUTE, 30 * MINUTE
"""A monitor out of reach keeps its readings and sends them when it is back."""


def reading_delays(duplicate: float, late: float, out_of_order: float) -> Delays:
    """The network of a ward: shares of readings, and minutes where admissions have hours.

    Raises UsageError (see Delays).
    """
    return Delays(
        duplicate,
        late,
        out_of_order,
        repeat_within=LATEST_REPEAT,
        earliest_late=EARLIEST_LATE,
        latest_late=LATEST_LATE,
    )


def vitals_messages(
    readings: Iterable[Reading], rates: Mapping[str, float], delays: Delays, seed: int
) -> Iterator[Message]:
    """One message per reading, repeated ones aside; the same arguments give the same bytes.

    Dirt and delays draw from random streams of their own: whatever their rates, the readings behind
    the messages are those of the clean run.
    """
    world = World(seed)
    dirt = ReadingDirt(rates, world.random("dirty readings"))
    return deliver(_messages(readings, dirt), delays, world.random("delivery of readings"))


def _messages(readings: Iterable[Reading], dirt: ReadingDirt) -> Iterator[Message]:
    dumps = orjson.dumps
    for reading in readings:
        fields, fault = dirt.spoil(reading)
        payload = dumps(fields)
        if fault == MALFORMED:
            payload = dirt.cut_off(payload)
        yield Message(max(reading.at, 0), fields.get("patient_id"), payload, reading.kind, fault)
