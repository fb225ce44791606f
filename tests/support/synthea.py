"""Folders of Synthea's shape: their lines as raw rows, and their files as pandas frames.

Samples lie beside this repository; the simulated world is written by the producer.
"""

import csv
import gzip
from pathlib import Path

import pandas as pd
import pytest
from support.raw import FEEDS, RawRecord, records

SAMPLES = Path(__file__).parents[3] / "shared/data/synthea"


def samples(*names: str) -> list[Path]:
    """The folders of these samples; skips the test where they are absent."""
    if not SAMPLES.exists():
        pytest.skip(f"{SAMPLES} is not there")
    return [SAMPLES / name for name in names]


def synthea_records(folder: Path, as_of: str, *sources: str) -> list[RawRecord]:
    """Every line of the files that the folder has of these sources."""
    landed = []
    for source in sources:
        path = _path(folder, FEEDS[source])
        if path is None:
            continue
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            landed += records(source, as_of, *csv.DictReader(lines))
    return landed


def synthea_frame(folder: Path, feed: str) -> pd.DataFrame:
    """The file as text; without rows and columns where the folder lacks the feed."""
    path = _path(folder, feed)
    return pd.DataFrame() if path is None else pd.read_csv(path, dtype=str)


def _path(folder: Path, feed: str) -> Path | None:
    found = [folder / f"{feed}.csv", folder / f"{feed}.csv.gz"]
    return next((path for path in found if path.exists()), None)
