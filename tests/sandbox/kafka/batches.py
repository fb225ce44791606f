"""Batches as a producer would send them, built by kafka-python."""

from __future__ import annotations

from kafka.record.default_records import DefaultRecordBatchBuilder

GZIP = 1


def batch(
    *values: bytes | None,
    times: tuple[int, ...] = (),
    producer: tuple[int, int, int] = (-1, -1, -1),
    compression: int = 0,
    transactional: bool = False,
) -> bytes:
    """One batch; record i has time `times[i]`, else 1000 + i; producer: id, epoch, sequence."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=compression,
        is_transactional=transactional,
        producer_id=producer[0],
        producer_epoch=producer[1],
        base_sequence=producer[2],
        batch_size=1 << 30,
    )
    for index, value in enumerate(values):
        time = times[index] if times else 1000 + index
        builder.append(index, time, None, value, [])
    return bytes(builder.build())
