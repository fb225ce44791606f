"""Vital signs at admission: the department's average, moved by severity and by a child's age."""

from __future__ import annotations

from random import Random

from producer.department import VitalSigns

_CHILDREN = ((1, 50, -38, -24), (3, 32, -26, -18), (6, 20, -18, -12), (13, 8, -9, -6))
"""(younger than, heart rate, systolic, diastolic): the difference from an adult's average."""


def draw_vitals(rng: Random, average: VitalSigns, age: int, severity: int) -> dict[str, float]:
    """The vitals of one admission, as the event's `vitals` object.

    Each step of severity (0 to 3) is a faster pulse, a lower pressure, more fever and less oxygen.
    """
    gauss = rng.gauss
    heart, systolic, diastolic = average.heart_rate, average.bp_systolic, average.bp_diastolic
    for younger_than, faster, lower_systolic, lower_diastolic in _CHILDREN:
        if age < younger_than:
            heart += faster
            systolic += lower_systolic
            diastolic += lower_diastolic
            break
    upper = _within(gauss(systolic - 6 * severity, 11 + 3 * severity), 55, 220)
    lower = gauss(diastolic - 4 * severity, 8 + 2 * severity)
    fever = gauss(average.temperature_f + 0.5 * severity, 0.5 + 0.2 * severity)
    oxygen = gauss(average.oxygen_saturation - 1.8 * severity, 1.1 + 0.5 * severity)
    return {
        "heart_rate": int(_within(gauss(heart + 9 * severity, 9 + 2 * severity), 35, 220)),
        "bp_systolic": int(upper),
        "bp_diastolic": int(_within(lower, 25, upper - 15)),
        "temperature_f": round(_within(fever, 94.0, 107.0), 1),
        "oxygen_saturation": int(_within(oxygen, 70, 100)),
    }


def _within(value: float, lowest: float, highest: float) -> float:
    return lowest if value < lowest else highest if value > highest else value
