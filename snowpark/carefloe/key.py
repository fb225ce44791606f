"""Surrogate keys and attribute hashes: the same parts give the same text on every engine."""

from snowflake.snowpark import Column
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit

UNKNOWN_KEY = "-1"
"""Key of the unknown member of every dimension."""
UNKNOWN_DATE_KEY = -1


def hash_of(*parts: Column) -> Column:
    """SHA-256 over the parts' text; see `text_of`."""
    return F.sha2(text_of(*parts), 256)


def text_of(*parts: Column) -> Column:
    """The parts' text, each with its length before it; null is like no text."""
    return F.concat(lit(""), *(_measured(part.cast("string")) for part in parts))


def instant(at: Column) -> Column:
    """A timestamp as whole microseconds since 1970, which needs no format to become text."""
    return F.date_part("epoch_microsecond", at)


def date_key(at: Column) -> Column:
    """The key of gold.dim_date: yyyymmdd, or the unknown date outside its years."""
    day = F.year(at) * lit(10000) + F.month(at) * lit(100) + F.dayofmonth(at)
    return iff(F.year(at).between(lit(1900), lit(2099)), day, lit(UNKNOWN_DATE_KEY))


def known_or_unknown(identifier: str, key: Column) -> Column:
    """The key, or the unknown member's where the id is null."""
    return iff(col(identifier).is_null(), lit(UNKNOWN_KEY), key)


def _measured(text: Column) -> Column:
    return coalesce(F.concat(F.length(text).cast("string"), lit(":"), text), lit("-"))
