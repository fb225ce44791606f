"""What a partition remembers of its idempotent producers, so that a repeated batch lands once."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from sandbox.kafka.batch import Batch
from sandbox.kafka.error import ErrorCode, RefusedError

_REMEMBERED_BATCHES = 5  # a producer may have five requests in flight
_SEQUENCE_MASK = 0x7FFFFFFF


@dataclass
class _Producer:
    epoch: int
    batches: deque[Batch] = field(default_factory=lambda: deque(maxlen=_REMEMBERED_BATCHES))


class ProducerStates:
    """The last batches of each producer on one partition."""

    def __init__(self) -> None:
        self._producers: dict[int, _Producer] = {}

    def earlier_offset(self, batch: Batch) -> int | None:
        """Where this very batch already lies, None if it is new and next in sequence.

        RefusedError with INVALID_PRODUCER_EPOCH for a producer that was replaced, with
        OUT_OF_ORDER_SEQUENCE_NUMBER for a gap. A producer unknown here may start anywhere, as on
        Kafka: its earlier records may have been deleted.
        """
        producer = self._producers.get(batch.producer_id)
        if not batch.has_sequence or producer is None:
            return None
        if batch.producer_epoch < producer.epoch:
            raise RefusedError(ErrorCode.INVALID_PRODUCER_EPOCH)
        if batch.producer_epoch > producer.epoch:
            expected = 0
        else:
            for known in producer.batches:
                if _sequences(known) == _sequences(batch):
                    return known.base_offset
            expected = (producer.batches[-1].last_sequence + 1) & _SEQUENCE_MASK
        if batch.base_sequence != expected:
            raise RefusedError(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                f"sequence {batch.base_sequence} came where {expected} was due",
            )
        return None

    def remember(self, batch: Batch) -> None:
        """Take an appended (or recovered) batch into account."""
        if not batch.has_sequence:
            return
        producer = self._producers.get(batch.producer_id)
        if producer is None or producer.epoch != batch.producer_epoch:
            producer = self._producers[batch.producer_id] = _Producer(batch.producer_epoch)
        producer.batches.append(batch)


def _sequences(batch: Batch) -> tuple[int, int]:
    return batch.base_sequence, batch.last_sequence
