from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from producer.cli import main
from sandbox.kafka.server import KafkaLog

COMMAND = (sys.executable, "-c", "from producer.cli import main; main()")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    exit_code: int
    stdout: bytes
    stderr: str


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """The program in this process, as the console script starts it."""

    def invoke(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["carefloe-producer", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        captured = capfdbinary.readouterr()
        return Result(ended.value.code, captured.out, captured.err.decode())

    return invoke


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("KAFKA_"):
            monkeypatch.delenv(name)


def test_a_dry_run_prints_one_json_object_per_line_and_talks_on_standard_error(run: Run) -> None:
    result = run("patient-flow", "--events", "50", "--dry-run")
    assert result.exit_code == 0, result.stderr
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(events) == 50
    assert events[0]["event_type"] == "ADMISSION"
    assert "ADMISSION" in result.stderr
    assert "per second" in result.stderr


def test_the_same_seed_prints_the_same_bytes(run: Run) -> None:
    options = ("patient-flow", "--events", "400", "--dry-run", "--dirty-rate", "0.2", "--seed")
    assert run(*options, "7").stdout == run(*options, "7").stdout
    assert run(*options, "7").stdout != run(*options, "8").stdout


def test_skip_continues_where_the_first_run_ended(run: Run) -> None:
    options = ("patient-flow", "--dry-run", "--late-rate", "0.1", "--duplicate-rate", "0.1")
    whole = run(*options, "--events", "300").stdout
    parts = [
        run(*options, "--events", "100").stdout,
        run(*options, "--events", "200", "--skip", "100").stdout,
    ]
    assert b"".join(parts) == whole


def test_start_sets_the_simulated_clock(run: Run) -> None:
    result = run("patient-flow", "--events", "1", "--dry-run", "--start", "2019-07-01")
    assert json.loads(result.stdout)["event_timestamp"].startswith("2019-07-01T")


def test_readings_continue_where_the_first_run_ended(run: Run) -> None:
    options = ("vitals", "--patients", "500", "--monitors", "20", "--dry-run")
    faults = ("--dirty-rate", "0.1", "--late-rate", "0.1", "--duplicate-rate", "0.1")
    whole = run(*options, *faults, "--events", "3000").stdout
    parts = [
        run(*options, *faults, "--events", "1000").stdout,
        run(*options, *faults, "--events", "2000", "--skip", "1000").stdout,
    ]
    assert b"".join(parts) == whole


def test_live_readings_are_stamped_now_and_sent_when_they_are_measured(run: Run) -> None:
    started = time.time()
    result = run("vitals", "--live", "--patients", "500", "--monitors", "4", "--events", "6",
                 "--dry-run")  # fmt: skip
    ended = time.time()
    assert result.exit_code == 0, result.stderr
    events = [json.loads(line) for line in result.stdout.splitlines()]
    times = [datetime.fromisoformat(event["measured_at"]).timestamp() for event in events]
    assert [times.count(second) for second in sorted(set(times))] == [4, 2]
    assert started < times[0] <= times[-1] == times[0] + 1 <= ended < times[-1] + 10


def test_every_fault_of_readings_has_a_rate_option_of_its_own(run: Run, tmp_path: Path) -> None:
    for fault in ("impossible-value", "missing-field", "malformed"):
        path = tmp_path / f"{fault}.json"
        options = ("--events", "300", "--patients", "500", "--dry-run", f"--{fault}-rate", "0.5")
        assert run("vitals", *options, "--summary", str(path)).exit_code == 0
        assert json.loads(path.read_text())["faults"].keys() == {fault.replace("-", "_")}


def test_vital_signs_of_a_folder_are_replayed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "observations.csv").write_text(
        "DATE,PATIENT,ENCOUNTER,CODE,VALUE,UNITS\n2020-01-01T00:00:00Z,p,e,8867-4,70,/min\n"
    )
    result = run("vitals", "--from", str(tmp_path), "--dry-run")
    assert result.exit_code == 0, result.stderr
    (event,) = map(json.loads, result.stdout.splitlines())
    assert (event["patient_id"], event["heart_rate"]) == ("p", 70)


def test_every_fault_has_a_rate_option_of_its_own(run: Run, tmp_path: Path) -> None:
    names = "future-admission invalid-age discharge-before-admit dept-typo invalid-hospital-id"
    faults = [*names.split(), "missing-field", "malformed"]
    for fault in faults:
        path = tmp_path / f"{fault}.json"
        options = ("--events", "300", "--dry-run", f"--{fault}-rate", "0.5", "--summary", str(path))
        assert run("patient-flow", *options).exit_code == 0
        assert json.loads(path.read_text())["faults"].keys() == {fault.replace("-", "_")}


def test_files_and_their_replay_go_together(run: Run, tmp_path: Path) -> None:
    world = tmp_path / "world"
    written = run("files", "--patients", "50", "--to", str(world))
    assert written.exit_code == 0, written.output
    assert "patients.csv: 50 rows" in written.stderr
    replayed = run("encounters", "--from", str(world), "--dry-run")
    assert replayed.exit_code == 0, replayed.output
    rows = (world / "encounters.csv").read_text().splitlines()[1:]
    assert len(replayed.stdout.splitlines()) == len(rows)


def test_nights_are_told_one_by_one_with_their_dirt(run: Run, tmp_path: Path) -> None:
    options = ("--patients", "30", "--nights", "2", "--dirt-rate", "0.2")
    written = run("files", *options, "--start", "2022-03-01", "--to", str(tmp_path))
    assert written.exit_code == 0, written.stderr
    night, dirt, next_night, _ = written.stderr.splitlines()
    assert night.startswith(f"{tmp_path}/night_2022-03-01: 13 files, ")
    assert "broken_line" in dirt
    assert next_night.startswith(f"{tmp_path}/night_2022-03-02: 13 files, ")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("patient-flow", "--events", "0", "--dry-run"), "--events"),
        (("patient-flow", "--dry-run", "--dirty-rate", "1.5"), "--dirty-rate"),
        (("patient-flow", "--dry-run", "--start", "soon"), "--start"),
        (("patient-flow", "--dry-run", "--start", "1960-01-01"), "--start"),
        (
            ("patient-flow", "--dry-run", "--malformed-rate", "1", "--invalid-age-rate", "1"),
            "rates",
        ),
        (
            ("patient-flow", "--dry-run", "--late-rate", "1", "--out-of-order-rate", "1"),
            "--late-rate",
        ),
        (("patient-flow", "--events", "5"), "KAFKA_BOOTSTRAP_SERVERS"),
        (("encounters", "--from", "nowhere", "--dry-run"), "nowhere"),
        (("encounters", "--dry-run"), "--from"),
        (("files", "--to", __file__), "is not a folder"),
        (("files", "--patients", "0", "--to", "x"), "--patients"),
        (("files", "--nights", "0", "--to", "x"), "--nights"),
        (("files", "--dirt-rate", "2", "--to", "x"), "--dirt-rate"),
        (("vitals", "--live", "--skip", "5", "--dry-run"), "--skip"),
        (("vitals", "--live", "--from", "x", "--dry-run"), "--from"),
        (("vitals", "--at", "1960-01-01", "--dry-run"), "--at"),
        (("vitals", "--malformed-rate", "1", "--missing-field-rate", "1"), "rates"),
        (("vitals", "--from", "nowhere", "--dry-run"), "nowhere"),
        (("weather",), "weather"),
    ],
)
def test_wrong_usage_exits_2_and_names_the_option(
    run: Run, arguments: tuple[str, ...], named: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2, result.stderr
    assert named in result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_column_exits_2_and_names_file_and_column(run: Run, tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("Id,BIRTHDATE,GENDER\n")
    (tmp_path / "encounters.csv").write_text("Id,START,STOP\n")
    result = run("encounters", "--from", str(tmp_path), "--dry-run")
    assert result.exit_code == 2
    assert "encounters.csv has no column PATIENT, ORGANIZATION" in result.stderr


def test_a_population_that_dies_out_exits_1(run: Run) -> None:
    result = run("patient-flow", "--patients", "1", "--events", "100000", "--dry-run")
    assert result.exit_code == 1
    assert "give more than --patients 1" in result.stderr


def test_an_unreachable_broker_exits_3_within_seconds() -> None:
    # In a process of its own: kafka-python leaves sockets of a failed start to the garbage.
    result = subprocess.run(
        [*COMMAND, "patient-flow", "--events", "5"],
        cwd=ROOT,
        capture_output=True,
        env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"},
        text=True,
        timeout=20,
        check=False,
    )
    assert result.returncode == 3
    assert result.stderr.startswith(
        "error: no broker answers at KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1"
    )
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", [[], ["patient-flow"], ["files"], ["encounters"], ["vitals"]])
def test_help_shows_an_example(run: Run, command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert (
        b"Example: carefloe-producer" if command else b"KAFKA_BOOTSTRAP_SERVERS"
    ) in result.stdout


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    with KafkaLog(tmp_path / "kafka").running() as address:
        yield address


def test_events_go_to_the_topic(run: Run, broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", broker)
    result = run("patient-flow", "--events", "500")
    assert result.exit_code == 0, result.stderr
    assert "sent to carefloe.patient_flow" in result.stderr
    assert result.stdout == b""


def records_in(address: str) -> int:
    topic = "carefloe.patient_flow"
    consumer = KafkaConsumer(bootstrap_servers=address)
    numbers = consumer.partitions_for_topic(topic) or ()
    ends = consumer.end_offsets([TopicPartition(topic, number) for number in numbers])
    consumer.close()
    return sum(ends.values())


def wait_for_records(address: str) -> None:
    deadline = time.monotonic() + 30
    while not records_in(address):
        assert time.monotonic() < deadline, "nothing arrives"


def test_a_broker_that_goes_away_exits_3(tmp_path: Path) -> None:
    impatient = (
        "import producer.cli, producer.sink as sink;"
        "sink.REQUEST_TIMEOUT_MS, sink.DELIVERY_TIMEOUT_MS = 1000, 2000; producer.cli.main()"
    )
    with KafkaLog(tmp_path / "kafka").running() as address:
        process = subprocess.Popen(
            [sys.executable, "-c", impatient, "patient-flow", "--rate", "500"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": address},
            text=True,
        )
        wait_for_records(address)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 3, err
    assert "messages were not acknowledged" in err
    assert "KAFKA_BOOTSTRAP_SERVERS" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_cleanly_with_everything_counted_delivered(
    broker: str, number: signal.Signals, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.json"
    process = subprocess.Popen(
        [*COMMAND, "patient-flow", "--rate", "500", "--summary", str(summary)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": broker},
        text=True,
    )
    wait_for_records(broker)
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "stopped early" in err
    assert "Traceback" not in err
    assert 0 < json.loads(summary.read_text())["sent"] == records_in(broker) < 100_000


def test_a_reader_that_goes_away_ends_the_run_quietly() -> None:
    process = subprocess.Popen(
        [*COMMAND, "patient-flow", "--events", "100000", "--dry-run"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=20) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_exits_1_with_a_reason() -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*COMMAND, "patient-flow", "--events", "100", "--dry-run"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=20,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr == "error: cannot write to standard output (No space left on device)\n"
