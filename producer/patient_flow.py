"""Patient-flow messages: the simulation, spoiled by dirt, delivered by an imperfect network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import orjson

from producer.delivery import Delays, Message, deliver
from producer.dirt import MALFORMED, Dirt
from producer.population import World
from producer.simulation import Event, patient_flow

TOPIC = "carefloe.patient_flow"


def patient_flow_messages(
    world: World, dirt_rates: Mapping[str, float], delays: Delays
) -> Iterator[Message]:
    """Messages without end (see simulation.patient_flow); the same arguments give the same bytes.

    Dirt and delays draw from random streams of their own: whatever their rates, the events behind
    the messages are those of the clean run.
    """
    dirt = Dirt(dirt_rates, world.random("dirt"))
    return deliver(_messages(patient_flow(world), dirt), delays, world.random("delivery"))


def _messages(events: Iterable[Event], dirt: Dirt) -> Iterator[Message]:
    dumps = orjson.dumps
    for event in events:
        fields, fault = dirt.spoil(event)
        payload = dumps(fields)
        if fault == MALFORMED:
            payload = dirt.cut_off(payload)
        yield Message(
            event.at, fields.get("patient_id"), payload, event.fields["event_type"], fault
        )
