"""What a conformance case is: one documented behaviour, tried over a real connection.

The same case runs on the sandbox and, for whoever names a connection, on a real account. It states
what Snowflake's documentation says and names the page; nothing in a case knows which of the two it
runs on. What the sandbox does not carry out is a case like any other, marked `refused`: there it
must fail with the sandbox's own error, on an account it must do what the page says.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import DatabaseError

Status = Literal["supported", "recorded", "refused"]
"""Carried out; kept and shown without effect; refused with an error that says so."""

UNSUPPORTED = "Unsupported feature in the sandbox warehouse"
DOCUMENTATION = "https://docs.snowflake.com/en/"


def documented(page: str, statement: str, status: Status = "supported") -> pytest.MarkDecorator:
    """Mark a test as a case: the page that states its outcome (path below docs.snowflake.com/en/),
    the statement or clause it tries, as the table in docs/conformance.md names it, and what the
    sandbox does with it.
    """
    return pytest.mark.documented(page=page, statement=statement, status=status)


class Account:
    """A session in a schema of its own, that runs statements and gives back plain rows."""

    def __init__(self, parameters: dict[str, Any], database: str, schema: str) -> None:
        self.parameters = parameters
        self.database = database
        self.schema = schema
        self.connection: SnowflakeConnection = snowflake.connector.connect(
            **parameters | {"database": database, "schema": schema, "paramstyle": "qmark"}
        )

    def __call__(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        cursor = self.connection.cursor()
        return cursor.execute(text, values or None).fetchall()  # type: ignore[return-value]

    def one(self, expression: str, *values: Any) -> Any:
        """The value of an expression."""
        return self(f"select {expression}", *values)[0][0]

    def rows(self, text: str, *values: Any) -> list[dict[str, Any]]:
        """Rows by lower-case column name, as SHOW and DESCRIBE are read."""
        cursor = self.connection.cursor(snowflake.connector.DictCursor)
        found = cursor.execute(text, values or None).fetchall()
        return [{name.lower(): value for name, value in row.items()} for row in found]  # type: ignore[union-attr]

    def error(self, text: str, *values: Any) -> str:
        """The message of the error that the statement must end with.

        An error that only says that the sandbox cannot do it is raised on: it proves nothing.
        """
        try:
            result = self(text, *values)
        except DatabaseError as error:
            if is_unsupported(error):
                raise
            return str(error.msg)
        pytest.fail(f"{text!r} ran, and gave {result[:5]}")

    @contextmanager
    def another(self) -> Iterator[Account]:
        """A second session in the same schema."""
        other = Account(self.parameters, self.database, self.schema)
        try:
            yield other
        finally:
            other.connection.close()

    def until(self, text: str, expected: Callable[[Any], bool], seconds: float = 60) -> Any:
        """The rows of a query as soon as they are as expected; fails when the time is over."""
        deadline = time.monotonic() + seconds
        while not expected(found := self(text)):
            if time.monotonic() > deadline:
                pytest.fail(f"after {seconds} s {text!r} still gives {found[:5]}")
            time.sleep(0.05)
        return found


@contextmanager
def fresh_schema(parameters: dict[str, Any], database: str) -> Iterator[Account]:
    """A session in a new schema, which is dropped afterwards."""
    name = f"CONFORMANCE_{uuid.uuid4().hex[:12].upper()}"
    with snowflake.connector.connect(**parameters | {"database": database}) as owner:
        cursor = owner.cursor()
        cursor.execute(f"create schema {database}.{name}")
        account = Account(parameters, database, name)
        try:
            yield account
        finally:
            account.connection.close()
            cursor.execute(f"drop schema if exists {database}.{name} cascade")


def is_unsupported(error: BaseException) -> bool:
    return UNSUPPORTED in str(error)


def write_file(folder: Path, name: str, content: str | bytes) -> str:
    """A local file for PUT; gives its URL."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return f"file://{path}"
