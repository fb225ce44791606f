from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sandbox.task.condition import Conditions, streams_of
from sandbox.task.definition import Task, TaskOptions
from sandbox.warehouse.names import ObjectName

TASK = Task(
    name=ObjectName("DB", "OPS", "LOAD"),
    body="select 1",
    options=TaskOptions(),
    task_id="1",
    created_on=datetime(2026, 1, 1, tzinfo=UTC),
    when="System$Stream_Has_Data('near') or system$stream_has_data( 'raw.\"Far\"' )",
)
NEAR, FAR = ObjectName("DB", "OPS", "NEAR"), ObjectName("DB", "RAW", "Far")


def test_the_streams_of_a_condition_are_looked_up_beside_the_task() -> None:
    assert streams_of(TASK) == (NEAR, FAR)


def test_a_false_condition_is_asked_again_only_when_one_of_its_streams_is_fed() -> None:
    conditions, asked = Conditions(), []

    def ask(answer: bool) -> bool:
        def evaluate(task: Task) -> bool:
            asked.append(task)
            return answer

        return conditions.holds(TASK, evaluate)

    assert not ask(False)
    assert not ask(True)  # not asked: nothing happened
    conditions.fed([ObjectName("DB", "OPS", "OTHER")])
    assert not ask(True)
    conditions.fed([FAR])
    assert ask(True)
    assert ask(True)  # a true one is asked each time
    assert len(asked) == 3


def test_a_changed_condition_is_asked_again() -> None:
    conditions = Conditions()
    assert not conditions.holds(TASK, lambda _: False)
    assert conditions.holds(replace(TASK, when="system$stream_has_data('near')"), lambda _: True)


def test_rows_that_come_while_a_condition_is_asked_are_not_missed() -> None:
    conditions = Conditions()

    def evaluate(_: Task) -> bool:
        conditions.fed([NEAR])
        return False

    assert not conditions.holds(TASK, evaluate)
    assert conditions.holds(TASK, lambda _: True)
