"""Nightly files: claims and what is paid for them beside hand-written SQL, and night after night.

python -m benchmarks --only files
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pandas as pd
import snowflake.connector
from rich.console import Console
from rich.table import Table
from snowflake.connector.pandas_tools import write_pandas

from benchmarks import baseline
from benchmarks.agreement import differing_rows
from benchmarks.figure import Figure
from benchmarks.file_record import SAMPLE, World
from benchmarks.warehouse import Warehouse, copied, database_file
from sandbox.profile import CONNECTION, DATABASE

CLAIM_SOURCES = ("payer", "encounter", "claim", "claim_transaction")
SOURCES = ("organization", *CLAIM_SOURCES, "patient", "condition")
FACTS = ("dim_payer", "fact_encounter", "fact_claim", "fact_claim_transaction")
OTHERS = ("dim_patient", "dim_organization", "fact_condition", "fact_patient_flow")
MARTS = ("payer_coverage_summary", "claim_cost_and_payments")
TABLES = (
    "silver.payer",
    "silver.encounter_record",
    "silver.claim",
    "silver.claim_transaction",
    "ops.rejected_event",
    *(f"gold.{name}" for name in FACTS),
    *(f"gold.mart_{name}" for name in MARTS),
)
COPIES, RUNS, ALLOWED_RATIO = 100, 3, 3.0
NIGHTS_OF, CHANGED, SHORT, LONG, PAIRS, ALLOWED_GROWTH = 10, 0.01, 3, 30, 5, 1.3

Seconds = dict[str, float]


class Hospital:
    """A warehouse on a copy of the deployed folder, to which nights of files are told."""

    def __init__(self, warehouse: Warehouse, home: Path, sources: Sequence[str]) -> None:
        self._warehouse = warehouse
        tables = [f"{name}_record" if name == "encounter" else name for name in sources]
        self._silver = [f"silver.load_{name}" for name in tables]
        self._rejected = [f"ops.load_rejected_{name}" for name in tables]
        self._gold = [f"gold.load_{name}" for name in FACTS]
        if "patient" in sources:
            self._gold += [f"gold.load_{name}" for name in OTHERS]
        self._connection = snowflake.connector.connect(
            connection_name=CONNECTION, connections_file_path=home / "connections.toml"
        )
        self.call_all()

    def land(self, files: Mapping[str, Sequence[Path]]) -> None:
        """Land the raw rows of a night."""
        for source, paths in files.items():
            for path in paths:
                write_pandas(
                    self._connection,
                    pd.read_parquet(path),
                    f"{source}_RECORD".upper(),
                    database=DATABASE,
                    schema="RAW",
                    compression="snappy",
                    use_logical_type=True,
                )

    def call_silver(self) -> None:
        """CALL what brings the raw rows to silver."""
        self._call(self._silver)

    def call_all(self) -> Seconds:
        """CALL the procedures one after the other; the seconds of each."""
        return self._call([*self._silver, *self._rejected, *self._gold])

    def read_marts(self) -> Seconds:
        """Keep what each mart shows as gold.mart_<name>; the seconds of each."""
        return {
            f"gold.{mart}": self._timed(
                f"create table gold.mart_{mart} as select * from gold.{mart}"
            )
            for mart in MARTS
        }

    def peak_memory(self) -> int:
        """Largest resident size of the warehouse so far, in bytes."""
        return self._warehouse.peak_memory()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _call(self, procedures: Iterable[str]) -> Seconds:
        return {name: self._timed(f"call {name}()") for name in procedures}

    def _timed(self, statement: str) -> float:
        started = time.perf_counter()
        with self._connection.cursor() as cursor:
            cursor.execute(f"use database {DATABASE}")
            cursor.execute(statement)
        return time.perf_counter() - started


def compare_files(
    deployed: Path, folder: Path, console: Console, copies: int = COPIES
) -> list[Figure]:
    """The two figures; none, with the reason, where the sample is not beside this repository."""
    if not SAMPLE.exists():
        console.print(f"files: left out, because {SAMPLE} is not there")
        return []
    whole = compare_claims(deployed, folder, console, copies)
    return whole + compare_nights(deployed, folder, console)


def compare_claims(deployed: Path, folder: Path, console: Console, copies: int) -> list[Figure]:
    """The sample's claims so many times, through CALLs and through the baseline."""
    written = World(copies).write(folder / f"claims-{copies}")
    files = {source: written[source] for source in CLAIM_SOURCES}
    database, home = folder / "baseline.duckdb", folder / "run"
    runs: list[Seconds] = []
    beside: list[float] = []
    differing, peak = 0, 0
    for number in range(RUNS):
        with console.status(f"claims, run {number + 1} of {RUNS}"):
            with copied(deployed, home) as warehouse:
                hospital = Hospital(warehouse, home, CLAIM_SOURCES)
                hospital.land(files)
                runs.append(hospital.call_all() | hospital.read_marts())
                peak = max(peak, hospital.peak_memory())
                hospital.close()
            baseline.prepare_files(database, files)
            beside.append(baseline.measure(database, baseline.FILE_SCRIPTS))
            found = differing_rows(database_file(home), database, TABLES)
        for table, rows in found.items():
            if rows:
                console.print(f"[red]{table}: {rows:,} rows differ from the baseline's")
        differing += sum(found.values())
        shutil.rmtree(home)
        database.unlink()
    _print_seconds(console, "Claims: the CALLs and the marts", {"seconds": _medians(runs)})
    seconds = [sum(run.values()) for run in runs]
    ratio = median(ours / theirs for ours, theirs in zip(seconds, beside, strict=True))
    lines = sum(len(pd.read_parquet(path)) for paths in files.values() for path in paths)
    return [
        Figure(
            f"claims x {copies} ({lines:,} lines), CALLs / baseline",
            f"{ratio:.2f} ({median(seconds):.2f} s / {median(beside):.2f} s)",
            f"at most {ALLOWED_RATIO:g}",
            ratio <= ALLOWED_RATIO,
        ),
        Figure(f"claims x {copies}, rows that differ", f"{differing:,}", "0", differing == 0),
        Figure(f"claims x {copies}, peak memory", f"{peak / 2**30:.2f} GiB", "none", met=True),
    ]


