"""A ward of monitors: the readings of those who are admitted, round by round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from producer.bedside import Bedsides, Inpatient
from producer.clock import iso
from producer.deterioration import ALERT, STABLE, Episodes, Worsening
from producer.population import World
from producer.reading import Measured, Reading, devices
from producer.sensor import Sensors
from producer.simulation import patient_flow
from producer.vital_sign import (
    DIASTOLIC,
    OXYGEN,
    SMALLEST_PULSE_PRESSURE,
    SYSTOLIC,
    TEMPERATURE,
    VITALS,
    Drift,
    Values,
    baseline,
    circadian,
)

LOW_OXYGEN = 95.0
"""Who rests below it is given oxygen, percent."""
_NOISE = np.array([vital.noise for vital in VITALS])
_LOWEST = np.array([vital.lowest for vital in VITALS])
_HIGHEST = np.array([vital.highest for vital in VITALS])


@dataclass(frozen=True)
class Watch:
    """When, how often and with how many monitors patients are measured."""

    at: int
    """Clock of the patient-flow simulation at the first reading, in seconds since 1970."""
    monitors: int
    interval: int = 1
    """Seconds from one reading of a patient to the next."""
    shift: int = 0
    """Added to the simulation's clock, it gives the time that a reading is stamped with."""


def ward_readings(world: World, watch: Watch) -> Iterator[Reading]:
    """Readings of admitted patients by time; the same arguments give the same readings.

    A patient is measured from the admission up to the discharge. The readings end only when the
    population has died out.
    """
    return _Ward(world, watch).readings()


class _Ward:
    def __init__(self, world: World, watch: Watch) -> None:
        self._seed, self._watch = world.seed, watch
        monitors = watch.monitors
        seed = world.random("monitors").getrandbits(128)
        self._rng = np.random.Generator(np.random.PCG64(seed))
        self._bedsides = Bedsides(patient_flow(world), monitors)
        self._devices = devices(monitors)
        self._baselines: Values = np.zeros((monitors, len(VITALS)))
        self._drift = Drift(self._rng, monitors, watch.interval)
        self._episodes = Episodes(self._rng, monitors)
        self._sensors = Sensors(self._rng, monitors, watch.interval)

    def readings(self) -> Iterator[Reading]:
        now = self._watch.at
        while True:
            for monitor, patient in self._bedsides.follow(now):
                self._connect(monitor, patient, now)
            if not self._bedsides.patients:
                following = self._bedsides.next_at
                if following is None:
                    return
                rounds = (following - now - 1) // self._watch.interval
                now += max(0, rounds) * self._watch.interval
            else:
                yield from self._round(now)
            now += self._watch.interval

    def _connect(self, monitor: int, patient: Inpatient | None, now: int) -> None:
        if patient is None:
            self._episodes.stop(monitor)
            self._sensors.stop(monitor)
            return
        self._baselines[monitor] = baseline(self._seed, patient.patient_id, patient.age)
        is_new = now - patient.admitted_at < self._watch.interval
        self._drift.start(monitor)
        self._episodes.start(monitor, now, is_new=is_new)
        self._sensors.start(monitor, now, is_new=is_new)

    def _round(self, now: int) -> Iterator[Reading]:
        """One reading of every patient whose monitor is not silent."""
        stamp = now + self._watch.shift
        true = self._baselines + self._drift.step() + circadian(stamp)
        worsening = self._episodes.befall(true, now)
        true += _NOISE * self._rng.standard_normal(true.shape)
        shown = _within_limits(self._sensors.measure(true, now))
        is_silent = self._sensors.silent(now).tolist()
        needs_oxygen = (self._baselines[:, OXYGEN] < LOW_OXYGEN).tolist()
        rows = _as_rows(shown)
        text = iso(stamp)
        for monitor, patient in self._bedsides.patients.items():
            if is_silent[monitor]:
                continue
            kind, consciousness, is_given_oxygen = _condition(worsening, monitor)
            device = self._devices[monitor]
            is_given = needs_oxygen[monitor] or is_given_oxygen
            measured = Measured._make((*rows[monitor], consciousness, is_given))
            fields = {
                "event_id": f"R{patient.visit_id[1:]}-{stamp}",
                "patient_id": patient.patient_id,
                "device_id": device.device_id,
                "measured_at": text,
                **device.form(measured),
            }
            yield Reading(stamp, patient.patient_id, fields, kind)


def _within_limits(shown: Values) -> Values:
    """Nothing that a living patient cannot have, and a pulse in every pressure."""
    within: Values = np.clip(shown, _LOWEST, _HIGHEST)
    within[:, DIASTOLIC] = np.minimum(
        within[:, DIASTOLIC], within[:, SYSTOLIC] - SMALLEST_PULSE_PRESSURE
    )
    return within


def _as_rows(shown: Values) -> list[list[Any]]:
    """Per monitor, the whole numbers and temperatures (C, F) it shows; none for NaN."""
    is_off = np.isnan(shown)
    known = np.where(is_off, 0.0, shown)
    columns: list[list[Any]] = np.rint(known[:, :TEMPERATURE]).astype(int).T.tolist()
    celsius = known[:, TEMPERATURE]
    columns.append(np.round(celsius, 1).tolist())
    columns.append(np.round(celsius * 1.8 + 32, 1).tolist())
    rows = [list(row) for row in zip(*columns, strict=True)]
    for monitor, vital in zip(*(places.tolist() for places in np.nonzero(is_off)), strict=True):
        rows[monitor][vital] = None
        if vital == TEMPERATURE:
            rows[monitor][vital + 1] = None
    return rows


def _condition(worsening: Worsening, monitor: int) -> tuple[str, str, bool]:
    """Its name, the consciousness and whether oxygen is given for it."""
    found = worsening.get(monitor)
    if found is None:
        return STABLE, ALERT, False
    kind, is_clear = found
    if not is_clear:
        return kind.name, ALERT, False
    return kind.name, kind.consciousness, kind.needs_oxygen
