from __future__ import annotations

import numpy as np
import pytest

from producer.deterioration import DETERIORATIONS, Episodes

MONITORS = 2_000
MINUTE = 60


def befallen(heart_rate: float, minutes: int) -> list[tuple[int, str, bool, float]]:
    """(minute, illness, whether it is clear, heart rate) of all who are ill, from new on."""
    episodes = Episodes(np.random.default_rng(5), MONITORS)
    for monitor in range(MONITORS):
        episodes.start(monitor, 0, is_new=True)
    found = []
    for minute in range(minutes):
        values = np.tile([heart_rate, 120.0, 78.0, 97.0, 15.0, 36.8], (MONITORS, 1))
        for monitor, (kind, is_clear) in episodes.befall(values, minute * MINUTE).items():
            found.append((minute, kind.name, is_clear, float(values[monitor, 0])))
    return found


def test_a_patient_gets_worse_by_and_by_and_not_further_than_the_illness() -> None:
    rates = [rate for _, kind, _, rate in befallen(75.0, 180) if kind == "BRADYCARDIA"]
    assert 74 < max(rates) <= 75
    assert min(rates) == 36
    assert len({round(rate) for rate in rates}) > 30, "there are steps between well and ill"


def test_an_illness_is_clear_when_four_fifths_of_the_way_are_gone() -> None:
    for _, kind, is_clear, rate in befallen(75.0, 180):
        if kind == "BRADYCARDIA":
            assert is_clear == (rate <= 75 - 0.8 * (75 - 36) + 1e-9)


def test_an_infants_fast_pulse_is_not_slowed_by_what_quickens_an_adults() -> None:
    quickening = {"FEVER", "TACHYCARDIA", "HYPOTENSION", "RESPIRATORY_FAILURE", "SEPSIS"}
    rates = [rate for _, kind, _, rate in befallen(138.0, 120) if kind in quickening]
    assert rates
    assert min(rates) == 138


def test_the_kinds_come_in_proportion_to_their_weights() -> None:
    found = befallen(75.0, 3_000)
    for kind in DETERIORATIONS:
        share = sum(name == kind.name for _, name, *_ in found) / len(found)
        expected = kind.weight / sum(k.weight for k in DETERIORATIONS)
        assert share == pytest.approx(expected, rel=0.2)
