"""Task graphs by the rules of https://docs.snowflake.com/en/user-guide/tasks-graphs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from snowflake.connector.errors import ProgrammingError

from sandbox.task.definition import Task, TaskOptions
from sandbox.task.graph import check_links, graph_of, root_of
from sandbox.task.graph_run import GraphRun, Outcome
from sandbox.warehouse.names import ObjectName

OK, FAILED, SKIPPED = Outcome.SUCCEEDED, Outcome.FAILED, Outcome.SKIPPED


def named(name: str) -> ObjectName:
    return ObjectName("DB", "OPS", name)


def task(name: str, *after: str, started: bool = True, finalizes: str | None = None) -> Task:
    return Task(
        name=named(name),
        body="select 1",
        options=TaskOptions(),
        task_id=name.lower(),
        created_on=datetime(2026, 1, 1, tzinfo=UTC),
        after=tuple(named(one) for one in after),
        finalizes=named(finalizes) if finalizes else None,
        started=started,
    )


def by_name(*tasks: Task) -> dict[ObjectName, Task]:
    return {one.name: one for one in tasks}


def run_of(*tasks: Task, kept: dict[str, Outcome] | None = None) -> GraphRun:
    graph = graph_of(tasks[0], by_name(*tasks))
    return GraphRun(graph, {named(name): outcome for name, outcome in (kept or {}).items()})


def play(run: GraphRun, **outcomes: Outcome) -> list[set[str]]:
    """The waves in which tasks started, when each wave ends before the next is asked for."""
    waves = []
    while ready := run.startable():
        waves.append({one.name.name for one in ready})
        for one in ready:
            run.finished(one.name, outcomes.get(one.name.name, OK))
    assert run.complete
    return waves


def test_children_of_one_parent_start_together_and_a_join_waits_for_both() -> None:
    run = run_of(task("R"), task("A", "R"), task("B", "R"), task("C", "A", "B"))
    assert play(run) == [{"R"}, {"A", "B"}, {"C"}]
    assert not run.failed


def test_a_join_does_not_start_while_one_predecessor_runs() -> None:
    run = run_of(task("R"), task("A", "R"), task("B", "R"), task("C", "A", "B"))
    run.startable()
    run.finished(named("R"), OK)
    assert {one.name.name for one in run.startable()} == {"A", "B"}
    run.finished(named("A"), OK)
    assert run.startable() == []
    assert not run.complete


def test_a_failed_task_stops_its_descendants_and_the_others_go_on() -> None:
    run = run_of(
        task("R"), task("A", "R"), task("A2", "A"), task("B", "R"), task("B2", "B"),
        task("C", "A", "B"),
    )  # fmt: skip
    assert play(run, A=FAILED) == [{"R"}, {"A", "B"}, {"B2"}]
    assert run.failed


def test_a_child_whose_condition_is_false_stops_its_descendants() -> None:
    run = run_of(task("R"), task("A", "R"), task("A2", "A"), task("B", "R"))
    assert play(run, A=SKIPPED) == [{"R"}, {"A", "B"}]
    assert not run.failed


def test_a_suspended_child_counts_as_if_it_had_succeeded() -> None:
    run = run_of(task("R"), task("A", "R", started=False), task("A2", "A"))
    assert play(run) == [{"R"}, {"A2"}]


def test_a_join_runs_when_one_of_its_predecessors_is_suspended() -> None:
    run = run_of(task("R"), task("A", "R", started=False), task("B", "R"), task("C", "A", "B"))
    assert play(run) == [{"R"}, {"B"}, {"C"}]


def test_a_join_does_not_run_when_all_its_predecessors_are_suspended() -> None:
    run = run_of(
        task("R"), task("A", "R", started=False), task("B", "R", started=False), task("C", "A", "B")
    )
    assert play(run) == [{"R"}]


def test_behind_a_failed_task_a_suspended_one_lets_nothing_through() -> None:
    run = run_of(task("R"), task("A", "R"), task("B", "A", started=False), task("C", "B"))
    assert play(run, A=FAILED) == [{"R"}, {"A"}]


@pytest.mark.parametrize("outcome", [OK, FAILED])
def test_the_finalizer_comes_last_whether_the_graph_succeeds_or_fails(outcome: Outcome) -> None:
    run = run_of(task("R"), task("A", "R"), task("F", finalizes="R"))
    assert play(run, A=outcome) == [{"R"}, {"A"}, {"F"}]


def test_the_finalizer_runs_when_the_root_fails() -> None:
    run = run_of(task("R"), task("A", "R"), task("F", finalizes="R"))
    assert play(run, R=FAILED) == [{"R"}, {"F"}]


def test_nothing_runs_behind_a_skipped_root_not_even_the_finalizer() -> None:
    run = run_of(task("R"), task("A", "R"), task("F", finalizes="R"))
    assert play(run, R=SKIPPED) == [{"R"}]


def test_a_suspended_finalizer_does_not_run() -> None:
    run = run_of(task("R"), task("F", finalizes="R", started=False))
    assert play(run) == [{"R"}]


def test_a_retry_goes_on_from_the_failed_task_and_finalizes_again() -> None:
    tasks = task("R"), task("A", "R"), task("B", "R"), task("B2", "B"), task("F", finalizes="R")
    first = run_of(*tasks)
    assert play(first, B=FAILED) == [{"R"}, {"A", "B"}, {"F"}]
    second = GraphRun(first.graph, first.kept_by_a_retry())
    assert play(second) == [{"B"}, {"B2"}, {"F"}]
    assert not second.failed


def test_the_root_of_any_member_is_found() -> None:
    tasks = by_name(task("R"), task("A", "R"), task("B", "A"), task("F", finalizes="R"), task("X"))
    roots = {one.name.name: root_of(one, tasks).name.name for one in tasks.values()}
    assert roots == {"R": "R", "A": "R", "B": "R", "F": "R", "X": "X"}


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ([task("A", "GONE")], "does not exist"),
        ([task("R"), task("B", "R"), task("A", "B"), task("R", "A")], "cycle"),
        ([task("R"), task("Q"), task("A", "R", "Q")], "more than one root"),
        ([task("R"), task("F", finalizes="R"), task("G", finalizes="R")], "already has a final"),
        ([task("R"), task("A", "R"), task("F", finalizes="A")], "not a root"),
        ([task("R"), task("F", finalizes="R"), task("A", "F")], "cannot be a predecessor"),
    ],
)  # fmt: skip
def test_a_link_that_snowflake_refuses_is_refused(tasks: list[Task], message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        check_links(tasks[-1], by_name(*tasks))
