"""Typed values out of JSON: what a field means is decided by its text alone, never by a session."""

from collections.abc import Mapping
from dataclasses import dataclass

from snowflake.snowpark import Column
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit
from snowflake.snowpark.types import DecimalType

from carefloe.reference.date_format import DATE_FORMATS
from carefloe.reference.gender import WORDS_FOR_F, WORDS_FOR_M

NO_TEXT = lit(None).cast("string")
NO_NUMBER = lit(None).cast("number(38, 0)")
NO_AMOUNT = lit(None).cast("number(18, 2)")
NO_TIME = lit(None).cast("timestamp_ntz")
NO_DAY = lit(None).cast("date")
# A time of day is written out: what each engine would read on top of that (`24:00`, names of
# zones, a time without minutes) is no time here.
LOCAL_TIME = r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
UTC = "+00:00"
OFFSET_HOUR, OFFSET_MINUTE = r"[+-](0\d|1[0-4])", r"[0-5]\d"


@dataclass(frozen=True)
class Field:
    """One field of a JSON object J: where it stands, and its typed value."""

    path: str
    """Names from the top, joined by dots: `vitals.heart_rate`."""
    value: Column
    """The typed value; null when absent or unreadable."""


def text(path: str) -> Field:
    """Text without surrounding blanks; empty text and JSON null are null."""
    return Field(path, null_if_empty(F.trim(_text_at(path))))


def code(path: str) -> Field:
    """Text in upper case, for the few words of a fixed list."""
    return Field(path, F.upper(text(path).value))


def number(path: str, precision: int = 38, scale: int = 0) -> Field:
    """A number(precision, scale); see `number_of`."""
    return Field(path, number_of(_text_at(path), precision, scale))


def number_of(given: Column, precision: int = 38, scale: int = 0) -> Column:
    """A number(precision, scale), rounded half up; null when it is no number or does not fit."""
    return F.try_cast(given, DecimalType(precision, scale))


def truth(path: str) -> Field:
    """True or false, also as text, 1 or 0, yes or no; null when it is none of them."""
    word = F.lower(text(path).value)
    said = F.when(word.in_(["true", "yes", "1"]), lit(True))
    return Field(path, said.when(word.in_(["false", "no", "0"]), lit(False)))


def time(path: str) -> Field:
    """An ISO-8601 date and time as timestamp_ntz in UTC; see `time_of`."""
    return Field(path, time_of(_text_at(path)))


def time_of(given: Column) -> Column:
    """The UTC timestamp_ntz of an ISO-8601 text, to the microsecond; null when it is not one.

    With an offset it is converted to UTC; without one it is UTC already. The offset is written out
    as +hh:mm before the cast, because a timestamp_tz without one would be read in the session's
    TIMEZONE (https://docs.snowflake.com/en/sql-reference/data-types-datetime), and the format is
    AUTO, not the session's TIMESTAMP_INPUT_FORMAT
    (https://docs.snowflake.com/en/sql-reference/date-time-input-output). What is finer than a
    microsecond is cut off, because keys are made of microseconds.
    """
    stamp = coalesce(given, lit(""))
    with_offset = (
        F.when(stamp.rlike(f"{LOCAL_TIME}Z?"), F.concat(F.rtrim(stamp, lit("Z")), lit(UTC)))
        .when(stamp.rlike(f"{LOCAL_TIME}{OFFSET_HOUR}:{OFFSET_MINUTE}"), stamp)
        .when(
            stamp.rlike(f"{LOCAL_TIME}{OFFSET_HOUR}{OFFSET_MINUTE}"),
            F.regexp_replace(stamp, lit(r"(\d{2})$"), lit(r":\1")),
        )
    )
    instant = F.call_function("try_to_timestamp_tz", with_offset, lit("AUTO"))
    in_utc = F.convert_timezone(lit("UTC"), instant).cast("timestamp_ntz")
    return F.date_trunc("microsecond", in_utc)


def file_time(path: str) -> Field:
    """A date or a date-time as files write it (DATE_FORMATS), as timestamp_ntz in UTC."""
    return Field(path, file_time_of(text(path).value))


def file_time_of(given: Column) -> Column:
    """The UTC timestamp_ntz of a text as files write it; a date alone is its midnight."""
    return time_of(_iso(given))


def file_date(path: str) -> Field:
    """A date as files write it (DATE_FORMATS); of a date-time the day that is written."""
    written = F.regexp_replace(_iso(text(path).value), lit(rf"(Z|{OFFSET_HOUR}:?{OFFSET_MINUTE})$"))
    return Field(path, F.to_date(time_of(written)))


def gender(path: str) -> Field:
    """F or M, as events say it; see `gender_of`."""
    return Field(path, gender_of(text(path).value))


def gender_of(given: Column) -> Column:
    """F or M for the words that mean it, in any case; other text is kept."""
    word = F.lower(given)
    other = iff(word.in_(list(WORDS_FOR_M)), lit("M"), given)
    return iff(word.in_(list(WORDS_FOR_F)), lit("F"), other)


def payer(path: str) -> Field:
    """A payer's id; claims write 0 for none."""
    return Field(path, F.call_function("nullif", text(path).value, lit("0")))


def with_text(fields: Mapping[str, Field]) -> dict[str, Field]:
    """The fields, and beside each its text as <COLUMN>_TEXT, for the rules `bad` and `not_told`."""
    return {**fields, **{f"{name}_TEXT": text(field.path) for name, field in fields.items()}}


def null_if_empty(given: Column) -> Column:
    """The text, null instead of the empty one."""
    return F.call_function("nullif", given, lit(""))


def _iso(given: Column) -> Column:
    iso = coalesce(given, lit(""))
    for written, meant in DATE_FORMATS:
        # What one has made of it, no other matches.
        iso = F.regexp_replace(iso, lit(f"^{written}$"), lit(meant))
    return iso


def _text_at(path: str) -> Column:
    return F.get_path(col("J"), lit(path)).cast("string")
