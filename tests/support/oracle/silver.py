"""silver.* from raw rows: each readable payload once."""

import datetime as dt
from collections.abc import Iterable

from support.oracle.encounter import encounter_row
from support.oracle.feed import record_row
from support.oracle.patient import patient_row
from support.oracle.patient_flow import flow_row
from support.oracle.rejection import rejection_of_event, rejection_of_record
from support.oracle.row import Row
from support.oracle.value import parsed, payload_hash
from support.oracle.vitals import vitals_row
from support.raw import ENCOUNTER, FLOW, VITALS, RawEvent, RawRecord

NO_DATE = dt.date(1900, 1, 1)
_ROW = {FLOW: flow_row, ENCOUNTER: encounter_row, VITALS: vitals_row}


def silver_events(raw: Iterable[RawEvent]) -> list[Row]:
    """One row per distinct payload, if any of its deliveries can be read."""
    rows: dict[str, Row] = {}
    for event in raw:
        if event.payload not in rows and rejection_of_event(event) is None:
            assert event.payload is not None
            rows[event.payload] = _event_row(event.source, event.payload)
    return list(rows.values())


def silver_records(raw: Iterable[RawRecord]) -> list[Row]:
    """One row per distinct payload and as-of that can be read."""
    rows: dict[tuple[str, dt.datetime], Row] = {}
    for record in raw:
        if rejection_of_record(record) is None:
            rows[record.payload, record.as_of] = _record_row(record)
    return list(rows.values())


def _record_row(record: RawRecord) -> Row:
    fields = parsed(record.payload)
    if record.source == "patient":
        row = patient_row(fields, record.as_of)
    else:
        row = record_row(record.source, fields)
    return row | {"as_of": record.as_of, "payload_hash": payload_hash(record.payload)}


def _event_row(source: str, payload: str) -> Row:
    row = _ROW[source](parsed(payload))
    stamped_at = row["event_timestamp"]
    return row | {
        "event_id": row["event_id"] or payload_hash(payload),
        "payload_hash": payload_hash(payload),
        "event_date": NO_DATE if stamped_at is None else stamped_at.date(),
    }