def compare_nights(deployed: Path, folder: Path, console: Console) -> list[Figure]:
    """A night in which little changed, after few nights and after many, in turn."""
    nights: dict[int, list[Seconds]] = {SHORT: [], LONG: []}
    with ExitStack() as stack:
        worlds: dict[int, tuple[World, Hospital]] = {}
        for history in nights:
            home = folder / f"nights-{history}"
            stack.callback(shutil.rmtree, home, ignore_errors=True)
            hospital = Hospital(stack.enter_context(copied(deployed, home)), home, SOURCES)
            stack.callback(hospital.close)
            worlds[history] = World(NIGHTS_OF), hospital
            with console.status(f"{history} nights"):
                for _ in range(history):
                    _tell_night(*worlds[history], folder / "night")
                    hospital.call_silver()
                hospital.call_all()
        with console.status("nights in turn"):
            for _ in range(PAIRS):
                for history, (world, hospital) in worlds.items():
                    _tell_night(world, hospital, folder / "night")
                    nights[history].append(hospital.call_all())
    medians = {f"after {history}": _medians(runs) for history, runs in nights.items()}
    _print_seconds(console, f"A night in which {CHANGED:.0%} changed", medians)
    short, long = ([sum(run.values()) for run in nights[history]] for history in nights)
    growth = median(after / before for before, after in zip(short, long, strict=True))
    return [
        Figure(
            f"a night after {LONG} nights / after {SHORT}",
            f"{growth:.2f} ({median(long):.2f} s / {median(short):.2f} s)",
            f"at most {ALLOWED_GROWTH:g}",
            growth <= ALLOWED_GROWTH,
        )
    ]


def _tell_night(world: World, hospital: Hospital, folder: Path) -> None:
    world.pass_a_day(CHANGED)
    hospital.land(world.write(folder))
    shutil.rmtree(folder)


def _medians(runs: Sequence[Seconds]) -> Seconds:
    return {name: median(run[name] for run in runs) for name in runs[0]}


def _print_seconds(console: Console, title: str, columns: Mapping[str, Seconds]) -> None:
    table = Table(title=f"{title}, seconds (medians)", title_justify="left")
    table.add_column("procedure or mart")
    for name in columns:
        table.add_column(name, justify="right")
    for name in next(iter(columns.values())):
        table.add_row(name, *(f"{column[name]:.2f}" for column in columns.values()))
    table.add_section()
    table.add_row("sum", *(f"{sum(column.values()):.2f}" for column in columns.values()))
    console.print(table)
