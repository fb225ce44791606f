"""One reading as the fields of its event, in the form its monitor's maker has chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from producer.simulation import Fields


class Reading(NamedTuple):
    """Something that was measured, before any fault of transport or typing."""

    at: int
    """Seconds since 1970."""
    patient_id: str | None
    fields: Fields
    kind: str
    """What the summary counts it as."""


class Measured(NamedTuple):
    """What a monitor shows; none where a sensor is off."""

    heart_rate: int | None
    systolic_bp: int | None
    diastolic_bp: int | None
    oxygen_saturation: int | None
    respiratory_rate: int | None
    temperature_c: float | None
    temperature_f: float | None
    consciousness: str
    on_supplemental_oxygen: bool


Form = Callable[[Measured], Fields]


def bedside_form(shown: Measured) -> Fields:
    """Every vital in a field of its own, Fahrenheit."""
    return {
        "heart_rate": shown.heart_rate,
        "systolic_bp": shown.systolic_bp,
        "diastolic_bp": shown.diastolic_bp,
        "oxygen_saturation": shown.oxygen_saturation,
        "respiratory_rate": shown.respiratory_rate,
        "temperature_f": shown.temperature_f,
        "consciousness": shown.consciousness,
        "on_supplemental_oxygen": shown.on_supplemental_oxygen,
    }


def telemetry_form(shown: Measured) -> Fields:
    """`blood_pressure: "120/80"` and `oxygen_level`, Fahrenheit."""
    is_pressed = shown.systolic_bp is not None
    return {
        "heart_rate": shown.heart_rate,
        "blood_pressure": f"{shown.systolic_bp}/{shown.diastolic_bp}" if is_pressed else None,
        "oxygen_level": shown.oxygen_saturation,
        "respiratory_rate": shown.respiratory_rate,
        "temperature_f": shown.temperature_f,
        "consciousness": shown.consciousness,
        "on_supplemental_oxygen": shown.on_supplemental_oxygen,
    }


def portable_form(shown: Measured) -> Fields:
    """Every vital in a field of its own, Celsius."""
    return {
        "heart_rate": shown.heart_rate,
        "systolic_bp": shown.systolic_bp,
        "diastolic_bp": shown.diastolic_bp,
        "oxygen_saturation": shown.oxygen_saturation,
        "respiratory_rate": shown.respiratory_rate,
        "temperature_c": shown.temperature_c,
        "consciousness": shown.consciousness,
        "on_supplemental_oxygen": shown.on_supplemental_oxygen,
    }


FORMS: Sequence[tuple[str, Form]] = (
    ("BED", bedside_form),
    ("TEL", telemetry_form),
    ("POR", portable_form),
)
"""Type of device, as its id begins, and the form of its readings."""


class Device(NamedTuple):
    device_id: str
    """`BED-0001`."""
    form: Form


def devices(monitors: int) -> list[Device]:
    """So many monitors, the types in turn."""
    return [
        Device(f"{kind}-{number:04d}", form)
        for number, (kind, form) in (
            (place + 1, FORMS[place % len(FORMS)]) for place in range(monitors)
        )
    ]
