"""The loader as its user meets it: a real process, a real log, a real account on loopback."""

import signal
from base64 import b64encode
from datetime import datetime

import pytest

from sandbox.kafka.fault import PASS
from sandbox.kafka.server import KafkaLog
from tests.loader.rig import (
    ENCOUNTERS,
    FLOW,
    Loader,
    Message,
    RawAccount,
    environment,
    load,
    log_origins,
    numbered,
    produce,
    running,
    wait_until,
)


@pytest.mark.broker
def test_every_record_becomes_one_row_with_its_payload_untouched(
    raw: RawAccount, address: str
) -> None:
    messages = [
        Message(b'{"event_id": "E1", "name": "J\xc3\xb6rg"}', key=b"P1"),
        Message(b'{"event_id": '),
        Message(b""),
        Message(None),
        Message(b"\xff\xfe\x00", key=b"\xc3("),
        Message(b"\\N", key=None),
        Message(b"x" * 1_000_000, key=b""),
        Message(b"h", headers=[("trace", b"a1"), ("none", None), ("bytes", b"\xff")]),
    ]
    for number, message in enumerate(messages):
        message.partition = 0
        message.timestamp_ms = 1_767_600_000_000 + number
    produce(address, messages)

    finished = load(environment(raw.home, address), "run", "--until-caught-up")

    assert finished.code == 0, finished.err
    rows = raw.execute(
        "select kafka_offset, kafka_key, key_encoding, broker_time, headers, payload,"
        " payload_encoding from raw.patient_flow_event order by kafka_offset"
    )
    at = [datetime(2026, 1, 5, 8, 0, 0, 1000 * n) for n in range(len(messages))]
    assert rows == [
        (0, "P1", "utf-8", at[0], None, '{"event_id": "E1", "name": "Jörg"}', "utf-8"),
        (1, "P000001", "utf-8", at[1], None, '{"event_id": ', "utf-8"),
        (2, "P000001", "utf-8", at[2], None, "", "utf-8"),
        (3, "P000001", "utf-8", at[3], None, None, None),
        (4, "wyg=", "base64", at[4], None, "//4A", "base64"),
        (5, None, None, at[5], None, b64encode(b"\\N").decode(), "base64"),
        (6, "", "utf-8", at[6], None, "x" * 1_000_000, "utf-8"),
        (
            7,
            "P000001",
            "utf-8",
            at[7],
            '[["trace","a1"],["none",null],["bytes","/w==","base64"]]',
            "h",
            "utf-8",
        ),
    ]
    lineage = raw.execute(
        "select distinct topic, kafka_partition, length(load_id) from raw.patient_flow_event"
    )
    assert lineage == [(FLOW, 0, 32)]


@pytest.mark.broker
def test_each_topic_goes_to_its_table_and_running_again_adds_nothing(
    raw: RawAccount, address: str
) -> None:
    produce(address, numbered(0, 300))
    produce(address, numbered(0, 120), ENCOUNTERS)
    settings = environment(raw.home, address, LOADER_FLUSH_ROWS=50)

    first = load(settings, "run", "--until-caught-up")
    second = load(settings, "run", "--until-caught-up")
    produce(address, numbered(300, 10))
    third = load(settings, "run", "--until-caught-up")

    assert (first.code, second.code, third.code) == (0, 0, 0), first.err + second.err + third.err
    assert "nothing new" in second.out
    assert raw.origins() == log_origins(address, FLOW)
    assert raw.origins("encounter_event") == log_origins(address, ENCOUNTERS)
    assert len(raw.origins()) == 310


def test_a_record_lands_when_its_batch_is_old_enough_and_sigterm_lands_the_rest(
    raw: RawAccount, kafka: KafkaLog, address: str
) -> None:
    produce(address, numbered(0, 5))
    with running(Loader(environment(raw.home, address, LOADER_FLUSH_SECONDS=1), "run")) as loader:
        wait_until(lambda: len(raw.origins()) == 5)
    produce(address, numbered(5, 5))
    with running(Loader(environment(raw.home, address, LOADER_FLUSH_SECONDS=900), "run")) as loader:
        kafka.faults.plan("Fetch", PASS, PASS, PASS)  # the third is sent when the first is read
        wait_until(lambda: kafka.faults.pending("Fetch") == 0)
        loader.process.send_signal(signal.SIGTERM)
        finished = loader.wait()
    assert finished.code == 0, finished.err
    assert raw.origins() == log_origins(address, FLOW)


@pytest.mark.broker
def test_logs_tell_of_batches_but_never_of_payloads_or_keys(raw: RawAccount, address: str) -> None:
    produce(address, [Message(b'{"patient": "Mrs Secret"}', key=b"P-SECRET")])

    finished = load(environment(raw.home, address), "run", "--until-caught-up")

    taken_over, line = finished.err.splitlines()
    assert taken_over.endswith("INFO partitions taken over count=3 behind=1")
    assert f"topic={FLOW} rows=1 bytes=25" in line
    assert "secret" not in (finished.out + finished.err).lower()


@pytest.mark.broker
def test_a_topic_that_does_not_exist_is_empty_when_catching_up(
    raw: RawAccount, address: str
) -> None:
    finished = load(
        environment(raw.home, address, LOADER_TOPICS="not.there=patient_flow_event"),
        "run",
        "--until-caught-up",
    )

    assert finished.code == 0, finished.err
    assert "nothing new" in finished.out


@pytest.mark.broker
@pytest.mark.slow
def test_a_topic_that_is_created_later_is_loaded(raw: RawAccount, address: str) -> None:
    settings = environment(raw.home, address, LOADER_FLUSH_SECONDS=0.3)
    produce(address, numbered(0, 9))
    with running(Loader(settings, "run")) as loader:
        wait_until(lambda: len(raw.origins()) == 9)
        produce(address, numbered(0, 7), ENCOUNTERS)
        wait_until(lambda: len(raw.origins("encounter_event")) == 7, 60)
        loader.process.send_signal(signal.SIGTERM)
        finished = loader.wait()
    assert finished.code == 0, finished.err
    assert len(raw.origins()) == 9
