from __future__ import annotations

import resource
import signal
import struct
from pathlib import Path

import pytest
from kafka.record.memory_records import MemoryRecords

from sandbox.kafka.error import ErrorCode, FolderError, RefusedError
from sandbox.kafka.log import PartitionLog
from tests.sandbox.kafka.batches import batch


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "0.log"


def records(data: bytes) -> list[tuple[int, bytes]]:
    """Offset and value of each record, read by kafka-python."""
    stored = MemoryRecords(data)
    found = []
    while (stored_batch := stored.next_batch()) is not None:
        assert stored_batch.validate_crc()
        found += [(record.offset, record.value) for record in stored_batch]
    return found


def all_records(path: Path) -> list[tuple[int, bytes]]:
    log = PartitionLog(path)
    try:
        return records(log.read(log.start_offset, 1 << 30))
    finally:
        log.close()


def filled(path: Path, *batches: bytes) -> PartitionLog:
    log = PartitionLog(path)
    for data in batches:
        log.append(data)
    return log


def test_batches_get_consecutive_offsets(path: Path) -> None:
    log = PartitionLog(path)

    assert log.append(batch(b"a", b"b")) == 0
    assert log.append(batch(b"c")) == 2
    assert log.append(batch(b"d", b"e")) == 3

    assert (log.start_offset, log.end_offset) == (0, 5)
    assert records(log.read(0, 1 << 30)) == [(0, b"a"), (1, b"b"), (2, b"c"), (3, b"d"), (4, b"e")]


def test_reading_starts_with_the_batch_that_holds_the_offset(path: Path) -> None:
    log = filled(path, batch(b"a", b"b"), batch(b"c", b"d"), batch(b"e"))

    assert records(log.read(3, 1 << 30)) == [(2, b"c"), (3, b"d"), (4, b"e")]
    assert log.read(5, 1 << 30) == b""


def test_reading_stops_at_whole_batches_within_the_limit(path: Path) -> None:
    data = batch(b"a")
    log = filled(path, data, data, data)

    def offsets(limit: int) -> list[int]:
        return [offset for offset, _ in records(log.read(0, limit))]

    assert offsets(0) == [0]
    assert offsets(len(data)) == [0]
    assert offsets(2 * len(data) - 1) == [0]
    assert offsets(2 * len(data)) == [0, 1]
    assert offsets(3 * len(data) - 1) == [0, 1]
    assert offsets(3 * len(data)) == [0, 1, 2]
    assert [offset for offset, _ in records(log.read(2, 0))] == [2]


@pytest.mark.parametrize("offset", [-1, 2])
def test_reading_outside_the_log_is_refused(path: Path, offset: int) -> None:
    log = filled(path, batch(b"a"))

    with pytest.raises(RefusedError) as refused:
        log.read(offset, 1)

    assert refused.value.code is ErrorCode.OFFSET_OUT_OF_RANGE


def test_a_corrupt_batch_is_refused_and_leaves_no_trace(path: Path) -> None:
    log = filled(path, batch(b"a"))
    corrupt = bytearray(batch(b"some value"))
    corrupt[-2] ^= 0xFF

    with pytest.raises(RefusedError) as refused:
        log.append(bytes(corrupt))

    assert refused.value.code is ErrorCode.CORRUPT_MESSAGE
    assert log.append(batch(b"b")) == 1
    assert all_records(path) == [(0, b"a"), (1, b"b")]


def test_two_batches_in_one_request_are_refused(path: Path) -> None:
    log = PartitionLog(path)

    with pytest.raises(RefusedError) as refused:
        log.append(batch(b"a") + batch(b"b"))

    assert refused.value.code is ErrorCode.INVALID_RECORD
    assert log.end_offset == 0


def test_a_repeated_batch_lands_once_also_after_a_restart(path: Path) -> None:
    first, second = batch(b"a", producer=(1, 0, 0)), batch(b"b", producer=(1, 0, 1))
    log = filled(path, first, second)
    assert log.append(first) == 0
    log.close()

    log = PartitionLog(path)

    assert log.append(second) == 1
    assert log.append(batch(b"c", producer=(1, 0, 2))) == 2
    assert all_records(path) == [(0, b"a"), (1, b"b"), (2, b"c")]


def test_records_are_the_same_when_every_write_waits_for_the_disk(path: Path) -> None:
    log = PartitionLog(path, fsync=True)

    assert [log.append(batch(b"a")), log.append(batch(b"b"))] == [0, 1]

    assert all_records(path) == [(0, b"a"), (1, b"b")]


