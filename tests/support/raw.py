"""Raw rows as the loader lands them, for tests: Kafka records and file lines."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FLOW = "patient_flow"
ENCOUNTER = "encounter"
VITALS = "vitals"
TOPICS = {
    FLOW: "carefloe.patient_flow",
    ENCOUNTER: "carefloe.encounters",
    VITALS: "carefloe.vitals",
}
FEEDS = {
    "hospital": "hospitals",
    "department": "departments",
    "organization": "organizations",
    "payer": "payers",
    "patient": "patients",
    "provider": "providers",
    "encounter": "encounters",
    "condition": "conditions",
    "observation": "observations",
    "procedure": "procedures",
    "allergy": "allergies",
    "claim": "claims",
    "claim_transaction": "claims_transactions",
}
"""Source -> name of the feed; the raw table is raw.<source>_record."""


@dataclass(frozen=True)
class RawEvent:
    """One row of raw.<source>_event."""

    source: str
    """A key of TOPICS."""
    partition: int
    offset: int
    payload: str | None
    payload_encoding: str | None
    broker_time: dt.datetime
    """Naive, UTC."""

    @property
    def topic(self) -> str:
        return TOPICS[self.source]

    @property
    def origin(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True)
class RawRecord:
    """One row of raw.<source>_record."""

    source: str
    """A key of FEEDS."""
    content_hash: str
    as_of: dt.datetime
    """Naive, UTC."""
    line_number: int
    payload: str
    payload_encoding: str

    @property
    def feed(self) -> str:
        return FEEDS[self.source]

    @property
    def origin(self) -> str:
        microseconds = (self.as_of - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
        return f"{self.feed}/{self.content_hash}/{microseconds}/{self.line_number}"


def at(text: str) -> dt.datetime:
    """A naive UTC time from `2026-01-05 08:30` or any other ISO text without offset."""
    return dt.datetime.fromisoformat(text)


def event(
    source: str,
    fields: Mapping[str, Any] | str | None,
    offset: int,
    broker_time: str = "2026-06-01 00:00",
    partition: int = 0,
) -> RawEvent:
    """A record with these fields as its JSON, or with this text or nothing as its payload."""
    payload = json.dumps(fields) if isinstance(fields, Mapping) else fields
    encoding = None if payload is None else "utf-8"
    return RawEvent(source, partition, offset, payload, encoding, at(broker_time))


def events(source: str, *payloads: Mapping[str, Any] | str | None) -> list[RawEvent]:
    """Records with these payloads at the offsets 0, 1, 2 and so on of one partition."""
    return [event(source, fields, offset) for offset, fields in enumerate(payloads)]


def records(source: str, as_of: str, *lines: Mapping[str, str]) -> list[RawRecord]:
    """The lines of one file, true at `as_of`."""
    return [
        RawRecord(source, f"{source} of {as_of}", at(as_of), number, json.dumps(line), "json")
        for number, line in enumerate(lines, start=2)
    ]


def redelivered(rows: Sequence[RawEvent], first_offset: int) -> list[RawEvent]:
    """The same payloads once more, at other offsets."""
    return [
        RawEvent(
            row.source,
            row.partition,
            first_offset + number,
            row.payload,
            row.payload_encoding,
            row.broker_time,
        )
        for number, row in enumerate(rows)
    ]
