from __future__ import annotations

import pytest

from sandbox.kafka.batch import parse
from sandbox.kafka.error import ErrorCode, RefusedError
from sandbox.kafka.producer_state import ProducerStates
from tests.sandbox.kafka.batches import batch


def states_after(*producers: tuple[int, int, int]) -> ProducerStates:
    """Two records were appended for each (id, epoch, first sequence), at offsets 0, 2, 4 ..."""
    states = ProducerStates()
    for index, producer in enumerate(producers):
        header = parse(batch(b"a", b"b", producer=producer))
        states.remember(header._replace(base_offset=2 * index, last_offset=2 * index + 1))
    return states


def offset_of(states: ProducerStates, *producer: int, records: int = 2) -> int | None:
    id_, epoch, sequence = producer
    values = [b"v"] * records
    return states.earlier_offset(parse(batch(*values, producer=(id_, epoch, sequence))))


def test_a_repeated_batch_is_found_where_it_lies() -> None:
    states = states_after((7, 0, 0), (7, 0, 2), (7, 0, 4))

    assert offset_of(states, 7, 0, 0) == 0
    assert offset_of(states, 7, 0, 2) == 2
    assert offset_of(states, 7, 0, 4) == 4


def test_the_next_batch_is_new() -> None:
    assert offset_of(states_after((7, 0, 0)), 7, 0, 2) is None


def test_five_batches_are_remembered() -> None:
    states = states_after(*((7, 0, 2 * n) for n in range(6)))

    assert offset_of(states, 7, 0, 2) == 2
    with pytest.raises(RefusedError):
        offset_of(states, 7, 0, 0)


@pytest.mark.parametrize(("sequence", "records"), [(4, 2), (0, 1), (1, 1)])
def test_a_gap_or_another_cut_of_old_records_is_out_of_order(sequence: int, records: int) -> None:
    with pytest.raises(RefusedError) as refused:
        offset_of(states_after((7, 0, 0)), 7, 0, sequence, records=records)

    assert refused.value.code is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_an_older_epoch_is_fenced() -> None:
    with pytest.raises(RefusedError) as refused:
        offset_of(states_after((7, 1, 0)), 7, 0, 2)

    assert refused.value.code is ErrorCode.INVALID_PRODUCER_EPOCH


def test_a_newer_epoch_begins_at_zero() -> None:
    states = states_after((7, 0, 0))

    assert offset_of(states, 7, 1, 0) is None
    with pytest.raises(RefusedError):
        offset_of(states, 7, 1, 2)


def test_producers_do_not_disturb_each_other() -> None:
    states = states_after((7, 0, 0), (8, 0, 0))

    assert offset_of(states, 7, 0, 2) is None
    assert offset_of(states, 8, 0, 0) == 2


def test_sequences_continue_at_zero_after_the_greatest_integer() -> None:
    states = states_after((7, 0, 2**31 - 2))

    assert offset_of(states, 7, 0, 0) is None


def test_a_producer_without_an_id_may_repeat_itself() -> None:
    assert offset_of(states_after((-1, -1, -1)), -1, -1, -1) is None


def test_an_unknown_producer_may_start_anywhere() -> None:
    assert offset_of(ProducerStates(), 7, 3, 1000) is None
