"""A sandbox account for the module, a Kafka log for each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import snowflake.connector
from support.sql_file import run_files

from sandbox.service import Warehouse
from tests.loader.rig import KafkaLog, RawAccount, admin, wait_until

FILES = (
    "00_account.sql", "05_role.sql", "10_database.sql", "12_grant.sql",
    "20_raw.sql", "60_ops.sql", "61_notification.sql", "80_runner.sql",
)  # fmt: skip
"""What the loader reads and writes, and its role."""


@pytest.fixture(scope="session")
def _account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RawAccount]:
    with Warehouse() as warehouse:
        parameters = warehouse.connection_parameters
        with snowflake.connector.connect(**parameters) as connection:
            run_files(connection, FILES)
        raw = RawAccount(parameters, tmp_path_factory.mktemp("snowflake"))
        yield raw
        raw.close()


@pytest.fixture
def raw(_account: RawAccount) -> RawAccount:
    """The raw tables, empty; connections.toml points at their account."""
    _account.empty()
    _account.use()
    return _account


@pytest.fixture
def kafka(tmp_path: Path) -> KafkaLog:
    return KafkaLog(tmp_path / "kafka", partitions=3)


@pytest.fixture
def address(kafka: KafkaLog) -> Iterator[str]:
    """A broker without our topics: the sandbox's log, or the one that CAREFLOE_TEST_KAFKA names.

    Tests that hold on any broker are marked `broker`.
    """
    if real := os.environ.get("CAREFLOE_TEST_KAFKA"):
        _forget_topics(real)
        yield real
        return
    with kafka.running() as address:
        yield address


def _forget_topics(address: str) -> None:
    with admin(address) as client:

        def ours() -> list[str]:
            return [name for name in client.list_topics() if not name.startswith("__")]

        if names := ours():
            client.delete_topics(names)
        wait_until(lambda: not ours())
