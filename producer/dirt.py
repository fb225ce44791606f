"""The seven faults of patient-flow events, each at a rate of its own, at most one per event.

A rate is the share of the events the fault can befall: a future admission befalls admissions, a
discharge before the admission befalls discharges, the others befall both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import accumulate
from random import Random

from producer.clock import DAY, HOUR, iso, seconds_of
from producer.department import DEPARTMENTS
from producer.errors import UsageError
from producer.simulation import Event, Fields

OPTIONAL_BY_MISTAKE = (
    "patient_id",
    "event_type",
    "department",
    "admission_time",
    "event_timestamp",
    "event_id",
)
"""The fields one of which `missing_field` leaves out or sends as null."""
UNKNOWN_HOSPITALS = ("H0", "H8", "H9", "H42", "H99", "HX1")
IMPOSSIBLE_AGES = (-40, -7, -1, 121, 150, 199, 255, 999)

SHORT_NAME = 3

MALFORMED = "malformed"
"""The one fault of the text rather than of a field: see `cut_off`."""


def typos_of(name: str) -> tuple[str, ...]:
    """The name with one letter missing, doubled, or swapped with the next, without repeats.

    A short name only with a letter doubled: what else is done to "ICU" nobody could read.
    """
    spots = range(len(name))
    missing = [name[:i] + name[i + 1 :] for i in spots]
    doubled = [name[: i + 1] + name[i:] for i in spots]
    if len(name) <= SHORT_NAME:
        return tuple(doubled)
    swapped = [name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in spots[:-1]]
    return tuple(dict.fromkeys(typo for typo in missing + doubled + swapped if typo != name))


_TYPOS = {department.name: typos_of(department.name) for department in DEPARTMENTS}


def cut_off(payload: bytes, rng: Random) -> bytes:
    """The beginning of a JSON object, which no parser accepts."""
    return payload[: int(len(payload) * (0.1 + 0.8 * rng.random()))]


def _future_admission(event: Event, rng: Random) -> Fields:
    return {"admission_time": iso(event.at + DAY + int(rng.random() * 30 * DAY))}


def _invalid_age(_: Event, rng: Random) -> Fields:
    return {"age": rng.choice(IMPOSSIBLE_AGES)}


def _discharge_before_admit(event: Event, rng: Random) -> Fields:
    admitted_at = seconds_of(datetime.fromisoformat(event.fields["admission_time"]))
    early = HOUR + int(rng.random() * 3 * DAY)
    return {
        "discharge_time": iso(admitted_at - early),
        "length_of_stay_hrs": round(-early / HOUR, 2),
    }


def _dept_typo(event: Event, rng: Random) -> Fields:
    return {"department": rng.choice(_TYPOS[event.fields["department"]])}


def _invalid_hospital_id(_: Event, rng: Random) -> Fields:
    return {"hospital_id": rng.choice(UNKNOWN_HOSPITALS)}


_CHANGES: dict[str, Callable[[Event, Random], Fields]] = {
    "future_admission": _future_admission,
    "invalid_age": _invalid_age,
    "discharge_before_admit": _discharge_before_admit,
    "dept_typo": _dept_typo,
    "invalid_hospital_id": _invalid_hospital_id,
}
SCENARIOS = (*_CHANGES, "missing_field", MALFORMED)
EVENT_TYPES = ("ADMISSION", "DISCHARGE")
_ONLY_AT = {"future_admission": "ADMISSION", "discharge_before_admit": "DISCHARGE"}


def dirt_rates(dirty_rate: float, own_rates: Mapping[str, float | None]) -> dict[str, float]:
    """A rate per scenario: its own where given, else its part of `dirty_rate`.

    `dirty_rate` is the share of all events, divided equally among the faults that can befall one:
    six of the seven, because an admission and a discharge each are spared one.
    Raises UsageError when the rates of one event type add up to more than 1.
    """
    share = dirty_rate / (len(SCENARIOS) - 1)
    own = {scenario: own_rates.get(scenario) for scenario in SCENARIOS}
    rates = {scenario: share if rate is None else rate for scenario, rate in own.items()}
    for event_type in EVENT_TYPES:
        if sum(_rates_at(event_type, rates)) > 1 + 1e-9:
            raise UsageError(
                f"the rates of dirty {event_type} events add up to more than 1: an event has one"
                " fault at most, lower some of them"
            )
    return rates


class Dirt:
    """Decides which event is spoiled, and how."""

    def __init__(self, rates: Mapping[str, float], rng: Random) -> None:
        self._rng = rng
        self._is_clean = not any(rates.values())
        self._bounds = {
            event_type: list(accumulate(_rates_at(event_type, rates))) for event_type in EVENT_TYPES
        }

    def spoil(self, event: Event) -> tuple[Fields, str | None]:
        """The event's fields, changed or not, and the name of the fault."""
        if self._is_clean:
            return event.fields, None
        chosen = bisect_right(self._bounds[event.fields["event_type"]], self._rng.random())
        if chosen == len(SCENARIOS):
            return event.fields, None
        scenario = SCENARIOS[chosen]
        if scenario == MALFORMED:
            return event.fields, scenario
        if scenario == "missing_field":
            return self._without_a_field(event.fields), scenario
        return {**event.fields, **_CHANGES[scenario](event, self._rng)}, scenario

    def cut_off(self, payload: bytes) -> bytes:
        """What a malformed event's payload becomes."""
        return cut_off(payload, self._rng)

    def _without_a_field(self, fields: Fields) -> Fields:
        field = self._rng.choice(OPTIONAL_BY_MISTAKE)
        if self._rng.random() < 0.5:
            return {**fields, field: None}
        return {name: value for name, value in fields.items() if name != field}


def _rates_at(event_type: str, rates: Mapping[str, float]) -> list[float]:
    return [
        rates.get(scenario, 0.0) if _ONLY_AT.get(scenario, event_type) == event_type else 0.0
        for scenario in SCENARIOS
    ]
