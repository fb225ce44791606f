"""Patience: how long something has been failing without a success, and when to try again."""

import logging
import time
from collections.abc import Callable

from loader.errors import LoaderError

log = logging.getLogger(__name__)

_SHORTEST_WAIT, _LONGEST_WAIT = 0.5, 15.0
"""Seconds between attempts, doubling from the first to the second."""


class Trouble:
    """A row of failures, ended by the first success or by the end of the patience (seconds)."""

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._since: float | None = None
        self._next_at = 0.0
        self._wait = _SHORTEST_WAIT

    def add(self, error: LoaderError) -> None:
        """Plan the next attempt; raise the error once it has lasted longer than the patience."""
        now = self._clock()
        if self._since is None:
            self._since = now
        if now - self._since > self._patience:
            raise error
        if self.may_try():
            log.warning("will try again in=%.1fs reason=%s", self._wait, error)
            self._next_at = now + self._wait
            self._wait = min(2 * self._wait, _LONGEST_WAIT)

    def may_try(self) -> bool:
        """Return whether it is time for the next attempt."""
        return self._clock() >= self._next_at

    def pause(self) -> None:
        """Sleep until the next attempt."""
        time.sleep(max(0.0, self._next_at - self._clock()))

    def over(self) -> None:
        """Note a success."""
        self._since = None
        self._next_at = 0.0
        self._wait = _SHORTEST_WAIT
