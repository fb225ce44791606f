"""Record batches, Kafka's unit of storage: stored and served byte for byte as they were produced.

Only the base offset and the leader epoch belong to the broker. The checksum covers what lies behind
them, so they can be stamped without touching what the producer signed. Layout (version 2):
https://kafka.apache.org/documentation/#recordbatch
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from crc32c import crc32c
from kafka.errors import KafkaError
from kafka.record.default_records import DefaultRecordBatch

from sandbox.kafka.error import ErrorCode, RefusedError

Bytes = bytes | bytearray | memoryview

HEADER = struct.Struct(">qiibIhiqqqhii")
LEADER_EPOCH = 0  # the one broker leads from the start
_LENGTH_STARTS_AFTER = 12  # the length field counts what follows it
_CHECKSUM_STARTS_AT = 21
_MAGIC = 2
_TRANSACTIONAL_OR_CONTROL = 0x30


class Batch(NamedTuple):
    """The header of a stored batch; `size` counts all bytes of the batch, header included."""

    base_offset: int
    size: int
    last_offset: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int

    @property
    def has_sequence(self) -> bool:
        """Whether an idempotent producer wrote it."""
        return self.producer_id >= 0 and self.base_sequence >= 0

    @property
    def last_sequence(self) -> int:
        """Sequence number of the last record; sequences wrap to 0 after 2**31 - 1."""
        return (self.base_sequence + self.last_offset - self.base_offset) & 0x7FFFFFFF


def parse(data: Bytes, at: int = 0) -> Batch:
    """The batch that starts at `at`; RefusedError unless it is complete, sound and checks out."""
    if at + HEADER.size > len(data):
        raise RefusedError(ErrorCode.CORRUPT_MESSAGE, "batch is shorter than its header")
    fields = HEADER.unpack_from(data, at)
    base_offset, length, _, magic, checksum, attributes, last_delta = fields[:7]
    size = length + _LENGTH_STARTS_AFTER
    if magic != _MAGIC:
        raise RefusedError(
            ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT, "only record batches of version 2"
        )
    if size < HEADER.size or at + size > len(data):
        raise RefusedError(ErrorCode.CORRUPT_MESSAGE, "batch length does not fit its bytes")
    if crc32c(memoryview(data)[at + _CHECKSUM_STARTS_AT : at + size]) != checksum:
        raise RefusedError(ErrorCode.CORRUPT_MESSAGE, "checksum does not match")
    if last_delta < 0 or fields[12] != last_delta + 1:
        raise RefusedError(ErrorCode.INVALID_RECORD, "record count and last offset disagree")
    if attributes & _TRANSACTIONAL_OR_CONTROL:
        raise RefusedError(ErrorCode.INVALID_TXN_STATE, "transactions are not supported")
    _, max_timestamp, producer_id, producer_epoch, base_sequence = fields[7:12]
    return Batch(
        base_offset,
        size,
        base_offset + last_delta,
        max_timestamp,
        producer_id,
        producer_epoch,
        base_sequence,
    )


def stamped(data: Bytes, batch: Batch, offset: int) -> tuple[bytearray, Batch]:
    """The same batch at its place in the log."""
    placed = bytearray(data)
    struct.pack_into(">q", placed, 0, offset)
    struct.pack_into(">i", placed, 12, LEADER_EPOCH)
    last_offset = offset + batch.last_offset - batch.base_offset
    return placed, batch._replace(base_offset=offset, last_offset=last_offset)


def first_since(data: Bytes, timestamp: int, offset: int) -> tuple[int, int] | None:
    """Offset and time (ms) of this batch's first record from `offset` on, at or after `timestamp`.

    None without such a record. Raises RefusedError when the records cannot be read here (snappy
    without its library, or bytes that only look like records).
    """
    try:
        for record in DefaultRecordBatch(data):
            if record.offset >= offset and record.timestamp >= timestamp:
                return int(record.offset), int(record.timestamp)
    except (KafkaError, ValueError, IndexError, OSError, EOFError, RuntimeError) as error:
        raise RefusedError(ErrorCode.CORRUPT_MESSAGE, "records cannot be read") from error
    return None
