"""The batch: columns and offset ranges."""

from typing import NamedTuple

import pytest

from loader.batch import EventBatch


class Rec(NamedTuple):
    offset: int
    value: bytes | None = b"v"
    key: bytes | None = None
    timestamp: int = 0
    headers: tuple[tuple[str, bytes | None], ...] = ()


def test_a_batch_knows_its_rows_its_bytes_and_its_ranges() -> None:
    batch = EventBatch("t", "t_event")
    batch.add(0, [Rec(5, b"abc"), Rec(7, None)])
    batch.add(1, [Rec(0, b"de", headers=(("h", b"1"),))])
    batch.add(0, [Rec(8, b"")])
    batch.add(1, [])
    assert len(batch) == 4
    assert batch.payload_bytes == 5
    assert batch.partitions == [0, 0, 1, 0]
    assert batch.offsets == [5, 7, 0, 8]
    assert batch.headers == {2: (("h", b"1"),)}
    assert batch.ranges == {0: (5, 8), 1: (0, 0)}
    assert batch.next_offsets() == {0: 9, 1: 1}


@pytest.mark.parametrize("offset", [4, 5])
def test_records_that_do_not_follow_are_refused(offset: int) -> None:
    batch = EventBatch("t", "t_event")
    batch.add(0, [Rec(5)])
    with pytest.raises(ValueError, match=f"t partition 0: offset {offset} follows 5"):
        batch.add(0, [Rec(offset)])
