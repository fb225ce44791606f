"""What a crash, a lost answer or a rebalance may do to raw: nothing.

The oracle is the log itself: the multiset of (topic, partition, offset) in raw equals the log's.
"""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.kafka.error import ErrorCode
from sandbox.kafka.fault import DROP_AFTER, DROP_BEFORE, PASS, Fault
from tests.loader.proxy import AccountProxy, LostError
from tests.loader.rig import (
    FLOW,
    KafkaLog,
    Loader,
    RawAccount,
    environment,
    load,
    log_origins,
    numbered,
    produce,
    running,
    wait_until,
)


@pytest.fixture
def proxy(raw: RawAccount) -> Iterator[AccountProxy]:
    """The loader reaches the account through this; the test looks past it."""
    with AccountProxy(raw.parameters["port"]).running() as proxy:
        raw.use(port=proxy.port)
        yield proxy


@pytest.mark.parametrize(
    ("moment", "landed"),
    [("mid-batch", 0), ("before COPY", 200), ("after COPY", 400), ("before the commit", 400)],
)
def test_a_killed_loader_leaves_no_gap_and_no_double(
    raw: RawAccount, proxy: AccountProxy, kafka: KafkaLog, address: str, moment: str, landed: int
) -> None:
    produce(address, numbered(0, 600))
    settings = environment(raw.home, address, LOADER_FLUSH_ROWS=200)
    reached, killed = threading.Event(), threading.Event()

    def wait_for_the_kill() -> None:
        if proxy.count == 2:
            reached.set()
            assert killed.wait(30)
            if moment == "before COPY":
                raise LostError

    if moment == "before COPY":
        proxy.before = wait_for_the_kill
    elif moment == "after COPY":
        proxy.after = wait_for_the_kill
    elif moment == "before the commit":
        kafka.faults.plan("OffsetCommit", PASS, Fault(delay_seconds=3))
    else:
        settings |= {"LOADER_FLUSH_ROWS": "100000", "LOADER_FLUSH_SECONDS": "900"}
        kafka.faults.plan("Fetch", PASS, PASS, PASS)
    with running(Loader(settings, "run")) as loader:
        if moment == "before the commit":
            wait_until(lambda: kafka.faults.pending("OffsetCommit") == 0)
        elif moment == "mid-batch":
            wait_until(lambda: kafka.faults.pending("Fetch") == 0)
        else:
            assert reached.wait(30)
        loader.kill()
        killed.set()
    assert len(raw.origins()) == landed

    finished = load(settings, "run", "--until-caught-up")

    assert finished.code == 0, finished.err
    assert raw.origins() == log_origins(address, FLOW)


@pytest.mark.parametrize("lost", ["the COPY", "its answer"])
def test_a_connection_that_breaks_at_a_copy_neither_loses_nor_doubles(
    raw: RawAccount, proxy: AccountProxy, address: str, lost: str
) -> None:
    produce(address, numbered(0, 600))

    def break_the_second() -> None:
        if proxy.count == 2:
            raise LostError

    if lost == "the COPY":
        proxy.before = break_the_second
    else:
        proxy.after = break_the_second

    finished = load(
        environment(raw.home, address, LOADER_FLUSH_ROWS=200), "run", "--until-caught-up"
    )

    assert finished.code == 0, finished.err
    assert raw.origins() == log_origins(address, FLOW)
    assert proxy.count > 3


def test_faults_of_the_broker_are_survived(raw: RawAccount, kafka: KafkaLog, address: str) -> None:
    produce(address, numbered(0, 600))
    kafka.faults.plan("Fetch", PASS, DROP_BEFORE, PASS, DROP_AFTER)
    kafka.faults.plan("ListOffsets", DROP_AFTER)
    kafka.faults.plan("JoinGroup", DROP_AFTER)
    kafka.faults.plan(
        "OffsetCommit", DROP_AFTER, Fault(code=ErrorCode.REBALANCE_IN_PROGRESS), DROP_BEFORE
    )

    finished = load(
        environment(raw.home, address, LOADER_FLUSH_ROWS=100), "run", "--until-caught-up"
    )

    assert finished.code == 0, finished.err
    assert raw.origins() == log_origins(address, FLOW)


