"""Stays of patient flow: which discharge closes which admission."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from support.oracle.event import flow_time, newest
from support.oracle.row import Row

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Stay:
    """An admission, the discharge that closes it, or a discharge alone."""

    unit_id: str
    patient_id: str | None
    """Of the unit: the rows' own, or that of their visit's other rows."""
    admission: Row | None
    discharge: Row | None


def stays(winning: Iterable[Row]) -> list[Stay]:
    """The stays of all units, from the winning versions of patient-flow events."""
    found: list[Stay] = []
    for (unit_id, patient_id), events in _units(list(winning)).items():
        typed = [row for row in events if row["event_type"] is not None]
        found += [
            Stay(unit_id, patient_id, admission, discharge)
            for admission, discharge in _pairs_of_unit(typed)
        ]
    return found


def trusted_time(row: Row) -> dt.datetime | None:
    """The admission_time the sender gave, unless it was missing or repaired."""
    return None if "FUTURE_ADMISSION" in row["dq_flags"].split("|") else row["admission_time"]


Pair = tuple[Row | None, Row | None]


def _units(winning: list[Row]) -> dict[tuple[str, str | None], list[Row]]:
    patient_of_visit: dict[str, str] = {}
    for row in winning:
        if row["visit_id"] is not None and row["patient_id"] is not None:
            known = patient_of_visit.get(row["visit_id"], "")
            patient_of_visit[row["visit_id"]] = max(known, row["patient_id"])

    def unit(row: Row) -> tuple[str, str | None]:
        patient_id = row["patient_id"] or patient_of_visit.get(row["visit_id"])
        if patient_id is not None:
            return patient_id, patient_id
        if row["visit_id"] is not None:
            return f"visit:{row['visit_id']}", None
        return f"event:{row['event_id']}", None

    return _grouped(winning, unit)


def _pairs_of_unit(events: list[Row]) -> list[Pair]:
    pairs: list[Pair] = []
    for rows in _grouped(events, _stay_id_within(events)).values():
        kinds = [
            [(flow_time(row), row["event_id"], row) for row in rows if row["event_type"] == kind]
            for kind in ("ADMISSION", "DISCHARGE")
        ]
        admission, discharge = (newest(kind) if kind else None for kind in kinds)
        pairs.append((admission, discharge))
    return _closed_in_time(pairs)


def _stay_id_within(events: list[Row]) -> Callable[[Row], str]:
    visits_of_slot = _grouped(
        [row for row in events if row["visit_id"] is not None and _slot_time(row) is not None],
        _slot_time,
    )

    def stay_id(row: Row) -> str:
        slot = _slot_time(row)
        same_slot = visits_of_slot.get(slot, []) if slot is not None else []
        visit_id = row["visit_id"] or max((r["visit_id"] for r in same_slot), default=None)
        if visit_id is not None:
            return f"visit:{visit_id}"
        return f"at:{slot}" if slot is not None else f"event:{row['event_id']}"

    return stay_id


def _slot_time(row: Row) -> dt.datetime | None:
    return trusted_time(row) if row["event_type"] == "DISCHARGE" else row["admission_time"]


def _closed_in_time(pairs: list[Pair]) -> list[Pair]:
    """Loose discharges close loose admissions like brackets, where either has no trusted time."""
    settled: list[Pair] = []
    loose: list[Row] = []
    for admission, discharge in pairs:
        if admission is not None and discharge is not None:
            settled.append((admission, discharge))
        elif admission is not None:
            loose.append(admission)
        elif discharge is not None and discharge["visit_id"] is None:
            loose.append(discharge)
        else:
            settled.append((None, discharge))
    open_admissions: list[Row] = []
    for row in sorted(loose, key=_bracket_order):
        if row["event_type"] == "ADMISSION":
            open_admissions.append(row)
            continue
        opened = open_admissions.pop() if open_admissions else None
        if opened is None:
            settled.append((None, row))
        elif trusted_time(opened) is None or trusted_time(row) is None:
            settled.append((opened, row))
        else:
            settled += [(opened, None), (None, row)]
    return settled + [(row, None) for row in open_admissions]


def _bracket_order(row: Row) -> tuple[dt.datetime, bool, str]:
    return flow_time(row) or dt.datetime.max, row["event_type"] == "ADMISSION", row["event_id"]


def _grouped(rows: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
