"""Where consumer groups have come to: the offsets they committed."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import astuple, dataclass
from pathlib import Path

from sandbox.kafka.durable import replace_file
from sandbox.kafka.error import ErrorCode, RefusedError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Position:
    """The next offset a group will read, and the note it left with the commit."""

    offset: int
    leader_epoch: int
    metadata: str


Place = tuple[str, str, int]  # group, topic, partition


class CommittedOffsets:
    """The last committed position of each group and partition.

    Every commit is appended to one file, which is read back and tidied at start.
    """

    def __init__(self, path: Path, *, fsync: bool) -> None:
        self._positions: dict[Place, Position] = {}
        self._fsync = fsync
        if path.exists():
            self._read(path)
        replace_file(path, b"".join(_line(place, at) for place, at in self._positions.items()))
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def commit(self, positions: dict[Place, Position]) -> None:
        """All of `positions` are stored on return; RefusedError when the disk is full."""
        self._append(b"".join(_line(place, position) for place, position in positions.items()))
        self._positions.update(positions)

    def get(self, group: str, topic: str, partition: int) -> Position | None:
        """The group's position, None when it never committed there."""
        return self._positions.get((group, topic, partition))

    def places(self, group: str) -> list[tuple[str, int]]:
        """Topics and partitions the group has committed, in order."""
        return sorted(place[1:] for place in self._positions if place[0] == group)

    def groups(self) -> set[str]:
        """Every group with a committed offset."""
        return {group for group, _, _ in self._positions}

    def forget_group(self, group: str) -> None:
        """The group never committed anything."""
        self._forget([place for place in self._positions if place[0] == group])

    def forget_topic(self, topic: str) -> None:
        """No group ever committed on the topic: one of that name created later starts anew."""
        self._forget([place for place in self._positions if place[1] == topic])

    def close(self) -> None:
        """Bring everything to the disk and release the file."""
        os.fsync(self._file)
        os.close(self._file)

    def _forget(self, places: list[Place]) -> None:
        self._append(b"".join(_line(place, None) for place in places))
        for place in places:
            del self._positions[place]

    def _append(self, lines: bytes) -> None:
        size = os.fstat(self._file).st_size
        view = memoryview(lines)
        try:
            while view:
                view = view[os.write(self._file, view) :]
            if self._fsync:
                os.fdatasync(self._file)
        except OSError as error:
            os.ftruncate(self._file, size)
            reason = os.strerror(error.errno or 0)
            raise RefusedError(ErrorCode.COORDINATOR_NOT_AVAILABLE, reason) from error

    def _read(self, path: Path) -> None:
        with path.open("rb") as file:
            for line in file:
                try:
                    group, topic, partition, *values = json.loads(line)
                    position = Position(*values) if values else None
                except (ValueError, TypeError):
                    logger.warning("skipped an unreadable commit file=%s bytes=%d", path, len(line))
                    continue
                if position:
                    self._positions[group, topic, partition] = position
                else:
                    self._positions.pop((group, topic, partition), None)


def _line(place: Place, position: Position | None) -> bytes:
    values = [*place, *(astuple(position) if position else ())]
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"
