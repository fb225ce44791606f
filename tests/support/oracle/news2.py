"""NEWS2 of one set of observations, as the chart of the Royal College of Physicians reads.

https://www.rcp.ac.uk/media/a4ibkkbf/news2-final-report_0_0.pdf, Charts 1 and 2: SpO2 scale 1.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Band = tuple[str | None, str | None, int]
"""The lowest and the highest value that score these points, both included; null is open."""

CHART: dict[str, tuple[str, list[Band]]] = {
    "respiratory_rate": (
        "1",
        [(None, "8", 3), ("9", "11", 1), ("12", "20", 0), ("21", "24", 2), ("25", None, 3)],
    ),
    "oxygen_saturation": (
        "1",
        [(None, "91", 3), ("92", "93", 2), ("94", "95", 1), ("96", None, 0)],
    ),
    "systolic_bp": (
        "1",
        [
            (None, "90", 3),
            ("91", "100", 2),
            ("101", "110", 1),
            ("111", "219", 0),
            ("220", None, 3),
        ],
    ),
    "heart_rate": (
        "1",
        [
            (None, "40", 3),
            ("41", "50", 1),
            ("51", "90", 0),
            ("91", "110", 1),
            ("111", "130", 2),
            ("131", None, 3),
        ],
    ),
    "temperature_c": (
        "0.1",
        [
            (None, "35.0", 3),
            ("35.1", "36.0", 1),
            ("36.1", "38.0", 0),
            ("38.1", "39.0", 1),
            ("39.1", None, 2),
        ],
    ),
}
"""Vital sign -> the step of its chart, and its bands. A value is rounded to the step first."""


def news2(row: Mapping[str, Any]) -> dict[str, Any]:
    """Score and clinical risk, null without any observation; partial when one is missing."""
    points = {name: _points(name, row[name]) for name in CHART}
    awake = row["consciousness"]
    points["consciousness"] = None if awake is None else (0 if awake == "A" else 3)
    oxygen = row["on_supplemental_oxygen"]
    known = [given for given in points.values() if given is not None]
    score = sum(known) + (2 if oxygen else 0)
    return {
        "news2_score": score if known else None,
        "news2_risk": _risk(score, 3 in known) if known else None,
        "news2_is_partial": oxygen is None or len(known) < len(points),
    }


def _points(name: str, value: Decimal | None) -> int | None:
    if value is None:
        return None
    step, bands = CHART[name]
    charted = value.quantize(Decimal(step), ROUND_HALF_UP)
    for lowest, highest, points in bands:
        if (lowest is None or charted >= Decimal(lowest)) and (
            highest is None or charted <= Decimal(highest)
        ):
            return points
    raise AssertionError(f"{name} {charted} is in no band")


def _risk(score: int, has_red_score: bool) -> str:
    if score >= 7:
        return "High"
    if score >= 5:
        return "Medium"
    return "Low-Medium" if has_red_score else "Low"
