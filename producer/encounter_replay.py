"""Encounter messages: a folder's history, sent again in the order the encounters began."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

import orjson

from producer.delivery import Message
from producer.encounter import Encounter
from producer.encounter_dirt import DUPLICATE, spoil

TOPIC = "carefloe.encounters"


def encounter_messages(
    encounters: Iterable[Encounter], dirty_rate: float, rng: Random
) -> Iterator[Message]:
    """One message per encounter, or two of the same bytes where the fault is a duplicate.

    The record's timestamp is the event's; before 1970, which Kafka cannot express, it is 1970.
    """
    for encounter in encounters:
        fields, fault = spoil(encounter, dirty_rate, rng)
        is_repeated = fault == DUPLICATE
        message = Message(
            delivered_at=max(encounter.completed_at or 0, 0),
            key=fields["patient_id"],
            payload=orjson.dumps(fields),
            kind="ENCOUNTER",
            fault=None if is_repeated else fault,
        )
        yield message
        if is_repeated:
            yield message._replace(way=DUPLICATE)
