"""The feeds of any Synthea version, folders of nights, and files that are large."""

import csv
import gzip
import json
import os
import pty
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.loader.rig import Loader, RawAccount, environment, load, running

SYNTHEA = Path(__file__).parents[3] / "shared" / "data" / "synthea"
real = pytest.mark.skipif(
    not SYNTHEA.exists(), reason=f"{SYNTHEA} is not there: the samples are not part of the project"
)
TABLES = {
    "organizations": "organization",
    "payers": "payer",
    "patients": "patient",
    "providers": "provider",
    "encounters": "encounter",
    "conditions": "condition",
    "observations": "observation",
    "procedures": "procedure",
    "allergies": "allergy",
    "claims": "claim",
    "claims_transactions": "claim_transaction",
}
MIB = 1024 * 1024


def records_of(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def as_texts(records: Iterable[dict[str, str]]) -> Counter[str]:
    return Counter(json.dumps(record, sort_keys=True) for record in records)


def night(folder: Path, day: int, **files: str) -> datetime:
    """A night's files, all changed at one in the morning of that day of March 2026, UTC."""
    at = datetime(2026, 3, day, 1)
    inside = folder / f"night_2026-03-{day:02}"
    inside.mkdir(parents=True)
    seconds = at.replace(tzinfo=UTC).timestamp()
    for name, text in files.items():
        path = inside / f"{name}.csv"
        path.write_text(text)
        os.utime(path, (seconds, seconds))
    return at


@real
def test_every_line_of_every_synthea_version_becomes_a_row_by_its_columns_names(
    raw: RawAccount,
) -> None:
    finished = load(environment(raw.home), "csv", str(SYNTHEA))

    assert finished.code == 0, finished.err
    for feed, table in TABLES.items():
        found = raw.execute(
            f"select payload from raw.{table}_record where payload_encoding = 'json'"
        )
        expected: Counter[str] = Counter()
        for path in SYNTHEA.glob(f"*/{feed}.csv.gz"):
            expected += as_texts(records_of(path))
        assert as_texts(json.loads(payload) for (payload,) in found) == expected, feed
        assert raw.execute(f"select count(*) from raw.{table}_record") == [(expected.total(),)]
    left = "careplans.csv.gz, devices.csv.gz, imaging_studies.csv.gz, immunizations.csv.gz,"
    assert f"skipped, no known feed: {left}" in " ".join(finished.out.split())


def test_nights_are_loaded_one_after_the_other_each_as_of_its_own_time(
    raw: RawAccount, tmp_path: Path
) -> None:
    world = tmp_path / "world"
    times = [
        night(world, day, payers=f"Id,NAME\np1,{day}\n", patients=f"Id,CITY\nP1,{day}\n")
        for day in (9, 10, 11)
    ]
    nights = sorted(str(path) for path in world.iterdir())

    several = load(environment(raw.home), "csv", *nights)
    together = load(environment(raw.home), "csv", str(world))

    assert (several.code, together.code) == (0, 0), several.err + together.err
    assert together.out.count("already loaded") == 6
    for table, field in (("payer", "NAME"), ("patient", "CITY")):
        rows = raw.execute(f"select as_of, payload from raw.{table}_record order by loaded_at")
        assert [(at, json.loads(payload)[field]) for at, payload in rows] == [
            (times[0], "9"),
            (times[1], "10"),
            (times[2], "11"),
        ]


def test_one_time_for_several_snapshots_of_a_feed_is_refused(
    raw: RawAccount, tmp_path: Path
) -> None:
    for day in (9, 10):
        night(tmp_path, day, payers="Id,NAME\np1,One\n")

    finished = load(environment(raw.home), "csv", str(tmp_path), "--as-of", "2026-03-09")

    assert finished.code == 2
    assert "--as-of: " in finished.err
    assert "night_2026-03-09/payers.csv and" in finished.err
    assert raw.execute("select count(*) from raw.payer_record") == [(0,)]


def test_a_file_without_a_column_of_its_key_stops_and_the_other_nights_go_on(
    raw: RawAccount, tmp_path: Path
) -> None:
    night(tmp_path, 9, procedures="PATIENT,ENCOUNTER,CODE,DATE\nP1,E1,1,2026-01-01\n")
    night(tmp_path, 10, procedures="PATIENT,ENCOUNTER,CODE\nP1,E1,1\n", claims="Id\nC1\n")

    finished = load(environment(raw.home), "csv", str(tmp_path))

    assert finished.code == 1
    assert (
        "night_2026-03-10/procedures.csv: has no column START or DATE; "
        "its columns are PATIENT, ENCOUNTER, CODE"
    ) in finished.err
    assert raw.execute("select count(*) from raw.procedure_record") == [(1,)]
    assert raw.execute("select count(*) from raw.claim_record") == [(1,)]


@pytest.fixture(scope="module")
def charges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """700,000 transactions of claims as Synthea writes them, 300 MB."""
    header = (
        "ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,METHOD,FROMDATE,TODATE,PLACEOFSERVICE,"
        "PROCEDURECODE,MODIFIER1,MODIFIER2,DIAGNOSISREF1,DIAGNOSISREF2,DIAGNOSISREF3,"
        "DIAGNOSISREF4,UNITS,DEPARTMENTID,NOTES,UNITAMOUNT,TRANSFEROUTID,TRANSFERTYPE,PAYMENTS,"
        "ADJUSTMENTS,TRANSFERS,OUTSTANDING,APPOINTMENTID,LINENOTE,PATIENTINSURANCEID,"
        "FEESCHEDULEID,PROVIDERID,SUPERVISINGPROVIDERID\n"
    )
    uuid = "47cd1dc0-2b8b-b518-8ebb-cb5e4728bd87"
    rest = (
        f",{uuid},0,{uuid},CHARGE,77.49,,2023-01-27T16:17:47Z,2023-01-27T16:32:47Z,{uuid},"
        f"185345009,,,1,2,,,1,1,Encounter for symptom: a note as long as they are,77.49,,1,,,,,"
        f"{uuid},,{uuid},1,{uuid},{uuid}\n"
    )
    path = tmp_path_factory.mktemp("large") / "claims_transactions.csv"
    with path.open("w") as file:
        file.write(header)
        for first in range(0, 700_000, 10_000):
            file.writelines(f"{n:08}-2b8b{rest}" for n in range(first, first + 10_000))
    return path


def test_a_large_file_streams_in_constant_memory(raw: RawAccount, charges: Path) -> None:
    loader = Loader(environment(raw.home), "csv", str(charges))
    peak = 0
    with running(loader):
        # Not the ru_maxrss of a wait: that is at least what this process had when it forked.
        while loader.process.poll() is None:
            peak = max(peak, peak_memory(loader.process.pid))
            time.sleep(0.05)
        finished = loader.wait()

    assert finished.code == 0, finished.err
    assert raw.execute(
        "select count(*), count(distinct line_number), max(line_number)"
        " from raw.claim_transaction_record"
    ) == [(700_000, 700_000, 700_001)]
    assert 50 * MIB < peak < 500 * MIB


def peak_memory(pid: int) -> int:
    """The most resident memory a process has had so far, in bytes; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def test_the_bar_moves_within_a_large_file(raw: RawAccount, tmp_path: Path) -> None:
    path = tmp_path / "payers.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("Id,NAME\n")
        file.writelines(f"p{n},{os.urandom(8).hex()}\n" for n in range(30_000))
    shown = on_a_terminal(environment(raw.home, LOADER_FLUSH_ROWS=1_000), "csv", str(path))

    percentages = [int(found) for found in re.findall(r"(\d+)%", shown)]
    assert percentages == sorted(percentages)
    assert len({percent for percent in percentages if 0 < percent < 100}) >= 3
    assert raw.execute("select count(*) from raw.payer_record") == [(30_000,)]


def on_a_terminal(settings: dict[str, str], *arguments: str) -> str:
    """Run a loader to its end with a terminal as its output; what the terminal was sent."""
    ours, its = pty.openpty()
    try:
        with running(Loader(settings, *arguments, output=its)) as loader:
            os.close(its)
            shown, deadline = b"", time.monotonic() + 60
            while True:
                assert time.monotonic() < deadline
                try:
                    shown += os.read(ours, 65536)
                except OSError:  # the other end is closed
                    break
            assert loader.process.wait(30) == 0
    finally:
        os.close(ours)
    return shown.decode()
