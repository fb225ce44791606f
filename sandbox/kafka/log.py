"""One partition: an append-only file of record batches, and the index that finds them again."""

from __future__ import annotations

import logging
import mmap
import os
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from pathlib import Path

from sandbox.kafka.batch import HEADER, Batch, first_since, parse, stamped
from sandbox.kafka.durable import replace_file
from sandbox.kafka.error import ErrorCode, FolderError, RefusedError
from sandbox.kafka.producer_state import ProducerStates

logger = logging.getLogger(__name__)


class PartitionLog:
    """The batches of one partition in offset order.

    What `append` returned survives a killed process, with `fsync` also a power cut. A torn last
    write is cut off at opening; a fault with sound batches behind it raises FolderError, because
    cutting there would lose acknowledged records.
    """

    def __init__(self, path: Path, *, fsync: bool = False) -> None:
        self.path = path
        self.size = 0
        self.start_offset = 0
        self.end_offset = 0
        self.waiting: set[Callable[[], None]] = set()
        self._fsync = fsync
        self._producers = ProducerStates()
        self._offsets = array("q")
        self._positions = array("q")
        self._latest = array("q")  # greatest timestamp of this and all earlier batches
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._recover()
        except BaseException:
            os.close(self._file)
            raise

    def append(self, data: bytes) -> int:
        """The offset of the batch's first record, once it is stored.

        A batch that its producer repeats is not stored again. RefusedError when `data` is not
        exactly one sound batch, or does not follow its producer's last one.
        """
        batch = parse(data)
        if batch.size != len(data):
            raise RefusedError(
                ErrorCode.INVALID_RECORD, "exactly one batch per partition and request"
            )
        earlier = self._producers.earlier_offset(batch)
        if earlier is not None:
            return earlier
        placed, batch = stamped(data, batch, self.end_offset)
        self._write(placed)
        self._remember(batch)
        self.wake()
        return batch.base_offset

    def read(self, offset: int, limit: int) -> bytes:
        """Whole batches from the one that holds `offset`, at least one, else about `limit` bytes.

        Empty at the end of the log; RefusedError with OFFSET_OUT_OF_RANGE outside it.
        """
        if not self.start_offset <= offset <= self.end_offset:
            raise RefusedError(ErrorCode.OFFSET_OUT_OF_RANGE)
        if offset == self.end_offset:
            return b""
        first = bisect_right(self._offsets, offset) - 1
        start = self._positions[first]
        if self.size - start <= limit:
            end = self.size
        else:
            crossing = bisect_right(self._positions, start + limit) - 1
            end = self._end_position(max(crossing - 1, first))
        return os.pread(self._file, end - start, start)

    def offset_since(self, timestamp: int) -> tuple[int, int] | None:
        """Offset and time (ms) of the first record at or after `timestamp`, None without one."""
        for index in range(bisect_left(self._latest, timestamp), len(self._offsets)):
            start = self._positions[index]
            data = os.pread(self._file, self._end_position(index) - start, start)
            batch = parse(data)
            if batch.last_offset < self.start_offset or batch.max_timestamp < timestamp:
                continue
            try:
                found = first_since(data, timestamp, self.start_offset)
            except RefusedError:
                found = max(batch.base_offset, self.start_offset), batch.max_timestamp
            if found:
                return found
        return None

    def delete_before(self, offset: int) -> None:
        """Forget all records below `offset`; RefusedError when it lies beyond the end."""
        if not 0 <= offset <= self.end_offset:
            raise RefusedError(ErrorCode.OFFSET_OUT_OF_RANGE)
        if offset <= self.start_offset:
            return
        replace_file(self._start_path, str(offset).encode())
        self.start_offset = offset
        self._drop_head()

    def expire(self, before: int) -> None:
        """Forget the oldest batches, all of whose records are of a time (ms) before this one.

        They go from the head on only, so a late old record waits for the newer ones before it; a
        batch without a time goes with the next one that has one.
        """
        count = bisect_left(self._latest, before)
        if count and self._latest[count - 1] >= 0:
            kept = count < len(self._offsets)
            self.delete_before(self._offsets[count] if kept else self.end_offset)

    def wake(self) -> None:
        """Call everybody who waits for something new here."""
        for call in tuple(self.waiting):
            call()

    def flush(self) -> None:
        """Bring everything to the disk."""
        os.fsync(self._file)

    def close(self) -> None:
        """Release the file."""
        os.close(self._file)

    @property
    def _start_path(self) -> Path:
        return self.path.with_suffix(".start")

    def _end_position(self, index: int) -> int:
        return self._positions[index + 1] if index + 1 < len(self._positions) else self.size

    def _write(self, data: bytearray) -> None:
        view, position = memoryview(data), self.size
        try:
            while view:
                written = os.pwrite(self._file, view, position)
                view, position = view[written:], position + written
            if self._fsync:
                os.fdatasync(self._file)
        except OSError as error:
            os.ftruncate(self._file, self.size)
            raise RefusedError(ErrorCode.STORAGE_ERROR, os.strerror(error.errno or 0)) from error

    def _remember(self, batch: Batch) -> None:
        self._offsets.append(batch.base_offset)
        self._positions.append(self.size)
        self._latest.append(max(batch.max_timestamp, self._latest[-1] if self._latest else -1))
        self._producers.remember(batch)
        self.size += batch.size
        self.end_offset = batch.last_offset + 1

    def _recover(self) -> None:
        if self._start_path.exists():
            self.start_offset = self._noted_start()
        stored = os.fstat(self._file).st_size
        if stored:
            with mmap.mmap(self._file, stored, access=mmap.ACCESS_READ) as data:
                self._index_batches(memoryview(data))
        if self.end_offset <= self.start_offset:  # everything was deleted
            self.end_offset = self.start_offset
            self._forget_first(len(self._offsets))
            self.size = 0
        if self.size < stored:
            logger.warning("cut a torn write file=%s bytes=%d", self.path, stored - self.size)
            os.ftruncate(self._file, self.size)

    def _noted_start(self) -> int:
        try:
            return int(self._start_path.read_bytes())
        except ValueError as error:
            raise FolderError(
                f"{self._start_path} does not hold an offset. "
                "Start with another folder, or delete this one to begin again."
            ) from error

    def _index_batches(self, view: memoryview) -> None:
        with view:
            while self.size < len(view):
                try:
                    batch = parse(view, self.size)
                except RefusedError as fault:
                    self._require_torn_tail(view, fault)
                    return
                due = (
                    self.end_offset if self._offsets else min(batch.base_offset, self.start_offset)
                )
                if batch.base_offset != due:
                    raise self._damage(f"offset {batch.base_offset} lies where {due} was due")
                self._remember(batch)

    def _require_torn_tail(self, view: memoryview, fault: RefusedError) -> None:
        """A write that did not finish is the last thing in the file."""
        for position in range(self.size + 1, len(view) - HEADER.size + 1):
            if view[position + 16] != 2:  # the version byte of a batch
                continue
            try:
                batch = parse(view, position)
            except RefusedError:
                continue
            if batch.base_offset >= self.end_offset:
                raise self._damage(str(fault))

    def _damage(self, what: str) -> FolderError:
        return FolderError(
            f"{self.path} is damaged at byte {self.size} ({what}) and has sound records behind it. "
            "Start with another folder, or delete this one to begin again."
        )

    def _drop_head(self) -> None:
        """Free the space of batches wholly below the start, by a shorter file."""
        keep = bisect_right(self._offsets, self.start_offset) - 1
        if self.start_offset == self.end_offset:
            keep = len(self._offsets)
        if keep <= 0:
            return
        position = self._positions[keep] if keep < len(self._positions) else self.size
        shorter = self.path.with_suffix(".tmp")
        with shorter.open("wb") as target, self.path.open("rb") as source:
            source.seek(position)
            while chunk := source.read(1 << 20):
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        os.replace(shorter, self.path)
        os.close(self._file)
        self._file = os.open(self.path, os.O_RDWR)
        self.size -= position
        self._forget_first(keep)

    def _forget_first(self, count: int) -> None:
        freed = self._positions[count] if count < len(self._positions) else 0
        self._offsets = self._offsets[count:]
        self._positions = array("q", (start - freed for start in self._positions[count:]))
        self._latest = self._latest[count:]
