"""Raw rows as the loader lands them: the producer's messages of patient flow, in Parquet."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from producer.delivery import Delays
from producer.dirt import dirt_rates
from producer.patient_flow import TOPIC, patient_flow_messages
from producer.population import World

DIRTY_RATE = 0.02
DELAYS = Delays(duplicate=0.01, late=0.01, out_of_order=0.02)
EVENTS_PER_PATIENT = 5
PARTITIONS = 4
ROWS_PER_FILE = 50_000
_MICROSECONDS = 1_000_000
_AT = pa.timestamp("us")
_SCHEMA = pa.schema(
    {
        "TOPIC": pa.string(),
        "KAFKA_PARTITION": pa.int64(),
        "KAFKA_OFFSET": pa.int64(),
        "KAFKA_KEY": pa.string(),
        "KEY_ENCODING": pa.string(),
        "BROKER_TIME": _AT,
        "HEADERS": pa.string(),
        "PAYLOAD": pa.string(),
        "PAYLOAD_ENCODING": pa.string(),
        "LOAD_ID": pa.string(),
        "LOADED_AT": _AT,
    }
)


def write_raw_events(folder: Path, history: int, increments: tuple[int, ...] = ()) -> list[Path]:
    """Parquet files of the history (ROWS_PER_FILE each), then one per increment, in this order.

    The population grows with the history, EVENTS_PER_PATIENT, so that a patient's own history is
    as long in a small one as in a large one.
    """
    world = World(patients=history // EVENTS_PER_PATIENT)
    messages = enumerate(patient_flow_messages(world, dirt_rates(DIRTY_RATE, {}), DELAYS))
    folder.mkdir(parents=True)
    whole, rest = divmod(history, ROWS_PER_FILE)
    sizes = (*[ROWS_PER_FILE] * whole, *([rest] if rest else []), *increments)
    files = []
    for number, size in enumerate(sizes):
        rows = [
            {
                "TOPIC": TOPIC,
                "KAFKA_PARTITION": place % PARTITIONS,
                "KAFKA_OFFSET": place // PARTITIONS,
                "KAFKA_KEY": message.key,
                "KEY_ENCODING": None if message.key is None else "utf-8",
                "BROKER_TIME": message.delivered_at * _MICROSECONDS,
                "PAYLOAD": message.payload.decode(),
                "PAYLOAD_ENCODING": "utf-8",
                "LOAD_ID": "benchmark",
                "LOADED_AT": message.delivered_at * _MICROSECONDS,
            }
            for place, message in islice(messages, size)
        ]
        file = folder / f"{number:03}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, _SCHEMA), file)
        files.append(file)
    return files
