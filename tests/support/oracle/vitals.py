"""A vitals payload as the row of silver.vitals, without what identifies the payload."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from support.oracle.news2 import news2
from support.oracle.row import Row, extra, flagged
from support.oracle.value import number, text, time

SEVERITIES = ("NORMAL", "MODERATE", "HIGH", "CRITICAL")
"""From the harmless to the worst."""

THRESHOLDS: dict[str, dict[str, list[tuple[str, str]]]] = {
    "heart_rate": {
        "below": [("40", "CRITICAL"), ("50", "HIGH"), ("60", "MODERATE")],
        "above": [("120", "CRITICAL"), ("100", "HIGH")],
    },
    "oxygen_saturation": {
        "below": [("90", "CRITICAL"), ("92", "HIGH"), ("95", "MODERATE")],
        "above": [],
    },
    "systolic_bp": {
        "below": [("90", "CRITICAL"), ("100", "HIGH")],
        "above": [("160", "CRITICAL"), ("140", "HIGH")],
    },
    "diastolic_bp": {"below": [], "above": [("110", "CRITICAL"), ("90", "HIGH")]},
    "temperature_c": {
        "below": [("35.0", "CRITICAL")],
        "above": [("39.5", "CRITICAL"), ("38.0", "HIGH")],
    },
    "respiratory_rate": {
        "below": [("9", "CRITICAL")],
        "above": [("24", "CRITICAL"), ("20", "HIGH")],
    },
}
"""Vital sign -> what lies strictly below or above a limit, the worst first."""

MEASURED = tuple(THRESHOLDS)

POSSIBLE = {
    "heart_rate": (0, 350),
    "systolic_bp": (0, 375),
    "diastolic_bp": (0, 375),
    "oxygen_saturation": (0, 100),
    "respiratory_rate": (0, 300),
    "temperature_c": (26, 45),
}
"""Both ends are possible. The valid ranges of the MIMIC-III benchmark (Harutyunyan 2019)."""

CONTRACT = (
    "event_id",
    "patient_id",
    "device_id",
    "measured_at",
    "heart_rate",
    "systolic_bp",
    "diastolic_bp",
    "blood_pressure",
    "oxygen_saturation",
    "oxygen_level",
    "respiratory_rate",
    "temperature_c",
    "temperature_f",
    "temperature",
    "consciousness",
    "on_supplemental_oxygen",
)
_TEMPERATURE = re.compile(r"(?P<number>.*?) *\u00b0? *(?P<unit>[CFcf]?) *")
_TOLD = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def vitals_row(fields: Mapping[str, Any]) -> Row:
    pressure = (text(fields.get("blood_pressure")) or "").split("/")
    halves = pressure if len(pressure) == 2 else [None, None]
    celsius, is_guessed = _celsius(fields)
    given: Row = {name: text(fields.get(name)) for name in ("event_id", "patient_id", "device_id")}
    given |= {
        "event_timestamp": time(fields.get("measured_at")),
        "heart_rate": _value(fields.get("heart_rate")),
        "systolic_bp": _value(fields.get("systolic_bp"), halves[0]),
        "diastolic_bp": _value(fields.get("diastolic_bp"), halves[1]),
        "oxygen_saturation": _value(fields.get("oxygen_saturation"), fields.get("oxygen_level")),
        "respiratory_rate": _value(fields.get("respiratory_rate")),
        "temperature_c": celsius,
        "consciousness": (text(fields.get("consciousness")) or "").upper() or None,
        "on_supplemental_oxygen": _TOLD.get(
            (text(fields.get("on_supplemental_oxygen")) or "").lower()
        ),
    }
    row = _repaired(given, is_guessed)
    return row | graded(row) | {"extra": extra(fields, CONTRACT)}


def graded(row: Mapping[str, Any]) -> Row:
    """Directions, severities and NEWS2 of the values of a reading."""
    grades: Row = {}
    for name in MEASURED:
        stem = name.removesuffix("_c")
        grades[f"{stem}_direction"], grades[f"{stem}_severity"] = breach(name, row[name])
    awake = row["consciousness"]
    grades["consciousness_severity"] = (
        None if awake is None else "NORMAL" if awake == "A" else "CRITICAL"
    )
    severities = [value for name, value in grades.items() if name.endswith("_severity")]
    return grades | {"severity": worst(severities)} | news2(row)


def breach(vital: str, value: Decimal | None) -> tuple[str | None, str | None]:
    """Direction and severity of a value; null for both without one."""
    if value is None:
        return None, None
    for limit, severity in THRESHOLDS[vital]["below"]:
        if value < Decimal(limit):
            return "LOW", severity
    for limit, severity in THRESHOLDS[vital]["above"]:
        if value > Decimal(limit):
            return "HIGH", severity
    return "IN_RANGE", "NORMAL"


def worst(severities: list[str | None]) -> str | None:
    """The worst of those that are known."""
    known = [severity for severity in severities if severity is not None]
    return max(known, key=SEVERITIES.index, default=None)


def _repaired(given: Row, is_guessed: bool) -> Row:
    impossible = {
        name: given[name] is not None and not lowest <= given[name] <= highest
        for name, (lowest, highest) in POSSIBLE.items()
    }
    systolic, diastolic = given["systolic_bp"], given["diastolic_bp"]
    is_upside_down = (
        not (impossible["systolic_bp"] or impossible["diastolic_bp"])
        and None not in (systolic, diastolic)
        and systolic < diastolic
    )
    is_unknown = given["consciousness"] not in (None, "A", "C", "V", "P", "U")
    row = given | dict.fromkeys(name for name, is_so in impossible.items() if is_so)
    if is_upside_down:
        row |= {"systolic_bp": None, "diastolic_bp": None}
    if is_unknown:
        row["consciousness"] = None
    order = ["heart_rate", "systolic_bp", "diastolic_bp", "oxygen_saturation", "respiratory_rate"]
    flags = [
        f"IMPOSSIBLE_{name.removesuffix('_c').upper()}"
        for name in (*order, "temperature_c")
        if impossible[name]
    ]
    flags += ["SYSTOLIC_BELOW_DIASTOLIC"] * is_upside_down
    flags += ["GUESSED_TEMPERATURE_UNIT"] * is_guessed
    flags += ["INVALID_CONSCIOUSNESS"] * is_unknown
    required = ("patient_id", "event_timestamp", "event_id")
    return row | {"dq_flags": flagged(flags, given, required)}


def _value(*given: Any) -> Decimal | None:
    """The first that is a number, to one decimal."""
    read = (number(text(one), 18, 1) for one in given)
    return next((one for one in read if one is not None), None)


def _celsius(fields: Mapping[str, Any]) -> tuple[Decimal | None, bool]:
    """Degrees Celsius, and whether the unit had to be guessed."""
    celsius = number(fields.get("temperature_c"), 18, 2)
    if celsius is not None:
        return celsius, False
    fahrenheit = number(fields.get("temperature_f"), 18, 4)
    if fahrenheit is not None:
        return _from_fahrenheit(fahrenheit), False
    found = _TEMPERATURE.fullmatch(text(fields.get("temperature")) or "")
    bare = number(found["number"], 18, 4) if found else None
    if found is None or bare is None:
        return None, False
    unit = found["unit"].upper() or ("F" if bare >= 50 else "C")
    value = _from_fahrenheit(bare) if unit == "F" else number(bare, 18, 2)
    return value, found["unit"] == ""


def _from_fahrenheit(fahrenheit: Decimal) -> Decimal:
    hundredths = (Fraction(fahrenheit) - 32) * 500 / 9
    rounded = int(abs(hundredths) + Fraction(1, 2))
    return Decimal(rounded if hundredths >= 0 else -rounded) / 100
