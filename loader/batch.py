"""A batch of Kafka records on their way into one raw table, kept as columns.

Columns, not objects: a record costs five list entries, which is what lets the loader keep up with
the poll loop. The topic, partition and offset travel in the rows, so landing a batch also lands
its offsets.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Protocol


class Record(Protocol):
    """What the loader reads of a record; kafka-python's frozen ConsumerRecord fits as it is."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...  # milliseconds since 1970 UTC, -1 when unknown
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


@dataclass(slots=True)
class EventBatch:
    """Records of one topic, in the order they were read; per partition the offsets only grow."""

    topic: str
    table: str
    load_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    partitions: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    timestamps: list[int] = field(default_factory=list)
    keys: list[bytes | None] = field(default_factory=list)
    values: list[bytes | None] = field(default_factory=list)
    headers: dict[int, Sequence[tuple[str, bytes | None]]] = field(default_factory=dict)
    """Row number -> headers, of the few records that have any."""
    payload_bytes: int = 0
    ranges: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Partition -> first and last offset."""

    def __len__(self) -> int:
        return len(self.offsets)

    def add(self, partition: int, records: Sequence[Record]) -> None:
        """Append records of one partition; ValueError if they do not follow those already here."""
        if not records:
            return
        first, last = records[0].offset, records[-1].offset
        before = self.ranges.get(partition)
        if before is not None and first <= before[1]:
            raise ValueError(
                f"{self.topic} partition {partition}: offset {first} follows {before[1]}"
            )
        headers = [record.headers for record in records]
        if any(headers):
            rows = enumerate(headers, start=len(self.offsets))
            self.headers.update((row, found) for row, found in rows if found)
        values = [record.value for record in records]
        self.partitions.extend(repeat(partition, len(records)))
        self.offsets.extend([record.offset for record in records])
        self.timestamps.extend([record.timestamp for record in records])
        self.keys.extend([record.key for record in records])
        self.values.extend(values)
        self.payload_bytes += sum([len(value) for value in values if value])
        self.ranges[partition] = (before[0] if before else first, last)

    def next_offsets(self) -> Mapping[int, int]:
        """Partition -> the offset after the last one here."""
        return {partition: last + 1 for partition, (_, last) in self.ranges.items()}
