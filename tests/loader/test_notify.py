"""The relay as its user meets it: what the outbox has reaches the topic, whatever is killed.

The oracle is the topic itself, read by librdkafka, which the relay does not use.
"""

import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from rich.console import Console

from loader.account import Account
from loader.errors import LoaderError
from loader.notify import notify
from loader.outbox import Outbox, Receipt
from loader.settings import NotifySettings
from sandbox.kafka.error import ErrorCode
from sandbox.kafka.fault import DROP_AFTER, DROP_BEFORE, PASS, Fault
from tests.loader.proxy import AccountProxy, LostError
from tests.loader.rig import (
    KafkaLog,
    Loader,
    RawAccount,
    environment,
    load,
    running,
    toml_table,
    wait_until,
)

TOPIC = "carefloe.notifications"


@pytest.fixture
def outbox(raw: RawAccount) -> RawAccount:
    return raw


@pytest.fixture
def proxy(outbox: RawAccount) -> Iterator[AccountProxy]:
    """The relay reaches the account through this, which can break at the record of a delivery."""
    watched = "MERGE INTO OPS.NOTIFICATION_DELIVERY"
    with AccountProxy(outbox.parameters["port"], watched).running() as proxy:
        outbox.use(port=proxy.port)
        yield proxy


def write(outbox: RawAccount, first: int, count: int) -> list[str]:
    """Put alerts into the outbox; their ids."""
    ids = [f"n{number:05d}" for number in range(first, first + count)]
    rows = ", ".join(
        f"('{one}', 'ALERT', false, 'P1', 'HEART_RATE_HIGH', 'HIGH', sysdate())" for one in ids
    )
    outbox.execute(
        "insert into ops.notification (notification_id, kind, is_suppressed, patient_id,"
        f" alert_type, severity, created_at) values {rows}"
    )
    return ids


def published(address: str) -> list[tuple[str, dict[str, Any]]]:
    """Key and JSON of every message of the topic."""
    consumer = Consumer({"bootstrap.servers": address, "group.id": "x"})
    topics = consumer.list_topics(timeout=10).topics
    found: list[tuple[str, dict[str, Any]]] = []
    for number in topics[TOPIC].partitions if TOPIC in topics else ():
        begin, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, number), timeout=10)
        consumer.assign([TopicPartition(TOPIC, number, OFFSET_BEGINNING)])
        deadline = time.monotonic() + 20
        for _ in range(end - begin):
            message = consumer.poll(max(0.0, deadline - time.monotonic()))
            assert message is not None
            assert message.error() is None
            found.append((message.key().decode(), json.loads(message.value())))
    consumer.close()
    return found


def keys(address: str) -> Counter[str]:
    return Counter(key for key, _ in published(address))


def recorded(outbox: RawAccount) -> list[str]:
    found = outbox.execute(
        "select notification_id from ops.notification_delivery order by notification_id"
    )
    return [one for (one,) in found]


def test_each_notification_is_published_once_under_its_id_and_its_delivery_recorded(
    outbox: RawAccount, address: str
) -> None:
    outbox.execute(
        "insert into ops.notification (notification_id, kind, is_suppressed, happened_at,"
        " patient_id, alert_type, window_start, severity, created_at)"
        " values ('a1', 'ALERT', false, '2026-01-05 08:31:00.250', 'P7', 'HEART_RATE_HIGH',"
        " '2026-01-05 08:30:00', 'CRITICAL', sysdate()),"
        " ('a2', 'ALERT', true, '2020-01-05 08:31:00', 'P7', 'HEART_RATE_LOW',"
        " '2020-01-05 08:30:00', 'HIGH', sysdate())"
    )
    outbox.execute(
        "insert into ops.notification (notification_id, kind, is_suppressed, happened_at,"
        " pipeline, graph_run_group_id, outcome, failed_stage, stages, created_at)"
        " select 'r1', 'RUN', false, '2026-01-05 08:32:00', 'LOAD_SILVER_VITALS', 'g1', 'FAILED',"
        """ 'LOAD_FACT_VITALS', parse_json('[{"task": "LOAD_FACT_VITALS", "state": "FAILED"}]'),"""
        " sysdate()"
    )
    settings = environment(outbox.home, address)

    first = load(settings, "notify", "--until-caught-up")
    second = load(settings, "notify", "--until-caught-up")

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert "2 notifications" in first.out
    assert "0 notifications" in second.out
    assert sorted(published(address), key=lambda found: found[0]) == [
        (
            "a1",
            {
                "notification_id": "a1",
                "kind": "ALERT",
                "happened_at": "2026-01-05T08:31:00.250Z",
                "patient_id": "P7",
                "alert_type": "HEART_RATE_HIGH",
                "window_start": "2026-01-05T08:30:00Z",
                "severity": "CRITICAL",
            },
        ),
        (
            "r1",
            {
                "notification_id": "r1",
                "kind": "RUN",
                "happened_at": "2026-01-05T08:32:00.000Z",
                "pipeline": "LOAD_SILVER_VITALS",
                "run_id": "g1",
                "outcome": "FAILED",
                "failed_stage": "LOAD_FACT_VITALS",
                "stages": [{"task": "LOAD_FACT_VITALS", "state": "FAILED"}],
            },
        ),
    ]
    assert recorded(outbox) == ["a1", "r1"]
    assert "P7" not in first.out + first.err


