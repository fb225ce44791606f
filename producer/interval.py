"""Troubles that come and go: for every monitor the interval under way, or the next one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from producer.clock import DAY


class Intervals:
    """Intervals of one kind, per monitor; the times between them are memoryless."""

    def __init__(
        self,
        rng: np.random.Generator,
        monitors: int,
        per_day: float,
        shortest: int,
        longest: int,
    ) -> None:
        """`per_day` while none is under way; lengths in seconds, all equally likely."""
        self._rng = rng
        self._gap = DAY / per_day
        self._lengths = shortest, longest
        self.begins: NDArray[np.float64] = np.full(monitors, np.inf)
        self.ends: NDArray[np.float64] = np.full(monitors, np.inf)

    def start(self, monitor: int, now: int, *, is_new: bool) -> None:
        """A patient's first interval; one who has been there for long may be in the midst of it."""
        self._draw(monitor, now)
        length = self.ends[monitor] - self.begins[monitor]
        if not is_new and self._rng.random() < length / (length + self._gap):
            self.begins[monitor] = now - self._rng.random() * length
            self.ends[monitor] = self.begins[monitor] + length

    def stop(self, monitor: int) -> None:
        """No interval any more: nobody is monitored."""
        self.begins[monitor] = self.ends[monitor] = np.inf

    def renew(self, now: int) -> list[int]:
        """Draw the next interval where one is over, and tell for which monitors."""
        over = np.flatnonzero(self.ends <= now).tolist()
        for monitor in over:
            self._draw(monitor, now)
        return over

    def under_way(self, now: int) -> NDArray[np.bool_]:
        """Per monitor, whether its interval has begun (call `renew` before)."""
        return self.begins <= now

    def _draw(self, monitor: int, now: int) -> None:
        self.begins[monitor] = now + self._rng.exponential(self._gap)
        self.ends[monitor] = self.begins[monitor] + self._rng.uniform(*self._lengths)
