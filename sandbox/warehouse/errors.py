"""Errors as Snowflake reports them: number, SQL state, and a message in its words.

Everything that goes wrong while a statement runs ends as a `ProgrammingError`. An exception of
another kind would become an HTTP 500, which the connector retries silently for many seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from snowflake.connector.errors import ProgrammingError

UNSUPPORTED_IN_SANDBOX = "Unsupported feature in the sandbox warehouse: "
TOO_LONG = "String is too long and would be truncated"
SYNTAX_ERROR = 1003
UNSUPPORTED = 2
ALREADY_EXISTS = 2002
DOES_NOT_EXIST = 2003


class ConflictError(ProgrammingError):  # type: ignore[misc]
    """Others committed what the statement needs after its transaction began; it may run again."""


def conflict(message: str) -> ConflictError:
    return ConflictError(msg=message, errno=625, sqlstate="57014")


def sql_error(message: str, errno: int = UNSUPPORTED, sqlstate: str = "42601") -> ProgrammingError:
    return ProgrammingError(msg=message, errno=errno, sqlstate=sqlstate)


def syntax_error(detail: str) -> ProgrammingError:
    return sql_error(f"SQL compilation error:\nsyntax error {detail}", SYNTAX_ERROR, "42000")


def unsupported(what: str) -> ProgrammingError:
    """The statement is known to Snowflake perhaps, but not to the sandbox, which never guesses."""
    return sql_error(f"{UNSUPPORTED_IN_SANDBOX}{what}", UNSUPPORTED, "0A000")


def invalid_identifier(name: str) -> ProgrammingError:
    """A column that is not there, or only in another case."""
    return sql_error(f"SQL compilation error:\ninvalid identifier '{name}'", 904, "42000")


def does_not_exist(kind: str, name: object) -> ProgrammingError:
    return sql_error(
        f"SQL compilation error:\n{kind} '{name}' does not exist or not authorized.",
        DOES_NOT_EXIST,
        "02000" if kind != "Object" else "42S02",
    )


def already_exists(name: object) -> ProgrammingError:
    return sql_error(
        f"SQL compilation error:\nObject '{name}' already exists.", ALREADY_EXISTS, "42710"
    )


def from_duckdb(error: duckdb.Error) -> ProgrammingError:
    """The nearest Snowflake error; the message keeps DuckDB's first line."""
    first_line = str(error).split("\n")[0]
    if "MERGE" in first_line and "more than once" in str(error):
        return sql_error("Duplicate row detected during DML action", 100090, "42P18")
    if "NOT NULL constraint failed" in first_line:
        column = first_line.rpartition(".")[2]
        return sql_error(f"NULL result in a non-nullable column {column}", 100072, "22000")
    if "Division by zero" in first_line:
        return sql_error("Division by zero", 100051, "22012")
    if TOO_LONG in first_line:
        return sql_error(TOO_LONG, 100078, "22000")
    if UNSUPPORTED_IN_SANDBOX in first_line:
        return unsupported(first_line.partition(UNSUPPORTED_IN_SANDBOX)[2])
    if _WIDE.search(first_line):
        return unsupported(f"whole numbers of more than 64 bits. {first_line}")
    if unknown := _UNKNOWN_FUNCTION.search(first_line):
        return unsupported(f"function {unknown[1]}.")
    if _NAME_TAKEN.search(first_line):
        return unsupported(f"names that differ in case alone. {first_line}")
    if isinstance(error, duckdb.TransactionException):
        return conflict(first_line)
    for kind, errno, sqlstate in _KINDS:
        if isinstance(error, kind):
            prefix = "SQL compilation error:\n" if errno < 100000 else ""
            return sql_error(prefix + first_line, errno, sqlstate)
    return sql_error(first_line, 100038, "22000")


@contextmanager
def snowflake_errors() -> Iterator[None]:
    """Whatever is raised inside leaves as a `ProgrammingError`."""
    try:
        yield
    except ProgrammingError:
        raise
    except duckdb.Error as error:
        raise from_duckdb(error) from error
    except Exception as error:
        message = f"Internal error of the sandbox warehouse: {type(error).__name__}: {error}"
        raise sql_error(message, 603, "XX000") from error


_WIDE = re.compile(
    r"INT128.* for the destination type INT64|Overflow in .* of INT64"
    r"|decimal value .* to type INT64"
)
_NAME_TAKEN = re.compile(r"(Table|View|Column) with name .* already exists")
_UNKNOWN_FUNCTION = re.compile(r"Function with name \"?([\w$]+)\"? does not exist")
_KINDS: tuple[tuple[type[duckdb.Error], int, str], ...] = (
    (duckdb.BinderException, 904, "42000"),
    (duckdb.CatalogException, DOES_NOT_EXIST, "42S02"),
    (duckdb.ParserException, SYNTAX_ERROR, "42000"),
    (duckdb.ConstraintException, 100072, "22000"),
    (duckdb.ConversionException, 100038, "22018"),
    (duckdb.OutOfRangeException, 100039, "22003"),
)
