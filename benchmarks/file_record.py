"""Raw rows as the loader lands them: nights of Synthea files, many times over, in Parquet."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

SAMPLE = Path(__file__).parents[2] / "shared/data/synthea/set_a_ohdsi27"
FIRST_NIGHT = datetime(2026, 1, 1, 2)
ROWS_PER_FILE = 100_000
TABLES = {
    "organizations": "organization",
    "payers": "payer",
    "patients": "patient",
    "encounters": "encounter",
    "conditions": "condition",
    "claims": "claim",
    "claims_transactions": "claim_transaction",
}
"""Feed -> stem of its raw table: claims, transactions and all that they name."""
_OWN_IDS = {
    "patients": ("Id",),
    "encounters": ("Id", "PATIENT"),
    "conditions": ("PATIENT", "ENCOUNTER"),
    "claims": ("Id", "PATIENTID", "APPOINTMENTID"),
    "claims_transactions": ("ID", "CLAIMID", "PATIENTID", "APPOINTMENTID"),
}
"""The columns whose ids each copy has for itself; the other feeds stand once."""
_CHANGES = {
    "patients": ("CITY", "Salem"),
    "encounters": ("TOTAL_CLAIM_COST", "1234.5"),
    "conditions": ("STOP", "2026-01-01"),
    "claims": ("OUTSTANDINGP", "12.5"),
    "claims_transactions": ("PAYMENTS", "99.5"),
}
"""What changes overnight: the column of a feed, and what a row says there that has changed once."""
_AT = pa.timestamp("us")
_SCHEMA = pa.schema(
    {
        "FEED": pa.string(),
        "FILE_NAME": pa.string(),
        "CONTENT_HASH": pa.string(),
        "AS_OF": _AT,
        "LINE_NUMBER": pa.int64(),
        "PAYLOAD": pa.string(),
        "PAYLOAD_ENCODING": pa.string(),
        "LOAD_ID": pa.string(),
        "LOADED_AT": _AT,
    }
)

Record = dict[str, str]


class World:
    """The sample so many times over, every copy with ids of its own; it changes night by night."""

    def __init__(self, copies: int) -> None:
        self._feeds = {feed: list(_copied(feed, copies)) for feed in TABLES}
        self._chance = random.Random(copies)
        self._night = 0

    def pass_a_day(self, share: float) -> None:
        """Change this share of the rows of every feed that is copied."""
        self._night += 1
        for feed, (column, value) in _CHANGES.items():
            records = self._feeds[feed]
            for record in self._chance.sample(records, round(len(records) * share)):
                told = float(record[column]) if _is_amount(record[column]) else None
                record[column] = value if told is None else f"{told + self._night:.2f}"

    def write(self, folder: Path) -> dict[str, list[Path]]:
        """Tonight's files of raw rows by stem of the raw table."""
        folder.mkdir(parents=True)
        as_of = FIRST_NIGHT + timedelta(days=self._night)
        return {
            stem: [
                _written(folder / f"{stem}-{first}.parquet", feed, as_of, first, records)
                for first in range(0, len(records), ROWS_PER_FILE)
            ]
            for feed, stem in TABLES.items()
            for records in [self._feeds[feed]]
        }

    def count(self) -> int:
        """Lines of a night, all feeds together."""
        return sum(map(len, self._feeds.values()))


def _copied(feed: str, copies: int) -> Iterator[Record]:
    with gzip.open(SAMPLE / f"{feed}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    own = _OWN_IDS.get(feed)
    if own is None:
        yield from records
        return
    for copy in range(copies):
        for record in records:
            yield record | {name: f"{record[name]}-{copy:03}" for name in own if record[name]}


def _written(path: Path, feed: str, as_of: datetime, first: int, records: list[Record]) -> Path:
    lines = records[first : first + ROWS_PER_FILE]
    same = {
        "FEED": feed,
        "FILE_NAME": f"{feed}.csv",
        "CONTENT_HASH": f"{feed} of {as_of}",
        "AS_OF": as_of,
        "PAYLOAD_ENCODING": "json",
        "LOAD_ID": "benchmark",
        "LOADED_AT": as_of,
    }
    columns = {name: [value] * len(lines) for name, value in same.items()} | {
        "LINE_NUMBER": list(range(first + 2, first + 2 + len(lines))),
        "PAYLOAD": [orjson.dumps(line).decode() for line in lines],
    }
    pq.write_table(pa.table(columns, _SCHEMA), path)
    return path


def _is_amount(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
