"""Names, papers and homes of the patients: what patients.csv tells and no event does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from producer.clock import packed_day
from producer.hospital import HOSPITALS, STATE_NAME, City
from producer.names import Names, draw_names
from producer.population import Patient, World

ADULT_AGE = 18

_AWAY = (
    (City("Providence", "Providence County", "02903", 41.8240, -71.4128), "Rhode Island"),
    (City("Nashua", "Hillsborough County", "03060", 42.7654, -71.4676), "New Hampshire"),
    (City("Hartford", "Hartford County", "06103", 41.7658, -72.6734), "Connecticut"),
    (City("Portland", "Cumberland County", "04101", 43.6591, -70.2568), "Maine"),
)
"""Where those move who leave the state."""
_STAYS_IN_CITY, _LEAVES_STATE = 0.2, 0.2


@dataclass(frozen=True, slots=True)
class Home:
    address: str
    city: City
    state: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Person:
    ssn: str
    """Begins with 999: never assigned to anybody."""
    drivers: str
    prefix: str
    first: str
    last: str
    marital: str
    """M, S, D or W; empty for a child."""
    race: str
    ethnicity: str
    birthplace: str
    home: Home
    """At the start of the simulation."""


def people(world: World, population: list[Patient]) -> Iterator[Person]:
    """The person behind each patient, in the order of the population."""
    rng = world.random("names")
    names = draw_names(world.seed)
    today = packed_day(world.start)
    for number, patient in enumerate(population):
        town = HOSPITALS[patient.town].city
        is_woman = patient.gender == "F"
        is_adult = patient.age_at(today) >= ADULT_AGE
        first = rng.choice(names.women if is_woman else names.men)
        last = rng.choice(names.last)
        marital = rng.choice("MSDW")
        yield Person(
            ssn=f"999-{number // 10_000 % 90 + 10:02d}-{number % 10_000:04d}",
            drivers=f"S99{number:06d}" if is_adult else "",
            prefix=("Ms." if is_woman else "Mr.") if is_adult else "",
            first=first,
            last=last,
            marital=marital if is_adult else "",
            race=rng.choices(("white", "black", "asian", "other"), (70, 12, 9, 9))[0],
            ethnicity=rng.choices(("nonhispanic", "hispanic"), (86, 14))[0],
            birthplace=f"{town.name}  {STATE_NAME}  US",
            home=_home_in(town, STATE_NAME, rng, names),
        )


def next_home(home: Home, rng: Random, names: Names) -> Home:
    """Another address: in the same city, another city of the network, or another state."""
    way = rng.random()
    if way < _LEAVES_STATE:
        elsewhere = [place for place in _AWAY if place[0] != home.city]
        return _home_in(*rng.choice(elsewhere), rng, names)
    if way < _LEAVES_STATE + _STAYS_IN_CITY:
        return _home_in(home.city, home.state, rng, names)
    cities = [hospital.city for hospital in HOSPITALS if hospital.city != home.city]
    return _home_in(rng.choice(cities), STATE_NAME, rng, names)


def _home_in(city: City, state: str, rng: Random, names: Names) -> Home:
    return Home(
        address=rng.choice(names.streets),
        city=city,
        state=state,
        latitude=round(city.latitude + rng.uniform(-0.05, 0.05), 6),
        longitude=round(city.longitude + rng.uniform(-0.05, 0.05), 6),
    )
