"""The Kafka edge: what is polled, which partitions are ours, and what Kafka's errors mean."""

import logging
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    LogTruncationError,
    OffsetOutOfRangeError,
    SaslAuthenticationFailedError,
)

from loader.account import STATEMENT_SECONDS
from loader.batch import Record
from loader.errors import LoaderError, UnreachableError
from loader.settings import KafkaSettings, RunSettings

log = logging.getLogger(__name__)

ANSWER_MS = 10_000
"""How long one question to the broker may take."""

_GOODBYE_MS = 3_000
"""Leaving the group is a courtesy: without it the partitions are free after the session time."""

_POLL_GAP_SECONDS = 2 * STATEMENT_SECONDS + 120
"""The longest time between two polls: a new session, the marks and one COPY. The group must not
give our partitions to another loader while our COPY may still land."""

_NEW_TOPIC_SECONDS = 15
"""How soon a topic or partition that is created later is seen."""


class Bounds(NamedTuple):
    """The offsets a partition holds: from `begin` up to, not including, `end`."""

    begin: int
    end: int


class BrokerSilentError(Exception):
    """The broker did not answer in time; it may come back."""


class PositionLostError(Exception):
    """The broker no longer has the offset that comes next."""


class EventLog:
    """The partitions of our topics that the group gives us; UnreachableError if no broker answers.

    Positions are only those given to `seek`: a partition delivers nothing before that, and offsets
    committed to the group are never read.
    """

    def __init__(self, settings: RunSettings) -> None:
        self._servers = settings.kafka_bootstrap_servers
        self._settings = settings
        try:
            self._join()
        except BrokerSilentError as error:
            raise self.unreachable(str(error)) from error

    def _join(self) -> None:
        topics = "|".join(map(re.escape, sorted(self._settings.loader_topics)))
        with self._told():
            self._consumer = KafkaConsumer(**_consumer_settings(self._settings))
            self._changes = _Changes(self._consumer)
            # A pattern, because asking for a topic by name makes the broker create it, and because
            # only with a pattern the client looks which partitions there are before it joins.
            self._consumer.subscribe(pattern=f"^({topics})$", listener=self._changes)

    def poll(self, seconds: float) -> dict[TopicPartition, list[Record]]:
        """Return the next records of each partition, empty when none came in time.

        PositionLostError if the log no longer has a position, BrokerSilentError without a broker.
        """
        with self._told():
            polled: dict[TopicPartition, list[Record]] = self._consumer.poll(
                timeout_ms=int(seconds * 1000)
            )
        return polled

    def take_changes(self) -> tuple[bool, bool]:
        """Return (revoked, assigned): what the group did since this was last asked."""
        return self._changes.take()

    @property
    def joined(self) -> bool:
        """Whether the group has told us our partitions, be it none."""
        return self._changes.joined

    def assigned(self) -> set[TopicPartition]:
        """Return the partitions that are ours now."""
        return set(self._consumer.assignment())

    def bounds(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Bounds]:
        """Ask the broker which offsets it holds; BrokerSilentError if it does not answer."""
        with self._told():
            begin = self._consumer.beginning_offsets(partitions, timeout_ms=ANSWER_MS)
            end = self._consumer.end_offsets(partitions, timeout_ms=ANSWER_MS)
        return {partition: Bounds(begin[partition], end[partition]) for partition in partitions}

    def ask(self) -> None:
        """Ask for a sign of life; BrokerSilentError if the broker or the group does not answer.

        Without partitions it joins the group anew: when a poll ends at the instant in which the
        client's own rejoin is done, kafka-python 3.0.12 forgets to finish it, for good.
        """
        if not self.joined:
            stuck = self._consumer
            self._join()
            stuck.close(autocommit=False, timeout_ms=_GOODBYE_MS)
            raise BrokerSilentError("the group has not given us partitions")
        with self._told():
            self._consumer.end_offsets(self._consumer.assignment(), timeout_ms=ANSWER_MS)

    def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Deliver these partitions from these offsets on."""
        for partition, offset in offsets.items():
            self._consumer.seek(partition, offset)
        self._consumer.resume(*offsets)

    def pause(self) -> None:
        """Deliver nothing until the next seek; polling goes on, so that the group keeps us."""
        self._consumer.pause(*self._consumer.assignment())

    def position(self, partition: TopicPartition) -> int:
        """Return the offset that comes next, past any the log left out."""
        position: int = self._consumer.position(partition, timeout_ms=ANSWER_MS)
        return position

    def lag(self) -> int:
        """Return how many offsets are still to be read, as the last answers of the broker say."""
        lag = 0
        for partition in self._consumer.assignment():
            end = self._consumer.highwater(partition)
            if end is not None:
                lag += max(0, end - self.position(partition))
        return lag

    def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Tell the group how far raw is. Only lag tools read it, so a failure is only logged."""
        told = {partition: OffsetAndMetadata(at, "", -1) for partition, at in offsets.items()}
        try:
            self._consumer.commit(told, timeout_ms=ANSWER_MS)
        except KafkaError as error:
            log.warning("group offsets not committed error=%s", type(error).__name__)

    def close(self) -> None:
        """Leave the group, so that another loader gets our partitions at once."""
        self._consumer.close(autocommit=False, timeout_ms=_GOODBYE_MS)

    def unreachable(self, reason: str) -> UnreachableError:
        """Return the error that names the setting to look at."""
        return UnreachableError(
            f"no Kafka broker answers at KAFKA_BOOTSTRAP_SERVERS={self._servers} ({reason}). Start "
            "it, or correct the address, KAFKA_SECURITY_PROTOCOL and the KAFKA_SASL_* settings."
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say once, here, what an error of the client means for the loader."""
        try:
            yield
        except (OffsetOutOfRangeError, LogTruncationError) as error:
            raise PositionLostError(type(error).__name__) from error
        except SaslAuthenticationFailedError as error:
            raise self.unreachable(type(error).__name__) from error
        except AuthorizationError as error:
            raise LoaderError(
                f"Kafka at {self._servers} refuses the loader ({type(error).__name__}): it needs "
                "READ on its topics and on its group (LOADER_GROUP)."
            ) from error
        except KafkaError as error:
            if error.retriable:
                raise BrokerSilentError(type(error).__name__) from error
            raise LoaderError(f"Kafka at {self._servers}: {type(error).__name__}") from error


class _Changes(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes what the group does. It runs inside the client's network loop, so it asks nobody."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer
        self._revoked = False
        self._assigned = False
        self.joined = False

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._revoked = self._revoked or bool(revoked)
        self.joined = False

    def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        self.on_partitions_revoked(lost)

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._assigned = True
        self.joined = True
        for partition in assigned:
            # A position of its own, so that the client does not look for a committed one.
            self._consumer.seek(partition, 0)
        self._consumer.pause(*assigned)

    def take(self) -> tuple[bool, bool]:
        taken = (self._revoked, self._assigned)
        self._revoked = self._assigned = False
        return taken


def client_settings(settings: KafkaSettings) -> dict[str, Any]:
    """Return how any client of ours finds the broker and logs in, as kafka-python's arguments."""
    password = settings.kafka_sasl_password
    return {
        "bootstrap_servers": [part.strip() for part in settings.kafka_bootstrap_servers.split(",")],
        "client_id": "carefloe-loader",
        "bootstrap_timeout_ms": ANSWER_MS,
        "reconnect_backoff_max_ms": 2_000,  # the default, 30 s, is long after a broker restart
        "metadata_max_age_ms": _NEW_TOPIC_SECONDS * 1000,
        "metrics_enabled": False,
        "security_protocol": settings.kafka_security_protocol,
        "sasl_mechanism": settings.kafka_sasl_mechanism,
        "sasl_plain_username": settings.kafka_sasl_username,
        "sasl_plain_password": password.get_secret_value() if password else None,
        "ssl_cafile": str(settings.kafka_ssl_cafile) if settings.kafka_ssl_cafile else None,
    }


def _consumer_settings(settings: RunSettings) -> dict[str, Any]:
    return client_settings(settings) | {
        "group_id": settings.loader_group,
        "enable_auto_commit": False,
        "auto_offset_reset": "none",  # a missing offset is a loss, never a reason to jump
        "allow_auto_create_topics": False,
        # No more than a batch takes. More than the default, 500, polled no faster when measured.
        "max_poll_records": min(500, settings.loader_flush_rows),
        "session_timeout_ms": int(settings.loader_session_seconds * 1000),
        "heartbeat_interval_ms": int(settings.loader_session_seconds * 1000 / 5),
        "max_poll_interval_ms": _POLL_GAP_SECONDS * 1000,
    }
