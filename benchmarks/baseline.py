"""The yardstick: the same tables from the same raw rows, in hand-written DuckDB SQL.

    python -m benchmarks.baseline DATABASE FOLDER

runs the scripts of the folder on a DuckDB file with the raw rows and prints their seconds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

SCRIPTS = Path(__file__).parent / "baseline"
FILE_SCRIPTS = SCRIPTS / "file"
"""Those of the nightly files."""
TABLES = (
    "silver.patient_flow",
    "ops.rejected_event",
    "gold.dim_patient",
    "gold.dim_department",
    "gold.dim_hospital",
    "gold.fact_patient_flow",
)


def prepare(database: Path, files: Sequence[Path]) -> None:
    """A DuckDB file with the raw rows, the schemas, and no files loaded."""
    with duckdb.connect(database) as duck:
        for schema in ("raw", "silver", "gold", "ops"):
            duck.execute(f"create schema {schema}")
        duck.execute(
            "create table raw.patient_flow_event as from read_parquet(?)",
            [[str(file) for file in files]],
        )
        duck.execute((SCRIPTS / "00_empty.sql").read_text())


def prepare_files(database: Path, files: Mapping[str, Sequence[Path]]) -> None:
    """A DuckDB file with the raw rows of these sources of nightly files, and the schemas."""
    with duckdb.connect(database) as duck:
        for schema in ("raw", "silver", "gold", "ops"):
            duck.execute(f"create schema {schema}")
        for source, paths in files.items():
            listed = [str(path) for path in paths]
            duck.execute(f"create table raw.{source}_record as from read_parquet(?)", [listed])


def measure(database: Path, scripts: Path = SCRIPTS) -> float:
    """Seconds the scripts of the folder take, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.baseline", str(database), str(scripts)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def run(database: Path, scripts: Path) -> float:
    """Run the scripts and return their seconds."""
    texts = [file.read_text() for file in sorted(scripts.glob("[1-9]*.sql"))]
    with duckdb.connect(database) as duck:
        duck.execute("set timezone = 'UTC'")
        duck.execute("set enable_progress_bar = false")
        started = time.perf_counter()
        for text in texts:
            duck.execute(text)
        return time.perf_counter() - started


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), Path(sys.argv[2])))
