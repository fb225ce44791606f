"""Vital signs: raw to gold in one go, in increments, and live.

python -m benchmarks --only vitals
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pandas as pd
import snowflake.connector
from rich.console import Console
from rich.table import Table
from snowflake.connector.pandas_tools import write_pandas

from benchmarks.figure import Figure
from benchmarks.vitals_event import write_raw_readings
from benchmarks.warehouse import Warehouse, copied
from sandbox.profile import CONNECTION, DATABASE

CALLS = (
    "silver.load_vitals()",
    "ops.load_rejected_vitals()",
    "gold.load_fact_vitals()",
    "gold.load_vitals_hourly()",
    "gold.load_fact_alert()",
    "gold.load_patient_latest_vitals()",
    "ops.load_notification(3600)",
)
"""What readings set off: the tasks of their graph."""
RUNS = 5
INCREMENT = 30_000
SHORT_HISTORY, LONG_HISTORY = 100_000, 1_000_000
READ_AT_LEAST = 0.97
"""Part of the messages that become a reading: the others are repeated or cannot be read."""
ALLOWED_GROWTH = 1.5
ALLOWED_MEMORY = 3 * 2**30


class Ward:
    """A warehouse on a copy of the deployed folder, with its own raw readings."""

    def __init__(self, warehouse: Warehouse, home: Path, files: Sequence[Path]) -> None:
        self._warehouse = warehouse
        self._files = files
        self._connection = snowflake.connector.connect(
            connection_name=CONNECTION, connections_file_path=home / "connections.toml"
        )
        self.call_all()

    def land_history(self) -> None:
        """Land all but the increments."""
        for file in self._files[:-RUNS]:
            self._land(file)

    def increment(self, number: int) -> list[float]:
        """Land an increment; the seconds of the CALLs for it."""
        self._land(self._files[number - RUNS])
        return self.call_all()

    def call_all(self) -> list[float]:
        """CALL the procedures one after the other; the seconds of each."""
        return [self._call(procedure) for procedure in CALLS]

    def count_readings(self) -> int:
        """Rows of gold.fact_vitals."""
        with self._connection.cursor() as cursor:
            return int(cursor.execute("select count(*) from gold.fact_vitals").fetchall()[0][0])

    def peak_memory(self) -> int:
        """Largest resident size of the warehouse so far, in bytes."""
        return self._warehouse.peak_memory()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _land(self, file: Path) -> None:
        write_pandas(
            self._connection,
            pd.read_parquet(file),
            "VITALS_EVENT",
            database=DATABASE,
            schema="RAW",
            compression="snappy",
            use_logical_type=True,
        )

    def _call(self, procedure: str) -> float:
        started = time.perf_counter()
        with self._connection.cursor() as cursor:
            cursor.execute(f"call {procedure}")
        return time.perf_counter() - started


def compare_vitals(deployed: Path, folder: Path, console: Console) -> list[Figure]:
    """A million readings in one go, and increments on a short and a long history in turn.

    The growth is the median of the pairs' ratios: what disturbs one of a pair disturbs both.
    """
    with ExitStack() as stack:
        with console.status("simulating the ward"):
            wards = {
                history: _ward(deployed, folder, history, stack)
                for history in (SHORT_HISTORY, LONG_HISTORY)
            }
        whole = {}
        for history, ward in wards.items():
            with console.status(f"{history:,} readings"):
                ward.land_history()
                whole[history] = ward.call_all()
                readings = ward.count_readings()
                assert READ_AT_LEAST < readings / history < 1, f"{readings:,} of {history:,}"
        peak = wards[LONG_HISTORY].peak_memory()
        increments: dict[int, list[list[float]]] = {history: [] for history in wards}
        with console.status(f"{INCREMENT:,} new readings"):
            for number in range(RUNS):
                for history, ward in wards.items():
                    increments[history].append(ward.increment(number))
        peak_after = wards[LONG_HISTORY].peak_memory()
    medians = {
        history: [median(run[place] for run in runs) for place in range(len(CALLS))]
        for history, runs in increments.items()
    }
    _print_seconds(console, whole, medians)
    short, long = ([sum(run) for run in increments[history]] for history in wards)
    growth = median(after / before for before, after in zip(short, long, strict=True))
    return [
        Figure(
            f"{LONG_HISTORY:,} readings, CALLs",
            f"{sum(whole[LONG_HISTORY]):.1f} s",
            "none",
            met=True,
        ),
        Figure(
            f"{LONG_HISTORY:,} readings, peak memory of the warehouse",
            f"{peak / 2**30:.2f} GiB ({peak_after / 2**30:.2f} GiB after increments)",
            f"under {ALLOWED_MEMORY / 2**30:g} GiB",
            peak_after < ALLOWED_MEMORY,
        ),
        Figure(
            f"{INCREMENT:,} new readings on {LONG_HISTORY:,} / on {SHORT_HISTORY:,}",
            f"{growth:.2f} ({median(long):.2f} s / {median(short):.2f} s)",
            f"at most {ALLOWED_GROWTH:g}",
            growth <= ALLOWED_GROWTH,
        ),
    ]


def _ward(deployed: Path, folder: Path, history: int, stack: ExitStack) -> Ward:
    home = folder / f"ward-{history}"
    stack.callback(shutil.rmtree, home, ignore_errors=True)
    files = write_raw_readings(folder / f"readings-{history}", history, (INCREMENT,) * RUNS)
    warehouse = stack.enter_context(copied(deployed, home))
    ward = Ward(warehouse, home, files)
    stack.callback(ward.close)
    return ward


def _print_seconds(
    console: Console, whole: dict[int, list[float]], increments: dict[int, list[float]]
) -> None:
    title = f"Vital signs: the CALLs, seconds (increments: medians of {RUNS})"
    table = Table(title=title, title_justify="left")
    table.add_column("procedure")
    columns = {f"{history:,} at once": seconds for history, seconds in whole.items()} | {
        f"{INCREMENT:,} on {history:,}": seconds for history, seconds in increments.items()
    }
    for name in columns:
        table.add_column(name, justify="right")
    for place, procedure in enumerate(CALLS):
        last = place == len(CALLS) - 1
        cells = [f"{seconds[place]:.2f}" for seconds in columns.values()]
        table.add_row(procedure, *cells, end_section=last)
    table.add_row("sum", *(f"{sum(seconds):.2f}" for seconds in columns.values()))
    console.print(table)
