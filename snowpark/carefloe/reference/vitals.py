"""Vital signs: what is possible, what is a breach of which severity, and the NEWS2 score."""

from dataclasses import dataclass
from typing import Literal

VITALS = {
    "HEART_RATE": "HEART_RATE",
    "SYSTOLIC_BP": "SYSTOLIC_BP",
    "DIASTOLIC_BP": "DIASTOLIC_BP",
    "OXYGEN_SATURATION": "OXYGEN_SATURATION",
    "RESPIRATORY_RATE": "RESPIRATORY_RATE",
    "TEMPERATURE": "TEMPERATURE_C",
}
"""The vitals that are measured, and the column that holds their value.

Beats per minute, mmHg, percent, breaths per minute, degrees Celsius.
"""
CONSCIOUSNESS = ("A", "C", "V", "P", "U")
"""Alert, new confusion, responds to voice, responds to pain, unresponsive: from best to worst."""

POSSIBLE = {
    "HEART_RATE": (0, 350),
    "SYSTOLIC_BP": (0, 375),
    "DIASTOLIC_BP": (0, 375),
    "OXYGEN_SATURATION": (0, 100),
    "RESPIRATORY_RATE": (0, 300),
    "TEMPERATURE": (26, 45),
}
"""The lowest and the highest value that a reading may have: anything else is a sensor's fault.

The valid ranges of the MIMIC-III benchmark (Harutyunyan et al., Scientific Data 6:96, 2019). They
are wide on purpose: a heart that stands still must raise an alert, not a flag.
"""

FAHRENHEIT_FROM = 50
"""A temperature without a unit is Fahrenheit from here on: nobody lives at 50 C nor at 50 F."""

NORMAL, MODERATE, HIGH, CRITICAL = "NORMAL", "MODERATE", "HIGH", "CRITICAL"
SEVERITIES = (NORMAL, MODERATE, HIGH, CRITICAL)
"""From best to worst."""


@dataclass(frozen=True)
class Threshold:
    """A value on this side of the limit, not on it, has this severity at least."""

    vital: str
    side: Literal["below", "above"]
    limit: str
    severity: str


THRESHOLDS = (
    Threshold("HEART_RATE", "below", "40", CRITICAL),
    Threshold("HEART_RATE", "below", "50", HIGH),
    Threshold("HEART_RATE", "below", "60", MODERATE),
    Threshold("HEART_RATE", "above", "100", HIGH),
    Threshold("HEART_RATE", "above", "120", CRITICAL),
    Threshold("SYSTOLIC_BP", "below", "90", CRITICAL),
    Threshold("SYSTOLIC_BP", "below", "100", HIGH),
    Threshold("SYSTOLIC_BP", "above", "140", HIGH),
    Threshold("SYSTOLIC_BP", "above", "160", CRITICAL),
    Threshold("DIASTOLIC_BP", "above", "90", HIGH),
    Threshold("DIASTOLIC_BP", "above", "110", CRITICAL),
    Threshold("OXYGEN_SATURATION", "below", "90", CRITICAL),
    Threshold("OXYGEN_SATURATION", "below", "92", HIGH),
    Threshold("OXYGEN_SATURATION", "below", "95", MODERATE),
    Threshold("RESPIRATORY_RATE", "below", "9", CRITICAL),
    Threshold("RESPIRATORY_RATE", "above", "20", HIGH),
    Threshold("RESPIRATORY_RATE", "above", "24", CRITICAL),
    Threshold("TEMPERATURE", "below", "35.0", CRITICAL),
    Threshold("TEMPERATURE", "above", "38.0", HIGH),
    Threshold("TEMPERATURE", "above", "39.5", CRITICAL),
)
"""The project's own limits. Any consciousness but A is CRITICAL on top."""


@dataclass(frozen=True)
class Band:
    """The NEWS2 points of the values up to `highest`, from where the band before ends."""

    vital: str
    highest: str | None
    """Inclusive; None is without end."""
    points: int


NEWS2_BANDS = (
    Band("RESPIRATORY_RATE", "8", 3),
    Band("RESPIRATORY_RATE", "11", 1),
    Band("RESPIRATORY_RATE", "20", 0),
    Band("RESPIRATORY_RATE", "24", 2),
    Band("RESPIRATORY_RATE", None, 3),
    Band("OXYGEN_SATURATION", "91", 3),
    Band("OXYGEN_SATURATION", "93", 2),
    Band("OXYGEN_SATURATION", "95", 1),
    Band("OXYGEN_SATURATION", None, 0),
    Band("SYSTOLIC_BP", "90", 3),
    Band("SYSTOLIC_BP", "100", 2),
    Band("SYSTOLIC_BP", "110", 1),
    Band("SYSTOLIC_BP", "219", 0),
    Band("SYSTOLIC_BP", None, 3),
    Band("HEART_RATE", "40", 3),
    Band("HEART_RATE", "50", 1),
    Band("HEART_RATE", "90", 0),
    Band("HEART_RATE", "110", 1),
    Band("HEART_RATE", "130", 2),
    Band("HEART_RATE", None, 3),
    Band("TEMPERATURE", "35.0", 3),
    Band("TEMPERATURE", "36.0", 1),
    Band("TEMPERATURE", "38.0", 0),
    Band("TEMPERATURE", "39.0", 1),
    Band("TEMPERATURE", None, 2),
)
"""NEWS2 with SpO2 scale 1: Royal College of Physicians, National Early Warning Score 2, 2017.

The chart has whole numbers and tenths of a degree: a finer value is rounded to them, half up.
"""
NEWS2_OXYGEN_POINTS = 2
"""Of a patient on supplemental oxygen; on air 0."""
NEWS2_NOT_ALERT_POINTS = 3
"""Of any consciousness but A."""
