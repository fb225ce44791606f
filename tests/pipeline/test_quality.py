"""How good the data is and how it comes, counted again from the oracle's tables."""

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from support.account import Project
from support.comparison import assert_same_rows
from support.oracle.reading import HOUR
from support.oracle.row import Row
from support.oracle.value import payload_hash
from support.oracle.vitals import MEASURED
from support.raw import at
from support.ward import Ward, hourly, rounded


def test_nulls_and_impossible_values_are_counted_by_column(ward: Ward) -> None:
    rows = ward.tables["silver.vitals"]
    flags = {
        **{vital: [f"IMPOSSIBLE_{vital.removesuffix('_c').upper()}"] for vital in MEASURED},
        "consciousness": ["INVALID_CONSCIOUSNESS"],
    }
    for one in ("systolic_bp", "diastolic_bp"):
        flags[one].append("SYSTOLIC_BELOW_DIASTOLIC")
    told = ("patient_id", "device_id", "event_timestamp", *MEASURED, "consciousness")
    expected = []
    for name in (*told, "on_supplemental_oxygen"):
        empty = sum(row[name] is None for row in rows)
        impossible = sum(
            bool(set(flags.get(name, [])) & set(row["dq_flags"].split("|"))) for row in rows
        )
        expected.append(
            {
                "column_name": name,
                "row_count": len(rows),
                "null_count": empty,
                "null_percent": rounded(Decimal(100 * empty) / len(rows)),
                "completeness_percent": rounded(Decimal(100 * (len(rows) - empty)) / len(rows)),
                "impossible_count": impossible,
                "impossible_percent": rounded(
                    Decimal(100 * impossible) / (len(rows) - empty + impossible)
                ),
            }
        )
    assert_same_rows("ops.vitals_quality", ward.rows("ops.vitals_quality"), expected)
    assert sum(row["impossible_count"] > 0 for row in expected) > 3


def test_the_share_of_whole_readings_by_day(ward: Ward) -> None:
    days: dict[dt.date, list[Row]] = defaultdict(list)
    for row in ward.tables["silver.vitals"]:
        days[row["event_date"]].append(row)
    names = (*MEASURED, "consciousness", "on_supplemental_oxygen")

    def percent(rows: list[Row], holds: Iterable[bool]) -> Decimal | None:
        return rounded(Decimal(100 * sum(holds)) / len(rows))

    assert_same_rows(
        "ops.vitals_completeness",
        ward.rows("ops.vitals_completeness"),
        [
            {
                "calendar_date": day,
                "reading_count": len(rows),
                "clean_percent": percent(rows, (row["dq_flags"] == "CLEAN" for row in rows)),
                "complete_percent": percent(
                    rows, (None not in [row[name] for name in names] for row in rows)
                ),
                "impossible_percent": percent(
                    rows, ("IMPOSSIBLE_" in row["dq_flags"] for row in rows)
                ),
            }
            for day, rows in days.items()
        ],
    )


def test_how_late_events_come_is_told_by_source_and_day(ward: Ward) -> None:
    arrived: dict[str, dt.datetime] = {}
    for event in ward.told:
        if event.payload is not None:
            key = payload_hash(event.payload)
            arrived[key] = min(event.broker_time, arrived.get(key, event.broker_time))
    delays: dict[tuple[str, dt.date], list[int]] = defaultdict(list)
    for source in ("patient_flow", "vitals"):
        for row in ward.tables[f"silver.{source}"]:
            happened = row["event_timestamp"]
            if happened is not None:
                late = int((arrived[row["payload_hash"]] - happened).total_seconds())
                delays[source, happened.date()].append(late)
    rows = {(row["source"], row["calendar_date"]): row for row in ward.rows("ops.late_arrival")}
    assert set(rows) == set(delays)
    for key, seconds in delays.items():
        found, late = rows[key], sum(one > 300 for one in seconds)
        assert (found["event_count"], found["late_count"]) == (len(seconds), late)
        assert found["late_percent"] == rounded(Decimal(100 * late) / len(seconds))
        assert float(found["median_delay_seconds"]) == statistics.median(seconds)
        p95 = pd.Series(seconds).quantile(0.95)
        assert float(found["p95_delay_seconds"]) == pytest.approx(p95, abs=0.01)
        assert found["max_delay_seconds"] == max(seconds)


