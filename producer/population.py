"""The people of the network's seven towns: one seeded world, shared by events and files.

The first n patients are the same whatever the size of the population, so a smaller folder of files
holds a part of the patients of a larger simulation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random

from producer.clock import DAY, age_on, pack, packed_day, seconds_of
from producer.hospital import HOSPITALS
from producer.insurance import first_insurance
from producer.weighted import Weighted

DEFAULT_PATIENTS = 20_000
DEFAULT_START = seconds_of(datetime(2021, 1, 1, tzinfo=UTC))
_DAYS_PER_YEAR = 365.25

_AGE_BANDS = Weighted(((0, 17), (18, 44), (45, 64), (65, 79), (80, 95)), (22, 35, 25, 13, 5))
_TOWNS = Weighted(range(len(HOSPITALS)), [hospital.size for hospital in HOSPITALS])


@dataclass(frozen=True, slots=True)
class Patient:
    patient_id: str
    gender: str
    """F or M."""
    birth: int
    """Birth date as yyyymmdd (see clock.pack)."""
    town: int
    """Index of the hospital of the patient's town."""
    insurance_type: str
    """At the start of the simulation."""

    def age_at(self, day: int) -> int:
        return age_on(day, self.birth)


@dataclass(frozen=True)
class World:
    """What makes two runs speak of the same patients, visits and events."""

    seed: int = 42
    patients: int = DEFAULT_PATIENTS
    start: int = DEFAULT_START
    """Simulated clock of the first arrival, in seconds since 1970 (UTC)."""

    def random(self, purpose: str) -> Random:
        """A random stream of its own per purpose, so that one never disturbs another."""
        return Random(f"{self.seed}/{self.start}/{purpose}")

    @property
    def name(self) -> str:
        """Eight hex digits that keep the ids of different worlds apart."""
        return f"{self.random(f'world of {self.patients}').getrandbits(32):08x}"

    def population(self) -> list[Patient]:
        """All patients, in the order they are drawn."""
        return list(islice(_people(self), self.patients))


def _people(world: World) -> Iterator[Patient]:
    rng = world.random("population")
    today = date(1970, 1, 1) + timedelta(days=world.start // DAY)
    today_packed = packed_day(world.start)
    while True:
        youngest, oldest = _AGE_BANDS.draw(rng)
        days_old = int((youngest + rng.random() * (oldest + 1 - youngest)) * _DAYS_PER_YEAR)
        birth = pack(today - timedelta(days=days_old))
        yield Patient(
            patient_id=uuid_from(rng),
            gender="F" if rng.random() < 0.51 else "M",
            birth=birth,
            town=_TOWNS.draw(rng),
            insurance_type=first_insurance(rng, age_on(today_packed, birth)),
        )


def uuid_from(rng: Random) -> str:
    """A UUID-shaped id from a seeded stream."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
