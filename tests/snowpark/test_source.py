"""Which raw rows are read, which are rejected, and that nothing else decides it."""

import base64
import datetime as dt
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from carefloe.silver import encounter, patient_flow
from carefloe.silver.source import rejected_rows, silver_rows
from snowflake.snowpark import Session
from support.edge import UNREADABLE
from support.frame import event_frame, rows_of
from support.message import admission
from support.raw import FLOW, RawEvent, event, events

SOURCE = patient_flow.SOURCE
NOON = "2026-01-05T12:00:00Z"


def reasons(session: Session, given: list[RawEvent]) -> dict[str, str]:
    """Origin without its topic -> reason."""
    rows = rows_of(rejected_rows(SOURCE, event_frame(session, given)))
    return {row["origin"].removeprefix("carefloe.patient_flow/"): row["reason"] for row in rows}


def event_ids(session: Session, given: list[RawEvent]) -> list[Any]:
    return sorted(
        row["event_id"] for row in rows_of(silver_rows(SOURCE, event_frame(session, given)))
    )


def test_a_payload_that_cannot_be_read_is_rejected_with_its_reason(local: Session) -> None:
    given = events(FLOW, *(payload for payload, _ in UNREADABLE), admission("E", NOON))
    expected = {f"0/{offset}": reason for offset, (_, reason) in enumerate(UNREADABLE)}
    assert reasons(local, given) == expected
    assert event_ids(local, given) == ["E"]


def test_bytes_that_are_not_utf8_are_rejected_even_when_their_base64_is_json(
    local: Session,
) -> None:
    [given] = events(FLOW, "1234")
    assert reasons(local, [replace(given, payload_encoding="base64")]) == {"0/0": "NOT_UTF8"}


def test_a_rejected_row_keeps_its_payload_and_origin(local: Session) -> None:
    text = base64.b64encode(b"\xff\xfe").decode()
    row = RawEvent(FLOW, 2, 17, text, "base64", dt.datetime(2026, 1, 5, 12))
    assert rows_of(rejected_rows(SOURCE, event_frame(local, [row]))) == [
        {
            "source": "patient_flow_event",
            "origin": "carefloe.patient_flow/2/17",
            "payload_hash": hashlib.sha256(text.encode()).hexdigest(),
            "reason": "NOT_UTF8",
            "payload": text,
            "payload_encoding": "base64",
            "received_at": dt.datetime(2026, 1, 5, 12),
        }
    ]


def test_a_missing_or_oddly_written_event_type_is_no_unknown_one(local: Session) -> None:
    types = [None, "", "admission", " Discharge "]
    given = events(
        FLOW, *(admission(f"E{n}", NOON) | {"event_type": t} for n, t in enumerate(types))
    )
    assert reasons(local, given) == {}
    assert event_ids(local, given) == ["E0", "E1", "E2", "E3"]


def test_the_first_reason_that_holds_is_given(local: Session) -> None:
    wrong_twice = {"event_type": "TRANSFER", "event_timestamp": "2999-01-01T00:00:00Z"}
    assert reasons(local, events(FLOW, wrong_twice)) == {"0/0": "UNKNOWN_EVENT_TYPE"}


def test_an_event_stamped_more_than_a_day_after_its_broker_time_is_rejected(
    local: Session,
) -> None:
    fields = admission("E", NOON)
    a_day_before, more_than_a_day_before = "2026-01-04 12:00:00", "2026-01-04 11:59:59"
    assert reasons(local, [event(FLOW, fields, 0, a_day_before)]) == {}
    assert reasons(local, [event(FLOW, fields, 0, more_than_a_day_before)]) == {
        "0/0": "FUTURE_EVENT"
    }


@pytest.mark.parametrize("late_first", [True, False])
def test_a_payload_is_read_if_any_of_its_deliveries_can_be(
    local: Session, late_first: bool
) -> None:
    fields = admission("E", NOON)
    given = [event(FLOW, fields, 0, "2026-01-01 00:00"), event(FLOW, fields, 1, "2026-01-05 12:00")]
    ordered = given if late_first else given[::-1]
    assert event_ids(local, ordered) == ["E"]
    assert reasons(local, ordered) == {"0/0": "FUTURE_EVENT"}


def test_a_payload_delivered_again_is_one_row(local: Session) -> None:
    fields = admission("E", NOON)
    assert event_ids(local, events(FLOW, fields, fields, fields)) == ["E"]


def test_the_same_event_with_other_content_is_another_row(local: Session) -> None:
    given = events(FLOW, admission("E", NOON), admission("E", NOON, age=41))
    assert event_ids(local, given) == ["E", "E"]


def test_a_raw_row_landed_twice_is_rejected_once(local: Session) -> None:
    [given] = events(FLOW, "{")
    frame = event_frame(local, [given, given])
    assert [row["origin"] for row in rows_of(rejected_rows(SOURCE, frame))] == [
        "carefloe.patient_flow/0/0"
    ]


def test_the_same_unreadable_payload_at_two_offsets_is_rejected_twice(local: Session) -> None:
    assert reasons(local, events(FLOW, "{", "{")) == {"0/0": "NOT_JSON", "0/1": "NOT_JSON"}


def test_an_encounter_has_no_event_type_to_be_rejected_for(local: Session) -> None:
    payload = {"event_id": "E", "event_type": "TRANSFER"}
    frame = event_frame(local, events("encounter", payload))
    assert rows_of(rejected_rows(encounter.SOURCE, frame)) == []
    [row] = rows_of(silver_rows(encounter.SOURCE, frame))
    assert row["extra"] == {"event_type": "TRANSFER"}


def test_every_readable_row_is_either_in_silver_or_rejected(local: Session) -> None:
    payloads = [admission("E", NOON), None, "{", "[]", {}, {"event_type": "X"}, {"patient_id": 5}]
    given = events(FLOW, *payloads)
    assert len(reasons(local, given)) == 4
    assert len(event_ids(local, given)) == 3


def test_the_payload_alone_identifies_it_byte_for_byte(local: Session) -> None:
    compact = json.dumps(admission("E", NOON), separators=(",", ":"))
    spaced = json.dumps(admission("E", NOON))
    assert event_ids(local, events(FLOW, compact, spaced)) == ["E", "E"]
