"""Raw to gold through CALLs, beside the same tables in hand-written DuckDB SQL.

python -m benchmarks --only pipeline [--events 100000]
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks import baseline, warehouse
from benchmarks.agreement import differing_rows
from benchmarks.figure import Figure
from benchmarks.raw_event import write_raw_events
from benchmarks.warehouse import CALLS, CallTime

RUNS = 3
ALLOWED_RATIO = {100_000: 3.0, 500_000: 2.0}
"""Of the CALLs to the baseline; what a CALL costs without rows weighs less in the larger one."""
ALLOWED_MEMORY = 2 * 2**30
ALLOWED_GROWTH = 1.3
INCREMENT = 12_500
SHORT_HISTORY, LONG_HISTORY = 50_000, 500_000


@dataclass(frozen=True)
class Run:
    """All CALLs on one history, and the baseline on the same rows right after."""

    calls: Sequence[CallTime]
    baseline_seconds: float
    peak_memory: int
    differing_rows: int

    @property
    def seconds(self) -> float:
        return sum(call.wall for call in self.calls)

    @property
    def ratio(self) -> float:
        return self.seconds / self.baseline_seconds


class Pipeline:
    """Measures in a scratch folder, every run on a copy of the deployed one."""

    def __init__(self, deployed: Path, folder: Path, console: Console) -> None:
        self._deployed = deployed
        self._folder = folder
        self._console = console

    def compare(self, events: int) -> list[Figure]:
        """The procedures beside the baseline, on `events` raw rows."""
        files = write_raw_events(self._folder / f"raw-{events}", events)
        runs = [self._run(number, files) for number in range(RUNS)]
        calls = _medians([run.calls for run in runs])
        _print_calls(self._console, f"{events:,} events: the CALLs", calls)
        ratio = median(run.ratio for run in runs)
        seconds = median(run.seconds for run in runs)
        beside = median(run.baseline_seconds for run in runs)
        differing = sum(run.differing_rows for run in runs)
        allowed = ALLOWED_RATIO.get(events, max(ALLOWED_RATIO.values()))
        figures = [
            Figure(
                f"{events:,} events, CALLs / baseline",
                f"{ratio:.2f} ({seconds:.2f} s / {beside:.2f} s)",
                f"at most {allowed:g}",
                ratio <= allowed,
            ),
            Figure(f"{events:,} events, rows that differ", f"{differing:,}", "0", differing == 0),
        ]
        peak = max(run.peak_memory for run in runs)
        figures.append(
            Figure(
                f"{events:,} events, peak memory of the warehouse",
                f"{peak / 2**30:.2f} GiB",
                f"under {ALLOWED_MEMORY / 2**30:g} GiB",
                peak < ALLOWED_MEMORY,
            )
        )
        return figures

    def compare_increments(self) -> list[Figure]:
        """The same number of new events on a short and on a long history."""
        short, long = self._increment(SHORT_HISTORY), self._increment(LONG_HISTORY)
        for history, calls in ((SHORT_HISTORY, short), (LONG_HISTORY, long)):
            title = f"{INCREMENT:,} new events on {history:,}: the CALLs"
            _print_calls(self._console, title, calls)
        seconds = [sum(call.wall for call in calls) for calls in (short, long)]
        growth = seconds[1] / seconds[0]
        return [
            Figure(
                f"{INCREMENT:,} new events on {LONG_HISTORY:,} / on {SHORT_HISTORY:,}",
                f"{growth:.2f} ({seconds[1]:.2f} s / {seconds[0]:.2f} s)",
                f"at most {ALLOWED_GROWTH:g}",
                growth <= ALLOWED_GROWTH,
            )
        ]

    def _run(self, number: int, files: Sequence[Path]) -> Run:
        home = self._folder / "run"
        database = self._folder / "baseline.duckdb"
        with self._console.status(f"run {number + 1} of {RUNS}"):
            with warehouse.copied(self._deployed, home) as running:
                running.land_behind_few(files)
                calls = running.call_all()
                peak = running.peak_memory()
            baseline.prepare(database, files)
            beside = baseline.measure(database)
            differing = differing_rows(warehouse.database_file(home), database)
        self._report(differing)
        shutil.rmtree(home)
        database.unlink()
        return Run(calls, beside, peak, sum(differing.values()))

    def _increment(self, history: int) -> list[CallTime]:
        """Medians over RUNS increments, one after the other on the growing history."""
        home = self._folder / "run"
        files = write_raw_events(
            self._folder / f"raw-{history}-and-more", history, (INCREMENT,) * RUNS
        )
        runs = []
        with (
            self._console.status(f"{INCREMENT:,} new events on {history:,}"),
            warehouse.copied(self._deployed, home) as running,
        ):
            running.land(files[:-RUNS])
            running.call_all()
            for file in files[-RUNS:]:
                running.land([file])
                runs.append(running.call_all())
        shutil.rmtree(home)
        return _medians(runs)

    def _report(self, differing: dict[str, int]) -> None:
        for table, rows in differing.items():
            if rows:
                self._console.print(f"[red]{table}: {rows:,} rows differ from the baseline's")


def _medians(runs: Sequence[Sequence[CallTime]]) -> list[CallTime]:
    return [
        CallTime(
            procedure,
            *(
                median(getattr(run[place], part) for run in runs)
                for part in ("wall", "duckdb", "translation", "snowpark")
            ),
        )
        for place, procedure in enumerate(CALLS)
    ]


def _print_calls(console: Console, title: str, calls: Sequence[CallTime]) -> None:
    table = Table(title=f"{title}, seconds (medians of {RUNS})", title_justify="left")
    table.add_column("procedure")
    for name in ("wall", "DuckDB", "translation", "Snowpark", "rest"):
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    for procedure in (*CALLS, "sum", "share"):
        chosen = [call for call in calls if procedure in (call.procedure, "sum", "share")]
        parts = [
            sum(getattr(call, part) for call in chosen)
            for part in ("wall", "duckdb", "translation", "snowpark", "rest")
        ]
        if procedure == "share":
            cells = [f"{part / parts[0]:.0%}" for part in parts]
        else:
            cells = [f"{part:.2f}" for part in parts]
        table.add_row(procedure, *cells, end_section=procedure == CALLS[-1])
    console.print(table)
