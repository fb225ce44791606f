from __future__ import annotations

import pytest

from sandbox.kafka.batch import Batch, first_since, parse, stamped
from sandbox.kafka.error import ErrorCode, RefusedError
from tests.sandbox.kafka.batches import GZIP, batch


def test_the_header_of_a_batch_is_read() -> None:
    data = batch(b"a", b"b", b"c", times=(5, 9, 7), producer=(42, 3, 10))

    header = parse(data)

    assert header == Batch(
        base_offset=0,
        size=len(data),
        last_offset=2,
        max_timestamp=9,
        producer_id=42,
        producer_epoch=3,
        base_sequence=10,
    )
    assert header.last_sequence == 12


def test_sequences_wrap_to_zero_after_the_greatest_integer() -> None:
    assert parse(batch(b"a", b"b", producer=(1, 0, 2**31 - 1))).last_sequence == 0


@pytest.mark.parametrize("at", [16, 17, 21, 43, 61, -1])
def test_a_changed_byte_is_noticed(at: int) -> None:
    data = bytearray(batch(b"some value"))
    data[at] ^= 1

    with pytest.raises(RefusedError):
        parse(data)


@pytest.mark.parametrize("length", [0, 1, 60, 61, -1])
def test_a_cut_batch_is_corrupt(length: int) -> None:
    with pytest.raises(RefusedError) as refused:
        parse(batch(b"some value")[:length])

    assert refused.value.code is ErrorCode.CORRUPT_MESSAGE


def test_transactional_batches_are_refused() -> None:
    with pytest.raises(RefusedError) as refused:
        parse(batch(b"a", producer=(1, 0, 0), transactional=True))

    assert refused.value.code is ErrorCode.INVALID_TXN_STATE


def test_a_stamped_batch_differs_in_its_offset_alone() -> None:
    data = batch(b"a", b"b")

    placed, header = stamped(data, parse(data), 700)

    assert (header.base_offset, header.last_offset) == (700, 701)
    assert parse(placed) == header
    assert placed[:8] == (700).to_bytes(8)
    assert placed[8:12] == data[8:12]
    assert placed[16:] == data[16:]


@pytest.mark.parametrize("compression", [0, GZIP])
@pytest.mark.parametrize(
    ("timestamp", "offset", "found"),
    [
        (0, 0, (0, 10)),
        (10, 0, (0, 10)),
        (11, 0, (1, 30)),
        (20, 2, (2, 20)),
        (30, 0, (1, 30)),
        (31, 0, None),
    ],
)
def test_the_first_record_since_a_time_is_found(
    compression: int, timestamp: int, offset: int, found: tuple[int, int] | None
) -> None:
    data = batch(b"a", b"b", b"c", times=(10, 30, 20), compression=compression)

    assert first_since(data, timestamp, offset) == found


def test_records_that_cannot_be_read_are_refused() -> None:
    garbled = batch(b"a", compression=GZIP)[:61] + b"no gzip"

    with pytest.raises(RefusedError):
        first_since(garbled, 0, 0)
