"""The Kafka edge of the relay: messages go out, and count only when every replica has them."""

from collections.abc import Callable, Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import AuthorizationError, KafkaError, SaslAuthenticationFailedError

from loader.errors import LoaderError, UnreachableError
from loader.event_log import client_settings
from loader.outbox import Notification, Receipt
from loader.settings import NotifySettings

_ANSWER_MS = 10_000
_DELIVERY_MS = 30_000
"""How long the client itself tries to deliver a message, an election of a new leader included."""
_WAIT_SECONDS = 2 * _DELIVERY_MS / 1000
_GOODBYE_SECONDS = 3


class NotificationTopic:
    """The topic of notifications; UnreachableError if no broker answers."""

    def __init__(self, settings: NotifySettings) -> None:
        self._settings = settings
        self._topic = settings.loader_notification_topic
        self._producer: KafkaProducer | None = None
        try:
            self._producer = _connected(settings)
        except KafkaError as error:
            raise self._told(error) from error

    def publish(
        self, notifications: Sequence[Notification], delivered: Callable[[Receipt], None]
    ) -> None:
        """Send all, keyed by id; `delivered` is told of each that the broker acknowledged.

        UnreachableError if the broker does not answer, LoaderError if it refuses; what was not
        acknowledged may still be in the topic.
        """
        try:
            producer = self._producer = self._producer or _connected(self._settings)
            sent = [
                (
                    one,
                    producer.send(self._topic, one.message.encode(), one.notification_id.encode()),
                )
                for one in notifications
            ]
            producer.flush(timeout=_WAIT_SECONDS)
        except KafkaError as error:
            raise self._told(error) from error
        failure: BaseException | None = None
        for notification, future in sent:
            if future.succeeded():
                at = future.value
                delivered(Receipt(notification.notification_id, at.topic, at.partition, at.offset))
            else:
                failure = failure or future.exception or KafkaError("no answer")
        if failure is not None:
            raise self._told(failure) from failure

    def close(self) -> None:
        """Close the client; what is not acknowledged by now is not waited for."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=_GOODBYE_SECONDS)

    def _told(self, error: BaseException) -> LoaderError:
        """Say once, here, what an error of the client means; the next batch gets a new client.

        After a message has expired, an idempotent producer of kafka-python sends no more.
        """
        self.close()
        servers, name = self._settings.kafka_bootstrap_servers, type(error).__name__
        if isinstance(error, AuthorizationError):
            return LoaderError(
                f"Kafka at {servers} refuses the relay ({name}): it needs WRITE on "
                f"{self._topic} (LOADER_NOTIFICATION_TOPIC)."
            )
        if getattr(error, "retriable", False) or isinstance(error, SaslAuthenticationFailedError):
            return UnreachableError(
                f"no Kafka broker answers at KAFKA_BOOTSTRAP_SERVERS={servers} ({name}). Start "
                "it, or correct the address, KAFKA_SECURITY_PROTOCOL and the KAFKA_SASL_* settings."
            )
        return LoaderError(f"Kafka at {servers}, topic {self._topic}: {name}")


def _connected(settings: NotifySettings) -> KafkaProducer:
    options: dict[str, Any] = client_settings(settings)
    return KafkaProducer(
        **options,
        acks="all",
        enable_idempotence=True,
        max_block_ms=_ANSWER_MS,
        request_timeout_ms=_ANSWER_MS,
        delivery_timeout_ms=_DELIVERY_MS,
    )
