from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.snowpark import Session as SnowparkSession

import sandbox.show.statements  # noqa: F401 - Snowpark asks SHOW TABLES before it writes
from sandbox.warehouse.account import Account
from sandbox.warehouse.server import Server

DATABASE = "CAREFLOE"
_numbers = count(1)

Connect = Callable[..., SnowflakeConnection]


class Sql:
    """Runs statements over a real connection and gives back plain rows."""

    def __init__(self, connection: SnowflakeConnection) -> None:
        self.connection = connection

    def __call__(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        cursor = self.connection.cursor()
        return cursor.execute(text, values or None).fetchall()  # type: ignore[return-value]

    def one(self, expression: str, *values: Any) -> Any:
        """The value of an expression."""
        return self(f"select {expression}", *values)[0][0]

    def names(self, text: str) -> list[str]:
        return [column.name for column in self.connection.cursor().describe(text)]


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    with Account() as made:
        made.create_database(DATABASE)
        yield made


@pytest.fixture(scope="session")
def server(account: Account) -> Iterator[Server]:
    made = Server(account)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def schema(account: Account) -> str:
    """A fresh schema for each test."""
    name = f"TEST_{next(_numbers)}"
    session = account.connect(DATABASE, "PUBLIC")
    session.execute(f"create schema {name}")
    session.close()
    return name


@pytest.fixture
def connect(server: Server, schema: str) -> Iterator[Connect]:
    """Opens connections to the schema of the test; they are closed after it."""
    opened: list[SnowflakeConnection] = []

    def open_one(**more: Any) -> SnowflakeConnection:
        given = server.connection_parameters | {"database": DATABASE, "schema": schema}
        opened.append(snowflake.connector.connect(**given | {"paramstyle": "qmark"} | more))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture
def sql(connect: Connect) -> Sql:
    return Sql(connect())


@pytest.fixture
def snowpark(connect: Connect) -> Iterator[SnowparkSession]:
    session = SnowparkSession.builder.configs({"connection": connect()}).create()
    yield session
    session.close()