def test_a_write_the_disk_does_not_take_is_refused_and_undone(path: Path) -> None:
    log = filled(path, batch(b"a"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.size + 100, hard))
    try:
        with pytest.raises(RefusedError) as refused:
            log.append(batch(bytes(1000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)

    assert refused.value.code is ErrorCode.STORAGE_ERROR
    assert path.stat().st_size == log.size
    assert log.append(batch(b"b")) == 1
    assert all_records(path) == [(0, b"a"), (1, b"b")]


def test_a_reopened_log_continues_where_it_ended(path: Path) -> None:
    filled(path, batch(b"a", b"b")).close()

    log = PartitionLog(path)

    assert log.append(batch(b"c")) == 2
    assert all_records(path) == [(0, b"a"), (1, b"b"), (2, b"c")]


@pytest.mark.parametrize("kept", [1, 12, 60, 61, -1])
def test_a_torn_last_write_is_cut_off(path: Path, kept: int) -> None:
    filled(path, batch(b"a")).close()
    intact = path.read_bytes()
    filled(path, batch(b"torn")).close()
    path.write_bytes(intact + path.read_bytes()[len(intact) :][:kept])

    log = PartitionLog(path)

    assert path.read_bytes() == intact
    assert log.append(batch(b"b")) == 1


def test_a_last_write_that_never_reached_the_disk_is_cut_off(path: Path) -> None:
    filled(path, batch(b"a")).close()
    intact = path.read_bytes()
    path.write_bytes(intact + bytes(5000))

    assert all_records(path) == [(0, b"a")]
    assert path.read_bytes() == intact


@pytest.mark.parametrize("at", [0, 8, 20, 65])
def test_damage_before_sound_records_is_reported_and_nothing_is_cut(path: Path, at: int) -> None:
    filled(path, batch(b"some value"), batch(b"b")).close()
    damaged = bytearray(path.read_bytes())
    damaged[at] ^= 0x01
    path.write_bytes(damaged)

    with pytest.raises(FolderError, match="damaged"):
        PartitionLog(path)

    assert path.read_bytes() == damaged


def test_a_length_that_points_into_nowhere_is_damage_too(path: Path) -> None:
    filled(path, batch(b"some value"), batch(b"b")).close()
    damaged = bytearray(path.read_bytes())
    struct.pack_into(">i", damaged, 8, 2**31 - 1)
    path.write_bytes(damaged)

    with pytest.raises(FolderError, match="damaged"):
        PartitionLog(path)


@pytest.mark.parametrize(
    ("timestamp", "found"),
    [
        (0, (0, 100)),
        (100, (0, 100)),
        (101, (1, 300)),
        (300, (1, 300)),
        (301, (3, 400)),
        (401, None),
    ],
)
def test_the_first_offset_since_a_time_is_found(
    path: Path, timestamp: int, found: tuple[int, int] | None
) -> None:
    log = filled(path, batch(b"a", b"b", times=(100, 300)), batch(b"c", b"d", times=(200, 400)))

    assert log.offset_since(timestamp) == found


def test_deleted_records_are_gone_for_good(path: Path) -> None:
    log = filled(path, batch(b"a", b"b"), batch(b"c", b"d", times=(100, 300)), batch(b"e"))

    log.delete_before(3)

    def check(log: PartitionLog) -> None:
        assert (log.start_offset, log.end_offset) == (3, 5)
        assert records(log.read(3, 1 << 30)) == [(2, b"c"), (3, b"d"), (4, b"e")]
        assert log.offset_since(0) == (3, 300)
        with pytest.raises(RefusedError):
            log.read(2, 1)

    check(log)
    log.close()
    check(PartitionLog(path))


def test_deleting_frees_space_and_appending_goes_on(path: Path) -> None:
    data = batch(b"a")
    log = filled(path, data, data, data)

    log.delete_before(1)
    log.delete_before(2)

    assert log.size == path.stat().st_size == len(data)
    assert log.append(batch(b"b")) == 3
    assert all_records(path) == [(2, b"a"), (3, b"b")]


def test_a_log_whose_records_are_all_deleted_keeps_counting(path: Path) -> None:
    log = filled(path, batch(b"a", b"b"))
    log.delete_before(2)
    log.close()

    log = PartitionLog(path)

    assert (log.start_offset, log.end_offset, log.size) == (2, 2, 0)
    assert log.append(batch(b"c")) == 2
    assert all_records(path) == [(2, b"c")]


def test_a_deletion_that_was_noted_but_not_done_is_honoured(path: Path) -> None:
    filled(path, batch(b"a"), batch(b"b")).close()
    path.with_suffix(".start").write_text("2")

    log = PartitionLog(path)

    assert (log.start_offset, log.end_offset, log.size) == (2, 2, 0)
    assert log.append(batch(b"c")) == 2
    assert all_records(path) == [(2, b"c")]


def test_an_unreadable_note_of_a_deletion_is_damage(path: Path) -> None:
    filled(path, batch(b"a")).close()
    path.with_suffix(".start").write_text("")

    with pytest.raises(FolderError, match="does not hold an offset"):
        PartitionLog(path)


def test_deleting_beyond_the_end_is_refused(path: Path) -> None:
    log = filled(path, batch(b"a"))

    with pytest.raises(RefusedError) as refused:
        log.delete_before(2)

    assert refused.value.code is ErrorCode.OFFSET_OUT_OF_RANGE
    assert log.start_offset == 0


def test_everybody_waiting_is_called_when_something_is_appended(path: Path) -> None:
    log = PartitionLog(path)
    calls: list[int] = []
    log.waiting.add(lambda: calls.append(log.end_offset))

    log.append(batch(b"a", b"b"))

    assert calls == [2]


@pytest.mark.parametrize(
    ("before", "left"),
    [
        (0, [0, 1, 2, 3, 4, 5]),
        (301, [0, 1, 2, 3, 4, 5]),  # the first batch has a record of 400
        (401, [2, 3, 4, 5]),
        (501, [5]),  # the late record of 100 goes when the one before it goes
        (900, [5]),
        (901, []),
    ],
)
def test_expired_batches_go_from_the_head_on(path: Path, before: int, left: list[int]) -> None:
    log = filled(
        path,
        batch(b"a", b"b", times=(300, 400)),
        batch(b"c", b"d", times=(450, 500)),
        batch(b"e", times=(100,)),
        batch(b"f", times=(900,)),
    )

    log.expire(before)

    assert log.end_offset == 6
    assert [offset for offset, _ in all_records(path)] == left


def test_a_batch_without_a_time_waits_for_the_next_one_that_has_one(path: Path) -> None:
    log = filled(path, batch(b"a", times=(-1,)), batch(b"b", times=(-1,)))
    log.expire(1_000)
    assert log.start_offset == 0
    log.append(batch(b"c", times=(500,)))
    log.expire(1_000)
    assert (log.start_offset, log.end_offset) == (3, 3)
