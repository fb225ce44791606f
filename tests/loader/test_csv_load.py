"""Snapshots into raw, each line once, through the real command and a real account on loopback."""

import gzip
import hashlib
import json
import os
import signal
import threading
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.loader.proxy import AccountProxy, LostError
from tests.loader.rig import Loader, RawAccount, environment, load, running

AS_OF = ("--as-of", "2026-01-05T06:00:00+01:00")
PAYERS = b"Id,NAME\np1,One\np2,\n"


def payer_rows(raw: RawAccount) -> list[tuple[object, ...]]:
    return raw.execute(
        "select line_number, payload, payload_encoding from raw.payer_record order by as_of, 1"
    )


def file_of(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_line_becomes_a_row_that_knows_where_it_came_from(
    raw: RawAccount, tmp_path: Path
) -> None:
    file = file_of(tmp_path, "payers.csv", PAYERS + b"p3\np4,\xff\n")

    finished = load(environment(raw.home), "csv", str(file), *AS_OF)

    assert finished.code == 0, finished.err
    assert payer_rows(raw) == [
        (2, '{"Id":"p1","NAME":"One"}', "json"),
        (3, '{"Id":"p2","NAME":""}', "json"),
        (4, "p3", "utf-8"),
        (5, b64encode(b"p4,\xff").decode(), "base64"),
    ]
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert raw.execute(
        "select distinct feed, file_name, content_hash, as_of, length(load_id)"
        " from raw.payer_record"
    ) == [("payers", "payers.csv", digest, datetime(2026, 1, 5, 5), 32)]


def test_the_same_content_at_the_same_time_is_loaded_once_whatever_it_is_called(
    raw: RawAccount, tmp_path: Path
) -> None:
    plain = file_of(tmp_path, "payers.csv", PAYERS)
    (tmp_path / "other").mkdir()
    zipped = file_of(tmp_path / "other", "PAYERS.csv.gz", gzip.compress(PAYERS))
    settings = environment(raw.home)

    runs = [load(settings, "csv", str(path), *AS_OF) for path in (plain, plain, zipped)]

    assert [run.code for run in runs] == [0, 0, 0], runs
    assert ["already loaded" in run.out for run in runs] == [False, True, True]
    assert len(payer_rows(raw)) == 2
    later = load(settings, "csv", str(plain), "--as-of", "2026-01-06")
    assert "already loaded" not in later.out
    assert len(payer_rows(raw)) == 4


def test_without_as_of_it_is_the_modification_time_in_utc_to_the_second(
    raw: RawAccount, tmp_path: Path
) -> None:
    file = file_of(tmp_path, "payers.csv", PAYERS)
    changed = datetime(2026, 3, 29, 1, 30, 15, 900_000, tzinfo=UTC).timestamp()
    os.utime(file, (changed, changed))

    finished = load(environment(raw.home, TZ="America/New_York"), "csv", str(file))

    assert finished.code == 0, finished.err
    assert raw.execute("select distinct as_of from raw.payer_record") == [
        (datetime(2026, 3, 29, 1, 30, 15),)
    ]


def test_a_folder_loads_its_feeds_and_lists_what_it_skips(raw: RawAccount, tmp_path: Path) -> None:
    file_of(tmp_path, "hospitals.csv", b"HOSPITAL_ID,NAME\nH1,North\n")
    file_of(tmp_path, "departments.csv", b"HOSPITAL_ID,DEPARTMENT\nH1,ICU\nH1,Surgery\n")
    file_of(tmp_path, "organizations.csv.gz", gzip.compress(b"Id\no1\n"))
    file_of(tmp_path, "immunizations.csv", b"DATE\n1\n")
    file_of(tmp_path, "notes.txt", b"-")

    finished = load(environment(raw.home), "csv", str(tmp_path), *AS_OF)

    assert finished.code == 0, finished.err
    assert "skipped, no known feed: immunizations.csv" in finished.out
    assert "notes" not in finished.out
    counts = [
        raw.execute(f"select count(*) from raw.{table}_record")[0][0]
        for table in ("hospital", "department", "organization", "payer")
    ]
    assert counts == [1, 2, 1, 0]


def test_a_file_that_cannot_be_loaded_is_told_and_the_others_are_loaded(
    raw: RawAccount, tmp_path: Path
) -> None:
    file_of(tmp_path, "departments.csv", b"HOSPITAL_ID,WARD\nH1,ICU\n")
    file_of(tmp_path, "hospitals.csv.gz", gzip.compress(b"HOSPITAL_ID\nH1\n" * 999)[:-20])
    file_of(tmp_path, "organizations.csv", b"")
    file_of(tmp_path, "payers.csv", PAYERS)

    finished = load(environment(raw.home), "csv", str(tmp_path), *AS_OF)

    assert finished.code == 1
    assert f"{tmp_path}/departments.csv: has no column DEPARTMENT" in finished.err
    assert f"{tmp_path}/hospitals.csv.gz: cannot be read as a whole" in finished.err
    assert f"{tmp_path}/organizations.csv: has no header line" in finished.err
    assert "Traceback" not in finished.err
    assert len(payer_rows(raw)) == 2
    assert raw.execute("select count(*) from raw.hospital_record") == [(0,)]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["nowhere"], "nowhere: there is no such file or folder"),
        (["immunizations.csv"], "immunizations.csv: is no known feed"),
        (["empty"], "empty: holds no file of a known feed"),
        (["--as-of", "yesterday"], "--as-of yesterday: is no ISO-8601 time"),
        ([], "Missing argument"),
    ],
)
def test_arguments_that_cannot_be_meant_are_exit_2_before_anything_is_loaded(
    raw: RawAccount, tmp_path: Path, arguments: list[str], part: str
) -> None:
    file_of(tmp_path, "immunizations.csv", b"DATE\n1\n")
    payers = file_of(tmp_path, "payers.csv", PAYERS)
    (tmp_path / "empty").mkdir()
    given = [str(tmp_path / name) if "--as-of" not in arguments else name for name in arguments]

    finished = load(environment(raw.home), "csv", *([str(payers)] if given else []), *given)

    assert finished.code == 2, finished.err
    assert part in finished.err
    assert payer_rows(raw) == []


