"""Readings of a patient who is well but for one value, and what silver makes of them."""

from typing import Any

from carefloe.silver.vitals import SOURCE
from snowflake.snowpark import Session
from support.frame import silver
from support.message import Fields, reading

NOON = "2026-01-05T12:00:00Z"


def with_value(vital: str, value: Any) -> Fields:
    """A reading of a patient who is well but for this value."""
    if vital == "temperature":
        return reading("E", NOON, temperature_f=None, temperature_c=value)
    if vital == "systolic_bp":
        return reading("E", NOON, systolic_bp=value, diastolic_bp=20)
    return reading("E", NOON, **{vital: value})


def outcomes(session: Session, columns: tuple[str, ...], *payloads: Any) -> list[tuple[Any, ...]]:
    """These columns per payload."""
    return [tuple(row[c] for c in columns) for row in silver(session, SOURCE, *payloads)]
