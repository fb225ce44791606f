from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from random import Random

import pytest

from producer.delivery import Delays, Message, deliver
from producer.errors import UsageError
from producer.population import World

Messages = Callable[..., list[Message]]


def numbered(count: int) -> list[Message]:
    """One message a minute, numbered from 0."""
    return [Message(60 * n, f"p{n}", str(n).encode(), "ADMISSION", None) for n in range(count)]


def numbers(messages: list[Message]) -> list[int]:
    return [int(message.payload) for message in messages]


def test_without_delays_nothing_changes() -> None:
    assert list(deliver(numbered(100), Delays(), Random(1))) == numbered(100)


def test_delivery_follows_the_simulated_clock() -> None:
    delays = Delays(duplicate=0.2, late=0.2, out_of_order=0.2)
    delivered = list(deliver(numbered(5000), delays, Random(1)))
    assert all(a.delivered_at <= b.delivered_at for a, b in pairwise(delivered))
    assert set(numbers(delivered)) == set(range(5000))


def test_a_duplicate_is_the_same_message_within_ten_minutes() -> None:
    delivered = list(deliver(numbered(5000), Delays(duplicate=0.1), Random(1)))
    repeated = [m for m in delivered if m.way == "duplicate"]
    assert len(delivered) == 5000 + len(repeated)
    assert len(repeated) == pytest.approx(500, abs=60)
    first = {m.payload: m for m in delivered if m.way is None}
    for message in repeated:
        original = first[message.payload]
        assert 0 < message.delivered_at - original.delivered_at <= 600
        assert message._replace(delivered_at=original.delivered_at, way=None) == original


def test_a_late_message_comes_one_to_twelve_hours_after_it_happened() -> None:
    delivered = list(deliver(numbered(5000), Delays(late=0.1), Random(1)))
    late = [m for m in delivered if m.way == "late"]
    assert len(late) == pytest.approx(500, abs=60)
    delays = [m.delivered_at - 60 * int(m.payload) for m in late]
    assert min(delays) >= 3600
    assert max(delays) <= 12 * 3600
    on_time = [n for m, n in zip(delivered, numbers(delivered), strict=True) if m.way is None]
    assert on_time == sorted(on_time)
    assert sorted(numbers(delivered)) == list(range(5000))


def test_out_of_order_messages_change_places_with_their_neighbour() -> None:
    delivered = list(deliver(numbered(5000), Delays(out_of_order=0.1), Random(1)))
    order = numbers(delivered)
    assert sorted(order) == list(range(5000))
    swapped = [place for place, m in enumerate(delivered) if m.way == "out_of_order"]
    assert len(swapped) == pytest.approx(500, abs=80)
    for place in swapped:
        assert order[place - 1] == order[place] + 1
    assert all(abs(number - place) <= 1 for place, number in enumerate(order))


def test_late_and_out_of_order_cannot_exceed_all_messages() -> None:
    with pytest.raises(UsageError, match="--late-rate and --out-of-order-rate"):
        Delays(late=0.6, out_of_order=0.6)


def test_the_same_seed_gives_the_same_bytes(messages: Messages) -> None:
    faults = {"rates": {"malformed": 0.1, "dept_typo": 0.1}, "duplicate": 0.1, "late": 0.1}
    assert messages(3000, **faults) == messages(3000, **faults)
    other = messages(3000, world=World(seed=43), **faults)
    assert not {m.payload for m in other} & {m.payload for m in messages(3000, **faults)}


def test_a_run_that_skips_what_was_sent_continues_the_stream(messages: Messages) -> None:
    delays = {"duplicate": 0.05, "late": 0.05, "out_of_order": 0.05}
    assert messages(4000, **delays)[:1500] == messages(1500, **delays)


def test_delays_change_no_event(messages: Messages) -> None:
    clean = Counter(m.payload for m in messages(4000))
    delayed = {m.payload for m in messages(3000, duplicate=0.1, late=0.1, out_of_order=0.1)}
    assert delayed <= clean.keys()
