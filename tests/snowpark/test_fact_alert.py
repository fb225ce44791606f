"""Breaches: one per reading and vital out of its range, with the worst that it was."""

import datetime as dt
from decimal import Decimal

from carefloe.gold.fact_alert import breaches, window_start
from carefloe.silver.source import silver_rows
from carefloe.silver.vitals import SOURCE
from snowflake.snowpark import Session
from snowflake.snowpark.functions import col
from support.frame import TIME, event_frame, frame, rows_of
from support.message import reading
from support.raw import VITALS, events


def test_a_window_starts_with_each_quarter_of_an_hour(session: Session) -> None:
    minutes = [(0, 0, 0), (14, 59, 999_999), (15, 0, 0), (30, 0, 0), (44, 59, 0), (59, 59, 999_999)]
    given = [dt.datetime(2026, 1, 5, 12, m, s, us) for m, s, us in minutes]
    started = frame(session, {"AT": TIME}, [[at] for at in given]).select(
        "AT", window_start(col("AT")).alias("STARTED_AT")
    )
    assert {row["at"]: row["started_at"].minute for row in rows_of(started)} == dict(
        zip(given, [0, 0, 15, 30, 30, 45], strict=True)
    )


def test_each_vital_out_of_its_range_is_a_breach(session: Session) -> None:
    at = "2026-01-05T12:16:00Z"
    given = [
        reading("well", at),
        reading("low", at, "LOW", heart_rate=55, oxygen_saturation=85, consciousness="P"),
        reading("high", at, "HIGH", heart_rate=121.5, diastolic_bp=95, temperature_f=103.46),
        reading("other low", at, "LOW TOO", systolic_bp=99, temperature_f=90, respiratory_rate=8),
        reading("other high", at, "HIGH TOO", systolic_bp=161, respiratory_rate=21),
        reading("nothing", at, "NOBODY", heart_rate=400, consciousness=None),
    ]
    rows = silver_rows(SOURCE, event_frame(session, events(VITALS, *given)))
    placed = rows.with_column("WINDOW_START", window_start(col("EVENT_TIMESTAMP")))
    found = rows_of(breaches(placed))
    moment = dt.datetime(2026, 1, 5, 12, 16)
    assert {(row.pop("first_breach_at"), row.pop("last_breach_at")) for row in found} == {
        (moment, moment)
    }
    assert {(row.pop("window_start"), row.pop("breach_count")) for row in found} == {
        (moment.replace(minute=15), 1)
    }
    assert sorted(tuple(row.values()) for row in found) == [
        ("HIGH", "DIASTOLIC_BP_HIGH", "HIGH", 2, 95, None),
        ("HIGH", "HEART_RATE_HIGH", "CRITICAL", 3, Decimal("121.5"), None),
        ("HIGH", "TEMPERATURE_HIGH", "CRITICAL", 3, Decimal("39.7"), None),
        ("HIGH TOO", "RESPIRATORY_RATE_HIGH", "HIGH", 2, 21, None),
        ("HIGH TOO", "SYSTOLIC_BP_HIGH", "CRITICAL", 3, 161, None),
        ("LOW", "CONSCIOUSNESS", "CRITICAL", 3, None, "P"),
        ("LOW", "HEART_RATE_LOW", "MODERATE", 1, 55, None),
        ("LOW", "OXYGEN_SATURATION_LOW", "CRITICAL", 3, 85, None),
        ("LOW TOO", "RESPIRATORY_RATE_LOW", "CRITICAL", 3, 8, None),
        ("LOW TOO", "SYSTOLIC_BP_LOW", "HIGH", 2, 99, None),
        ("LOW TOO", "TEMPERATURE_LOW", "CRITICAL", 3, Decimal("32.22"), None),
    ]
