"""Names and addresses from Faker: pools drawn once, because Faker is slow per call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from faker import Faker

_FIRST_NAMES, _LAST_NAMES, _STREETS = 300, 600, 1500


@dataclass(frozen=True)
class Names:
    """Made-up names and street addresses."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]


@cache
def draw_names(seed: int) -> Names:
    """The same pools for the same seed and Faker version."""
    fake = Faker("en_US")
    fake.seed_instance(seed)
    return Names(
        women=tuple(fake.first_name_female() for _ in range(_FIRST_NAMES)),
        men=tuple(fake.first_name_male() for _ in range(_FIRST_NAMES)),
        last=tuple(fake.last_name() for _ in range(_LAST_NAMES)),
        streets=tuple(fake.street_address() for _ in range(_STREETS)),
    )
