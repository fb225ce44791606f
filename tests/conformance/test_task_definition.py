"""Tasks as objects: created, altered, replaced, cloned, dropped and shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.conformance import Account, documented

CREATE = "sql-reference/sql/create-task"
ALTER = "sql-reference/sql/alter-task"
SHOW = "sql-reference/sql/show-tasks"
GRAPHS = "user-guide/tasks-graphs"


def by_name(account: Account) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in account.rows("show tasks in schema")}


def states(account: Account) -> dict[str, str]:
    return {name: row["state"] for name, row in by_name(account).items()}


def predecessors(row: dict[str, Any]) -> list[str]:
    """Their last names; SHOW gives full ones."""
    return [name.split(".")[-1] for name in json.loads(row["predecessors"])]


@pytest.fixture
def graph(account: Account) -> Account:
    """A root with a child and a finalizer."""
    account("create task root schedule = '60 minutes' as select 1")
    account("create task child after root as select 1")
    account("create task done finalize = root as select 1")
    return account


@documented(CREATE, "create task")
def test_a_new_task_is_suspended(account: Account) -> None:
    account("create task alone schedule = '60 minutes' comment = 'first' as select 1")
    row = account.rows("describe task alone")[0]
    assert (row["name"], row["state"], row["schedule"]) == ("ALONE", "suspended", "60 minutes")
    assert (row["definition"], row["comment"]) == ("select 1", "first")
    assert row["last_committed_on"] is None


@documented(CREATE, "create or replace task, create task if not exists")
def test_a_task_of_that_name_is_kept_refused_or_replaced(account: Account) -> None:
    account("create task alone schedule = '60 minutes' as select 1")
    account("alter task alone resume")
    before = by_name(account)["ALONE"]
    account.error("create task alone as select 2")
    account("create task if not exists alone as select 2")
    assert by_name(account)["ALONE"]["definition"] == "select 1"
    account("create or replace task alone as select 3")
    after = by_name(account)["ALONE"]
    assert (after["definition"], after["state"]) == ("select 3", "suspended")
    assert after["id"] != before["id"]
    account.error("create or replace task if not exists alone as select 2")


@documented(CREATE, "create or alter task")
def test_create_or_alter_keeps_identity_and_unsets_what_it_does_not_name(account: Account) -> None:
    account("create or alter task root schedule = '5 minutes' comment = 'first' as select 1")
    account("create or alter task child after root comment = 'first' as select 1")
    account("alter task child resume")
    before = by_name(account)
    account("create or alter task root comment = 'second' as select 2")
    account("create or alter task child after root as select 3")
    after = by_name(account)
    for name in ("ROOT", "CHILD"):
        same = ("id", "created_on", "state")
        assert [after[name][key] for key in same] == [before[name][key] for key in same]
    assert [after["ROOT"][key] for key in ("schedule", "definition", "comment")] == [
        None,
        "select 2",
        "second",
    ]
    assert after["CHILD"]["definition"] == "select 3"
    assert not after["CHILD"]["comment"]


@documented(CREATE, "create or alter task while the root is started")
def test_create_or_alter_needs_a_suspended_root(graph: Account) -> None:
    graph("alter task root resume")
    graph.error("create or alter task root schedule = '60 minutes' as select 1")
    graph.error("create or alter task child after root as select 2")
    graph("alter task root suspend")
    graph("create or alter task child after root as select 2")
    assert by_name(graph)["CHILD"]["definition"] == "select 2"


@documented(CREATE, "create or alter task ... after: predecessors are set anew")
def test_create_or_alter_changes_predecessors_and_condition(graph: Account) -> None:
    graph("create task other after root as select 1")
    graph("create or alter task child after other when true as select 1")
    row = by_name(graph)["CHILD"]
    assert (predecessors(row), row["condition"]) == (["OTHER"], "true")


@documented(CREATE, "create task ... clone")
def test_a_clone_is_suspended_and_keeps_the_predecessors(graph: Account) -> None:
    graph("alter task child resume")
    graph("create task twin clone child")
    twin = by_name(graph)["TWIN"]
    assert (predecessors(twin), twin["state"], twin["definition"]) == (
        ["ROOT"],
        "suspended",
        "select 1",
    )
    assert twin["id"] != by_name(graph)["CHILD"]["id"]
    graph("create task second_root clone root")
    assert by_name(graph)["SECOND_ROOT"]["schedule"] == "60 minutes"
    graph.error("create task none clone nowhere")
    graph.error("create task second_done clone done")


@documented(ALTER, "alter task ... resume, suspend")
def test_resume_and_suspend_change_the_state(graph: Account) -> None:
    graph("alter task child resume")
    graph("alter task root resume")
    assert states(graph) == {"ROOT": "started", "CHILD": "started", "DONE": "suspended"}
    assert by_name(graph)["ROOT"]["last_committed_on"] is not None
    graph("alter task root suspend")
    assert states(graph) == {"ROOT": "suspended", "CHILD": "started", "DONE": "suspended"}
    assert by_name(graph)["ROOT"]["last_suspended_reason"] == "USER_SUSPENDED"
    graph.error("alter task nowhere resume")
    graph("alter task if exists nowhere resume")


@documented(
    "sql-reference/functions/system_task_dependents_enable", "system$task_dependents_enable(...)"
)
def test_all_tasks_of_a_graph_are_resumed_at_once(graph: Account) -> None:
    graph("create task grandchild after child as select 1")
    graph.one(f"system$task_dependents_enable('{graph.schema}.root')")
    assert set(states(graph).values()) == {"started"}
    graph("alter task root suspend")


@documented(ALTER, "alter task ... add after, remove after")
def test_predecessors_can_be_added_and_removed(graph: Account) -> None:
    graph("create task second after root as select 1")
    graph("create task leaf after child as select 1")
    graph("alter task leaf add after second")
    assert sorted(predecessors(by_name(graph)["LEAF"])) == ["CHILD", "SECOND"]
    graph("alter task leaf remove after child")
    assert predecessors(by_name(graph)["LEAF"]) == ["SECOND"]
    graph("alter task leaf resume")
    graph("alter task leaf remove after second")
    row = by_name(graph)["LEAF"]
    assert (predecessors(row), row["state"]) == ([], "suspended")
    assert row["last_suspended_reason"] == "CHILD_BECAME_ROOT"


@documented(ALTER, "alter task ... set finalize, unset finalize")
def test_a_finalizer_can_be_set_and_unset(graph: Account) -> None:
    graph("create task other as select 1")
    graph.error("alter task other set finalize = root")
    graph("alter task done unset finalize")
    graph("alter task other set finalize = root")
    relations = json.loads(by_name(graph)["OTHER"]["task_relations"])
    assert relations["FinalizedRootTask"].endswith(".ROOT")
    assert json.loads(by_name(graph)["DONE"]["task_relations"]) == {"Predecessors": []}


@documented(ALTER, "alter task ... set, unset")
def test_properties_are_set_and_unset(account: Account) -> None:
    account("create task alone schedule = '60 minutes' as select 1")
    account(
        "alter task alone set schedule = 'USING CRON 7 3 * * * UTC', comment = 'nightly' "
        "user_task_timeout_ms = 60000, timezone = 'Europe/Vienna'"
    )
    row = account.rows("describe task alone")[0]
    assert (row["schedule"], row["comment"]) == ("USING CRON 7 3 * * * UTC", "nightly")
    account("alter task alone unset schedule, comment, timezone")
    row = account.rows("describe task alone")[0]
    assert (row["schedule"], row["comment"] or None) == (None, None)
    account.error("alter task alone set no_such_thing = 1")


@documented(ALTER, "alter task ... modify as, modify when, remove when")
def test_body_and_condition_can_be_changed(account: Account) -> None:
    account("create table source (id int)")
    account("create stream source_stream on table source append_only = true")
    account("create task alone schedule = '60 minutes' as select 1")
    account("alter task alone modify as select 2")
    account("alter task alone modify when system$stream_has_data('source_stream')")
    row = account.rows("describe task alone")[0]
    assert (row["definition"], row["condition"]) == (
        "select 2",
        "system$stream_has_data('source_stream')",
    )
    account("alter task alone remove when")
    assert account.rows("describe task alone")[0]["condition"] is None


@documented("sql-reference/sql/drop-task", "drop task")
def test_the_children_of_a_dropped_task_become_suspended_roots(graph: Account) -> None:
    graph("create task leaf after child as select 1")
    graph("alter task leaf resume")
    graph("alter task done resume")
    graph("drop task child")
    assert states(graph)["LEAF"] == "suspended"
    assert predecessors(by_name(graph)["LEAF"]) == []
    graph("drop task root")
    assert by_name(graph)["DONE"]["last_suspended_reason"] == "FINALIZER_BECAME_ROOT"
    assert [row["name"] for row in graph.rows("show tasks in schema root only")] == ["DONE", "LEAF"]
    graph.error("drop task root")
    graph("drop task if exists root")


@documented("sql-reference/sql/drop-task", "drop task: a standalone one that is started")
def test_a_standalone_task_can_be_dropped_while_it_is_started(account: Account) -> None:
    account("create task alone schedule = '60 minutes' as select 1")
    account("alter task alone resume")
    account("drop task alone")
    assert account.rows("show tasks in schema") == []


@pytest.mark.parametrize(
    "schedule",
    [
        "1 hour",
        "192 HOURS",
        "90 minutes",
        "5 M",
        "10 seconds",
        "30 S",
        "USING CRON 0 9-17 * * SUN America/Los_Angeles",
        "USING CRON */15 0,12 L JAN-MAR 5L Europe/Vienna",
    ],
)
@documented(CREATE, "create task ... schedule")
def test_a_schedule_is_an_interval_or_a_cron_expression(account: Account, schedule: str) -> None:
    account(f"create task alone schedule = '{schedule}' as select 1")
    assert account.rows("show tasks in schema")[0]["schedule"] == schedule


@pytest.mark.parametrize(
    "schedule",
    ["0 minutes", "9 seconds", "soon", "USING CRON 61 * * * * UTC", "USING CRON * * * * * Mars"],
)
@documented(CREATE, "create task ... schedule: values that cannot be")
def test_a_schedule_that_cannot_be_is_an_error(account: Account, schedule: str) -> None:
    account.error(f"create task alone schedule = '{schedule}' as select 1")


@pytest.mark.parametrize(
    "definition",
    [
        "late schedule = '60 minutes' after root as select 1",
        "late schedule = '60 minutes' finalize = root as select 1",
        "late after done as select 1",
        "late after nowhere as select 1",
        "late finalize = nowhere as select 1",
        "late finalize = child as select 1",
        "late finalize = root as select 1",
        "late after child finalize = root as select 1",
        "late task_auto_retry_attempts = 1 after root as select 1",
        "late task_auto_retry_attempts = 31 as select 1",
        "late user_task_timeout_ms = 604800001 as select 1",
        "late user_task_minimum_trigger_interval_in_seconds = 9 as select 1",
        "late config = 'no json' as select 1",
        "late autocommit = false as select 1",
        "late no_such_option = 1 as select 1",
        "no_such_schema.late as select 1",
        "late",
    ],
)
@documented(CREATE, "create task: definitions that cannot be")
def test_a_definition_that_cannot_be_is_an_error(graph: Account, definition: str) -> None:
    graph.error(f"create task {definition}")
    assert len(by_name(graph)) == 3


@documented(CREATE, "create task: warehouse and a serverless size")
def test_a_warehouse_and_a_serverless_size_exclude_each_other(account: Account) -> None:
    account.error(
        "create task alone warehouse = some_wh user_task_managed_initial_warehouse_size = 'SMALL' "
        "schedule = '60 minutes' as select 1"
    )


@documented(GRAPHS, "task graph: no loops")
def test_a_graph_has_no_loops(graph: Account) -> None:
    graph("create task leaf after child as select 1")
    graph.error("alter task child add after leaf")
    graph.error("alter task root add after leaf")


@documented(GRAPHS, "task graph: one schema")
def test_a_graph_stays_in_one_schema(graph: Account) -> None:
    other = f"{graph.schema}_OTHER"
    graph(f"create schema {other}")
    try:
        graph.error(f"create task {other}.late after {graph.schema}.root as select 1")
    finally:
        graph(f"drop schema {other}")


@documented(SHOW, "show [terse] tasks ... like, starts with, root only, limit")
def test_tasks_are_listed_by_pattern_and_place(graph: Account) -> None:
    def names(statement: str) -> list[str]:
        return [row["name"] for row in graph.rows(statement)]

    assert names("show tasks like 'c%' in schema") == ["CHILD"]
    assert names("show tasks in schema starts with 'D'") == ["DONE"]
    assert names("show tasks in schema limit 2") == ["CHILD", "DONE"]
    assert names(f"show tasks in {graph.schema}") == ["CHILD", "DONE", "ROOT"]
    assert list(graph.rows("show terse tasks in schema")[0]) == [
        "created_on", "name", "kind", "database_name", "schema_name", "schedule",
    ]  # fmt: skip


@documented(SHOW, "show tasks: task_relations")
def test_relations_name_predecessors_and_finalizer(graph: Account) -> None:
    place = f"{graph.database}.{graph.schema}"
    found = {name: json.loads(row["task_relations"]) for name, row in by_name(graph).items()}
    assert found == {
        "CHILD": {"Predecessors": [f"{place}.ROOT"]},
        "DONE": {"Predecessors": [], "FinalizedRootTask": f"{place}.ROOT"},
        "ROOT": {"Predecessors": [], "FinalizerTask": f"{place}.DONE"},
    }


@documented(
    "sql-reference/functions/task_dependents", "table(information_schema.task_dependents())"
)
def test_the_dependents_of_a_task_are_listed(graph: Account) -> None:
    graph("create task leaf after child as select 1")

    def names(arguments: str) -> set[str]:
        rows = graph(f"select name from table(information_schema.task_dependents({arguments}))")
        return {name for (name,) in rows}

    root = f"task_name => '{graph.database}.{graph.schema}.root'"
    assert names(root) == {"ROOT", "CHILD", "DONE", "LEAF"}
    assert names(f"{root}, recursive => false") == {"ROOT", "CHILD", "DONE"}


@pytest.mark.parametrize(
    "option",
    [
        "error_integration = some_integration",
        "success_integration = some_integration",
        "log_level = 'INFO'",
        "serverless_task_max_statement_size = 'SMALL'",
        "target_completion_interval = '5 minutes'",
        "user_task_minimum_trigger_interval_in_seconds = 60",
    ],
)
@documented(CREATE, "create task: integrations, log level, serverless sizes", "recorded")
def test_what_steers_compute_and_notifications_is_kept(account: Account, option: str) -> None:
    account(f"create task alone schedule = '60 minutes' {option} as select 1")
    assert [row["name"] for row in account.rows("show tasks in schema")] == ["ALONE"]


@pytest.mark.parametrize("policy", ["allow_child_overlap", "allow_all_overlap"])
@documented(CREATE, "create task ... overlap_policy = allow_...", "refused")
def test_runs_of_a_graph_may_overlap(account: Account, policy: str) -> None:
    account(f"create task root schedule = '60 minutes' overlap_policy = {policy} as select 1")


@pytest.mark.parametrize("option", ["execute as user somebody", "with contact (support = someone)"])
@documented(CREATE, "create task ... execute as user, with contact", "refused")
def test_a_task_may_run_for_a_user(account: Account, option: str) -> None:
    account(f"create task alone schedule = '60 minutes' {option} as select 1")
