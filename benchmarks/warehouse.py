"""The sandbox warehouse as a process of its own: deployed to with the `snow` CLI, then called."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import snowflake.connector
from snowflake.connector.pandas_tools import write_pandas

from benchmarks import stopwatch
from sandbox.process import Service
from sandbox.profile import CONNECTION, DATABASE, write_profile

ROOT = Path(__file__).parent.parent
SNOW = Path(sys.executable).parent / "snow"
PROJECT = ("snowflake.yml", "requirements.snowflake.txt", "snowpark", "sql")
CALLS = (
    "silver.load_patient_flow",
    "ops.load_rejected_patient_flow",
    "gold.load_dim_patient",
    "gold.load_dim_department",
    "gold.load_dim_hospital",
    "gold.load_fact_patient_flow",
    "gold.load_fact_encounter",
)
"""What patient-flow events set off: the tasks of their graph and the consumers of silver."""
FEW = 20
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class CallTime:
    """One CALL, in seconds."""

    procedure: str
    wall: float
    duckdb: float
    """In DuckDB: the SQL run, the transaction committed."""
    translation: float
    """From Snowflake's SQL to DuckDB's."""
    snowpark: float
    """CPU of the handler's process: Snowpark building the SQL."""

    @property
    def rest(self) -> float:
        """Requests and answers on the wire, sessions and locks, one process waiting for another."""
        return self.wall - self.duckdb - self.translation - self.snowpark


class Warehouse:
    """A running warehouse process and one connection to it."""

    def __init__(
        self, pid: int, folder: Path, connection: snowflake.connector.SnowflakeConnection
    ) -> None:
        self.pid = pid
        self._folder = folder
        self._connection = connection

    def land(self, files: Sequence[Path]) -> None:
        """Land raw rows as the loader does: one `write_pandas` per file."""
        for file in files:
            self._land(pd.read_parquet(file))

    def land_behind_few(self, files: Sequence[Path]) -> None:
        """The same, but the procedures see the first few rows on their own, which nobody times.

        Without rows they leave at once; a warehouse that has been up for a while has worked.
        """
        first, *others = files
        rows = pd.read_parquet(first)
        self._land(rows[:FEW])
        self.call_all()
        self._land(rows[FEW:].reset_index(drop=True))
        self.land(others)

    def _land(self, rows: pd.DataFrame) -> None:
        write_pandas(
            self._connection,
            rows,
            "PATIENT_FLOW_EVENT",
            database=DATABASE,
            schema="RAW",
            compression="snappy",
            use_logical_type=True,
        )

    def call_all(self) -> list[CallTime]:
        """CALL the procedures one after the other."""
        return [self._call(procedure) for procedure in CALLS]

    def peak_memory(self) -> int:
        """Largest resident size of the process so far, in bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("the system does not tell the peak memory of a process")

    def _call(self, procedure: str) -> CallTime:
        handlers = self._handler_cpu()
        started = time.perf_counter()
        with self._connection.cursor() as cursor:
            cursor.execute(f"call {procedure}()")
        wall = time.perf_counter() - started
        parts = stopwatch.read(self._folder)
        return CallTime(
            procedure,
            wall,
            parts[stopwatch.DUCKDB],
            parts[stopwatch.TRANSLATION],
            self._handler_cpu() - handlers,
        )

    def _handler_cpu(self) -> float:
        tasks = Path(f"/proc/{self.pid}/task").glob("*/children")
        return sum(_cpu(int(pid)) for children in tasks for pid in children.read_text().split())


def deploy(home: Path) -> None:
    """Deploy the project into a new sandbox folder, without its tasks: nothing fires by itself."""
    project = home.with_name(f"{home.name}-project")
    project.mkdir(parents=True)
    for name in PROJECT:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, project / name)
    files = [file for file in sorted((project / "sql").glob("*.sql")) if file.name < "80"]
    with _process(home):
        sql = ["sql", "-c", CONNECTION, "--enable-templating", "STANDARD"]
        _snow(home, project, *sql, *(f"--filename={file}" for file in files))
        _snow(home, project, "snowpark", "build")
        _snow(home, project, "snowpark", "deploy", "--replace", "-c", CONNECTION)
    shutil.rmtree(project)


@contextmanager
def copied(deployed: Path, home: Path) -> Iterator[Warehouse]:
    """A warehouse on a copy of the deployed folder, its procedures called once without rows.

    So handlers are started and imported, as they are in a warehouse that has been up for a while.
    """
    shutil.copytree(deployed, home)
    with _process(home) as (pid, address):
        host, _, port = address.rpartition(":")
        connection = snowflake.connector.connect(
            account="sandbox",
            user="sandbox",
            password="sandbox",  # noqa: S106 - the sandbox asks for none
            host=host,
            port=int(port),
            protocol="http",
            database=DATABASE,
        )
        try:
            warehouse = Warehouse(pid, home / "warehouse", connection)
            warehouse.call_all()
            yield warehouse
        finally:
            connection.close()


def database_file(home: Path) -> Path:
    """Where the stopped warehouse of this folder keeps its tables."""
    return home / "warehouse" / f"{DATABASE}.duckdb"


@contextmanager
def _process(home: Path) -> Iterator[tuple[int, str]]:
    service = Service("warehouse", home)
    (service.folder / "stopwatch.json").unlink(missing_ok=True)
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.stopwatch"]
    with service.log.open("ab") as log:
        started = subprocess.Popen(
            [*command, "--dir", str(service.folder), "--port", "0"],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
    running = service.wait_until_up(started)
    write_profile(home, running.address, kafka_address="")
    try:
        yield running.pid, running.address
    finally:
        service.stop()
        started.wait()


def _snow(home: Path, project: Path, *arguments: str) -> None:
    done = subprocess.run(
        [SNOW, *arguments],
        cwd=project,
        env={**os.environ, "SNOWFLAKE_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"snow {arguments[0]} failed:\n{done.stdout}{done.stderr}")


def _cpu(pid: int) -> float:
    """CPU seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
