"""A handler's Snowpark sessions over one connection of its process.

The only place that reaches into the connector and Snowpark: many sessions, one after the other,
over a connection that stays open are not meant by their public interface. What is used of it is
held by `tests/sandbox/test_libraries.py`.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection
    from snowflake.snowpark import Session


def connect(port: int) -> SnowflakeConnection:
    """A connection to the warehouse on loopback."""
    import snowflake.connector

    return snowflake.connector.connect(
        account="sandbox",
        user="sandbox",
        password="sandbox",  # noqa: S106
        host="127.0.0.1",
        port=port,
        protocol="http",
        platform_detection_timeout_seconds=0.0,
        paramstyle="qmark",
        session_parameters={"CLIENT_TELEMETRY_ENABLED": False},
    )


def token(connection: SnowflakeConnection) -> str:
    """By which the warehouse knows the connection, to lend it a session."""
    return str(connection.rest.token)


@contextmanager
def session(
    connection: SnowflakeConnection,
    database: str | None,
    schema: str | None,
    role: str,
    warehouse: str | None,
) -> Iterator[Session]:
    """A fresh session that is where its caller is; the connection outlives it."""
    from snowflake.snowpark import Session
    from snowflake.snowpark.session import _remove_session

    # The connector learns these from answers; the first statement may need them before.
    connection._database, connection._schema = database, schema
    connection._role, connection._warehouse = role, warehouse
    opened = Session.builder.configs({"connection": connection}).create()
    # Snowpark would write down and send what it does; CLIENT_TELEMETRY_ENABLED it does not heed.
    opened.telemetry_enabled = False
    try:
        yield opened
    finally:
        # `close` would close the connection; a session left registered would never be freed.
        _remove_session(opened)
        atexit.unregister(opened._close_at_exit)