@pytest.fixture
def many(tmp_path: Path) -> Path:
    rows = b"".join(b"p%d,name %d\n" % (n, n) for n in range(1, 501))
    return file_of(tmp_path, "payers.csv", b"Id,NAME\n" + rows)


@pytest.mark.parametrize("moment", ["before COPY", "after COPY"])
def test_a_killed_load_goes_on_behind_the_last_line_landed(
    raw: RawAccount, many: Path, moment: str
) -> None:
    settings = environment(raw.home, LOADER_FLUSH_ROWS=100)
    reached, killed = threading.Event(), threading.Event()
    with AccountProxy(raw.parameters["port"]).running() as proxy:
        raw.use(port=proxy.port)

        def wait_for_the_kill() -> None:
            if proxy.count == 3:
                reached.set()
                assert killed.wait(30)
                if moment == "before COPY":
                    raise LostError

        if moment == "before COPY":
            proxy.before = wait_for_the_kill
        else:
            proxy.after = wait_for_the_kill
        with running(Loader(settings, "csv", str(many), *AS_OF)) as loader:
            assert reached.wait(30)
            loader.process.send_signal(signal.SIGKILL)
            loader.kill()
            killed.set()
    raw.use()
    assert len(payer_rows(raw)) == (200 if moment == "before COPY" else 300)

    finished = load(settings, "csv", str(many), *AS_OF)

    assert finished.code == 0, finished.err
    assert "resumed" in finished.out
    assert_all_landed_once(raw)


@pytest.mark.parametrize("lost", ["the COPY", "its answer"])
def test_a_connection_that_breaks_at_a_copy_neither_loses_nor_doubles_lines(
    raw: RawAccount, many: Path, lost: str
) -> None:
    with AccountProxy(raw.parameters["port"]).running() as proxy:
        raw.use(port=proxy.port)

        def break_the_second() -> None:
            if proxy.count == 2:
                raise LostError

        if lost == "the COPY":
            proxy.before = break_the_second
        else:
            proxy.after = break_the_second

        finished = load(environment(raw.home, LOADER_FLUSH_ROWS=100), "csv", str(many), *AS_OF)

    assert finished.code == 0, finished.err
    assert_all_landed_once(raw)


def assert_all_landed_once(raw: RawAccount) -> None:
    rows = payer_rows(raw)
    assert [number for number, _, _ in rows] == list(range(2, 502))
    assert [json.loads(str(payload))["Id"] for _, payload, _ in rows] == [
        f"p{n}" for n in range(1, 501)
    ]
