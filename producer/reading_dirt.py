"""The three faults of readings, each at a rate of its own, at most one per reading."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from producer.dirt import MALFORMED, cut_off
from producer.errors import UsageError
from producer.reading import Reading
from producer.simulation import Fields
from producer.weighted import Weighted

IMPOSSIBLE_VALUE = "impossible_value"
MISSING_FIELD = "missing_field"
READING_FAULTS = (IMPOSSIBLE_VALUE, MISSING_FIELD, MALFORMED)

IMPOSSIBLE: Mapping[str, tuple[object, ...]] = {
    "heart_rate": (-1, 400, 999),
    "systolic_bp": (-10, 450, 999),
    "diastolic_bp": (-10, 400, 999),
    "blood_pressure": ("999/999", "-10/-5", "450/400"),
    "oxygen_saturation": (-5, 127, 255),
    "oxygen_level": (-5, 127, 255),
    "respiratory_rate": (-4, 400, 999),
    "temperature_f": (-40.0, 32.0, 212.0),
    "temperature_c": (-40.0, 0.0, 100.0),
}
"""Values no living patient has: a fault of the sensor, or another unit's number."""
OPTIONAL_BY_MISTAKE = ("patient_id", "measured_at", "event_id", "device_id")
"""The fields one of which a missing field leaves out or sends as null."""


def reading_rates(dirty_rate: float, own_rates: Mapping[str, float | None]) -> dict[str, float]:
    """A rate per fault: its own where given, else an equal part of `dirty_rate`.

    Raises UsageError when they add up to more than 1.
    """
    share = dirty_rate / len(READING_FAULTS)
    own = {fault: own_rates.get(fault) for fault in READING_FAULTS}
    rates = {fault: share if rate is None else rate for fault, rate in own.items()}
    if sum(rates.values()) > 1 + 1e-9:
        raise UsageError(
            "the rates of dirty readings add up to more than 1: a reading has one fault at most,"
            " lower some of them"
        )
    return rates


class ReadingDirt:
    """Decides which reading is spoiled, and how."""

    def __init__(self, rates: Mapping[str, float], rng: Random) -> None:
        self._rng = rng
        self._share = sum(rates.values())
        faults = [fault for fault in READING_FAULTS if rates.get(fault)]
        self._faults = Weighted(faults, [rates[fault] for fault in faults]) if faults else None

    def spoil(self, reading: Reading) -> tuple[Fields, str | None]:
        """The reading's fields, changed or not, and the name of the fault."""
        if self._faults is None or self._rng.random() >= self._share:
            return reading.fields, None
        fault = self._faults.draw(self._rng)
        if fault == IMPOSSIBLE_VALUE:
            return self._with_impossible_value(reading.fields)
        if fault == MISSING_FIELD:
            return self._without_a_field(reading.fields), fault
        return reading.fields, fault

    def cut_off(self, payload: bytes) -> bytes:
        """What a malformed reading's payload becomes."""
        return cut_off(payload, self._rng)

    def _with_impossible_value(self, fields: Fields) -> tuple[Fields, str | None]:
        measured = [name for name in IMPOSSIBLE if fields.get(name) is not None]
        if not measured:
            return fields, None
        name = self._rng.choice(measured)
        return {**fields, name: self._rng.choice(IMPOSSIBLE[name])}, IMPOSSIBLE_VALUE

    def _without_a_field(self, fields: Fields) -> Fields:
        field = self._rng.choice(OPTIONAL_BY_MISTAKE)
        if self._rng.random() < 0.5:
            return {**fields, field: None}
        return {name: value for name, value in fields.items() if name != field}
