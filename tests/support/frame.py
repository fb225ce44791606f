"""Raw rows as Snowpark frames, and Snowpark frames as plain rows."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from carefloe.silver.source import Source, silver_rows
from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.types import (
    DataType,
    DecimalType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampTimeZone,
    TimestampType,
)
from support.comparison import plain
from support.message import Fields
from support.raw import RawEvent, RawRecord, events

TEXT, WHOLE, AMOUNT = StringType(), LongType(), DecimalType(18, 2)
TIME = TimestampType(TimestampTimeZone.NTZ)

EVENT_TYPES = {
    "TOPIC": TEXT,
    "KAFKA_PARTITION": WHOLE,
    "KAFKA_OFFSET": WHOLE,
    "BROKER_TIME": TIME,
    "PAYLOAD": TEXT,
    "PAYLOAD_ENCODING": TEXT,
}
RECORD_TYPES = {
    "FEED": TEXT,
    "CONTENT_HASH": TEXT,
    "AS_OF": TIME,
    "LINE_NUMBER": WHOLE,
    "PAYLOAD": TEXT,
    "PAYLOAD_ENCODING": TEXT,
}


def frame(
    session: Session, types: Mapping[str, DataType], rows: Sequence[Sequence[Any]]
) -> DataFrame:
    """A frame of these columns, typed: nothing is guessed from the first row."""
    fields = [StructField(name, kind) for name, kind in types.items()]
    return session.create_dataframe([list(row) for row in rows], StructType(fields))


def event_frame(session: Session, events: Sequence[RawEvent]) -> DataFrame:
    """The columns of raw.<source>_event that silver reads."""
    rows = [
        (e.topic, e.partition, e.offset, e.broker_time, e.payload, e.payload_encoding)
        for e in events
    ]
    return frame(session, EVENT_TYPES, rows)


def record_frame(session: Session, records: Sequence[RawRecord]) -> DataFrame:
    """The columns of raw.<source>_record that silver reads."""
    rows = [
        (r.feed, r.content_hash, r.as_of, r.line_number, r.payload, r.payload_encoding)
        for r in records
    ]
    return frame(session, RECORD_TYPES, rows)


def rows_of(result: DataFrame) -> list[dict[str, Any]]:
    """The rows with column names in lower case, one type per meaning, and EXTRA parsed."""
    rows = [
        {name.lower(): plain(value) for name, value in row.as_dict().items()}
        for row in result.collect()
    ]
    for row in rows:
        if row.get("extra") is not None:
            row["extra"] = json.loads(row["extra"])
    return rows


def silver(session: Session, source: Source, *payloads: Fields | str) -> list[dict[str, Any]]:
    """What `silver_rows` makes of these payloads, in their order; each must be readable."""
    given = events(source.name, *payloads)
    made = {
        row["payload_hash"]: row
        for row in rows_of(silver_rows(source, event_frame(session, given)))
    }
    return [made[hashlib.sha256((e.payload or "").encode()).hexdigest()] for e in given]
