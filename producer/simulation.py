"""The patient-flow simulation: arrivals and discharges on one agenda, in the order they happen."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from heapq import heappop, heappush
from math import exp
from random import Random
from typing import Any, NamedTuple

from producer.admission_vitals import draw_vitals
from producer.arrivals import arrival_times
from producer.boarding import BOARDING, LONGEST_BOARDING, boarders_priority, ward_for
from producer.clock import HOUR, MINUTE, iso, packed_day
from producer.department import (
    DEPARTMENTS,
    DISCHARGE_STATUSES,
    EMERGENCY,
    PRIORITIES,
    SEVERITY_WEIGHTS,
    Department,
    LengthOfStay,
)
from producer.diagnosis import Diagnosis
from producer.hospital import HOSPITALS
from producer.population import World
from producer.roster import Roster
from producer.ward import Bed, Wards
from producer.weighted import Weighted

BED_CLEANING = 45 * MINUTE
_NOBODY_CAME = 20_000
"""So many arrivals in a row without a patient, and empty wards: the population has died out."""

Fields = dict[str, Any]
"""An event's JSON object; the keys are the contract of the patient-flow topic."""


class Event(NamedTuple):
    """Something that happened, before any fault of transport or typing."""

    at: int
    patient_id: str
    fields: Fields


class _Boarder(NamedTuple):
    """On the way from an emergency department to a ward of the same hospital."""

    patient: int
    hospital: int
    since: int


class _Stay(NamedTuple):
    patient: int
    bed: Bed
    admitted_at: int
    admission: Fields


def patient_flow(world: World) -> Iterator[Event]:
    """Clean events in the order they happen; the same world gives the same events.

    They end only when nobody is left who could be admitted: a small population dies out.
    """
    return _Simulation(world).events()