def silver_event(number: int, when: dt.datetime) -> dict[str, Any]:
    return {
        "event_id": f"e{number}",
        "payload_hash": f"h{number}",
        "event_date": str(when.date()),
        "event_timestamp": str(when),
        "dq_flags": "CLEAN",
        "loaded_at": str(when),
    }


def test_an_hour_unlike_the_same_hours_before_is_an_anomaly(project: Project) -> None:
    # Mondays at 10: 100, 104, 96, 100, then silence; at 11: 100 in each week, then 300.
    mondays = [dt.datetime(2026, 3, 2) + dt.timedelta(weeks=week) for week in range(5)]
    counts = {10: [100, 104, 96, 100, None], 11: [100, 100, 100, 100, 300], 12: [4, 4, 4, 4, 9]}
    rows = [
        hourly("P1", str(monday + dt.timedelta(hours=hour)), count)
        for hour, per_week in counts.items()
        for monday, count in zip(mondays, per_week, strict=True)
        if count is not None
    ]
    project.insert("gold.vitals_hourly", rows)
    project.insert("silver.patient_flow", [silver_event(1, dt.datetime(2026, 3, 30, 13, 30))])

    found = {
        (row["hour_start"], row["source"]): (
            row["row_count"],
            row["expected_count"],
            row["anomaly"],
        )
        for row in project.rows("ops.volume_anomaly")
    }

    at_last = {hour: found[at(f"2026-03-30 {hour:02}:00"), "vitals"] for hour in (9, 10, 11, 12)}
    assert at_last == {
        9: (0, 0, "NONE"),
        10: (0, 100, "LOW"),
        11: (300, 100, "HIGH"),
        12: (9, 4, "NONE"),  # more than twice, but a random count does that
    }
    assert found[at("2026-03-09 10:00"), "vitals"] == (104, 100, "NONE")
    assert found[at("2026-03-02 14:00"), "vitals"] == (0, None, None)
    assert (at("2026-03-30 13:00"), "vitals") not in found  # the hour still runs
    assert min(found)[0] == at("2026-03-02 13:00")  # 28 days before the hour that runs


def test_a_source_that_falls_silent_is_stale(project: Project) -> None:
    start = dt.datetime(2026, 3, 2)
    quiet_from = start + dt.timedelta(days=14, hours=10)
    counts = {"patient_flow": 24 * 15, "encounter": (quiet_from - start) // HOUR}
    for table, hours in counts.items():
        project.execute(
            f"insert into silver.{table}"
            " (event_id, payload_hash, event_date, event_timestamp, dq_flags, loaded_at)"
            " select n, n, to_date(told_at), told_at, 'CLEAN', told_at from ("
            f" select n, dateadd(hour, n, '{start}'::timestamp_ntz) as told_at from ("
            " select row_number() over (order by seq4()) - 1 as n"
            f" from table(generator(rowcount => {hours}))))"
        )

    # One event an hour is expected; the 13 whole hours from 10:00 to 23:00 have none.
    assert_same_rows(
        "ops.freshness",
        project.rows("ops.freshness"),
        [
            {
                "source": "patient_flow",
                "newest_event_at": start + dt.timedelta(days=15) - HOUR,
                "hours_behind": 0,
                "missing_count": 0,
                "is_stale": False,
            },
            {
                "source": "encounter",
                "newest_event_at": quiet_from - HOUR,
                "hours_behind": 14,
                "missing_count": 13,
                "is_stale": True,
            },
        ],
    )
