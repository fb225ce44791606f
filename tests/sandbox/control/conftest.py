from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection

from sandbox.service import Warehouse

_numbers = count(1)


@pytest.fixture(scope="session")
def warehouse() -> Iterator[Warehouse]:
    with Warehouse() as running:
        running.account.create_database("CAREFLOE")
        yield running


@pytest.fixture
def connection(warehouse: Warehouse) -> Iterator[SnowflakeConnection]:
    """A connection of the real connector, in a schema of its own."""
    schema = f"TEST_{next(_numbers)}"
    with snowflake.connector.connect(
        **warehouse.connection_parameters, database="CAREFLOE"
    ) as connected:
        connected.cursor().execute(f"create schema {schema}")
        connected.cursor().execute(f"use schema {schema}")
        yield connected
        cursor = connected.cursor()
        for row in cursor.execute(f"show tasks in schema {schema} root only").fetchall():
            cursor.execute(f"alter task if exists {row[1]} suspend")


class Sql:
    """Runs statements and gives back plain rows."""

    def __init__(self, connection: SnowflakeConnection) -> None:
        self.connection = connection

    def __call__(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        return list(self.connection.cursor().execute(text, values or None).fetchall())  # type: ignore[union-attr]

    def dicts(self, text: str) -> list[dict[str, Any]]:
        cursor = self.connection.cursor(snowflake.connector.DictCursor)
        return list(cursor.execute(text).fetchall())  # type: ignore[union-attr]

    def until(
        self,
        text: str,
        holds: Callable[[list[tuple[Any, ...]]], bool],
        seconds: float = 20.0,
    ) -> list[tuple[Any, ...]]:
        """The rows of a query as soon as they satisfy `holds`; fails when they never do."""
        deadline = time.monotonic() + seconds
        while not holds(rows := self(text)):
            assert time.monotonic() < deadline, f"still {rows}"
            time.sleep(0.02)
        return rows


@pytest.fixture
def sql(connection: SnowflakeConnection) -> Sql:
    return Sql(connection)
