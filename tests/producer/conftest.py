"""A clean run and the files of its world, read back as a stranger would: from JSON and CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from producer.delivery import Delays, Message
from producer.patient_flow import patient_flow_messages
from producer.population import World
from producer.world_files import write_world

FILED_PATIENTS = 1_500
EVENTS = 40_000  # from January to June: a winter with full wards and a spring without
Table = list[dict[str, str]]


@pytest.fixture(scope="session")
def messages() -> Callable[..., list[Message]]:
    """The first messages of the default world, with some faults."""

    def first(
        events: int,
        rates: dict[str, float] | None = None,
        world: World | None = None,
        **delays: float,
    ) -> list[Message]:
        stream = patient_flow_messages(world or World(), rates or {}, Delays(**delays))
        return list(islice(stream, events))

    return first


@pytest.fixture(scope="session")
def clean_events(messages: Callable[..., list[Message]]) -> list[dict[str, Any]]:
    return [json.loads(message.payload) for message in messages(EVENTS)]


@pytest.fixture(scope="session")
def admissions(clean_events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in clean_events if event["event_type"] == "ADMISSION"]


@pytest.fixture(scope="session")
def discharges(clean_events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in clean_events if event["event_type"] == "DISCHARGE"]


@pytest.fixture(scope="session")
def world_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(World(patients=FILED_PATIENTS), folder)
    return folder


@pytest.fixture(scope="session")
def table(world_folder: Path) -> Callable[[str], Table]:
    """The rows of one of the world's files, read once."""

    @cache
    def read(name: str) -> Table:
        with (world_folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    return read
