"""The loop that moves Kafka records into raw, each exactly once.

1. Poll.
2. On new partitions: read from raw the greatest offset of each, seek behind it.
3. Add the records to the batch of their topic.
4. When a batch is due (rows, bytes, seconds), land it: one COPY per raw table.
5. Only then tell the group how far raw is, for lag tools.

Raw itself is the offset store: the COPY that lands the rows lands their offsets. So the loop may
die between any two steps, and there is one recovery for a kill, a rebalance and an answer that got
lost: forget the batch, read raw again (step 2), read the same records from Kafka again.

A batch is landed before the next poll, never beside it: partitions can only be taken away inside a
poll, so no COPY of ours is under way when another loader reads the offsets.
"""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from kafka import TopicPartition

from loader.batch import EventBatch
from loader.errors import DoubtfulError, LoaderError
from loader.event_log import Bounds, BrokerSilentError, EventLog, PositionLostError
from loader.settings import RunSettings
from loader.trouble import Trouble

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.25
"""Bounds how late a stop or a due batch is noticed."""

_JOINING_SECONDS = 0.02
"""A poll that begins without partitions sleeps its time out, even when they are given meanwhile."""

_SILENCE_SECONDS = 5.0
"""After this long without a record the broker is asked whether it is there."""


class Sink(Protocol):
    """Where batches land. `load` lands all rows or none; both may raise DoubtfulError."""

    def load(self, batch: EventBatch) -> None: ...
    def high_water_marks(self, topic: str, table: str, floor: int = 0) -> dict[int, int]: ...
    def recover(self) -> None: ...


class Observer(Protocol):
    """Who is told how the load goes."""

    def landed(self, batch: EventBatch, seconds: float) -> None: ...
    def behind(self, offsets: int) -> None: ...


