"""What the user is told when something is wrong: what to look at, the next step, an exit code."""

import re
import socket
import time
from pathlib import Path

import pytest

from tests.loader.rig import (
    FLOW,
    Finished,
    KafkaLog,
    Loader,
    Message,
    RawAccount,
    admin,
    environment,
    load,
    numbered,
    produce,
    running,
    wait_until,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "loader.md"
CATCH_UP = ("run", "--until-caught-up")


@pytest.fixture
def silent_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def assert_told(finished: Finished, code: int, *parts: str) -> None:
    assert finished.code == code, finished.err
    for part in parts:
        assert part in finished.err
    assert "Traceback" not in finished.out + finished.err


def test_wrong_settings_are_exit_2(tmp_path: Path) -> None:
    finished = load(environment(tmp_path, LOADER_FLUSH_ROWS="x"), *CATCH_UP)
    assert_told(finished, 2, "KAFKA_BOOTSTRAP_SERVERS: is required", "LOADER_FLUSH_ROWS: ")


def test_an_unknown_connection_is_exit_2_and_names_the_known(raw: RawAccount) -> None:
    settings = environment(raw.home, "127.0.0.1:1", SNOWFLAKE_DEFAULT_CONNECTION_NAME="prod")
    assert_told(
        load(settings, *CATCH_UP),
        2,
        "SNOWFLAKE_DEFAULT_CONNECTION_NAME",
        f"{raw.home}/connections.toml has no connection 'prod' (it has: sandbox)",
    )


def test_a_broker_that_does_not_answer_is_exit_3(raw: RawAccount, silent_port: int) -> None:
    began = time.monotonic()
    finished = load(environment(raw.home, f"127.0.0.1:{silent_port}"), *CATCH_UP)
    assert_told(finished, 3, f"KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:{silent_port}")
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("arguments", [CATCH_UP, ("csv", "{feed}")])
def test_an_account_that_does_not_answer_is_exit_3(
    raw: RawAccount, silent_port: int, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    raw.use(port=silent_port)
    feed = tmp_path / "payers.csv"
    feed.write_text("Id\n1\n")
    began = time.monotonic()
    finished = load(
        environment(raw.home, "127.0.0.1:1"), *(part.format(feed=feed) for part in arguments)
    )
    assert_told(finished, 3, "connection 'sandbox'", f"{raw.home}/connections.toml")
    assert time.monotonic() - began < 20


def test_a_missing_table_is_exit_1_with_the_way_to_deploy(raw: RawAccount, address: str) -> None:
    produce(address, numbered(0, 1), "other")
    finished = load(environment(raw.home, address, LOADER_TOPICS="other=no_such_event"), *CATCH_UP)
    assert_told(finished, 1, "raw.no_such_event", "make deploy CONNECTION=sandbox")


def test_a_topic_that_was_recreated_is_exit_1(raw: RawAccount, address: str) -> None:
    settings = environment(raw.home, address)
    produce(address, [Message(b"{}", partition=2) for _ in range(10)])
    assert load(settings, *CATCH_UP).code == 0
    with admin(address) as kafka_admin:
        kafka_admin.delete_topics([FLOW])
    produce(address, [Message(b"{}", partition=2) for _ in range(4)])

    finished = load(settings, *CATCH_UP)

    assert_told(
        finished,
        1,
        f"topic {FLOW} partition 2: raw holds offsets up to 9, but the broker's log ends before 4",
        "docs/loader.md",
    )
    assert len(raw.origins()) == 10


def test_offsets_that_expired_before_they_were_loaded_are_exit_1(
    raw: RawAccount, address: str
) -> None:
    settings = environment(raw.home, address)
    produce(address, [Message(b"{}", partition=1) for _ in range(5)])
    assert load(settings, *CATCH_UP).code == 0
    produce(address, [Message(b"{}", partition=1) for _ in range(20)])
    delete_records(address, FLOW, 1, 12)

    finished = load(settings, *CATCH_UP)

    assert_told(
        finished,
        1,
        f"topic {FLOW} partition 1: raw holds offsets up to 4, but the broker's log begins at 12:"
        " offsets 5 to 11 expired before they were loaded",
        "docs/loader.md",
    )
    assert len(raw.origins()) == 5


def test_the_documented_row_accepts_the_loss_and_the_load_goes_on(
    raw: RawAccount, address: str
) -> None:
    settings = environment(raw.home, address)
    produce(address, [Message(b"{}", partition=1) for _ in range(5)])
    assert load(settings, *CATCH_UP).code == 0
    produce(address, [Message(b"{}", partition=1) for _ in range(20)])
    delete_records(address, FLOW, 1, 12)
    (accept_the_loss,) = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    raw.execute(accept_the_loss)

    finished = load(settings, *CATCH_UP)

    assert finished.code == 0, finished.err
    offsets = sorted(offset for _, _, offset in raw.origins())
    assert offsets == [0, 1, 2, 3, 4, *range(11, 25)]


def test_a_log_whose_beginning_expired_before_the_first_load_starts_where_it_can(
    raw: RawAccount, address: str
) -> None:
    produce(address, [Message(b"{}", partition=0) for _ in range(9)])
    delete_records(address, FLOW, 0, 6)

    assert load(environment(raw.home, address), *CATCH_UP).code == 0

    assert sorted(offset for _, _, offset in raw.origins()) == [6, 7, 8]


def test_a_topic_recreated_while_the_loader_runs_is_exit_1(raw: RawAccount, address: str) -> None:
    settings = environment(raw.home, address, LOADER_FLUSH_SECONDS=0.3)
    produce(address, [Message(b"{}", partition=0) for _ in range(50)])
    with running(Loader(settings, "run")) as loader:
        wait_until(lambda: len(raw.origins()) == 50)
        with admin(address) as kafka_admin:
            kafka_admin.delete_topics([FLOW])
        produce(address, [Message(b"{}", partition=0) for _ in range(4)])
        finished = loader.wait(60)
    assert_told(finished, 1, f"topic {FLOW} partition 0: raw holds offsets up to 49")


@pytest.mark.slow
def test_a_broker_that_goes_away_for_good_is_exit_3(raw: RawAccount, tmp_path: Path) -> None:
    with KafkaLog(tmp_path / "kafka").running() as address:
        produce(address, numbered(0, 10))
        settings = environment(raw.home, address, LOADER_FLUSH_SECONDS=0.3, LOADER_RETRY_SECONDS=2)
        loader = Loader(settings, "run")
        wait_until(lambda: len(raw.origins()) == 10)
    with running(loader):
        assert_told(loader.wait(60), 3, "KAFKA_BOOTSTRAP_SERVERS")


def delete_records(address: str, topic: str, partition: int, before: int) -> None:
    from kafka import TopicPartition

    with admin(address) as kafka_admin:
        kafka_admin.delete_records({TopicPartition(topic, partition): before})
