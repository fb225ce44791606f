"""The cost model against Snowflake's own billing table and cases worked out by hand."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.cost import (
    Load,
    Use,
    billed_cloud_services,
    graph_use,
    grid,
    loader_use,
    serverless_credits,
    streaming_credits,
    warehouse_credits,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("seconds", "xsmall", "xlarge"),
    [
        (1, 0.017, 0.267),
        (60, 0.017, 0.267),
        (61, 0.017, 0.271),
        (120, 0.033, 0.533),
        (600, 0.167, 2.667),
        (3600, 1.000, 16.000),
    ],
)
def test_a_run_costs_what_the_documentation_says(
    seconds: float, xsmall: float, xlarge: float
) -> None:
    """user-guide/warehouses-overview, "Impact on credit usage and billing"."""
    assert round(warehouse_credits(seconds, "xsmall"), 3) == xsmall
    assert round(warehouse_credits(seconds, "xlarge"), 3) == xlarge


@pytest.mark.parametrize(
    ("use", "per_day"),
    [
        # Asked every 10 s: never idle for 60 s, 24 hours at 1 credit.
        (Use(10, 2), 24.0),
        # Idle for exactly 60 s between two uses: asked at the moment it would suspend.
        (Use(62, 2), 24.0),
        # 288 times a day 2 s of work and 60 s of idle tail: 288 * 62 / 3600.
        (Use(300, 2), 4.96),
        # 96 times a day, 15 + 60 s, 2 credits an hour: 96 * 75 / 3600 * 2.
        (Use(900, 15, "small"), 4.0),
        # auto_suspend of 5 s: 7 s a time, but each resume bills a minute: 288 * 60 / 3600.
        (Use(300, 2, auto_suspend=5), 4.8),
        # Once a day.
        (Use(86_400, 600), 660 / 3600),
    ],
)
def test_a_warehouse_bills_its_minimum_and_its_idle_tail(use: Use, per_day: float) -> None:
    assert use.credits == pytest.approx(per_day)


def test_cloud_services_are_billed_beyond_a_tenth_of_the_warehouses_day_by_day() -> None:
    assert billed_cloud_services(used=2.0, warehouses=24.0) == 0
    assert billed_cloud_services(used=3.0, warehouses=24.0) == pytest.approx(0.6)
    assert billed_cloud_services(used=0.5, warehouses=0.0) == pytest.approx(0.5)


def test_serverless_seconds_are_rounded_up_and_have_no_minimum() -> None:
    # 2.2 s count as 3: 96 * 3 s = 288 s at 0.9 credits an hour.
    assert serverless_credits(2.2, runs=96, rate=0.9) == pytest.approx(0.072)


def test_streaming_bills_values_by_the_uncompressed_gigabyte() -> None:
    # 1 MB/s is 3.6 GB an hour (the documentation's example), 86.4 GB a day.
    assert streaming_credits(1_000, 1_000, per_gb=0.01) == pytest.approx(0.864)


def test_the_loader_copies_each_topic_once_per_flush() -> None:
    # 300 s of 100 events/s are 30,000 rows: 3 COPY of 2 s, and 30,000 / 20,000 s.
    use = loader_use(Load(100, flush=300, notify=0))
    assert (use.every_seconds, use.busy_seconds) == (300, 7.5)
    # 288 * 67.5 / 3600
    assert use.credits == pytest.approx(5.4)


def test_rare_events_do_not_wake_the_warehouse_more_often_than_they_come() -> None:
    # One event in 1,000 s: one COPY of 2 s at a time, whatever the flush interval.
    use = loader_use(Load(0.001, flush=10, notify=0))
    assert use.every_seconds == 1_000
    assert use.busy_seconds == pytest.approx(2, abs=1e-3)


def test_a_relay_that_looks_every_ten_seconds_keeps_the_warehouse_on() -> None:
    assert loader_use(Load(100, flush=300, notify=10)).credits == 24
    assert loader_use(Load(100, flush=300, notify=300)).credits == pytest.approx(5.4)


def test_graphs_start_with_a_flush_but_at_most_every_thirty_seconds_or_as_scheduled() -> None:
    assert graph_use(Load(100, flush=10)).every_seconds == 30
    assert graph_use(Load(100, flush=300)).every_seconds == 300
    assert graph_use(Load(100, flush=10, schedule=900)).every_seconds == 900
    # 15 s and 90,000 rows at 20,000 a second are 19.5 s: 96 * 79.5 / 3600.
    assert graph_use(Load(100, flush=10, schedule=900)).credits == pytest.approx(2.12)


def test_what_takes_longer_than_its_interval_cannot_keep_up() -> None:
    # 30 s of 10,000 events are 300,000 rows: 15 + 15 s, just in time.
    assert graph_use(Load(10_000)).can_keep_up
    assert not graph_use(Load(10_001)).can_keep_up


def test_the_table_of_the_documentation_is_that_of_the_model() -> None:
    text = (ROOT / "docs" / "cost.md").read_text()
    for row in grid():
        assert f"| {' | '.join(row)} |" in text


def test_the_command_prints_the_day() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.cost", "--events-per-second", "100"),
            *("--flush-seconds", "300", "--notify-seconds", "0", "--credit-price", "3"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    # Loader 5.40; graphs 15 + 1.5 s: 288 * 76.5 / 3600 = 6.12.
    assert "11.52 credits a day = 34.56 a day; 346 in 30 days." in done.stdout
