"""Who can be admitted: at home, alive, of the right age, and who of them comes next."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from random import Random

from producer.clock import DAY
from producer.department import DEPARTMENTS, Department
from producer.hospital import HOSPITALS
from producer.insurance import MEDICARE, RETIREMENT_AGE, insurance_at_return
from producer.population import Patient

BETWEEN_DELIVERIES = 280 * DAY
AT_HOME_AT_LEAST = 1 * DAY
REMEMBERED_DISCHARGES = 50
"""A returning patient is one of so many lately discharged from the ward."""
_NEVER = 1 << 62
_TRIES = 60  # draws before an arrival goes unanswered; only tiny populations come near it


@dataclass(frozen=True)
class _Townspeople:
    """The patients of a town, oldest first."""

    births: list[int]
    patients: list[int]

    @classmethod
    def of(cls, people: list[tuple[int, int]]) -> _Townspeople:
        people.sort()
        return cls([birth for birth, _ in people], [patient for _, patient in people])

    def draw(self, rng: Random, youngest: int, oldest: int, day: int) -> int | None:
        """One of those aged youngest to oldest on that day, all equally likely."""
        first = bisect_right(self.births, day - (oldest + 1) * 10_000)
        end = bisect_right(self.births, day - youngest * 10_000)
        if first == end:
            return None
        return self.patients[first + int(rng.random() * (end - first))]


class Roster:
    """The patients by index into the population, and what became of them."""

    def __init__(self, population: list[Patient]) -> None:
        self.population = population
        self._can_come_from = [0] * len(population)
        self._insurance = [patient.insurance_type for patient in population]
        self._seen_before = bytearray(len(population))
        self._delivered_at: dict[int, int] = {}
        everybody: list[list[tuple[int, int]]] = [[] for _ in HOSPITALS]
        for index, patient in enumerate(population):
            everybody[patient.town].append((patient.birth, index))
        self._women = [
            _Townspeople.of([p for p in town if population[p[1]].gender == "F"])
            for town in everybody
        ]
        self._everybody = [_Townspeople.of(town) for town in everybody]
        self._discharged: list[list[deque[int]]] = [
            [deque(maxlen=REMEMBERED_DISCHARGES) for _ in DEPARTMENTS] for _ in HOSPITALS
        ]

    def choose(self, rng: Random, town: int, department: int, at: int, day: int) -> int | None:
        """A patient for the department, or none if nobody suitable is found at home."""
        wanted = DEPARTMENTS[department]
        if rng.random() < wanted.return_share:
            returning = self._discharged[town][department]
            if returning:
                patient = returning[int(rng.random() * len(returning))]
                age = self.population[patient].age_at(day)
                if wanted.youngest <= age <= wanted.oldest and self._can_come(patient, wanted, at):
                    return patient
        people = (self._women if wanted.women_only else self._everybody)[town]
        for _ in range(_TRIES):
            drawn = people.draw(rng, wanted.youngest, wanted.oldest, day)
            if drawn is None:
                return None
            if self._can_come(drawn, wanted, at):
                return drawn
        return None

    def admit(self, rng: Random, patient: int, age: int) -> str:
        """Take the patient from home; the insurance in force for this stay."""
        self._can_come_from[patient] = _NEVER
        if self._seen_before[patient]:
            self._insurance[patient] = insurance_at_return(rng, self._insurance[patient], age)
        self._seen_before[patient] = 1
        return self._insurance[patient]

    def go_on(self, patient: int, age: int) -> str:
        """The insurance of a patient who goes on to another ward: the same before 65."""
        if age >= RETIREMENT_AGE:
            self._insurance[patient] = MEDICARE
        return self._insurance[patient]

    def deliver(self, patient: int, at: int) -> None:
        """Note a birth: no second one within BETWEEN_DELIVERIES."""
        self._delivered_at[patient] = at

    def send_home(self, patient: int, hospital: int, department: int, at: int) -> None:
        """The patient can be admitted again after a day, perhaps soon and to the same ward."""
        self._can_come_from[patient] = at + AT_HOME_AT_LEAST
        self._discharged[hospital][department].append(patient)

    def _can_come(self, patient: int, department: Department, at: int) -> bool:
        if at < self._can_come_from[patient]:
            return False
        if not department.women_only:
            return True
        delivered_at = self._delivered_at.get(patient)
        return delivered_at is None or at - delivered_at >= BETWEEN_DELIVERIES