def test_what_is_written_while_it_runs_is_published_and_sigterm_ends_it(
    outbox: RawAccount, address: str
) -> None:
    settings = environment(outbox.home, address, LOADER_NOTIFY_SECONDS=0.2)
    first = write(outbox, 0, 2)
    with running(Loader(settings, "notify")) as relay:
        wait_until(lambda: recorded(outbox) == first)
        second = write(outbox, 2, 3)
        wait_until(lambda: recorded(outbox) == first + second)
        relay.process.send_signal(signal.SIGTERM)
        finished = relay.wait()

    assert finished.code == 0, finished.err
    assert keys(address) == Counter(first + second)


def test_a_relay_killed_between_send_and_record_loses_nothing(
    outbox: RawAccount, proxy: AccountProxy, address: str
) -> None:
    ids = write(outbox, 0, 5)
    settings = environment(outbox.home, address)
    reached, killed = threading.Event(), threading.Event()

    def wait_for_the_kill() -> None:
        reached.set()
        assert killed.wait(30)
        raise LostError

    proxy.before = wait_for_the_kill
    with running(Loader(settings, "notify")) as relay:
        assert reached.wait(30)
        relay.kill()
        killed.set()
    assert keys(address) == Counter(ids)
    assert recorded(outbox) == []
    ids += write(outbox, 5, 2)

    proxy.before = lambda: None
    finished = load(settings, "notify", "--until-caught-up")

    assert finished.code == 0, finished.err
    assert recorded(outbox) == ids
    # Those whose delivery was not recorded came twice, under one key; no other did.
    assert keys(address) == Counter(ids) + Counter(ids[:5])


@pytest.fixture
def relay(outbox: RawAccount, address: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs the relay in this process until it has caught up, on the port of a proxy if given."""

    def run(**parameters: Any) -> None:
        connection = toml_table("here", outbox.parameters | parameters)
        monkeypatch.setenv("SNOWFLAKE_CONNECTIONS", connection)
        notify(
            NotifySettings(
                snowflake_default_connection_name="here", kafka_bootstrap_servers=address
            ),
            Console(),
            until_caught_up=True,
        )

    return run


@pytest.mark.parametrize("lost", ["the record", "its answer"])
def test_a_connection_that_breaks_at_the_record_doubles_nothing(
    outbox: RawAccount, proxy: AccountProxy, address: str, relay: Callable[..., None], lost: str
) -> None:
    ids = write(outbox, 0, 5)

    def break_the_first() -> None:
        if proxy.count == 1:
            raise LostError

    if lost == "the record":
        proxy.before = break_the_first
    else:
        proxy.after = break_the_first

    relay(port=proxy.port)

    assert keys(address) == Counter(ids)
    assert recorded(outbox) == ids
    assert proxy.count == 2


def test_what_was_found_and_not_recorded_is_found_again_however_old(
    outbox: RawAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNOWFLAKE_CONNECTIONS", toml_table("here", outbox.parameters))
    account = Account("here")
    looked = Outbox(account)
    ids = write(outbox, 0, 2)
    outbox.execute("update ops.notification set created_at = '2020-01-01'::timestamp_ntz")

    assert [one.notification_id for one in looked.undelivered(10)] == ids
    assert [one.notification_id for one in looked.undelivered(1)] == ids[:1]
    looked.record([Receipt(one, TOPIC, 0, 7) for one in ids])
    looked.record([Receipt(ids[0], TOPIC, 0, 8)])
    assert looked.undelivered(10) == []
    late = write(outbox, 2, 1)
    assert [one.notification_id for one in looked.undelivered(10)] == late
    account.close()
    assert outbox.execute("select kafka_offset from ops.notification_delivery") == [(7,), (7,)]


def test_faults_of_the_broker_are_survived(
    outbox: RawAccount, kafka: KafkaLog, address: str, relay: Callable[..., None]
) -> None:
    ids = write(outbox, 0, 1200)  # more than one batch
    kafka.faults.plan("Produce", DROP_AFTER, DROP_BEFORE, PASS)

    relay()

    assert keys(address) == Counter(ids)  # the broker knows a batch that is sent again
    assert recorded(outbox) == ids


def test_a_refused_message_ends_the_relay_and_is_not_recorded(
    outbox: RawAccount, kafka: KafkaLog, relay: Callable[..., None]
) -> None:
    write(outbox, 0, 1)
    kafka.faults.plan("Produce", Fault(code=ErrorCode.MESSAGE_TOO_LARGE))

    with pytest.raises(LoaderError, match=r"carefloe\.notifications: MessageSizeTooLargeError"):
        relay()

    assert recorded(outbox) == []


@pytest.mark.slow  # the client asks for ten seconds
def test_without_a_broker_it_ends_at_once_with_exit_code_3(outbox: RawAccount) -> None:
    finished = load(environment(outbox.home, "127.0.0.1:9"), "notify", "--until-caught-up")

    assert finished.code == 3
    assert "no Kafka broker answers at KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9" in finished.err
