"""Patients who get worse and recover: what happens to which vital sign, and for how long.

The targets lie so far beyond the limits at which a ward is called that noise, which goes on, brings
no reading back: a heart rate above 100 or below 60, oxygen below 95 %, a systolic pressure above
140 or below 100, a diastolic one above 90, a temperature above 38.0 C or below 35.0 C, a rate of
breathing above 20 or below 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from producer.clock import MINUTE
from producer.interval import Intervals
from producer.vital_sign import ADULT, VITALS, Values

STABLE = "STABLE"
ALERT = "A"
EPISODES_PER_DAY = 1.2
SHORTEST, LONGEST = 20 * MINUTE, 90 * MINUTE
RAMP = 0.2
"""Part of an episode in which a patient gets worse, and again in which he recovers."""
_CLEARLY = 0.8  # so far into it, consciousness and oxygen change


@dataclass(frozen=True)
class Deterioration:
    name: str
    weight: float
    targets: Mapping[str, float]
    """Vital sign and the value it goes to."""
    consciousness: str = ALERT
    """A C V P or U, at its worst."""
    needs_oxygen: bool = False


Worsening = dict[int, tuple[Deterioration, bool]]
"""Per monitor whose patient is in an episode: which one, and whether it is clearly under way."""

DETERIORATIONS = (
    Deterioration("FEVER", 20, {"temperature_c": 38.9, "heart_rate": 110}),
    Deterioration("TACHYCARDIA", 14, {"heart_rate": 113}),
    Deterioration(
        "DESATURATION", 16, {"oxygen_saturation": 90.8, "respiratory_rate": 24}, needs_oxygen=True
    ),
    Deterioration("HYPERTENSION", 12, {"systolic_bp": 172, "diastolic_bp": 101}),
    Deterioration("HYPOTENSION", 10, {"systolic_bp": 82, "diastolic_bp": 48, "heart_rate": 112}),
    Deterioration("BRADYCARDIA", 8, {"heart_rate": 36}),
    Deterioration("ARRHYTHMIA", 6, {"heart_rate": 146, "systolic_bp": 90}, "C"),
    Deterioration("HYPOTHERMIA", 3, {"temperature_c": 34.3, "heart_rate": 47}),
    Deterioration(
        "RESPIRATORY_FAILURE",
        5,
        {"oxygen_saturation": 85.5, "respiratory_rate": 31, "heart_rate": 122},
        "C",
        needs_oxygen=True,
    ),
    Deterioration(
        "SEPSIS",
        4,
        {
            "heart_rate": 132, "systolic_bp": 82, "diastolic_bp": 46, "oxygen_saturation": 89.5,
            "respiratory_rate": 29, "temperature_c": 40.2,
        },
        "V",
        needs_oxygen=True,
    ),
    Deterioration(
        "OPIOID_OVERDOSE",
        2,
        {"respiratory_rate": 5.5, "oxygen_saturation": 86.5, "heart_rate": 48},
        "P",
        needs_oxygen=True,
    ),
)  # fmt: skip
_NAMES = [vital.name for vital in VITALS]
_WEIGHTS = np.array([kind.weight for kind in DETERIORATIONS]) / sum(
    kind.weight for kind in DETERIORATIONS
)
_TARGETS = np.array(
    [
        [kind.targets.get(name, usual) for name, usual in zip(_NAMES, ADULT, strict=True)]
        for kind in DETERIORATIONS
    ]
)
_SIDES = np.sign(_TARGETS - np.array(ADULT))
"""1 where a vital rises, -1 where it falls, 0 where it is left as it is."""


class Episodes:
    """At most one deterioration per monitor; different patients' are independent."""

    def __init__(self, rng: np.random.Generator, monitors: int) -> None:
        self._rng = rng
        self._intervals = Intervals(rng, monitors, EPISODES_PER_DAY, SHORTEST, LONGEST)
        self._kinds: NDArray[np.int64] = np.zeros(monitors, dtype=np.int64)
        self._targets: Values = np.zeros((monitors, len(VITALS)))
        self._sides: Values = np.zeros((monitors, len(VITALS)))

    def start(self, monitor: int, now: int, *, is_new: bool) -> None:
        """A patient's first episode, now or to come."""
        self._intervals.start(monitor, now, is_new=is_new)
        self._choose(monitor)

    def stop(self, monitor: int) -> None:
        """Nobody is monitored."""
        self._intervals.stop(monitor)

    def befall(self, values: Values, now: int) -> Worsening:
        """Move the values of those who deteriorate towards what their illness does to them.

        Never the other way: an infant's pulse, which is faster anyway, is not slowed by a fever.
        """
        for monitor in self._intervals.renew(now):
            self._choose(monitor)
        ill = np.flatnonzero(self._intervals.under_way(now))
        begins, ends = self._intervals.begins[ill], self._intervals.ends[ill]
        since, left = now - begins, ends - now
        depth = np.minimum(np.minimum(since, left) / (RAMP * (ends - begins)), 1.0)
        before = values[ill]
        moved = before + depth[:, None] * (self._targets[ill] - before)
        sides = self._sides[ill]
        raised = np.where(sides > 0, np.maximum(before, moved), before)
        values[ill] = np.where(sides < 0, np.minimum(before, moved), raised)
        kinds = self._kinds[ill].tolist()
        return {
            monitor: (DETERIORATIONS[kind], bool(reached >= _CLEARLY))
            for monitor, kind, reached in zip(ill.tolist(), kinds, depth.tolist(), strict=True)
        }

    def _choose(self, monitor: int) -> None:
        kind = int(self._rng.choice(len(DETERIORATIONS), p=_WEIGHTS))
        self._kinds[monitor] = kind
        self._targets[monitor] = _TARGETS[kind]
        self._sides[monitor] = _SIDES[kind]