def test_a_join_that_is_never_answered_is_started_anew(
    raw: RawAccount, kafka: KafkaLog, address: str
) -> None:
    produce(address, numbered(0, 30))
    kafka.faults.plan("JoinGroup", Fault(delay_seconds=100))

    finished = load(environment(raw.home, address), "run", "--until-caught-up")

    assert finished.code == 0, finished.err
    assert "the group has not given us partitions" in finished.err
    assert raw.origins() == log_origins(address, FLOW)


def test_a_restart_of_the_broker_is_waited_for(raw: RawAccount, tmp_path: Path) -> None:
    folder = tmp_path / "kafka"
    with KafkaLog(folder).running() as address:
        port = int(address.rpartition(":")[2])
        produce(address, numbered(0, 300))
        settings = environment(raw.home, address, LOADER_FLUSH_SECONDS=0.5)
        loader = Loader(settings, "run")
        wait_until(lambda: len(raw.origins()) == 300)
    with running(loader), KafkaLog(folder, port=port).running() as address:
        produce(address, numbered(300, 300))
        wait_until(lambda: len(raw.origins()) == 600)
        loader.process.send_signal(signal.SIGTERM)
        finished = loader.wait()
        assert finished.code == 0, finished.err
        assert raw.origins() == log_origins(address, FLOW)


@pytest.mark.slow
def test_two_loaders_share_the_partitions_through_every_rebalance(
    raw: RawAccount, address: str
) -> None:
    settings = environment(raw.home, address, LOADER_FLUSH_ROWS=50, LOADER_FLUSH_SECONDS=0.3)
    produce(address, numbered(0, 400))
    with running(Loader(settings, "run")) as first:
        wait_until(lambda: len(raw.origins()) > 0)
        with running(Loader(settings, "run")) as second:
            for start in range(400, 2400, 200):
                produce(address, numbered(start, 200))
            wait_until(lambda: len(raw.origins()) > 1000)
            first.kill()
            produce(address, numbered(2400, 400))
            with running(Loader(settings, "run")) as third:
                produce(address, numbered(2800, 400))
                wait_until(lambda: len(raw.origins()) == 3200)
                for loader in (second, third):
                    loader.process.send_signal(signal.SIGTERM)
                ended = [loader.wait() for loader in (second, third)]
    assert [finished.code for finished in ended] == [0, 0], ended
    assert raw.origins() == log_origins(address, FLOW)


@pytest.mark.slow
def test_a_paused_loader_whose_copy_lands_late_loses_nothing(
    raw: RawAccount, proxy: AccountProxy, address: str
) -> None:
    produce(address, numbered(0, 600))
    reached, resumed = threading.Event(), threading.Event()

    def hold_the_first() -> None:
        if proxy.count == 1:
            reached.set()
            assert resumed.wait(60)

    proxy.before = hold_the_first
    settings = environment(raw.home, address, LOADER_FLUSH_ROWS=200)
    with running(Loader(settings, "run")) as zombie:
        assert reached.wait(30)
        os.kill(zombie.process.pid, signal.SIGSTOP)
        successor = load(settings, "run", "--until-caught-up")
        assert successor.code == 0, successor.err
        assert raw.origins() == log_origins(address, FLOW)

        os.kill(zombie.process.pid, signal.SIGCONT)
        resumed.set()
        produce(address, numbered(600, 50))
        everything = log_origins(address, FLOW)
        wait_until(lambda: set(raw.origins()) == set(everything))
        zombie.process.send_signal(signal.SIGTERM)
        finished = zombie.wait()

    assert finished.code == 0, finished.err
    doubled = raw.origins() - everything
    assert everything - raw.origins() == {}  # nothing is lost
    assert set(doubled.values()) <= {1}  # the held COPY, once; silver drops it
    assert sum(doubled.values()) <= 700