class LoadLoop:
    """Moves records from the log to the sink until stopped or, if asked, until caught up."""

    def __init__(
        self,
        event_log: EventLog,
        sink: Sink,
        settings: RunSettings,
        observer: Observer,
        stopped: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = event_log
        self._sink = sink
        self._settings = settings
        self._observer = observer
        self._stopped = stopped
        self._clock = clock
        self._batches: dict[str, EventBatch] = {}
        self._oldest_at = 0.0
        self._ahead: dict[TopicPartition, int] = {}
        """Partition -> the end it had when it was taken over, until that is reached."""
        self._must_take_over = False
        self._session_in_doubt = False
        self._contact_trouble = Trouble(settings.loader_retry_seconds, clock)
        """Broker or account do not answer; over when partitions could be taken over."""
        self._load_trouble = Trouble(settings.loader_retry_seconds, clock)
        """Batches do not land; over when one did, however often raw could be read meanwhile."""
        self._heard_at = self._clock()

    def run(self, until_caught_up: bool) -> None:
        """Load until `stopped`, landing what is buffered; or until every partition of ours has
        reached the end offset it had when it was given to us, and all of it is landed.

        LoaderError if a retry cannot help, UnreachableError if broker or account stay away.
        """
        while not self._stopped():
            try:
                resting = self._step()
                if until_caught_up and self._caught_up(resting):
                    self._flush()
                    return
            except BrokerSilentError as error:
                self._heard_at = self._clock()
                self._contact_trouble.add(self._log.unreachable(str(error)))
            except PositionLostError as error:
                self._forget()
                self._load_trouble.add(LoaderError(f"Kafka has lost our position ({error})"))
            except DoubtfulError as error:
                self._session_in_doubt = True
                trouble = self._contact_trouble if self._must_take_over else self._load_trouble
                self._forget()
                trouble.add(error)
        self._flush()

    def _step(self) -> bool:
        """Do one round; return whether nothing was there to be read."""
        polled = self._log.poll(_POLL_SECONDS if self._log.joined else _JOINING_SECONDS)
        revoked, assigned = self._log.take_changes()
        if revoked:
            self._batches.clear()
            self._ahead.clear()
        if assigned:
            self._must_take_over = True
            self._load_trouble.over()
        if self._must_take_over:
            if self._contact_trouble.may_try() and self._load_trouble.may_try():
                self._take_over()
            return False
        for partition, records in polled.items():
            self._batch_of(partition.topic).add(partition.partition, records)
            if records[-1].offset + 1 >= self._ahead.get(partition, 0):
                self._ahead.pop(partition, None)
        if self._due():
            self._flush()
        self._listen(bool(polled))
        return not polled

    def _listen(self, heard: bool) -> None:
        """Ask the broker for a sign of life when nothing came for a while: a poll does not tell."""
        now = self._clock()
        if not heard and now - self._heard_at > _SILENCE_SECONDS:
            self._log.ask()
            heard = True
            self._contact_trouble.over()
        if heard:
            self._heard_at = now

    def _forget(self) -> None:
        """Drop what is not landed, to start again from what raw holds."""
        self._batches.clear()
        self._log.pause()
        self._must_take_over = True

    def _take_over(self) -> None:
        if self._session_in_doubt:
            self._sink.recover()
            self._session_in_doubt = False
        partitions = self._log.assigned()
        bounds = self._log.bounds(partitions)
        starts: dict[TopicPartition, int] = {}
        for topic in {partition.topic for partition in partitions}:
            ours = {at.partition: bounds[at] for at in partitions if at.topic == topic}
            for number, offset in self._starts(topic, ours).items():
                starts[TopicPartition(topic, number)] = offset
        self._log.seek(starts)
        self._ahead = {at: bounds[at].end for at in starts if starts[at] < bounds[at].end}
        self._must_take_over = False
        self._contact_trouble.over()
        if not self._ahead:
            self._load_trouble.over()  # what did not seem to land has landed
        self._heard_at = self._clock()
        behind = sum(max(0, bounds[at].end - start) for at, start in starts.items())
        log.info("partitions taken over count=%d behind=%d", len(partitions), behind)

    def _starts(self, topic: str, bounds: Mapping[int, Bounds]) -> dict[int, int]:
        table = self._settings.loader_topics[topic]
        floor = max(0, min(held.begin for held in bounds.values()) - 1)
        marks = self._sink.high_water_marks(topic, table, floor)
        if floor and not bounds.keys() <= marks.keys():
            # Nothing that recent: only all of raw can tell a new partition from expired offsets.
            marks = self._sink.high_water_marks(topic, table)
        return {
            partition: start_offset(topic, partition, marks.get(partition), held)
            for partition, held in bounds.items()
        }

    def _batch_of(self, topic: str) -> EventBatch:
        if not self._batches:
            self._oldest_at = self._clock()
        if topic not in self._batches:
            self._batches[topic] = EventBatch(topic, self._settings.loader_topics[topic])
        return self._batches[topic]

    def _rows(self) -> int:
        return sum(map(len, self._batches.values()))

    def _due(self) -> bool:
        rows = self._rows()
        return rows > 0 and (
            rows >= self._settings.loader_flush_rows
            or sum(batch.payload_bytes for batch in self._batches.values())
            >= self._settings.loader_flush_bytes
            or self._clock() - self._oldest_at >= self._settings.loader_flush_seconds
        )

    def _flush(self) -> None:
        for topic in list(self._batches):
            batch = self._batches[topic]
            began = self._clock()
            self._sink.load(batch)
            self._load_trouble.over()
            del self._batches[topic]
            self._observer.landed(batch, self._clock() - began)
            self._log.commit(
                {TopicPartition(topic, at): offset for at, offset in batch.next_offsets().items()}
            )
        self._observer.behind(self._log.lag())

    def _caught_up(self, resting: bool) -> bool:
        if self._must_take_over or not self._log.joined:
            return False
        if resting:
            # A log may end in offsets that hold no record (compacted, transaction markers).
            passed = [at for at, end in self._ahead.items() if self._log.position(at) >= end]
            for partition in passed:
                del self._ahead[partition]
        return not self._ahead


def start_offset(topic: str, partition: int, landed: int | None, held: Bounds) -> int:
    """Return the offset to read first, given the greatest one in raw and what the broker holds.

    LoaderError if the two do not fit: nobody but a person can say what to do then.
    """
    if landed is None:
        return held.begin
    where = f"topic {topic} partition {partition}: raw holds offsets up to {landed}, "
    if landed >= held.end:
        raise LoaderError(
            f"{where}but the broker's log ends before {held.end}. The topic was recreated, or this "
            "is another broker. See docs/loader.md, 'A topic was recreated'."
        )
    if landed + 1 < held.begin:
        raise LoaderError(
            f"{where}but the broker's log begins at {held.begin}: offsets {landed + 1} to "
            f"{held.begin - 1} expired before they were loaded. See docs/loader.md, 'Offsets "
            "expired'."
        )
    return landed + 1
