"""Dirty files beside the clean ones, line by line."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from producer.feed_dirt import FeedDirt
from producer.population import World
from producer.world_files import Snapshot, write_nights, write_world

WORLD = World(seed=3, patients=400)
RATE = 0.05
STARTS = {"STOP": "START", "TODATE": "FROMDATE"}
IMPOSSIBLE = ("2023-02-30", "2023-13-01", "00/00/0000", "unknown")
OTHER_FORMATS = (
    *("%m/%d/%Y", "%Y/%m/%d", "%Y%m%d"),
    *("%m/%d/%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S"),
)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return write_world(WORLD, tmp_path_factory.mktemp("clean"))


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return write_world(WORLD, tmp_path_factory.mktemp("dirty"), RATE)


def lines_of(snapshot: Snapshot, name: str) -> list[bytes]:
    return (snapshot.folder / name).read_bytes().split(b"\n")


def fields_of(line: bytes) -> list[str]:
    return next(csv.reader([line.decode()], strict=True))


def fault_of(columns: list[str], good: bytes, bad: bytes) -> str:
    """What happened to a line, told from the line alone."""
    try:
        fields = fields_of(bad)
    except UnicodeDecodeError:
        return "wrong_encoding"
    except csv.Error:
        return "broken_line"
    if len(fields) != len(columns):
        return "broken_line"
    (changed,) = (i for i, pair in enumerate(zip(fields_of(good), fields, strict=True))
                  if pair[0] != pair[1])  # fmt: skip
    was, now = fields_of(good)[changed], fields[changed]
    if now == f"-{was}":
        return "negative_cost"
    if now in IMPOSSIBLE:
        return "impossible_date"
    if any(same_moment(now, form, was) for form in OTHER_FORMATS):
        return "other_date_format"
    if columns[changed] in STARTS and now < fields[columns.index(STARTS[columns[changed]])]:
        return "stop_before_start"
    if columns[changed] == "BIRTHDATE" and not "1900" < now[:4] < "2021":
        return "impossible_birth_date"
    raise AssertionError(f"{columns[changed]} was {was} and is {now}")


def same_moment(text: str, form: str, iso: str) -> bool:
    try:
        return datetime.strptime(text, form) == datetime.fromisoformat(iso).replace(tzinfo=None)
    except ValueError:
        return False


def test_every_dirty_row_has_one_fault_and_all_others_are_untouched(
    clean: Snapshot, dirty: Snapshot
) -> None:
    found = Counter[str]()
    rows = 0
    assert clean.rows == dirty.rows
    for name in clean.rows:
        good, bad = lines_of(clean, name), lines_of(dirty, name)
        assert len(good) == len(bad)
        assert good[0] == bad[0]
        columns = fields_of(good[0])
        rows += len(good) - 2
        for line, spoiled in zip(good, bad, strict=True):
            if line != spoiled:
                found[fault_of(columns, line, spoiled)] += 1
    assert found == dirty.faults
    assert found.keys() == {
        *("broken_line", "wrong_encoding", "other_date_format", "impossible_date"),
        *("negative_cost", "stop_before_start", "impossible_birth_date"),
    }
    assert rows == sum(clean.rows.values())
    assert RATE * 0.9 < found.total() / rows < RATE * 1.1


def test_no_dirt_without_a_rate(clean: Snapshot) -> None:
    assert clean.faults.total() == 0


def test_everything_can_be_dirty(tmp_path: Path) -> None:
    snapshot = write_world(World(patients=20), tmp_path, 1.0)
    assert snapshot.faults.total() == sum(snapshot.rows.values())


def test_a_night_is_dirty_in_the_same_places_again_and_another_night_in_others(
    tmp_path: Path,
) -> None:
    world = World(patients=60)
    once, again = (
        [{p.name: p.read_bytes() for p in night.folder.iterdir()} for night in written]
        for written in (
            list(write_nights(world, tmp_path / "a", 2, 0.3)),
            list(write_nights(world, tmp_path / "b", 2, 0.3)),
        )
    )
    assert once == again
    assert once[0]["hospitals.csv"] != once[1]["hospitals.csv"]


def test_a_row_is_spared_what_cannot_befall_it() -> None:
    columns = ("Id", "START", "STOP", "DESCRIPTION", "BASE_COST")
    dirt = FeedDirt(columns, 0, 1.0, World().random("test"))
    for _ in range(200):
        dirt.spoil(("e1", "2020-01-01", "", "", "0.00"))
    assert dirt.faults.keys() == {"broken_line", "other_date_format", "impossible_date"}


def test_the_date_in_the_key_of_a_row_without_an_id_can_be_read_at_least() -> None:
    dirt = FeedDirt(("START", "STOP", "PATIENT"), 0, 1.0, World().random("test"))
    lines = [dirt.spoil(("2020-01-01", "2020-01-09", "p1")) or "" for _ in range(300)]
    assert dirt.faults["impossible_date"] > 30
    assert not any(line.startswith(IMPOSSIBLE) for line in lines)
