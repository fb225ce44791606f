"""Loader into raw beside a bare kafka-python poll loop over the same log.

    source .sandbox/env && python -m benchmarks.loader [EVENTS]

The broker is the one of KAFKA_BOOTSTRAP_SERVERS, the account the one of
SNOWFLAKE_DEFAULT_CONNECTION_NAME, deployed. Both read a topic of their own making; both are timed
from nothing (no connection) to everything: all polled, and all landed. Three runs each, taken in
turn; the figures are medians, the ratio is the one of these medians. What is made is dropped again.
"""

from __future__ import annotations

import logging
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import snowflake.connector
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from rich.console import Console

from loader.run import run
from loader.settings import RunSettings, read_settings

RUNS = 3
TABLE = "raw.loader_benchmark"
PAYLOAD = (
    b'{"event_type": "ADMISSION", "event_id": "%012d", "visit_id": "V%09d", "patient_id": "P%06d",'
    b' "gender": "F", "age": 57, "department": "Surgery", "hospital_id": "H3", "hospital_name": '
    b'"Carefloe East", "bed_id": "H3-SUR-15", "admission_time": "2026-01-05T08:30:00Z", '
    b'"expected_discharge_time": "2026-01-08T08:30:00Z", "admission_priority": "Emergency", '
    b'"diagnosis_code": "K35.80-APPENDICITIS", "insurance_type": "Medicare", "vitals": '
    b'{"heart_rate": 88, "bp_systolic": 120, "bp_diastolic": 80, "temperature_f": 98.6, '
    b'"oxygen_saturation": 97}, "event_timestamp": "2026-01-05T08:30:00Z"}'
)
"""As long as a patient-flow event."""


@contextmanager
def filled_topic(address: str, events: int) -> Iterator[str]:
    """Give a topic with that many messages in four partitions."""
    topic = f"benchmark.loader.{uuid.uuid4().hex[:8]}"
    producer = KafkaProducer(
        bootstrap_servers=address, linger_ms=50, batch_size=262_144, compression_type="lz4"
    )
    for number in range(events):
        patient = number * 7919 % 50_000
        payload = PAYLOAD % (number, number // 2, patient)
        producer.send(topic, payload, b"P%06d" % patient, partition=patient % 4)
    producer.flush()
    producer.close()
    yield topic
    admin = KafkaAdminClient(bootstrap_servers=address)
    admin.delete_topics([topic])
    admin.close()


def bare_poll_loop(address: str, topic: str, events: int) -> float:
    """Events per second of `poll` in a loop, which looks at nothing."""
    started = time.perf_counter()
    consumer = KafkaConsumer(
        bootstrap_servers=address, auto_offset_reset="earliest", enable_auto_commit=False
    )
    consumer.assign([TopicPartition(topic, number) for number in range(4)])
    polled = 0
    while polled < events:
        for records in consumer.poll(1000).values():
            polled += len(records)
    consumer.close()
    return events / (time.perf_counter() - started)


def whole_loader(settings: RunSettings, topic: str, events: int) -> float:
    """Events per second of `carefloe-loader run --until-caught-up` into an empty table."""
    with snowflake.connector.connect(
        connection_name=settings.snowflake_default_connection_name
    ) as connection:
        cursor = connection.cursor()
        cursor.execute(f"create or replace table {TABLE} as select * from raw.patient_flow_event"
                       " limit 0")  # fmt: skip
        started = time.perf_counter()
        run(
            settings.model_copy(update={
                "loader_topics": {topic: TABLE.removeprefix("raw.")}, "loader_group": topic,
            }),
            Console(quiet=True),
            until_caught_up=True,
        )  # fmt: skip
        seconds = time.perf_counter() - started
        landed = cursor.execute(f"select count(*) from {TABLE}").fetchall()[0][0]
        assert landed == events, f"{landed} rows landed of {events}"
        cursor.execute(f"drop table {TABLE}")
    return events / seconds


def main(events: int) -> None:
    settings = read_settings(RunSettings)
    address = settings.kafka_bootstrap_servers
    bare, whole = [], []
    with filled_topic(address, events) as topic:
        for _ in range(RUNS):
            bare.append(bare_poll_loop(address, topic, events))
            whole.append(whole_loader(settings, topic, events))
    print(f"{events:,} events of {len(PAYLOAD)} bytes, medians of {RUNS} runs")
    print(f"bare poll loop   {median(bare):>10,.0f} events/s   {bare}")
    print(f"loader into raw  {median(whole):>10,.0f} events/s   {whole}")
    print(f"loader / bare    {median(whole) / median(bare):>10.2f}")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
