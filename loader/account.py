"""The Snowflake edge: one connection, its session settings, and what its errors mean."""

import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import snowflake.connector
from snowflake.connector.constants import CONNECTIONS_FILE
from snowflake.connector.cursor import ResultMetadata, SnowflakeCursor
from snowflake.connector.errors import Error, OperationalError, ProgrammingError
from snowflake.connector.pandas_tools import write_pandas

from loader.connection import read_connection
from loader.errors import (
    DoubtfulError,
    LoaderError,
    UnreachableError,
    UnreachableInDoubtError,
    UsageError,
)

log = logging.getLogger(__name__)

SCHEMA = "RAW"

LOGIN_SECONDS = 10
"""Long enough for a slow network, short enough that a wrong address is told at once."""

STATEMENT_SECONDS = 90
"""A COPY of 64 MB takes seconds. Also bounds the connector's own retries: it cancels a statement
that takes longer than its network timeout."""

_SESSION = {
    # Raw times are UTC, whatever the account or user says.
    "TIMEZONE": "UTC",
    # A COPY whose loader is gone must not land after another loader has read the offsets.
    "ABORT_DETACHED_QUERY": True,
    "QUERY_TAG": "carefloe-loader",
}

_LOADS_PER_CONNECTION = 200
_CONNECTION_SECONDS = 3600
"""write_pandas leaves a temporary stage behind with every call, dropped when the session ends."""

_MISSING_OR_FORBIDDEN = {2003, 2043, 3001}
_NEEDS_A_PERSON = {606, 90105, 90106} | _MISSING_OR_FORBIDDEN
"""No warehouse, no database, no schema, no object, no privilege: a retry cannot help."""
_NEEDS_A_PERSON_STATES = ("22", "23", "42")
"""SQLSTATE classes data exception, constraint violation, syntax error or access rule."""


class Account:
    """The account named by the connection, opened at once; a statement may take so long."""

    def __init__(self, connection_name: str, statement_seconds: int = STATEMENT_SECONDS) -> None:
        self._name = connection_name
        self._statement_seconds = statement_seconds
        self._connection = _connect(connection_name, statement_seconds)
        self._loads = 0
        self._opened_at = time.monotonic()

    def copy(self, rows: pd.DataFrame, table: str) -> None:
        """Append the rows to the table in one COPY, all or none.

        DoubtfulError: they may or may not have landed. LoaderError: they have not, and will not.
        """
        if self._loads >= _LOADS_PER_CONNECTION or self._age() > _CONNECTION_SECONDS:
            self.reconnect()
        self._loads += 1
        try:
            success, _, landed, _ = write_pandas(
                self._connection,
                rows,
                table.upper(),
                schema=SCHEMA,
                compression="snappy",  # the default, gzip, takes 15 times as long
                use_logical_type=True,  # without it, timestamps arrive as other instants
            )
        except Exception as error:
            raise self._told(error, f"raw.{table}") from error
        if not success or landed != len(rows):
            raise DoubtfulError(
                f"raw.{table}: COPY reported {landed} rows of {len(rows)}; look at copy_history"
            )

    def rows(self, statement: str, values: Sequence[object], table: str) -> list[tuple[Any, ...]]:
        """Return what a statement answers; `table` is the one it is about, for the error."""
        try:
            with self._connection.cursor() as cursor:
                return list(cursor.execute(statement, values).fetchall())
        except Exception as error:
            raise self._told(error, table) from error

    def batches(
        self, statement: str, table: str
    ) -> tuple[list[ResultMetadata], Iterator[pa.Table]]:
        """Return the columns of what a query answers, and its rows, some at a time.

        The rows come as Arrow tables of the connector's own types, which follow the values; errors
        as `rows`, while they are read as well.
        """
        cursor = self._connection.cursor()
        try:
            cursor.execute(statement)
        except Exception as error:
            raise self._told(error, table) from error
        return cursor.description, self._fetched(cursor, table)

    def _fetched(self, cursor: SnowflakeCursor, table: str) -> Iterator[pa.Table]:
        with cursor:
            try:
                yield from cursor.fetch_arrow_batches()
            except Exception as error:
                raise self._told(error, table) from error

    def reconnect(self) -> None:
        """Open a new session; what the old one still runs is aborted by the account."""
        self.close()
        try:
            self._connection = _connect(self._name, self._statement_seconds)
        except UnreachableError as error:
            raise UnreachableInDoubtError(str(error)) from error
        self._loads = 0
        self._opened_at = time.monotonic()

    def close(self) -> None:
        """Close the session; a connection that is already broken is no error."""
        try:
            self._connection.close()
        except Exception as error:  # noqa: BLE001 - nothing depends on a clean goodbye
            log.debug("closing the connection failed error=%s", type(error).__name__)

    def _age(self) -> float:
        return time.monotonic() - self._opened_at

    def _told(self, error: Exception, table: str) -> LoaderError:
        """Say once, here, whether a retry can help: terminal (LoaderError) or DoubtfulError."""
        number = getattr(error, "errno", None)
        state = getattr(error, "sqlstate", None) or ""
        what = f"{table}: {_summary(error)} (connection {self._name})"
        if number in _MISSING_OR_FORBIDDEN:
            return LoaderError(
                f"{what}. Run `make deploy CONNECTION={self._name}`, or ask for the loader's role."
            )
        if number in _NEEDS_A_PERSON or state.startswith(_NEEDS_A_PERSON_STATES):
            return LoaderError(
                f"{what}. A retry cannot help: find the statement in the account's query history "
                "(query tag carefloe-loader), correct the table, role or warehouse, and run again."
            )
        if isinstance(error, Error | OSError) and not isinstance(error, ProgrammingError):
            return UnreachableInDoubtError(what)
        return DoubtfulError(what)


def _connect(name: str, statement_seconds: int) -> snowflake.connector.SnowflakeConnection:
    connection = read_connection(name)
    if connection.problems:
        raise UsageError("\n  ".join(["these settings are wrong:", *connection.problems]))
    try:
        return snowflake.connector.connect(
            **(
                dict(connection.parameters)
                | {
                    "session_parameters": _SESSION
                    | {"STATEMENT_TIMEOUT_IN_SECONDS": statement_seconds},
                    "autocommit": True,
                    "paramstyle": "qmark",
                    "application": "carefloe_loader",
                    "login_timeout": LOGIN_SECONDS,
                    "network_timeout": statement_seconds,
                    "arrow_number_to_decimal": True,  # else decimals arrive as floats
                }
            )
        )
    except (Error, OSError) as error:
        reached = not isinstance(error, OperationalError | OSError)
        what = "refused the login" if reached else "did not answer"
        raise UnreachableError(
            f"the Snowflake account of connection {name!r} in {CONNECTIONS_FILE} {what}: "
            f"{_summary(error)}. Check account, host, user and key there."
        ) from error


def _summary(error: Exception) -> str:
    """Return one line that names the error without quoting any value of the data."""
    kind = type(error).__name__
    if not isinstance(error, Error | OSError):
        return kind
    number, state = getattr(error, "errno", None), getattr(error, "sqlstate", None) or ""
    message = " ".join((getattr(error, "raw_msg", None) or str(error)).split())
    if state.startswith(("22", "23")) or not message:
        return f"{kind} {number} sqlstate {state}"  # a data error quotes what it stumbled over
    return f"{kind} {number}: {message[:200]}"
