"""Producer beside a bare kafka-python send loop, against the broker of KAFKA_BOOTSTRAP_SERVERS.

    KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 python -m benchmarks.producer [EVENTS]

Both send the same messages with the same client settings; the bare loop has its payloads ready,
the producer simulates, spoils and serialises them on the way. Three runs each, taken in turn; the
figures are medians, and the ratio is the one of these medians.
"""

from __future__ import annotations

import sys
import time
from itertools import islice
from statistics import median
from threading import Event

from kafka import KafkaProducer
from rich.console import Console

from producer.delivery import Delays, Message
from producer.dirt import dirt_rates
from producer.patient_flow import patient_flow_messages
from producer.population import World
from producer.progress import progress_on
from producer.settings import kafka_settings
from producer.sink import BATCH_BYTES, LINGER_MS, KafkaTopic
from producer.transmission import Plan, transmit

RUNS = 3
WORLD, RATES, DELAYS = World(), dirt_rates(0.06, {}), Delays(0.01, 0.01, 0.01)


def bare_send_loop(messages: list[Message]) -> float:
    """Events per second of `send` in a loop and one `flush`."""
    settings = kafka_settings()
    producer = KafkaProducer(
        **settings.client_options(),
        acks="all",
        linger_ms=LINGER_MS,
        batch_size=BATCH_BYTES,
        compression_type=None if settings.compression == "none" else settings.compression,
    )
    ready = [
        (None if m.key is None else m.key.encode(), m.payload, m.delivered_at * 1000)
        for m in messages
    ]
    started = time.perf_counter()
    for key, payload, timestamp_ms in ready:
        producer.send("benchmark.bare", payload, key, timestamp_ms=timestamp_ms)
    producer.flush()
    seconds = time.perf_counter() - started
    producer.close()
    return len(ready) / seconds


def whole_producer(events: int) -> float:
    """Events per second from an unbuilt world to the last acknowledgement."""
    with (
        KafkaTopic(kafka_settings(), "benchmark.producer") as topic,
        progress_on(Console(stderr=True), events) as progress,
    ):
        started = time.perf_counter()
        messages = patient_flow_messages(WORLD, RATES, DELAYS)
        transmit(messages, topic, Plan(events), Event(), progress)
        return events / (time.perf_counter() - started)


def generation_alone(events: int) -> float:
    """Events per second of simulation, dirt, delivery and serialisation."""
    started = time.perf_counter()
    for _ in islice(patient_flow_messages(WORLD, RATES, DELAYS), events):
        pass
    return events / (time.perf_counter() - started)


def main(events: int) -> None:
    messages = list(islice(patient_flow_messages(WORLD, RATES, DELAYS), events))
    bare, whole, generated = [], [], []
    for _ in range(RUNS):
        bare.append(bare_send_loop(messages))
        whole.append(whole_producer(events))
        generated.append(generation_alone(events))
    print(f"{events:,} events, medians of {RUNS} runs")
    print(f"bare send loop    {median(bare):>10,.0f} events/s")
    print(f"producer          {median(whole):>10,.0f} events/s")
    print(f"generation alone  {median(generated):>10,.0f} events/s")
    print(f"producer / bare   {median(whole) / median(bare):>10.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
