"""What readings tell: once per patient, alert type, window and severity, and how old it is."""

import datetime as dt

from carefloe.ops.notification import notifications
from carefloe.silver.source import silver_rows
from carefloe.silver.vitals import SOURCE
from snowflake.snowpark import Session
from snowflake.snowpark.functions import lit, to_timestamp_ntz
from support.frame import event_frame, rows_of
from support.message import reading
from support.raw import VITALS, events

COLUMNS = ("patient_id", "alert_type", "severity", "is_suppressed", "happened_at")


def test_a_severity_is_told_once_per_window_and_suppressed_by_its_newest_breach(
    session: Session,
) -> None:
    given = [
        reading("r1", "2026-01-05T11:00:00Z", heart_rate=110),
        reading("r2", "2026-01-05T11:14:59Z", heart_rate=101),
        reading("r3", "2026-01-05T11:14:00Z", heart_rate=130),
        reading("r4", "2026-01-05T11:15:00Z", heart_rate=101),
        reading("r5", "2026-01-05T11:20:00Z", "P2", heart_rate=55),
        reading("r6", "2026-01-05T11:20:00Z", "", heart_rate=130),
    ]
    rows = silver_rows(SOURCE, event_frame(session, events(VITALS, *given)))
    # An hour after r2, to the second: it is not too old, r3 is.
    now = to_timestamp_ntz(lit("2026-01-05 12:14:59"))

    found = rows_of(notifications(rows, now, 3600))

    assert sorted(tuple(row[name] for name in COLUMNS) for row in found) == [
        ("P1", "HEART_RATE_HIGH", "CRITICAL", True, dt.datetime(2026, 1, 5, 11, 14)),
        ("P1", "HEART_RATE_HIGH", "HIGH", False, dt.datetime(2026, 1, 5, 11, 14, 59)),
        ("P1", "HEART_RATE_HIGH", "HIGH", False, dt.datetime(2026, 1, 5, 11, 15)),
    ]
    assert {row["kind"] for row in found} == {"ALERT"}
    assert len({row["notification_id"] for row in found}) == 3
