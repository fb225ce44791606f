from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.live import delays
from benchmarks.vitals_event import write_raw_readings

NOON = datetime(2026, 1, 5, 12)
NOON_SECONDS = 1_767_614_400


def test_every_second_that_a_look_uncovers_has_its_own_delay() -> None:
    before, newest = NOON, NOON.replace(second=3)
    assert list(delays(before, newest, NOON_SECONDS + 4.5)) == [1.5, 2.5, 3.5]
    assert list(delays(before, before, NOON_SECONDS + 4.5)) == []


def test_raw_readings_are_those_of_500_patients_minute_by_minute(tmp_path: Path) -> None:
    files = write_raw_readings(tmp_path / "raw", 60_000, increments=(1_000, 2_000))
    frames = [pd.read_parquet(file) for file in files]
    assert [len(frame) for frame in frames] == [50_000, 10_000, 1_000, 2_000]
    rows = pd.concat(frames)
    assert not rows.duplicated(["TOPIC", "KAFKA_PARTITION", "KAFKA_OFFSET"]).any()
    assert rows["BROKER_TIME"].is_monotonic_increasing
    minutes = (rows["BROKER_TIME"].max() - rows["BROKER_TIME"].min()).total_seconds() / 60
    assert minutes == pytest.approx(63_000 / 500, rel=0.03)
    assert 500 <= rows["KAFKA_KEY"].nunique() <= 600
    first = json.loads(frames[0]["PAYLOAD"].iloc[0])
    assert first["patient_id"] == frames[0]["KAFKA_KEY"].iloc[0]
