"""The relay: notifications from the outbox to Kafka, at least once.

1. Read the outbox: what is neither suppressed nor delivered.
2. Send it, and wait until every replica has it.
3. Only then record the delivery.

A relay killed between 2 and 3 sends those again when it is back, under the same id: readers drop
the second. While it lives it remembers what was acknowledged, so an answer that got lost makes it
record again, not send again.
"""

import logging
import time
from collections.abc import Callable
from threading import Event

from loader.errors import DoubtfulError, LoaderError, UnreachableError
from loader.notification_topic import NotificationTopic
from loader.outbox import Outbox, Receipt
from loader.trouble import Trouble

log = logging.getLogger(__name__)

_BATCH = 1000
"""Notifications that are sent before their deliveries are recorded: what a kill may double."""


class Relay:
    """Moves notifications until stopped; `count` is how many were delivered and recorded."""

    def __init__(
        self,
        outbox: Outbox,
        topic: NotificationTopic,
        patience: float,
        stopped: Event,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outbox = outbox
        self._topic = topic
        self._stopped = stopped
        self._trouble = Trouble(patience, clock)
        self._acknowledged: list[Receipt] = []
        self.count = 0

    def run(self, every: float, until_caught_up: bool) -> None:
        """Look into the outbox every so many seconds until stopped, or until it is empty.

        LoaderError if a retry cannot help, UnreachableError if broker or account stay away.
        """
        while not self._stopped.is_set():
            if self._try_round():
                continue
            if until_caught_up:
                return
            self._stopped.wait(every)

    def _try_round(self) -> bool:
        """Do one round, as often as it takes; return whether there may be more to do."""
        try:
            found = self._round()
        except DoubtfulError as error:
            self._pause_for(error)
            self._recover()
            return True
        except UnreachableError as error:
            self._pause_for(error)
            return True
        self._trouble.over()
        return found

    def _round(self) -> bool:
        self._record()
        notifications = self._outbox.undelivered(_BATCH)
        if not notifications:
            return False
        try:
            self._topic.publish(notifications, self._acknowledged.append)
        finally:
            self._record()
        return True

    def _record(self) -> None:
        if not self._acknowledged:
            return
        self._outbox.record(self._acknowledged)
        log.info("notifications delivered count=%d", len(self._acknowledged))
        self.count += len(self._acknowledged)
        self._acknowledged.clear()

    def _pause_for(self, error: LoaderError) -> None:
        self._trouble.add(error)
        self._trouble.pause()

    def _recover(self) -> None:
        try:
            self._outbox.recover()
        except DoubtfulError as error:
            self._pause_for(error)
