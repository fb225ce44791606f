"""A sandbox account for the module, a Kafka log for each test."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import snowflake.connector
from snowflake.connector.util_text import split_statements

from sandbox.warehouse.account import Account
from sandbox.warehouse.server import serve
from tests.loader.rig import KafkaLog, RawAccount

SQL = Path(__file__).parents[2] / "sql"
FILES = ("20_raw.sql", "61_notification.sql")
"""What the loader reads and writes."""


@pytest.fixture(scope="session")
def _account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RawAccount]:
    with Account(None) as account, serve(account) as parameters:
        with snowflake.connector.connect(**parameters) as connection:
            _create_tables(connection)
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


def _create_tables(connection: snowflake.connector.SnowflakeConnection) -> None:
    cursor = connection.cursor()
    cursor.execute("create database if not exists CAREFLOE")
    for schema in ("RAW", "OPS"):
        cursor.execute(f"create schema if not exists CAREFLOE.{schema}")
    for name in FILES:
        text = (SQL / name).read_text().replace("<% ctx.env.database %>", "CAREFLOE")
        for statement, _ in split_statements(StringIO(text), remove_comments=True):
            if statement and statement.strip(" ;\n"):
                cursor.execute(statement)
