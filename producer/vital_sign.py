"""The six vital signs: what is usual at an age, and how they move while nothing happens."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import cos, pi
from random import Random

import numpy as np
from numpy.typing import NDArray

from producer.clock import DAY, HOUR

Values = NDArray[np.float64]
"""One row per monitor, one column per vital sign, in the order of VITALS."""


@dataclass(frozen=True)
class VitalSign:
    name: str
    between_patients: float
    """Standard deviation of adults' own baselines around the usual value of their age."""
    circadian: float
    """What is added at the daily peak, and taken away twelve hours later."""
    peak_hour: int
    drift: float
    """Standard deviation of the slow wandering, whose memory is DRIFT_SECONDS."""
    noise: float
    """Standard deviation from one reading to the next."""
    lowest: float
    highest: float


VITALS = (
    VitalSign("heart_rate", 5.0, 3.5, 15, 3.0, 1.2, 25, 230),
    VitalSign("systolic_bp", 6.0, 5.0, 16, 4.0, 2.0, 50, 240),
    VitalSign("diastolic_bp", 4.0, 3.0, 16, 2.5, 1.5, 25, 140),
    VitalSign("oxygen_saturation", 0.7, 0.2, 15, 0.4, 0.3, 60, 100),
    VitalSign("respiratory_rate", 1.2, 0.6, 15, 0.8, 0.6, 4, 60),
    VitalSign("temperature_c", 0.15, 0.25, 18, 0.08, 0.03, 30, 43),
)
HEART_RATE, SYSTOLIC, DIASTOLIC, OXYGEN, RESPIRATION, TEMPERATURE = range(len(VITALS))
DRIFT_SECONDS = 2 * HOUR
SMALLEST_PULSE_PRESSURE = 12
"""Systolic minus diastolic, mm Hg."""

ADULT = (74, 122, 77, 97.2, 15, 36.8)
"""Usual at 45 to 64, in the order of VITALS."""
_USUAL = (
    (0, (138, 82, 50, 97.5, 38, 37.0)),
    (1, (118, 92, 56, 97.8, 28, 37.0)),
    (3, (104, 96, 60, 97.8, 24, 36.9)),
    (6, (92, 102, 64, 97.8, 21, 36.9)),
    (13, (80, 112, 70, 97.8, 17, 36.8)),
    (18, (73, 116, 73, 97.6, 15, 36.8)),
    (45, ADULT),
    (65, (74, 126, 75, 96.7, 16, 36.7)),
    (80, (73, 128, 72, 96.3, 16.5, 36.6)),
)
"""(from this age on, usual values in the order of VITALS), of the order of published norms for
age (children: Fleming et al., Lancet 2011; 377: 1011-18, and PALS for blood pressure)."""
_AGES = [age for age, _ in _USUAL]


def baseline(seed: int, patient_id: str, age: int) -> list[float]:
    """A patient's own values at rest; the same at every stay, but for getting older."""
    rng = Random(f"{seed}/vital signs/{patient_id}")
    usual = _USUAL[bisect_right(_AGES, age) - 1][1]
    return [
        value + vital.between_patients * rng.gauss(0, 1)
        for vital, value in zip(VITALS, usual, strict=True)
    ]


def circadian(at: int) -> Values:
    """What the hour of the day (UTC) adds to every patient's values."""
    hour = at % DAY / HOUR
    return np.array(
        [vital.circadian * cos(2 * pi * (hour - vital.peak_hour) / 24) for vital in VITALS]
    )


class Drift:
    """Slow wandering around the baseline, an Ornstein-Uhlenbeck process per patient and vital."""

    def __init__(self, rng: np.random.Generator, monitors: int, seconds: int) -> None:
        self._rng = rng
        self._size = np.array([vital.drift for vital in VITALS])
        self._kept = float(np.exp(-seconds / DRIFT_SECONDS))
        self._values = self._size * rng.standard_normal((monitors, len(VITALS)))

    def step(self) -> Values:
        """The deviations one reading later."""
        fresh = self._rng.standard_normal(self._values.shape)
        fresh *= self._size * np.sqrt(1 - self._kept**2)
        self._values = self._values * self._kept + fresh
        return self._values

    def start(self, monitor: int) -> None:
        """Forget the patient before."""
        self._values[monitor] = self._size * self._rng.standard_normal(len(VITALS))
