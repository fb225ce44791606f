"""What the network's own records say, night by night: the simulation's stays, and life at home.

The stays, deaths and insurances are those of `patient_flow`, so that the files of a night agree
with the events up to it. What no event tells is drawn here: visits to the clinics, moves, and
changes of insurance by those who have not been in hospital yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from random import Random

from producer.clock import DAY, packed_day, seconds_of
from producer.condition import hospital_condition
from producer.history import (
    EMERGENCY,
    INPATIENT,
    YEARS_BEFORE_START,
    PastEncounter,
    clinic_encounter,
    draw_cost,
    own_insurers,
    payer_of,
)
from producer.insurance import another_insurance
from producer.names import draw_names
from producer.organization import organizations
from producer.person import Home, next_home, people
from producer.population import World, uuid_from
from producer.simulation import Event, Fields, patient_flow

MOVE_RATE = 0.01
"""Share of the patients who move in a night: many more than in life, so that few nights show it."""
INSURANCE_CHANGE_RATE = 0.005
"""Share of those not seen in hospital yet whose insurance changes in a night."""
_CLINIC_RATE = 3 / (YEARS_BEFORE_START * 365)
"""Visits a day; as in the years before."""


class Chronicle:
    """The state of the world at a night: `as_of` is the start at first; `next_night` goes on."""

    def __init__(self, world: World, first: int | None = None) -> None:
        """Of the `first` patients alone where given; their lives are the same."""
        self.world = world
        self.as_of = world.start
        self.population = world.population()[:first]
        self.sites = organizations(world)
        self.insurers = own_insurers(world, self.population)
        self.people = list(people(world, self.population))
        self.homes: list[Home] = [person.home for person in self.people]
        self.insurance = [patient.insurance_type for patient in self.population]
        self.died_at: dict[int, int] = {}
        """By index into the population."""
        self.encounters: list[PastEncounter] = []
        """Those finished since the start, by time of their end."""
        self._night = 0
        self._index = {patient.patient_id: i for i, patient in enumerate(self.population)}
        self._events = patient_flow(world)
        self._next_event: Event | None = next(self._events, None)
        self._in_bed: set[int] = set()
        self._seen: set[int] = set()
        self._names = draw_names(world.seed)
        self._hospitals = {s.hospital.hospital_id: s for s in self.sites if s.is_hospital}
        self._clinics = {site.town: site for site in self.sites if not site.is_hospital}

    def next_night(self) -> None:
        """Take in the day that follows. The same whatever follows it."""
        self._night += 1
        self.as_of += DAY
        busy = set(self._in_bed)
        finished = list(self._stays(busy))
        finished += self._visits(self._random("visits"), busy)
        finished.sort(key=lambda encounter: (encounter.stopped_at, encounter.encounter_id))
        self.encounters += finished
        self._change_homes(self._random("moves"))
        self._change_insurances(self._random("insurances"))

    def _random(self, purpose: str) -> Random:
        return self.world.random(f"{purpose} of day {self._night}")

    def _stays(self, busy: set[int]) -> Iterator[PastEncounter]:
        """The day's discharges; all who were in a bed that day join `busy`."""
        while (event := self._next_event) is not None and event.at < self.as_of:
            self._next_event = next(self._events, None)
            patient = self._index.get(event.patient_id)
            if patient is None:
                continue
            busy.add(patient)
            self._seen.add(patient)
            self.insurance[patient] = event.fields["insurance_type"]
            if event.fields["event_type"] == "ADMISSION":
                self._in_bed.add(patient)
                continue
            self._in_bed.discard(patient)
            if event.fields["discharge_status"] == "Deceased":
                self.died_at[patient] = event.at
            yield self._stay(event.fields, patient, event.at)

    def _stay(self, fields: Fields, index: int, stopped_at: int) -> PastEncounter:
        name = sha256(f"encounter of {fields['visit_id']}".encode()).hexdigest()
        rng = Random(name)
        kind = EMERGENCY if fields["department"] == "Emergency" else INPATIENT
        site = self._hospitals[fields["hospital_id"]]
        payer = payer_of(fields["insurance_type"], self.insurers[index], fields["age"])
        started_at = seconds_of(datetime.fromisoformat(fields["admission_time"]))
        total = draw_cost(rng, kind, stopped_at - started_at)
        return PastEncounter(
            encounter_id=uuid_from(rng),
            started_at=started_at,
            stopped_at=stopped_at,
            patient=self.population[index],
            organization=site,
            provider=rng.choice(site.providers),
            payer=payer,
            kind=kind,
            total_claim_cost=total,
            payer_coverage=round(total * payer.coverage),
            reason=hospital_condition(fields["diagnosis_code"]),
            vitals=fields["vitals"],
        )

    def _visits(self, rng: Random, busy: set[int]) -> Iterator[PastEncounter]:
        """The day's visits to the clinics, by those who are alive and at home."""
        day = self.as_of // DAY - 1
        for index, patient in enumerate(self.population):
            if rng.random() >= _CLINIC_RATE or index in busy or index in self.died_at:
                continue
            age = patient.age_at(packed_day(day * DAY))
            payer = payer_of(self.insurance[index], self.insurers[index], age)
            yield clinic_encounter(rng, patient, day, self._clinics[patient.town], payer)

    def _change_homes(self, rng: Random) -> None:
        for index, home in enumerate(self.homes):
            if rng.random() < MOVE_RATE and index not in self.died_at:
                self.homes[index] = next_home(home, rng, self._names)

    def _change_insurances(self, rng: Random) -> None:
        today = packed_day(self.as_of)
        for index, patient in enumerate(self.population):
            is_due = rng.random() < INSURANCE_CHANGE_RATE
            if is_due and index not in self._seen and index not in self.died_at:
                age = patient.age_at(today)
                self.insurance[index] = another_insurance(rng, self.insurance[index], age)
