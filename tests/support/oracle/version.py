"""Versions of an id (SCD2) from all that was observed of it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from support.oracle.event import encounter_time, flow_time
from support.oracle.patient import gender
from support.oracle.row import Row


@dataclass(frozen=True)
class Observation:
    """What was known of an id at a time; a value of null was not known."""

    id: str
    at: dt.datetime
    order: str
    """Orders the observations of one instant."""
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Version:
    """One state of an id, from `valid_from` up to but not including `valid_to`."""

    id: str
    values: tuple[Any, ...]
    valid_from: dt.datetime
    valid_to: dt.datetime | None


Timelines = dict[str, list[Version]]


def timelines(observations: Iterable[Observation]) -> Timelines:
    """The versions of each id, in time."""
    by_id: dict[str, list[Observation]] = defaultdict(list)
    for observation in observations:
        by_id[observation.id].append(observation)
    return {
        identity: _versions(sorted(observed, key=lambda o: (o.at, o.order)))
        for identity, observed in by_id.items()
    }


def version_at(of: Timelines, identity: str | None, at: dt.datetime | None) -> Version | None:
    """The version in force; the first one holds from the beginning."""
    versions = of.get(identity, []) if identity is not None else []
    started = [v for v in versions if at is not None and v.valid_from <= at]
    return started[-1] if started else next(iter(versions), None)


def patient_timelines(
    flow: Iterable[Row], encounters: Iterable[Row], files: Iterable[Row], tracked: Sequence[str]
) -> Timelines:
    """What each patient's winning events and rows of the files tell, in one timeline."""
    told = [(row, flow_time(row), f"flow:{row['event_id']}") for row in flow]
    told += [(row, encounter_time(row), f"encounter:{row['event_id']}") for row in encounters]
    told += [(row, row["as_of"], f"patient:{row['payload_hash']}") for row in files]
    return timelines(
        Observation(row["patient_id"], at, order, tuple(_meant(row, name) for name in tracked))
        for row, at, order in told
        if row["patient_id"] is not None and at is not None
    )


def _meant(row: Row, name: str) -> Any:
    return gender(row["gender"]) if name == "gender" else row.get(name)


def hospital_timelines(
    flow: Iterable[Row], files: Iterable[Row], tracked: Sequence[str]
) -> Timelines:
    """What winning events and rows of the files tell of each hospital, in one timeline."""
    told = [
        (row, row["event_timestamp"], f"flow:{row['event_id']}", (row["hospital_name"], None, None))
        for row in flow
        if row["hospital_name"] is not None
    ]
    told += [
        (row, row["as_of"], f"hospital:{row['payload_hash']}", tuple(row[name] for name in tracked))
        for row in files
    ]
    return timelines(
        Observation(row["hospital_id"], at, order, values)
        for row, at, order, values in told
        if row["hospital_id"] is not None and at is not None
    )


def snapshot_timelines(rows: Iterable[Row], id_column: str, tracked: Sequence[str]) -> Timelines:
    """The tracked columns of each id, from the snapshots of a file."""
    return timelines(
        Observation(
            row[id_column], row["as_of"], row["payload_hash"], tuple(row[c] for c in tracked)
        )
        for row in rows
    )


def _versions(in_time: list[Observation]) -> list[Version]:
    states: dict[dt.datetime, tuple[Any, ...]] = {}
    for observation, values in zip(in_time, _filled([o.values for o in in_time]), strict=True):
        states[observation.at] = values
    starts: list[tuple[dt.datetime, tuple[Any, ...]]] = []
    for at, values in states.items():
        if not starts or starts[-1][1] != values:
            starts.append((at, values))
    ends = [at for at, _ in starts[1:]] + [None]
    identity = in_time[0].id
    return [
        Version(identity, values, at, end) for (at, values), end in zip(starts, ends, strict=True)
    ]


def _filled(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Null replaced by the value before it, and before the first known value by that one."""
    columns = [_filled_column(list(column)) for column in zip(*rows, strict=True)]
    return list(zip(*columns, strict=True))


def _filled_column(values: list[Any]) -> list[Any]:
    known = next((value for value in values if value is not None), None)
    filled = []
    for value in values:
        known = known if value is None else value
        filled.append(known)
    return filled
