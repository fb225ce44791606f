"""What fails: a value that is stuck or spikes, a sensor that is off, a monitor that is silent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from producer.clock import MINUTE
from producer.interval import Intervals
from producer.vital_sign import (
    DIASTOLIC,
    HEART_RATE,
    OXYGEN,
    RESPIRATION,
    SYSTOLIC,
    TEMPERATURE,
    VITALS,
    Values,
)

SENSORS = ((HEART_RATE,), (SYSTOLIC, DIASTOLIC), (OXYGEN,), (RESPIRATION,), (TEMPERATURE,))
"""Electrodes, cuff, finger clip, chest belt, thermometer: the vitals each of them measures."""

STUCK = (1.5, 2 * MINUTE, 15 * MINUTE)
OFF = (4.0, 1 * MINUTE, 10 * MINUTE)
SILENT = (2.0, 30, 5 * MINUTE)
"""How often a day a patient's monitor has the fault, its shortest and its longest duration (s)."""
SPIKES_PER_DAY = 4.0
"""A single reading of one sensor, wrong by SPIKE of its value: movement, a bent cuff."""
SPIKE = (-0.30, 0.45)


class _Fault:
    """A fault that befalls one sensor of a monitor at a time."""

    def __init__(self, rng: np.random.Generator, monitors: int, intervals: Intervals) -> None:
        self._rng = rng
        self._sensors: NDArray[np.int64] = rng.integers(len(SENSORS), size=monitors)
        self.intervals = intervals

    def befallen(self, now: int) -> NDArray[np.bool_]:
        """Monitor by vital, whether the fault befalls the value now."""
        for monitor in self.intervals.renew(now):
            self._sensors[monitor] = self._rng.integers(len(SENSORS))
        is_under_way: NDArray[np.bool_] = self.intervals.under_way(now)[:, None]
        return _MEASURES[self._sensors] & is_under_way


class Sensors:
    """The state of every monitor's sensors."""

    def __init__(self, rng: np.random.Generator, monitors: int, seconds: int) -> None:
        """`seconds` from one reading to the next, which is how long a spike lasts."""
        self._rng = rng
        self._stuck = _Fault(rng, monitors, Intervals(rng, monitors, *STUCK))
        self._off = _Fault(rng, monitors, Intervals(rng, monitors, *OFF))
        self._spike = _Fault(
            rng, monitors, Intervals(rng, monitors, SPIKES_PER_DAY, seconds, seconds)
        )
        self._silent = Intervals(rng, monitors, *SILENT)
        faults = (self._stuck, self._off, self._spike)
        self._all = (self._silent, *(fault.intervals for fault in faults))
        self._shown: Values = np.full((monitors, len(VITALS)), np.nan)

    def start(self, monitor: int, now: int, *, is_new: bool) -> None:
        """A patient is connected; one who has been there for long may find a fault under way."""
        self._shown[monitor] = np.nan
        for intervals in self._all:
            intervals.start(monitor, now, is_new=is_new)

    def stop(self, monitor: int) -> None:
        """Nobody is monitored."""
        for intervals in self._all:
            intervals.stop(monitor)

    def measure(self, values: Values, now: int) -> Values:
        """What the sensors make of the true values; NaN where one is off."""
        shown = values
        is_spiking = self._spike.befallen(now)
        if is_spiking.any():
            factors = 1 + self._rng.uniform(*SPIKE, size=(len(values), 1))
            shown = np.where(is_spiking, shown * factors, shown)
        is_stuck = self._stuck.befallen(now) & ~np.isnan(self._shown)
        self._shown = np.where(is_stuck, self._shown, shown)
        return np.where(self._off.befallen(now), np.nan, self._shown)

    def silent(self, now: int) -> NDArray[np.bool_]:
        """Per monitor, whether it sends nothing at all."""
        self._silent.renew(now)
        return self._silent.under_way(now)


_MEASURES: NDArray[np.bool_] = np.array(
    [[vital in sensor for vital in range(len(VITALS))] for sensor in SENSORS]
)
