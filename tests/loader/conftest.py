"""A sandbox account for the module, a Kafka log for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import snowflake.connector
from support.sql_file import run_files

from sandbox.service import Warehouse
from tests.loader.rig import KafkaLog, RawAccount

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
    with kafka.running() as address:
        yield address
