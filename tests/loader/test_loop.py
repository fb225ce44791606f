"""The loop against scripted ends: whatever happens in whatever order, raw equals the log."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loader.batch import EventBatch
from loader.errors import DoubtfulError, LoaderError, UnreachableError, UnreachableInDoubtError
from loader.event_log import Bounds, BrokerSilentError, PositionLostError
from loader.loop import LoadLoop, start_offset
from loader.settings import RunSettings
from tests.loader.rig import TopicPartition

TOPIC, TABLE = "flow", "flow_event"
Place = tuple[int, int]


class Killed(BaseException):
    """The process ends here."""


class Rec(NamedTuple):
    offset: int
    value: bytes = b"{}"
    key: bytes = b"k"
    timestamp: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class ScriptedLog:
    """Partitions of one topic; `script` says what each poll and each commit meets."""

    offsets: Mapping[int, list[int]]
    script: Iterator[str]
    ends: Mapping[int, int]
    begins: Mapping[int, int] = field(default_factory=dict)
    now: float = 0.0
    joined: bool = False
    committed: dict[int, int] = field(default_factory=dict)
    _positions: dict[TopicPartition, int] = field(default_factory=dict)
    _paused: bool = True
    _changes: tuple[bool, bool] = (False, False)

    def poll(self, seconds: float) -> dict[TopicPartition, list[Rec]]:
        self.now += seconds
        event = next(self.script, "ok") if self.joined else "assign"
        if event == "kill":
            raise Killed
        if event == "silent":
            raise BrokerSilentError
        if event == "lost":
            raise PositionLostError
        if event in ("assign", "rebalance", "revoke"):
            self._changes = (event != "assign", event != "revoke")
            self.joined, self._paused = event != "revoke", True
            return {}
        if self._paused:
            return {}
        polled = {}
        for at, position in self._positions.items():
            ready = [Rec(offset) for offset in self.offsets[at.partition] if offset >= position]
            if ready:
                polled[at] = ready[:3]
                self._positions[at] = ready[:3][-1].offset + 1
            else:
                self._positions[at] = max(position, self.ends[at.partition])
        return polled

    def take_changes(self) -> tuple[bool, bool]:
        changes, self._changes = self._changes, (False, False)
        return changes

    def assigned(self) -> set[TopicPartition]:
        return {TopicPartition(TOPIC, number) for number in self.offsets} if self.joined else set()

    def bounds(self, partitions: set[TopicPartition]) -> dict[TopicPartition, Bounds]:
        return {
            at: Bounds(self.begins.get(at.partition, 0), self.ends[at.partition])
            for at in partitions
        }

    def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        self._positions = dict(offsets)
        self._paused = False

    def pause(self) -> None:
        self._paused = True

    def position(self, at: TopicPartition) -> int:
        return self._positions[at]

    def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        if next(self.script, "ok") == "kill":
            raise Killed
        self.committed |= {at.partition: offset for at, offset in offsets.items()}

    def ask(self) -> None:
        return

    def lag(self) -> int:
        return 0

    def unreachable(self, reason: str) -> UnreachableError:
        return UnreachableError(reason)


@dataclass
class ScriptedSink:
    """Raw as a list; `script` says what each load meets."""

    script: Iterator[str]
    rows: list[Place] = field(default_factory=list)
    in_doubt: bool = False

    def load(self, batch: EventBatch) -> None:
        assert not self.in_doubt, "a load before raw was read again"
        event = next(self.script, "ok")
        if event.endswith("before"):
            self._fail(event)
        self.rows += zip(batch.partitions, batch.offsets, strict=True)
        if event.endswith("after"):
            self._fail(event)

    def high_water_marks(self, topic: str, table: str, floor: int = 0) -> dict[int, int]:
        assert (topic, table) == (TOPIC, TABLE)
        self.in_doubt = False
        if next(self.script, "ok") == "doubt before":
            raise UnreachableInDoubtError("away")
        marks: dict[int, int] = {}
        for partition, offset in self.rows:
            if offset >= floor:
                marks[partition] = max(offset, marks.get(partition, -1))
        return marks

    def recover(self) -> None:
        return

    def _fail(self, event: str) -> None:
        if event.startswith("kill"):
            raise Killed
        self.in_doubt = True
        raise DoubtfulError("lost")


class Watcher:
    def landed(self, batch: EventBatch, _: float) -> None:
        assert len(batch) > 0

    def behind(self, _: int) -> None:
        return


def settings(**changes: object) -> RunSettings:
    given_settings = {
        "kafka_bootstrap_servers": "b:1",
        "loader_topics": {TOPIC: TABLE},
        "loader_flush_rows": 4,
        "loader_retry_seconds": 1e9,
    }
    return RunSettings(**(given_settings | changes))


def loop_over(log: ScriptedLog, sink: ScriptedSink, **changes: object) -> LoadLoop:
    return LoadLoop(log, sink, settings(**changes), Watcher(), lambda: False, lambda: log.now)


def run_to_the_end(
    offsets: Mapping[int, list[int]], polls: list[str], loads: list[str], flush_rows: int
) -> tuple[Counter[Place], int]:
    """Return what is in raw after as many restarts as the script asks for, and the restarts."""
    poll_script, load_script = iter(polls), iter(loads)
    ends = {number: (held[-1] + 3 if held else 0) for number, held in offsets.items()}
    rows: list[Place] = []
    for restarts in range(len(polls) + len(loads) + 1):
        log = ScriptedLog(offsets, poll_script, ends)
        sink = ScriptedSink(load_script, rows)
        try:
            loop_over(log, sink, loader_flush_rows=flush_rows).run(until_caught_up=True)
        except Killed:
            continue
        return Counter(rows), restarts
    raise AssertionError("the loop never ended")


gaps = st.lists(st.integers(1, 3), max_size=12)
events_of_the_log = st.sampled_from(["ok", "ok", "kill", "silent", "lost", "rebalance", "revoke"])
events_of_the_sink = st.sampled_from(
    ["ok", "ok", "doubt before", "doubt after", "kill before", "kill after"]
)


@given(
    st.lists(gaps, min_size=1, max_size=3),
    st.lists(events_of_the_log, max_size=12),
    st.lists(events_of_the_sink, max_size=8),
    st.integers(1, 20),
)
def test_raw_equals_the_log_whatever_happens(
    steps: list[list[int]], polls: list[str], loads: list[str], flush_rows: int
) -> None:
    offsets = {
        number: [sum(held[: n + 1]) - 1 for n in range(len(held))]
        for number, held in enumerate(steps)
    }
    landed, _ = run_to_the_end(offsets, polls, loads, flush_rows)
    assert landed == Counter((number, at) for number, held in offsets.items() for at in held)


def test_the_group_is_told_only_what_has_landed() -> None:
    log = ScriptedLog({0: [0, 1, 2], 1: [5]}, iter(()), {0: 3, 1: 6}, {1: 5})
    sink = ScriptedSink(iter(()))
    loop_over(log, sink, loader_flush_rows=100).run(until_caught_up=True)
    assert sorted(sink.rows) == [(0, 0), (0, 1), (0, 2), (1, 5)]
    assert log.committed == {0: 3, 1: 6}


@pytest.mark.parametrize(
    ("error", "code"), [(DoubtfulError("strange"), 1), (UnreachableInDoubtError("away"), 3)]
)
def test_patience_ends_with_the_error_and_its_exit_code(error: LoaderError, code: int) -> None:
    class Broken(ScriptedSink):
        attempts = 0

        def load(self, _: EventBatch) -> None:
            self.attempts += 1
            raise error

    log = ScriptedLog({0: [0, 1]}, iter(()), {0: 2})
    sink = Broken(iter(()))
    with pytest.raises(type(error)) as raised:
        loop_over(log, sink, loader_retry_seconds=60).run(until_caught_up=False)
    assert raised.value.exit_code == code
    assert 60 < log.now < 90
    assert 5 <= sink.attempts <= 10  # 0.5 s, doubling to 15 s
    assert sink.rows == []


def test_an_error_that_no_retry_helps_ends_at_once() -> None:
    class Refusing(ScriptedSink):
        def load(self, _: EventBatch) -> None:
            raise LoaderError("no such table")

    log = ScriptedLog({0: [0, 1]}, iter(()), {0: 2})
    with pytest.raises(LoaderError, match="no such table"):
        loop_over(log, Refusing(iter(()))).run(until_caught_up=True)


@pytest.mark.parametrize(
    ("landed", "held", "start"),
    [
        (None, Bounds(0, 0), 0),
        (None, Bounds(7, 9), 7),
        (4, Bounds(0, 10), 5),
        (9, Bounds(0, 10), 10),
        (4, Bounds(5, 10), 5),
    ],
)
def test_reading_goes_on_behind_what_landed(landed: int | None, held: Bounds, start: int) -> None:
    assert start_offset("t", 0, landed, held) == start


@pytest.mark.parametrize(
    ("landed", "held", "part"),
    [
        (9, Bounds(0, 9), "raw holds offsets up to 9, but the broker's log ends before 9"),
        (0, Bounds(0, 0), "raw holds offsets up to 0, but the broker's log ends before 0"),
        (4, Bounds(6, 10), "begins at 6: offsets 5 to 5 expired"),
    ],
)
def test_a_log_that_does_not_continue_raw_is_refused(landed: int, held: Bounds, part: str) -> None:
    with pytest.raises(LoaderError, match="topic t partition 3: ") as told:
        start_offset("t", 3, landed, held)
    assert part in str(told.value)
    assert told.value.exit_code == 1
