"""Bytes into the text columns of a raw table, in bulk and without touching a character.

Text that is not UTF-8 becomes base64, named in an encoding column beside it. So does the text
`\\N` alone, which COPY would read as null (NULL_IF of the Parquet file format).
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

import orjson
import pandas as pd
import pyarrow as pa

UTF8 = "utf-8"
BASE64 = "base64"
_READ_AS_NULL = b"\\N"
_LAST_MILLISECOND = 253_402_214_399_999
"""9999-12-30T23:59:59.999Z: a day can still be added, as the rule for future events does."""


def text_and_encoding(values: Sequence[bytes | None]) -> tuple[pa.Array, pa.Array]:
    """Return the values as text and, beside each, how it is encoded; null stays null in both."""
    raw = pa.array(values, pa.binary())
    if _READ_AS_NULL not in values:
        try:
            text = raw.cast(pa.string())  # checks that all of it is UTF-8, in one pass
        except pa.ArrowInvalid:
            pass
        else:
            encoding = constant(UTF8, len(values))
            if raw.null_count:
                encoding = pa.compute.if_else(raw.is_valid(), encoding, None)
            return text, encoding
    pairs = [encode(value) for value in values]
    return (
        pa.array([text for text, _ in pairs], pa.string()),
        pa.array([encoding for _, encoding in pairs], pa.string()),
    )


def encode(value: bytes | None) -> tuple[str | None, str | None]:
    """Return one value as text and its encoding; (None, None) for null."""
    if value is None:
        return None, None
    if value != _READ_AS_NULL:
        try:
            return value.decode(UTF8), UTF8
        except UnicodeDecodeError:
            pass
    return b64encode(value).decode("ascii"), BASE64


def headers_text(headers: Sequence[tuple[str, bytes | None]]) -> str:
    """Return JSON [[name, value], ...]; a value that is not UTF-8 is [name, text, "base64"]."""
    listed = []
    for name, value in headers:
        text, encoding = encode(value)
        listed.append([name, text, encoding] if encoding == BASE64 else [name, text])
    return orjson.dumps(listed).decode(UTF8)


def broker_times(milliseconds: Sequence[int]) -> pa.Array:
    """Return Kafka times as naive UTC; unknown (-1) is 1970, what no year 9999 holds is its end.

    A producer may stamp a record with any number: none of them may stop the load.
    """
    held = milliseconds
    if min(milliseconds) < 0 or max(milliseconds) > _LAST_MILLISECOND:
        held = [min(max(value, 0), _LAST_MILLISECOND) for value in milliseconds]
    return pa.array(held, pa.timestamp("ms"))


def constant(value: str | datetime | int, rows: int) -> pa.Array:
    """Return a column with the same value in every row."""
    return pa.repeat(value, rows)


def frame(columns: dict[str, pa.Array]) -> pd.DataFrame:
    """Return a DataFrame over Arrow columns, none copied."""
    return pd.DataFrame(
        {name: pd.arrays.ArrowExtensionArray(column) for name, column in columns.items()}
    )
