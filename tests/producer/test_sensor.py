from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest

from producer import sensor
from producer.sensor import Sensors
from producer.vital_sign import VITALS

MONITORS = 400
TRUE = np.tile([75.0, 120.0, 78.0, 97.0, 15.0, 36.8], (MONITORS, 1))
"""What the patients have, all the time; each reading adds its number, to see what sticks."""


def shown(rounds: int, seconds: int = 10) -> np.ndarray:
    """Round by monitor by vital, of patients who have been there for long."""
    sensors = Sensors(np.random.default_rng(3), MONITORS, seconds)
    for monitor in range(MONITORS):
        sensors.start(monitor, 0, is_new=False)
    return np.array([sensors.measure(TRUE + n / 10_000, n * seconds) for n in range(rounds)])


@pytest.fixture(scope="module")
def a_day() -> np.ndarray:
    """Every 10 seconds for 8 hours."""
    return shown(2_880)


def own(a_day: np.ndarray) -> np.ndarray:
    """What each of these readings ought to show."""
    return TRUE[None] + np.arange(len(a_day))[:, None, None] / 10_000


def test_most_readings_are_right(a_day: np.ndarray) -> None:
    is_right = a_day == own(a_day)
    assert 0.98 < is_right.mean() < 0.999


def test_a_sensor_that_is_off_shows_nothing_for_all_it_measures(a_day: np.ndarray) -> None:
    is_off = np.isnan(a_day)
    assert (is_off[:, :, 1] == is_off[:, :, 2]).all(), "the cuff measures both pressures"
    sensors = is_off[:, :, [0, 1, 3, 4, 5]]
    assert set(np.unique(sensors.sum(axis=2))) == {0, 1}, "one sensor at a time"
    # 4 times a day for 5.5 minutes: 22 of 1462 minutes.
    assert sensors.any(axis=2).mean() == pytest.approx(22 / 1462, rel=0.15)


def test_a_stuck_value_is_one_shown_before(a_day: np.ndarray) -> None:
    is_repeated = a_day[1:] == a_day[:-1]
    # 1.5 times a day for 8.5 minutes, of five sensors, six vitals.
    assert is_repeated.any(axis=2).mean() == pytest.approx(12.75 / 1452.75, rel=0.2)
    rounds, monitors, vitals = np.nonzero(is_repeated)
    right = own(a_day)[1:]
    assert (a_day[1:][rounds, monitors, vitals] <= right[rounds, monitors, vitals] * 1.46).all()


def test_a_spike_is_one_reading_of_one_sensor(a_day: np.ndarray) -> None:
    # A spike has a stranger's value; a stuck one lies within half a percent of the true one.
    is_spike = np.abs(a_day / own(a_day) - 1) > 0.02
    per_day = is_spike.any(axis=2).sum() / MONITORS * 3
    assert per_day == pytest.approx(4 * 70 / 75, rel=0.2)  # a few are too small to be seen
    lowest, highest = sensor.SPIKE
    factors = (a_day / own(a_day))[is_spike]
    assert factors.min() >= 1 + lowest - 0.01
    assert factors.max() <= 1 + highest + 0.01


def test_what_a_monitor_shows_first_is_never_an_old_patients_value() -> None:
    first = shown(1)[0]
    known = first[~np.isnan(first)]
    assert known.min() >= 15 * 0.7
    assert first.shape == (MONITORS, len(VITALS))


def test_a_silent_monitor_is_silent_for_half_a_minute_to_five() -> None:
    sensors = Sensors(np.random.default_rng(3), MONITORS, 10)
    for monitor in range(MONITORS):
        sensors.start(monitor, 0, is_new=True)
    silent = np.array([sensors.silent(now) for now in range(0, 86_400, 10)])
    # Twice a day for 165 seconds on average: 330 of 86730 seconds.
    assert silent.mean() == pytest.approx(330 / 86_730, rel=0.15)
    lengths = []
    for of_monitor in silent.T.tolist():
        runs = [(is_silent, 10 * len(list(group))) for is_silent, group in groupby(of_monitor)]
        lengths += [length for is_silent, length in runs[:-1] if is_silent]  # the last is cut off
    assert 20 <= min(lengths) <= 50
    assert 250 < max(lengths) <= 310
