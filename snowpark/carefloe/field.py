"""Typed values out of JSON: what a field means is decided by its text alone, never by a session."""

from dataclasses import dataclass

from snowflake.snowpark import Column
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, iff, lit
from snowflake.snowpark.types import DecimalType, TimestampTimeZone, TimestampType

NO_TEXT = lit(None).cast("string")
NO_NUMBER = lit(None).cast("number(38, 0)")
NO_AMOUNT = lit(None).cast("number(18, 2)")
NO_TIME = lit(None).cast("timestamp_ntz")
HAS_TIME = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*"
HAS_OFFSET = r".*(Z|[+-]\d{2}:?\d{2})"


@dataclass(frozen=True)
class Field:
    """One field of a JSON object J: where it stands, and its typed value."""

    path: str
    """Names from the top, joined by dots: `vitals.heart_rate`."""
    value: Column
    """The typed value; null when absent or unreadable."""


def text(path: str) -> Field:
    """Text without surrounding blanks; empty text and JSON null are null."""
    trimmed = F.trim(_text_at(path))
    return Field(path, iff(trimmed == lit(""), NO_TEXT, trimmed))


def code(path: str) -> Field:
    """Text in upper case, for the few words of a fixed list."""
    return Field(path, F.upper(text(path).value))


def number(path: str, precision: int = 38, scale: int = 0) -> Field:
    """A number(precision, scale), rounded half up; null when it is no number or does not fit."""
    return Field(path, F.try_cast(_text_at(path), DecimalType(precision, scale)))


def time(path: str) -> Field:
    """An ISO-8601 date and time as timestamp_ntz in UTC; see `time_of`."""
    return Field(path, time_of(_text_at(path)))


def time_of(given: Column) -> Column:
    """The UTC timestamp_ntz of an ISO-8601 text; null when it is not one.

    With an offset it is converted to UTC; without one it is UTC already. The offset is written out
    before the cast, because a timestamp_tz without one would be read in the session's TIMEZONE
    (https://docs.snowflake.com/en/sql-reference/data-types-datetime).
    """
    with_offset = iff(given.rlike(HAS_OFFSET), given, F.concat(given, lit("Z")))
    instant = F.try_cast(
        iff(given.rlike(HAS_TIME), with_offset, NO_TEXT),
        TimestampType(TimestampTimeZone.TZ),
    )
    return F.convert_timezone(lit("UTC"), instant).cast("timestamp_ntz")


def _text_at(path: str) -> Column:
    value = col("J")
    for name in path.split("."):
        value = value[name]
    return value.cast("string")
