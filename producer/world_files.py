"""The simulated world as a Synthea-shaped CSV folder, plus our hospitals and departments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from producer.chart import FEEDS as CHART_FEEDS
from producer.chart import Charts
from producer.clock import iso_date
from producer.department import DEPARTMENTS
from producer.feed_dirt import FeedDirt
from producer.feed_file import HEADERS, FeedFile, Row, feed_file
from producer.history import PastEncounter, encounter_history
from producer.hospital import HOSPITALS, STATE
from producer.insurance import PAYERS
from producer.nights import Chronicle
from producer.population import World, uuid_from
from producer.register import (
    Accounts,
    organization_rows,
    patient_rows,
    payer_rows,
    provider_rows,
)


@dataclass(frozen=True)
class Snapshot:
    """What was written to a folder."""

    folder: Path
    rows: dict[str, int]
    """By file name; dirty ones included."""
    faults: Counter[str]
    """Dirty rows by fault."""


def write_world(
    world: World, folder: Path, dirt_rate: float = 0.0, first: int | None = None
) -> Snapshot:
    """Write all files as of the world's start, replacing those of an earlier run.

    The same world and rate give the same bytes. The files' modification time is the world's start.
    With `first`, only of so many patients. Raises OSError when the folder cannot be written.
    """
    return _write_snapshot(Chronicle(world, first), folder, dirt_rate)


def write_nights(
    world: World, folder: Path, nights: int, dirt_rate: float = 0.0, first: int | None = None
) -> Iterator[Snapshot]:
    """Write night after night, each in a folder of its own (`night_2021-01-01`), and tell of each.

    Night n is complete as of the start and n days, which is its files' modification time, and the
    same whatever the number of nights; the first is what `write_world` writes. Raises OSError.
    """
    chronicle = Chronicle(world, first)
    for number in range(nights):
        if number:
            chronicle.next_night()
        yield _write_snapshot(chronicle, folder / f"night_{iso_date(chronicle.as_of)}", dirt_rate)


def _write_snapshot(chronicle: Chronicle, folder: Path, dirt_rate: float) -> Snapshot:
    folder.mkdir(parents=True, exist_ok=True)
    snapshot = Snapshot(folder, {f"{name}.csv": 0 for name in HEADERS}, Counter())
    payer_ids = _payer_ids(chronicle.world)
    accounts = Accounts()
    with ExitStack() as open_files:
        files = {
            name: open_files.enter_context(_file(snapshot, name, chronicle, dirt_rate))
            for name in CHART_FEEDS
        }
        died_at = {chronicle.population[i].patient_id: at for i, at in chronicle.died_at.items()}
        charts = Charts(chronicle.as_of, payer_ids, died_at)
        for encounter in _encounters(chronicle):
            accounts.add(encounter)
            for name, row in charts.rows(encounter):
                files[name].add(row)
    for name, rows in _registers(chronicle, accounts, payer_ids).items():
        with _file(snapshot, name, chronicle, dirt_rate) as file:
            for row in rows:
                file.add(row)
    return snapshot


@contextmanager
def _file(
    snapshot: Snapshot, name: str, chronicle: Chronicle, dirt_rate: float
) -> Iterator[FeedFile]:
    """A file of the snapshot, counted when it is complete."""
    rng = chronicle.world.random(f"dirt of {name} at {chronicle.as_of}")
    dirt = FeedDirt(HEADERS[name], chronicle.as_of, dirt_rate, rng) if dirt_rate else None
    with feed_file(snapshot.folder, name, chronicle.as_of, dirt) as file:
        yield file
    snapshot.rows[f"{name}.csv"] = file.rows
    snapshot.faults.update({} if dirt is None else dirt.faults)


def _encounters(chronicle: Chronicle) -> Iterator[PastEncounter]:
    """The years before the start, then the days since: a patient's in the order they ended."""
    yield from encounter_history(
        chronicle.world, chronicle.population, chronicle.insurers, chronicle.sites
    )
    yield from chronicle.encounters


def _registers(
    chronicle: Chronicle, accounts: Accounts, payer_ids: Mapping[str, str]
) -> dict[str, Iterable[Row]]:
    return {
        "patients": patient_rows(chronicle, accounts),
        "organizations": organization_rows(chronicle.sites, accounts),
        "payers": payer_rows(payer_ids, accounts),
        "providers": provider_rows(chronicle.sites, accounts),
        "hospitals": ((h.hospital_id, h.name, h.city.name, STATE) for h in HOSPITALS),
        "departments": (
            (h.hospital_id, d.name, d.code, h.beds_of(d)) for h in HOSPITALS for d in DEPARTMENTS
        ),
    }


def _payer_ids(world: World) -> dict[str, str]:
    rng = world.random("payers")
    return {payer.name: uuid_from(rng) for payer in PAYERS}
