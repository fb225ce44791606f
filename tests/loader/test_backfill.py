"""Backfill by offset and by topic, as docs/operate.md says it."""

from collections import Counter

import pytest

from tests.loader.rig import FLOW, Message, RawAccount, environment, load, produce

CATCH_UP = ("run", "--until-caught-up")
pytestmark = pytest.mark.broker


def test_offsets_deleted_from_the_end_of_a_partition_are_loaded_again(
    raw: RawAccount, address: str
) -> None:
    produce(address, [Message(b"{}", partition=1) for _ in range(10)])
    produce(address, [Message(b"{}", partition=2) for _ in range(3)])
    settings = environment(raw.home, address)
    assert load(settings, *CATCH_UP).code == 0
    all_of_it = raw.origins()
    raw.execute(
        f"delete from raw.patient_flow_event where topic = '{FLOW}' and kafka_partition = 1"
        " and kafka_offset >= 6"
    )
    assert sum(raw.origins().values()) == 9
    assert load(settings, *CATCH_UP).code == 0
    assert raw.origins() == all_of_it
    assert set(all_of_it.values()) == {1}


def test_a_hole_before_the_greatest_offset_is_not_loaded_again(
    raw: RawAccount, address: str
) -> None:
    produce(address, [Message(b"{}", partition=1) for _ in range(10)])
    settings = environment(raw.home, address)
    assert load(settings, *CATCH_UP).code == 0
    raw.execute("delete from raw.patient_flow_event where kafka_offset < 4")
    assert load(settings, *CATCH_UP).code == 0
    assert sum(raw.origins().values()) == 6


def test_a_topic_of_older_events_is_loaded_into_the_same_table(
    raw: RawAccount, address: str
) -> None:
    produce(address, [Message(b'{"event_id": "new"}', partition=0)])
    produce(address, [Message(b'{"event_id": "old"}', partition=0)], "carefloe.backfill")
    topics = f"{FLOW}=patient_flow_event,carefloe.backfill=patient_flow_event"
    settings = environment(raw.home, address, LOADER_TOPICS=topics)
    assert load(settings, *CATCH_UP).code == 0
    assert raw.origins() == Counter({(FLOW, 0, 0): 1, ("carefloe.backfill", 0, 0): 1})
