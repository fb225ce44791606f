"""Raw rows of vital signs as the loader lands them: the producer's messages, in Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from producer.clock import DAY
from producer.delivery import Message
from producer.monitor import Watch, ward_readings
from producer.population import World
from producer.reading_dirt import reading_rates
from producer.vitals import TOPIC, reading_delays, vitals_messages

PATIENTS = 500
"""Monitored at once; over the day and a half of a million readings some leave and others come."""
SECONDS_BETWEEN_READINGS = 60
DIRTY_RATE = 0.02
DELAYS = reading_delays(duplicate=0.01, late=0.01, out_of_order=0.02)
PARTITIONS = 4
ROWS_PER_FILE = 50_000
_AT = pa.timestamp("us")
_MICROSECONDS = 1_000_000


def write_raw_readings(folder: Path, history: int, increments: tuple[int, ...] = ()) -> list[Path]:
    """Parquet files of the history (ROWS_PER_FILE each), then one per increment, in this order."""
    folder.mkdir(parents=True)
    whole, rest = divmod(history, ROWS_PER_FILE)
    sizes = (*[ROWS_PER_FILE] * whole, *([rest] if rest else []), *increments)
    messages = _messages()
    files, sent = [], 0
    for number, size in enumerate(sizes):
        file = folder / f"{number:03}.parquet"
        pq.write_table(_rows(list(islice(messages, size)), sent), file)
        files.append(file)
        sent += size
    return files


def _messages() -> Iterator[Message]:
    world = World()
    watch = Watch(world.start + 14 * DAY, PATIENTS, SECONDS_BETWEEN_READINGS)
    readings = ward_readings(world, watch)
    return vitals_messages(readings, reading_rates(DIRTY_RATE, {}), DELAYS, world.seed)


def _rows(messages: list[Message], sent: int) -> pa.Table:
    places = range(sent, sent + len(messages))
    delivered_at = pa.array([m.delivered_at * _MICROSECONDS for m in messages], _AT)
    return pa.table(
        {
            "TOPIC": [TOPIC] * len(messages),
            "KAFKA_PARTITION": [place % PARTITIONS for place in places],
            "KAFKA_OFFSET": [place // PARTITIONS for place in places],
            "KAFKA_KEY": pa.array([m.key for m in messages], pa.string()),
            "KEY_ENCODING": pa.array(
                [None if m.key is None else "utf-8" for m in messages], pa.string()
            ),
            "BROKER_TIME": delivered_at,
            "PAYLOAD": [m.payload.decode() for m in messages],
            "PAYLOAD_ENCODING": ["utf-8"] * len(messages),
            "LOAD_ID": ["benchmark"] * len(messages),
            "LOADED_AT": delivered_at,
        }
    )
