"""Our own producer's messages and files, and real Synthea input, give the tables of the oracle.

Only the text that the producer writes is used: no module of it is imported.
"""

import csv
import gzip
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from support.account import Project
from support.joined import assert_tables_are
from support.oracle.feed import IDS
from support.oracle.truth import expected_tables
from support.raw import ENCOUNTER, FEEDS, FLOW, RawEvent, RawRecord, event, records

ROOT = Path(__file__).parents[2]
SYNTHEA = ROOT.parent / "shared/data/synthea"
READ_AT = "2030-01-01 00:00"


def produced(source: str, command: str, *options: str) -> list[RawEvent]:
    """The messages that the producer writes to standard output."""
    program = Path(sys.executable).parent / "carefloe-producer"
    done = subprocess.run(
        [program, command, "--dry-run", *options], capture_output=True, check=True, timeout=60
    )
    lines = done.stdout.decode().splitlines()
    return [event(source, line, offset, READ_AT) for offset, line in enumerate(lines)]


def file_rows(folder: Path, as_of: str) -> list[RawRecord]:
    """The lines of the files in a folder that the oracle knows, as the loader lands them."""
    return [
        row
        for source in IDS
        for file in folder.glob(f"{FEEDS[source]}.csv*")
        for row in records(source, as_of, *_lines(file))
    ]


def _lines(file: Path) -> Iterator[dict[str, str]]:
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode()
    yield from csv.DictReader(StringIO(text, newline=""))


def assert_agreement(project: Project, told: list[RawEvent], files: list[RawRecord]) -> None:
    half = len(told) // 2
    project.land_events(told[half:])
    project.land_records(files)
    project.run_all()
    project.land_events(told[:half])
    project.run_all()
    assert_tables_are(project, expected_tables(told, files))
    for row in project.rows("ops.reconciliation"):
        assert (row["pending_rows"], row["unexplained_rows"]) == (0, 0), row


def test_the_producers_own_world(project: Project, tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "carefloe-producer"
    world = str(tmp_path)
    subprocess.run(
        [program, "files", "--patients", "60", "--to", world], check=True, capture_output=True
    )
    told = produced(
        FLOW, "patient-flow", "--events", "1500", "--patients", "300", "--dirty-rate", "0.3"
    )
    told += produced(ENCOUNTER, "encounters", "--from", world, "--dirty-rate", "0.3")[:500]

    assert_agreement(project, told, file_rows(tmp_path, "2021-03-01"))


@pytest.mark.parametrize(
    "name", ["set_a_ohdsi27", pytest.param("set_b_pop922", marks=pytest.mark.slow)]
)
def test_real_synthea_encounters(project: Project, name: str) -> None:
    folder = SYNTHEA / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    told = produced(ENCOUNTER, "encounters", "--from", str(folder), "--dirty-rate", "0.2")

    assert_agreement(project, told, file_rows(folder, "2015-06-01"))