class _Simulation:
    def __init__(self, world: World) -> None:
        self._rng = world.random("stays")
        self._arrivals = arrival_times(world.random("arrivals"), world.start)
        self._world_name = world.name
        self._roster = Roster(world.population())
        self._wards = Wards()
        self._waiting: list[deque[int]] = [deque() for _ in DEPARTMENTS]
        self._agenda: list[tuple[int, int, _Stay | Bed | _Boarder]] = []
        self._entries = 0
        self._visits = 0
        self._unanswered = 0
        self._diagnoses: dict[tuple[int, str, int], Weighted[Diagnosis]] = {}

    def events(self) -> Iterator[Event]:
        agenda = self._agenda
        next_arrival = next(self._arrivals)
        while agenda or self._unanswered < _NOBODY_CAME:
            if agenda and agenda[0][0] <= next_arrival:
                at, _, due = heappop(agenda)
                if isinstance(due, _Stay):
                    yield self._discharge(at, due)
                    continue
                if isinstance(due, _Boarder):
                    event = self._board(at, due)
                else:
                    event = self._bed_is_ready(at, due)
            else:
                event = self._arrive(next_arrival)
                next_arrival = next(self._arrivals)
            if event is not None:
                yield event

    def _arrive(self, at: int) -> Event | None:
        """Admit at once where there is a bed; else the arrival waits for the next one, anywhere."""
        hospital, department = _HOSPITALS.draw(self._rng), _DEPARTMENTS.draw(self._rng)
        bed = self._wards.take(hospital, department)
        if bed is None:
            self._waiting[department].append(hospital)
            return None
        event = self._admit(at, hospital, bed)
        if event is None:
            self._wards.give_back(bed)
        return event

    def _bed_is_ready(self, at: int, bed: Bed) -> Event | None:
        waiting = self._waiting[bed.department]
        while waiting:
            event = self._admit(at, waiting.popleft(), bed)
            if event is not None:
                return event
        self._wards.give_back(bed)
        return None

    def _admit(self, at: int, town: int, bed: Bed) -> Event | None:
        day = packed_day(at)
        patient = self._roster.choose(self._rng, town, bed.department, at, day)
        if patient is None:
            self._unanswered += 1
            return None
        self._unanswered = 0
        return self._lie_down(at, patient, bed, is_boarder=False)

    def _board(self, at: int, boarder: _Boarder) -> Event | None:
        """From the emergency department to a ward of the same hospital, as soon as it has a bed."""
        patient, hospital, since = boarder
        age = self._roster.population[patient].age_at(packed_day(at))
        bed = self._wards.take_in(hospital, ward_for(self._rng, age))
        if bed is not None:
            return self._lie_down(at, patient, bed, is_boarder=True)
        if at + HOUR <= since + LONGEST_BOARDING:
            self._schedule(at + HOUR, boarder)
        else:
            self._roster.send_home(patient, hospital, EMERGENCY, at)
        return None

    def _lie_down(self, at: int, patient: int, bed: Bed, *, is_boarder: bool) -> Event:
        admission = self._admission(at, patient, bed, is_boarder=is_boarder)
        stay = _Stay(patient, bed, at, admission)
        length = _length_of_stay(self._rng, DEPARTMENTS[bed.department].stay)
        self._schedule(at + length, stay)
        return Event(at, admission["patient_id"], admission)

    def _admission(self, at: int, index: int, bed: Bed, *, is_boarder: bool) -> Fields:
        rng, roster = self._rng, self._roster
        patient = roster.population[index]
        department, hospital = DEPARTMENTS[bed.department], HOSPITALS[bed.hospital]
        age = patient.age_at(packed_day(at))
        if is_boarder:
            priority = boarders_priority(rng, bed.department)
        else:
            priority = _PRIORITIES[bed.department].draw(rng)
        diagnosis = self._diagnosis(bed.department, patient.gender, age).draw(rng)
        if diagnosis.is_delivery:
            roster.deliver(index, at)
        self._visits += 1
        visit = f"{self._world_name}-{self._visits:09d}"
        return {
            "event_type": "ADMISSION",
            "event_id": f"A-{visit}",
            "visit_id": f"V-{visit}",
            "patient_id": patient.patient_id,
            "gender": patient.gender,
            "age": age,
            "department": department.name,
            "hospital_id": hospital.hospital_id,
            "hospital_name": hospital.name,
            "bed_id": bed.bed_id,
            "admission_time": iso(at),
            "expected_discharge_time": iso(at + _expected_stay(rng, department)),
            "admission_priority": priority,
            "diagnosis_code": diagnosis.code,
            "insurance_type": roster.go_on(index, age)
            if is_boarder
            else roster.admit(rng, index, age),
            "vitals": draw_vitals(rng, department.vitals, age, _SEVERITIES[priority].draw(rng)),
            "event_timestamp": iso(at),
        }

    def _discharge(self, at: int, stay: _Stay) -> Event:
        bed = stay.bed
        status = _STATUSES[bed.department].draw(self._rng)
        if status == "Discharged-Transfer" and bed.department == EMERGENCY:
            boarder = _Boarder(stay.patient, bed.hospital, at)
            self._schedule(at + _length_of_stay(self._rng, BOARDING), boarder)
        elif status != "Deceased":
            self._roster.send_home(stay.patient, bed.hospital, bed.department, at)
        self._schedule(at + BED_CLEANING, bed)
        happened = iso(at)
        fields = {
            **stay.admission,
            "event_type": "DISCHARGE",
            "event_id": f"D{stay.admission['event_id'][1:]}",
            "discharge_time": happened,
            "length_of_stay_hrs": round((at - stay.admitted_at) / HOUR, 2),
            "discharge_status": status,
            "event_timestamp": happened,
        }
        return Event(at, fields["patient_id"], fields)

    def _schedule(self, at: int, due: _Stay | Bed | _Boarder) -> None:
        self._entries += 1  # equal times keep the order they were scheduled in
        heappush(self._agenda, (at, self._entries, due))

    def _diagnosis(self, department: int, gender: str, age: int) -> Weighted[Diagnosis]:
        key = (department, gender, age)
        table = self._diagnoses.get(key)
        if table is None:
            possible = [d for d in DEPARTMENTS[department].diagnoses if d.befalls(gender, age)]
            table = Weighted(possible, [diagnosis.weight for diagnosis in possible])
            self._diagnoses[key] = table
        return table


def _length_of_stay(rng: Random, stay: LengthOfStay) -> int:
    hours = stay.median * exp(rng.gauss(0, stay.sigma))
    return int(min(max(hours, stay.shortest), stay.longest) * HOUR)


def _expected_stay(rng: Random, department: Department) -> int:
    """What the admitting physician expects: about the department's mean, in whole hours."""
    return max(1, round(department.stay.mean * (0.8 + 0.5 * rng.random()))) * HOUR


_HOSPITALS = Weighted(range(len(HOSPITALS)), [hospital.size for hospital in HOSPITALS])
_DEPARTMENTS = Weighted(range(len(DEPARTMENTS)), [d.share for d in DEPARTMENTS])
_PRIORITIES = [Weighted(PRIORITIES, d.priority_weights) for d in DEPARTMENTS]
_STATUSES = [Weighted(DISCHARGE_STATUSES, d.status_weights) for d in DEPARTMENTS]
_SEVERITIES = {
    priority: Weighted(range(len(weights)), weights)
    for priority, weights in SEVERITY_WEIGHTS.items()
}
