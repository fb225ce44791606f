"""Raw as the loader sees it: where batches land, and what knows which have landed."""

from collections.abc import Callable
from datetime import UTC, datetime

import pyarrow as pa

from loader.account import SCHEMA, Account
from loader.batch import EventBatch
from loader.columns import broker_times, constant, frame, headers_text, text_and_encoding
from loader.csv_load import LineBatch
from loader.feed_file import FeedFile


def utc_now() -> datetime:
    """Return the time now, in UTC and naive as raw stores it."""
    return datetime.now(UTC).replace(tzinfo=None)


class EventSink:
    """The event tables of raw: the offset store is the offsets of the rows that are there."""

    def __init__(self, account: Account, clock: Callable[[], datetime] = utc_now) -> None:
        self._account = account
        self._clock = clock

    def load(self, batch: EventBatch) -> None:
        """Land all rows of the batch or none; errors as Account.copy."""
        rows = len(batch)
        keys, key_encodings = text_and_encoding(batch.keys)
        payloads, payload_encodings = text_and_encoding(batch.values)
        columns = {
            "TOPIC": constant(batch.topic, rows),
            "KAFKA_PARTITION": pa.array(batch.partitions, pa.int64()),
            "KAFKA_OFFSET": pa.array(batch.offsets, pa.int64()),
            "KAFKA_KEY": keys,
            "KEY_ENCODING": key_encodings,
            "BROKER_TIME": broker_times(batch.timestamps),
            "HEADERS": _headers(batch),
            "PAYLOAD": payloads,
            "PAYLOAD_ENCODING": payload_encodings,
            "LOAD_ID": constant(batch.load_id, rows),
            "LOADED_AT": constant(self._clock(), rows),
        }
        self._account.copy(frame(columns), batch.table)

    def high_water_marks(self, topic: str, table: str, floor: int = 0) -> dict[int, int]:
        """Return partition -> greatest offset in raw, of the rows at or above `floor`.

        Rows of a partition arrive in the order of their offsets, so the floor lets the account skip
        what is older than everything still of interest, with no clock to be trusted.
        """
        found = self._account.rows(
            f"select kafka_partition, max(kafka_offset) from {SCHEMA}.{table}"  # noqa: S608 - checked by settings
            " where topic = ? and kafka_offset >= ? group by kafka_partition",
            (topic, floor),
            f"raw.{table}",
        )
        return {int(partition): int(offset) for partition, offset in found}

    def recover(self) -> None:
        """Leave the session an error happened in; UnreachableInDoubtError if there is no other."""
        self._account.reconnect()


class FeedSink:
    """The record tables of raw: how far a file has landed is told by its lines that are there."""

    def __init__(self, account: Account, clock: Callable[[], datetime] = utc_now) -> None:
        self._account = account
        self._clock = clock

    def load(self, batch: LineBatch) -> None:
        """Land all lines of the batch or none; errors as Account.copy."""
        file, rows = batch.file, len(batch.lines)
        numbers, payloads, encodings = zip(*batch.lines, strict=True)
        columns = {
            "FEED": constant(file.feed.name, rows),
            "FILE_NAME": constant(file.path.name, rows),
            "CONTENT_HASH": constant(file.content_hash, rows),
            "AS_OF": constant(file.as_of, rows),
            "LINE_NUMBER": pa.array(numbers, pa.int64()),
            "PAYLOAD": pa.array(payloads, pa.string()),
            "PAYLOAD_ENCODING": pa.array(encodings, pa.string()),
            "LOAD_ID": constant(batch.load_id, rows),
            "LOADED_AT": constant(self._clock(), rows),
        }
        self._account.copy(frame(columns), file.feed.table)

    def last_line(self, file: FeedFile) -> int:
        """Return the greatest line number in raw of this file's identity, 0 if there is none."""
        table = file.feed.table
        ((last,),) = self._account.rows(
            f"select max(line_number) from {SCHEMA}.{table}"  # noqa: S608 - a name of our own
            " where feed = ? and content_hash = ? and as_of = ?",
            (file.feed.name, file.content_hash, file.as_of),
            f"raw.{table}",
        )
        return int(last or 0)

    def recover(self) -> None:
        """Leave the session an error happened in; UnreachableInDoubtError if there is no other."""
        self._account.reconnect()


def _headers(batch: EventBatch) -> pa.Array:
    if not batch.headers:
        return pa.nulls(len(batch), pa.string())
    found = map(batch.headers.get, range(len(batch)))
    return pa.array([headers_text(one) if one else None for one in found], pa.string())
