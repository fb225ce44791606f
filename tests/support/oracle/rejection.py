"""ops.rejected_event: which raw rows cannot be read, and why."""

import datetime as dt
from collections.abc import Iterable

from support.oracle.feed import IDS
from support.oracle.row import Row
from support.oracle.value import parsed, payload_hash, text, time
from support.raw import FLOW, VITALS, RawEvent, RawRecord


def rejected_rows(events: Iterable[RawEvent], records: Iterable[RawRecord]) -> list[Row]:
    """One row per origin and payload that cannot be read, with the first reason that holds."""
    rows: dict[tuple[str, str, str], Row] = {}
    for event in events:
        reason = rejection_of_event(event)
        if reason is not None:
            source = f"{event.source}_event"
            row = _rejected(source, event, event.broker_time, reason)
            rows[source, event.origin, row["payload_hash"]] = row
    for record in records:
        reason = rejection_of_record(record)
        if reason is not None:
            source = f"{record.source}_record"
            row = _rejected(source, record, record.as_of, reason)
            rows[source, record.origin, row["payload_hash"]] = row
    return list(rows.values())


def rejection_of_event(event: RawEvent) -> str | None:
    unread = _unread(event.payload, event.payload_encoding, "utf-8")
    if unread is not None:
        return unread
    assert event.payload is not None
    fields = parsed(event.payload)
    event_type = text(fields.get("event_type"))
    if event.source == FLOW and (event_type or "ADMISSION").upper() not in (
        "ADMISSION",
        "DISCHARGE",
    ):
        return "UNKNOWN_EVENT_TYPE"
    stamped_at = time(fields.get("measured_at" if event.source == VITALS else "event_timestamp"))
    if stamped_at is not None and stamped_at > event.broker_time + dt.timedelta(days=1):
        return "FUTURE_EVENT"
    return None


def rejection_of_record(record: RawRecord) -> str | None:
    unread = _unread(record.payload, record.payload_encoding, "json")
    if unread is not None:
        return unread
    fields = parsed(record.payload)
    for name, column in IDS[record.source].items():
        if text(fields.get(column)) is None:
            return f"MISSING_{name.upper()}"
    return None


def _unread(payload: str | None, encoding: str | None, readable: str) -> str | None:
    if payload is None:
        return "NULL_MESSAGE"
    if encoding == "base64":
        return "NOT_UTF8"
    if payload.strip(" ") == "":
        return "EMPTY_MESSAGE"
    if encoding != readable:
        return "BROKEN_LINE"
    try:
        return None if isinstance(parsed(payload), dict) else "NOT_AN_OBJECT"
    except ValueError:
        return "NOT_JSON"


def _rejected(source: str, raw: RawEvent | RawRecord, received_at: dt.datetime, reason: str) -> Row:
    return {
        "source": source,
        "origin": raw.origin,
        "payload_hash": "" if raw.payload is None else payload_hash(raw.payload),
        "reason": reason,
        "payload": raw.payload,
        "payload_encoding": raw.payload_encoding,
        "received_at": received_at,
    }
