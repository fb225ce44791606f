from __future__ import annotations

import numpy as np
import pytest

from producer.interval import Intervals

HOUR, DAY = 3_600, 86_400


def share_under_way(intervals: Intervals, seconds: int, step: int) -> float:
    """The mean over monitors and time."""
    shares = []
    for now in range(0, seconds, step):
        intervals.renew(now)
        shares.append(intervals.under_way(now).mean())
    return float(np.mean(shares))


@pytest.mark.parametrize(
    ("per_day", "shortest", "longest", "share"),
    [
        (1, 3 * HOUR, 3 * HOUR, 3 / 27),
        (12, HOUR, 3 * HOUR, 2 / 4),
        (24, 60, 60, 60 / 3_660),
    ],
)
def test_the_share_of_time_is_length_over_length_and_gap(
    per_day: float, shortest: int, longest: int, share: float
) -> None:
    intervals = Intervals(np.random.default_rng(1), 500, per_day, shortest, longest)
    for monitor in range(500):
        intervals.start(monitor, 0, is_new=False)
    intervals.renew(0)
    assert intervals.under_way(0).mean() == pytest.approx(share, abs=0.06)
    assert share_under_way(intervals, 5 * DAY, 60) == pytest.approx(share, rel=0.05)


def test_a_new_patient_begins_without_trouble() -> None:
    intervals = Intervals(np.random.default_rng(1), 50, 100, HOUR, HOUR)
    for monitor in range(50):
        intervals.start(monitor, 1_000, is_new=True)
    assert not intervals.under_way(1_000).any()


def test_nobody_monitored_means_no_trouble() -> None:
    intervals = Intervals(np.random.default_rng(1), 2, 1_000, HOUR, HOUR)
    intervals.start(0, 0, is_new=True)
    intervals.stop(0)
    assert intervals.renew(10 * DAY) == []
    assert intervals.under_way(10 * DAY).tolist() == [False, False]


def test_lengths_lie_between_the_shortest_and_the_longest() -> None:
    intervals = Intervals(np.random.default_rng(1), 1_000, 1, 100, 300)
    for monitor in range(1_000):
        intervals.start(monitor, 0, is_new=True)
    lengths = intervals.ends - intervals.begins
    assert 100 <= lengths.min() < 110
    assert 290 < lengths.max() <= 300
