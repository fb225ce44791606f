"""The scheduler with a clock that the test moves and a worker that runs nothing by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.task.definition import Task, TaskOptions
from sandbox.task.graph_run import Outcome
from sandbox.task.run import TaskResult, TaskRun, merged_config
from sandbox.task.scheduler import Scheduler
from sandbox.warehouse.names import ObjectName

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
WHEN = "system$stream_has_data('s')"


def named(name: str) -> ObjectName:
    return ObjectName("DB", "OPS", name)


def task(name: str, *after: str, **changes: object) -> Task:
    options = {
        key: changes.pop(key)
        for key in ("schedule", "retries", "suspend_after", "config", "timeout_ms")
        if key in changes
    }
    made = Task(
        name=named(name),
        body="select 1",
        options=TaskOptions(**options),  # type: ignore[arg-type]
        task_id=name.lower(),
        created_on=START,
        after=tuple(named(one) for one in after),
        started=True,
        committed_on=START,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


class Account:
    """Holds tasks, collects what is started, and reports outcomes when the test says so."""

    def __init__(self, *tasks: Task) -> None:
        self.now = START
        self.held = {one.name: one for one in tasks}
        self.has_data = False
        self.running: dict[str, TaskRun] = {}
        self.history: list[tuple[str, str, str, int]] = []
        self.scheduler = Scheduler(self, lambda: self.now, timedelta(seconds=30))

    def tasks(self) -> dict[ObjectName, Task]:
        return self.held

    def holds(self, task: Task) -> bool:
        assert task.when == WHEN
        return self.has_data

    def start(self, run: TaskRun) -> None:
        assert run.task.name.name not in self.running
        self.running[run.task.name.name] = run

    def record(
        self, run: TaskRun, state: str, result: TaskResult, next_time: datetime | None
    ) -> None:
        assert (next_time is None) == (run.graph.root.options.schedule is None)
        assert result.completed == self.now
        entry = (run.task.name.name, state, run.graph.scheduled_from, run.graph.attempt)
        self.history.append(entry)

    def suspend(self, root: Task) -> None:
        self.held[root.name] = replace(root, started=False)

    def tick(self, seconds: float = 0) -> datetime | None:
        self.now += timedelta(seconds=seconds)
        return self.scheduler.tick()

    def finish(self, name: str, outcome: Outcome = Outcome.SUCCEEDED) -> TaskRun:
        run = self.running.pop(name)
        self.scheduler.finished(run, TaskResult(outcome, self.now, self.now))
        return run


def test_a_triggered_root_runs_when_its_stream_has_data() -> None:
    account = Account(task("R", when=WHEN), task("A", "R"))
    assert account.tick() is None
    assert not account.running
    account.has_data = True
    account.tick(5)
    assert list(account.running) == ["R"]
    account.finish("R")
    assert list(account.running) == ["A"]
    account.finish("A")
    assert account.history == [("R", "SUCCEEDED", "TRIGGER", 1), ("A", "SUCCEEDED", "TRIGGER", 1)]


def test_triggered_runs_keep_the_minimum_interval_and_never_overlap() -> None:
    account = Account(task("R", when=WHEN), task("A", "R"))
    account.has_data = True
    account.tick()
    account.tick(100)
    assert list(account.running) == ["R"]  # still the first run, 100 s later
    account.finish("R")
    account.finish("A")
    account.tick()
    assert account.running["R"].scheduled_time == START + timedelta(seconds=100)
    account.finish("R")
    account.finish("A")
    assert account.tick(29) == START + timedelta(seconds=130)
    assert not account.running
    account.tick(1)
    assert list(account.running) == ["R"]


def test_a_child_that_failed_runs_again_because_its_stream_still_has_data() -> None:
    account = Account(task("R", when=WHEN), task("A", "R"))
    account.has_data = True
    account.tick()
    account.finish("R")
    account.finish("A", Outcome.FAILED)
    account.tick(30)
    account.finish("R")
    account.finish("A")
    assert [entry[:2] for entry in account.history] == [
        ("R", "SUCCEEDED"),
        ("A", "FAILED"),
        ("R", "SUCCEEDED"),
        ("A", "SUCCEEDED"),
    ]


def test_a_scheduled_root_runs_at_its_times_and_skips_those_it_is_late_for() -> None:
    account = Account(task("R", schedule="1 minute"))
    assert account.tick() == START + timedelta(minutes=1)
    assert not account.running
    account.tick(60)
    assert account.running["R"].scheduled_time == START + timedelta(minutes=1)
    account.tick(150)  # 09:03:30: the runs of 09:02 and 09:03 find the first one still at work
    account.finish("R")
    assert account.tick() == START + timedelta(minutes=4)
    assert not account.running
    account.tick(30)
    assert account.running["R"].scheduled_time == START + timedelta(minutes=4)


def test_a_suspended_root_does_not_run_by_itself_but_on_execute_task() -> None:
    root = task("R", schedule="1 minute", started=False)
    account = Account(root)
    account.tick(3600)
    assert not account.running
    account.scheduler.execute(root)
    account.tick()
    assert account.running["R"].graph.scheduled_from == "EXECUTE_TASK"


def test_execute_task_during_a_run_waits_for_its_end_and_only_the_last_one_counts() -> None:
    root = task("R", config='{"a": 1}')
    account = Account(root)
    account.scheduler.execute(root)
    account.tick()
    account.scheduler.execute(root, config='{"a": 2}')
    account.scheduler.execute(root, config='{"a": 3}')
    account.tick()
    assert account.finish("R").graph.config == '{"a": 1}'
    account.tick()
    assert account.finish("R").graph.config == '{"a": 3}'
    account.tick()
    assert not account.running
    assert account.scheduler.live_runs() == []


def test_the_root_is_suspended_after_n_consecutive_failures_of_one_task() -> None:
    account = Account(task("R", when=WHEN, suspend_after=2), task("A", "R"))
    account.has_data = True
    for outcome in (Outcome.FAILED, Outcome.SUCCEEDED, Outcome.FAILED, Outcome.FAILED):
        account.tick(30)
        account.finish("R")
        account.finish("A", outcome)
    states = [state for name, state, *_ in account.history if name == "A"]
    assert states == ["FAILED", "SUCCEEDED", "FAILED", "FAILED_AND_AUTO_SUSPENDED"]
    assert not account.held[named("R")].started
    account.tick(30)
    assert not account.running


def test_resuming_starts_the_count_of_failures_anew() -> None:
    account = Account(task("R", when=WHEN, suspend_after=2))
    account.has_data = True
    account.tick()
    account.finish("R", Outcome.FAILED)
    account.held[named("R")] = task(
        "R", when=WHEN, suspend_after=2, committed_on=START + timedelta(1)
    )
    account.tick(30)
    account.finish("R", Outcome.FAILED)
    assert [entry[1] for entry in account.history] == ["FAILED", "FAILED"]


def test_zero_means_that_failures_never_suspend() -> None:
    account = Account(task("R", when=WHEN, suspend_after=0))
    account.has_data = True
    for _ in range(12):
        account.tick(30)
        account.finish("R", Outcome.FAILED)
    assert account.held[named("R")].started


def test_a_failed_graph_is_retried_at_once_from_the_failed_task() -> None:
    account = Account(
        task("R", when=WHEN, retries=2, suspend_after=1), task("A", "R"), task("B", "R")
    )
    account.has_data = True
    account.tick()
    account.finish("R")
    account.finish("A")
    first = account.finish("B", Outcome.FAILED)
    assert list(account.running) == ["B"]
    second = account.finish("B", Outcome.FAILED)
    third = account.finish("B", Outcome.SUCCEEDED)
    assert {run.graph.group_id for run in (first, second, third)} == {first.graph.group_id}
    assert [entry for entry in account.history if entry[0] == "B"] == [
        ("B", "FAILED", "TRIGGER", 1),
        ("B", "FAILED", "AUTOMATIC RETRY", 2),
        ("B", "SUCCEEDED", "AUTOMATIC RETRY", 3),
    ]
    assert account.held[named("R")].started


def test_retries_that_all_fail_count_as_one_failed_run() -> None:
    account = Account(task("R", when=WHEN, retries=1, suspend_after=2))
    account.has_data = True
    states = []
    for _ in range(2):
        account.tick(30)
        account.finish("R", Outcome.FAILED)
        account.finish("R", Outcome.FAILED)
        states = [entry[1] for entry in account.history]
    assert states == ["FAILED", "FAILED", "FAILED", "FAILED_AND_AUTO_SUSPENDED"]


def test_a_skipped_root_runs_nothing_and_counts_as_no_failure() -> None:
    account = Account(
        task("R", schedule="1 minute", when=WHEN, suspend_after=1),
        task("A", "R"),
        task("F", finalizes=named("R")),
    )
    account.tick()
    account.tick(60)
    account.finish("R", Outcome.SKIPPED)
    assert not account.running
    assert account.history == [("R", "SKIPPED", "SCHEDULE", 1)]
    assert account.held[named("R")].started


def test_a_later_run_knows_the_last_successful_one() -> None:
    account = Account(task("R", when=WHEN))
    account.has_data = True
    account.tick()
    first = account.finish("R")
    assert first.graph.last_success is None
    account.tick(30)
    failed = account.finish("R", Outcome.FAILED)
    assert failed.graph.last_success == (first.graph.group_id, START)
    account.tick(30)
    assert account.finish("R").graph.last_success == (first.graph.group_id, START)


def test_a_root_timeout_bounds_the_graph_and_a_childs_own_replaces_it() -> None:
    account = Account(
        task("R", when=WHEN, timeout_ms=60_000), task("A", "R"), task("B", "R", timeout_ms=5_000)
    )
    account.has_data = True
    account.tick()
    account.now += timedelta(seconds=20)
    root = account.finish("R")
    assert root.deadline == START + timedelta(seconds=60)
    assert account.running["A"].deadline == START + timedelta(seconds=60)
    assert account.running["B"].deadline == START + timedelta(seconds=25)


def test_graphs_run_side_by_side() -> None:
    account = Account(task("R", when=WHEN), task("Q", when=WHEN))
    account.has_data = True
    account.tick()
    assert set(account.running) == {"R", "Q"}
    assert {run.task.name.name for run in account.scheduler.live_runs()} == {"R", "Q"}


@pytest.mark.parametrize(
    ("default", "override", "merged"),
    [
        (None, None, None),
        ('{"a": 1}', None, '{"a": 1}'),
        (None, '{"a": 1}', '{"a": 1}'),
        (
            '{"environment": "production", "paths": {"logs": "/l", "results": "/r"}}',
            '{"paths": {"results": "/t"}}',
            '{"environment": "production", "paths": {"logs": "/l", "results": "/t"}}',
        ),
    ],
)
def test_a_config_given_to_execute_task_covers_the_default_field_by_field(
    default: str | None, override: str | None, merged: str | None
) -> None:
    assert merged_config(default, override) == merged
