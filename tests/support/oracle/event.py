"""Which version of an event counts, and when it happened."""

import datetime as dt
from collections.abc import Iterable

from support.oracle.row import Row

EARLIEST = dt.datetime.min


def winners(silver: Iterable[Row]) -> list[Row]:
    """One row per event_id: the greatest (event_timestamp, payload_hash), null lowest."""
    best: dict[str, Row] = {}
    for row in silver:
        rival = best.get(row["event_id"])
        if rival is None or _rank(row) > _rank(rival):
            best[row["event_id"]] = row
    return list(best.values())


def flow_time(row: Row) -> dt.datetime | None:
    told = "discharge_time" if row["event_type"] == "DISCHARGE" else "admission_time"
    return _first_of(row, "event_timestamp", told)


def encounter_time(row: Row) -> dt.datetime | None:
    return _first_of(row, "event_timestamp", "discharge_time", "admission_time")


def newest(rows: Iterable[tuple[dt.datetime | None, str, Row]]) -> Row:
    """The row of the greatest (time, id), null lowest."""
    return max(rows, key=lambda found: (found[0] or EARLIEST, found[1]))[2]


def _rank(row: Row) -> tuple[dt.datetime, str]:
    return row["event_timestamp"] or EARLIEST, row["payload_hash"]


def _first_of(row: Row, *names: str) -> dt.datetime | None:
    return next((row[name] for name in names if row[name] is not None), None)
