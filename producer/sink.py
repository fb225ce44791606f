"""Where messages go: a Kafka topic, or standard output for a dry run."""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from kafka import KafkaProducer
from kafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from kafka.partitioner import murmur2
from kafka.producer.future import FutureRecordMetadata

from producer.delivery import Message
from producer.errors import BrokerError, ProducerError, UsageError
from producer.settings import KafkaSettings

BOOTSTRAP_TIMEOUT_MS = 5_000
TOPIC_TIMEOUT_MS = 10_000
REQUEST_TIMEOUT_MS, DELIVERY_TIMEOUT_MS = 10_000, 30_000
LINGER_MS, BATCH_BYTES = 50, 262_144
"""Two to three times the throughput of the defaults (0 ms, 16 KiB) with messages of 0.6 kB."""

_PATIENCE_SECONDS = 0.5
_CHECK_EVERY = 5_000
_CHECKS_OUTSTANDING = 10
"""kafka-python buffers without limit: at most their product waits for an acknowledgement."""


class Sink(Protocol):
    """Takes messages in order."""

    def send(self, message: Message) -> None: ...

    def finish(self) -> None:
        """Return when everything sent has arrived; raise ProducerError when something has not."""


class StandardOutput:
    """One payload per line. Raises BrokenPipeError once the reader has gone."""

    def __init__(self) -> None:
        self._out = sys.stdout.buffer

    def send(self, message: Message) -> None:
        self._out.write(message.payload + b"\n")

    def finish(self) -> None:
        self._out.flush()


class KafkaTopic:
    """A topic that acknowledges every message (acks=all, idempotent).

    The record's timestamp is the message's simulated delivery. Keys go to partitions as Kafka's
    own partitioner sends them, and messages without a key in turn, so that the same messages give
    the same log. Raises BrokerError when the broker or the topic is out of reach.
    """

    def __init__(self, settings: KafkaSettings, topic: str) -> None:
        self._topic = topic
        self._producer = _connect(settings)
        self._partitions = _partitions(self._producer, topic, settings)
        self._partition_of_key: dict[str, int] = {}
        self._sent = 0
        self._failed = 0
        self._first_error: BaseException | None = None
        self._to_check: deque[FutureRecordMetadata] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(KafkaError):  # after a failure, told already, there may be no end to wait for
            self._producer.close(timeout=5 if exc is None else 0)

    def send(self, message: Message) -> None:
        """Hand a message over; raises ProducerError once an earlier one is known to be lost."""
        key = message.key
        self._sent += 1
        try:
            future = self._producer.send(
                self._topic,
                message.payload,
                None if key is None else key.encode(),
                partition=self._partition(key),
                timestamp_ms=message.delivered_at * 1000,
            )
        except KafkaError as error:
            self._note_failure(error)
            raise self._failure(error) from error
        future.add_errback(self._note_failure)
        if self._sent % _CHECK_EVERY == 0:
            self._wait_for_oldest(future)
        if self._first_error is not None:
            raise self._failure(self._first_error)

    def finish(self) -> None:
        self._wait_until(lambda: self._producer.flush(timeout=_PATIENCE_SECONDS))
        if self._first_error is not None:
            raise self._failure(self._first_error)

    def _partition(self, key: str | None) -> int:
        if key is None:
            return self._sent % self._partitions
        partition = self._partition_of_key.get(key)
        if partition is None:
            partition = (murmur2(key.encode()) & 0x7FFFFFFF) % self._partitions
            self._partition_of_key[key] = partition
        return partition

    def _wait_for_oldest(self, newest: FutureRecordMetadata) -> None:
        self._to_check.append(newest)
        if len(self._to_check) == _CHECKS_OUTSTANDING:
            oldest = self._to_check.popleft()
            self._wait_until(lambda: oldest.get(timeout=_PATIENCE_SECONDS))

    def _wait_until(self, settled: Callable[[], object]) -> None:
        """Wait in small steps until `settled` returns, a message fails, or all must have expired.

        In one long step the wait would have no end: once a message has expired, an idempotent
        kafka-python producer without a broker neither sends nor fails the others.
        """
        deadline = time.monotonic() + 2 * DELIVERY_TIMEOUT_MS / 1000
        while self._first_error is None:
            try:
                settled()
            except KafkaTimeoutError as error:
                if time.monotonic() > deadline:
                    self._note_failure(error)
            except KafkaError as error:
                self._first_error = self._first_error or error
            else:
                return

    def _note_failure(self, error: BaseException) -> None:
        self._failed += 1
        self._first_error = self._first_error or error

    def _failure(self, error: BaseException) -> ProducerError:
        is_out_of_reach = isinstance(error, KafkaTimeoutError | KafkaConnectionError)
        kind = BrokerError if is_out_of_reach else ProducerError
        return kind(
            f"topic {self._topic}: at least {max(self._failed, 1)} of {self._sent} messages were"
            f" not acknowledged ({_reason(error)}). Check the broker at KAFKA_BOOTSTRAP_SERVERS,"
            " then repeat the same command: the same seed sends the same messages, and readers"
            " drop repeated ones"
        )


class _Client(KafkaProducer):  # type: ignore[misc]  # kafka-python has no types
    def __del__(self) -> None:
        """Not a second close: without a broker it ends in a traceback on standard error."""


def _connect(settings: KafkaSettings) -> KafkaProducer:
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # its failures come back as our errors
    compression = None if settings.compression == "none" else settings.compression
    try:
        return _Client(
            **settings.client_options(),
            acks="all",
            linger_ms=LINGER_MS,
            batch_size=BATCH_BYTES,
            compression_type=compression,
            max_request_size=settings.max_request_bytes,
            bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            max_block_ms=TOPIC_TIMEOUT_MS,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
        )
    except KafkaError as error:
        raise BrokerError(
            f"no broker answers at KAFKA_BOOTSTRAP_SERVERS={settings.bootstrap_servers}"
            f" ({_reason(error)}): start it, or correct the address and the"
            " KAFKA_SECURITY_PROTOCOL, KAFKA_SSL_CAFILE and KAFKA_SASL_* settings"
        ) from error
    except RuntimeError as error:  # kafka-python's way to say that a codec is not installed
        raise UsageError(
            f"KAFKA_COMPRESSION={settings.compression} is not available here ({error}):"
            " use lz4, zstd, gzip or none"
        ) from error


def _partitions(producer: KafkaProducer, topic: str, settings: KafkaSettings) -> int:
    try:
        return len(producer.partitions_for(topic))
    except KafkaError as error:
        raise BrokerError(
            f"topic {topic} is not available at KAFKA_BOOTSTRAP_SERVERS="
            f"{settings.bootstrap_servers} ({_reason(error)}): create it, or allow the broker to"
            " create topics"
        ) from error


def _reason(error: BaseException) -> str:
    name, text = type(error).__name__, str(error)
    return text if text.startswith(name) else f"{name}: {text}"
