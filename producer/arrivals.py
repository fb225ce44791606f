"""When patients arrive: a Poisson process whose rate triples in winter and on weekend evenings.

The two surges multiply: an evening of a January weekend sees 9 times the arrivals of a weekday
in May. The hospitals' clock is UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

from producer.clock import HOUR

ARRIVALS_PER_HOUR = 3.4
"""In the whole network outside every surge: about 100,000 events (50,000 stays) a year."""
SURGE = 3
WINTER_MONTHS = (12, 1, 2)
WEEKEND = (5, 6)  # Saturday and Sunday, as datetime.weekday() counts
EVENING_STARTS = 18  # and ends at midnight


def surge_at(seconds: int) -> int:
    """How many times the base rate applies: 1, 3 or 9."""
    moment = datetime.fromtimestamp(seconds, UTC)
    winter = SURGE if moment.month in WINTER_MONTHS else 1
    weekend_evening = moment.weekday() in WEEKEND and moment.hour >= EVENING_STARTS
    return winter * (SURGE if weekend_evening else 1)


def arrival_times(rng: Random, start: int) -> Iterator[int]:
    """Endless arrival times in seconds, never decreasing.

    The time to the next arrival is drawn as an amount of expected arrivals and then walked off
    hour by hour, so a surge begins and ends exactly at its hour.
    """
    at = float(start)
    while True:
        hour_end = (int(at) // HOUR + 1) * HOUR
        per_second = ARRIVALS_PER_HOUR * surge_at(int(at)) / HOUR
        expected = rng.expovariate(1.0)
        while at + expected / per_second >= hour_end:
            expected -= (hour_end - at) * per_second
            at = float(hour_end)
            hour_end += HOUR
            per_second = ARRIVALS_PER_HOUR * surge_at(int(at)) / HOUR
        at += expected / per_second
        yield int(at)
