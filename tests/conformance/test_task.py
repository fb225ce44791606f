"""Runs of tasks: what starts them, in which order, and what a failure means.

Roots are started by EXECUTE TASK wherever the page allows, because a trigger waits 10 s at least.
"""

from __future__ import annotations

from typing import Any

import pytest
from support.conformance import Account, documented

CREATE = "sql-reference/sql/create-task"
EXECUTE = "sql-reference/sql/execute-task"
GRAPHS = "user-guide/tasks-graphs"
TRIGGERED = "user-guide/tasks-triggered"

TRIGGER = (
    "target_completion_interval = '1 minute' user_task_minimum_trigger_interval_in_seconds = 10"
)


def finished(account: Account, count: int, columns: str = "name, state") -> Any:
    """Rows of the task history once `count` runs have ended, in the order in which they ended."""
    return account.until(
        f"""
        select {columns} from table(information_schema.task_history(
            database_name => '{account.database}', schema_name => '{account.schema}',
            result_limit => 1000))
        where completed_time is not null
        order by completed_time, query_start_time
        """,
        lambda rows: len(rows) >= count,
        seconds=180,
    )


def enable(account: Account, root: str) -> None:
    account.one(f"system$task_dependents_enable('{account.database}.{account.schema}.{root}')")


@pytest.fixture
def flow(account: Account) -> Account:
    """A table with a stream on it, and a table it is loaded into."""
    account("create table source (id int)")
    account("create stream source_stream on table source append_only = true")
    account("create table target (id int)")
    return account


LOAD = "insert into target select id from source_stream"
WHEN = "when system$stream_has_data('source_stream')"


@documented(EXECUTE, "execute task")
def test_a_suspended_task_runs_once_and_stays_suspended(flow: Account) -> None:
    flow("create task alone as insert into target values (1)")
    flow("execute task alone")
    assert finished(flow, 1, "name, state, scheduled_from, attempt_number") == [
        ("ALONE", "SUCCEEDED", "EXECUTE_TASK", 1)
    ]
    assert flow("select id from target") == [(1,)]
    assert flow.rows("show tasks in schema")[0]["state"] == "suspended"


@documented(EXECUTE, "execute task: a root, not a child")
def test_only_a_root_can_be_executed(flow: Account) -> None:
    flow("create task root as select 1")
    flow("create task child after root as select 1")
    flow.error("execute task child")
    flow.error("execute task nowhere")


@documented(EXECUTE, "execute task: suspended children are left out")
def test_a_suspended_child_does_not_run(flow: Account) -> None:
    flow("create task root as insert into target values (1)")
    flow("create task child after root as insert into target values (2)")
    flow("create task done finalize = root as insert into target values (3)")
    flow("alter task done resume")
    flow("execute task root")
    assert finished(flow, 2) == [("ROOT", "SUCCEEDED"), ("DONE", "SUCCEEDED")]
    assert flow("select id from target order by id") == [(1,), (3,)]


@documented(TRIGGERED, "create task ... when system$stream_has_data(...) without a schedule")
def test_a_triggered_task_runs_when_its_stream_gets_data(flow: Account) -> None:
    flow("insert into source values (1)")
    flow(f"create task load {TRIGGER} {WHEN} as {LOAD}")
    flow("alter task load resume")
    assert finished(flow, 1, "name, state, scheduled_from") == [("LOAD", "SUCCEEDED", "TRIGGER")]
    flow("insert into source values (2), (3)")
    finished(flow, 2)
    assert flow("select id from target order by id") == [(1,), (2,), (3,)]


@documented(TRIGGERED, "create task: a serverless triggered task needs target_completion_interval")
def test_a_triggered_task_needs_a_warehouse_or_a_completion_interval(flow: Account) -> None:
    flow.error(f"create task load {WHEN} as {LOAD}")


@documented(CREATE, "create task ... when: a condition that is false")
def test_a_root_whose_condition_is_false_is_skipped_with_all_behind_it(flow: Account) -> None:
    flow(f"create task root {TRIGGER} {WHEN} as {LOAD}")
    flow("create task child after root as insert into target values (1)")
    flow("create task done finalize = root as insert into target values (2)")
    flow("alter task child resume")
    flow("alter task done resume")
    flow("execute task root")
    assert finished(flow, 1, "name, state, query_id, condition_text") == [
        ("ROOT", "SKIPPED", None, "system$stream_has_data('source_stream')")
    ]
    assert flow("select * from target") == []


@documented(CREATE, "create task ... after ... when: a child's condition")
def test_a_skipped_child_stops_its_descendants_and_not_the_others(flow: Account) -> None:
    flow("create task root as call system$set_return_value('5')")
    flow(
        "create task few after root when system$get_predecessor_return_value('ROOT')::int < 5 "
        "as insert into target values (1)"
    )
    flow("create task behind_few after few as insert into target values (2)")
    flow(
        "create task many after root when system$get_predecessor_return_value('ROOT')::int >= 5 "
        "as insert into target values (3)"
    )
    for name in ("few", "behind_few", "many"):
        flow(f"alter task {name} resume")
    flow("execute task root")
    found = finished(flow, 3)
    assert sorted(found) == [("FEW", "SKIPPED"), ("MANY", "SUCCEEDED"), ("ROOT", "SUCCEEDED")]
    assert flow("select id from target") == [(3,)]


@pytest.mark.parametrize(
    "condition",
    [
        "(select count(*) from source) > 0",
        "exists (select 1 from source)",
        "parse_json(system$get_predecessor_return_value('ROOT')):a > 1",
        "current_date() > '2020-01-01'",
        "id > 1",
    ],
)
@documented(CREATE, "create task ... when: only stream and return value functions")
def test_a_condition_that_needs_a_warehouse_is_refused(flow: Account, condition: str) -> None:
    flow.error(f"create task root schedule = '60 minutes' when {condition} as select 1")
    flow("create task root schedule = '60 minutes' as select 1")
    flow.error(f"alter task root modify when {condition}")


@documented(GRAPHS, "create task ... after, finalize")
def test_children_run_after_their_parents_and_the_finalizer_last(flow: Account) -> None:
    flow("create table log (step varchar, at timestamp_ltz default current_timestamp())")
    flow("create task root as insert into log (step) values ('root')")
    for child in ("left_child", "right_child"):
        flow(f"create task {child} after root as insert into log (step) values ('middle')")
    flow(
        "create task joined after left_child, right_child as "
        "insert into log (step) select 'joined after ' || count(*) from log where step = 'middle'"
    )
    flow("create task done finalize = root as insert into log (step) values ('done')")
    for name in ("left_child", "right_child", "joined", "done"):
        flow(f"alter task {name} resume")
    flow("execute task root")
    finished(flow, 5)
    assert [step for (step,) in flow("select step from log order by at")] == [
        "root",
        "middle",
        "middle",
        "joined after 2",
        "done",
    ]


@documented(GRAPHS, "task graph: a failed task stops its descendants, not its siblings")
def test_behind_a_failed_task_nothing_runs_but_the_finalizer(flow: Account) -> None:
    flow("create task root as select 1")
    flow("create task broken after root as insert into nowhere values (1)")
    flow("create task behind after broken as insert into target values (1)")
    flow("create task sibling after root as insert into target values (2)")
    flow("create task joined after broken, sibling as insert into target values (3)")
    flow("create task done finalize = root as insert into target values (4)")
    for name in ("broken", "behind", "sibling", "joined", "done"):
        flow(f"alter task {name} resume")
    flow("execute task root")
    found = finished(flow, 4)
    assert found[0] == ("ROOT", "SUCCEEDED")
    assert sorted(found[1:3]) == [("BROKEN", "FAILED"), ("SIBLING", "SUCCEEDED")]
    assert found[3] == ("DONE", "SUCCEEDED")
    assert flow("select id from target order by id") == [(2,), (4,)]


@documented(GRAPHS, "alter task <child> suspend: the graph goes on as if it had succeeded")
def test_a_suspended_child_lets_the_graph_go_on(flow: Account) -> None:
    flow("create task root as select 1")
    flow("create task left_child after root as insert into target values (1)")
    flow("create task right_child after root as insert into target values (2)")
    flow("create task joined after left_child, right_child as insert into target values (3)")
    for name in ("right_child", "joined"):
        flow(f"alter task {name} resume")
    flow("execute task root")
    finished(flow, 3)
    assert flow("select id from target order by id") == [(2,), (3,)]


@documented(TRIGGERED, "task graph: a root's when over the streams of its children")
def test_a_child_that_failed_runs_again_without_new_events(flow: Account) -> None:
    flow("create stream second_stream on table source append_only = true")
    flow(
        f"create task root {TRIGGER} suspend_task_after_num_failures = 0 "
        f"{WHEN} or system$stream_has_data('second_stream') as {LOAD}"
    )
    flow("create task child after root as insert into later select id from second_stream")
    enable(flow, "root")
    flow("insert into source values (7)")
    assert finished(flow, 2)[:2] == [("ROOT", "SUCCEEDED"), ("CHILD", "FAILED")]
    flow("create table later (id int)")
    flow.until("select * from later", lambda rows: rows == [(7,)], seconds=180)
    assert flow("select * from target") == [(7,)]


@documented(CREATE, "create task ... task_auto_retry_attempts")
def test_a_failed_graph_is_retried_from_the_failed_task(flow: Account) -> None:
    flow("create task root task_auto_retry_attempts = 1 as insert into target values (1)")
    flow("create task child after root as insert into fixed values (1)")
    flow("create task done finalize = root as create table if not exists fixed (id int)")
    flow("alter task child resume")
    flow("alter task done resume")
    flow("execute task root")
    assert finished(flow, 5, "name, state, scheduled_from, attempt_number") == [
        ("ROOT", "SUCCEEDED", "EXECUTE_TASK", 1),
        ("CHILD", "FAILED", "EXECUTE_TASK", 1),
        ("DONE", "SUCCEEDED", "EXECUTE_TASK", 1),
        ("CHILD", "SUCCEEDED", "AUTOMATIC RETRY", 2),
        ("DONE", "SUCCEEDED", "AUTOMATIC RETRY", 2),
    ]
    assert len(set(finished(flow, 5, "graph_run_group_id"))) == 1
    assert flow("select * from target") == [(1,)]


@documented(CREATE, "create task ... suspend_task_after_num_failures")
def test_after_so_many_failures_in_a_row_the_root_is_suspended(flow: Account) -> None:
    flow(f"create task broken {TRIGGER} suspend_task_after_num_failures = 2 {WHEN} as call no_p()")
    flow("alter task broken resume")
    flow("insert into source values (1)")
    assert finished(flow, 2) == [
        ("BROKEN", "FAILED"),
        ("BROKEN", "FAILED_AND_AUTO_SUSPENDED"),
    ]
    flow.until("show tasks in schema", lambda rows: "suspended" in rows[0])
    row = flow.rows("show tasks in schema")[0]
    assert row["last_suspended_reason"] == "SUSPENDED_DUE_TO_ERRORS"


@documented(EXECUTE, "execute task ... retry last")
def test_retry_last_goes_on_from_the_failed_task(flow: Account) -> None:
    flow("create task root as insert into target values (1)")
    flow("create task child after root as insert into later values (2)")
    flow("alter task child resume")
    flow("execute task root")
    assert finished(flow, 2) == [("ROOT", "SUCCEEDED"), ("CHILD", "FAILED")]
    flow("create table later (id int)")
    flow("execute task root retry last")
    last = finished(flow, 3, "name, state, scheduled_from, attempt_number")[2]
    assert last == ("CHILD", "SUCCEEDED", "MANUAL RETRY", 2)
    assert flow("select * from target") == [(1,)]
    assert flow("select * from later") == [(2,)]
    flow.error("execute task root retry last")


@documented(EXECUTE, "execute task ... retry graph run group")
def test_an_older_run_can_be_retried_by_its_group(flow: Account) -> None:
    flow("create task root as insert into later values (2)")
    flow("execute task root")
    group = finished(flow, 1, "graph_run_group_id")[0][0]
    flow("create table later (id int)")
    flow("execute task root")
    finished(flow, 2)
    flow(f"execute task root retry graph run group '{group}'")
    assert finished(flow, 3, "graph_run_group_id, attempt_number, state")[2] == (
        group,
        2,
        "SUCCEEDED",
    )
    flow.error("execute task root retry graph run group 'no-such-group'")


@documented(EXECUTE, "execute task ... retry last: a graph that was modified")
def test_a_modified_graph_is_not_retried(flow: Account) -> None:
    flow("create task root as insert into later values (2)")
    flow("execute task root")
    finished(flow, 1)
    flow("alter task root set comment = 'changed'")
    flow.error("execute task root retry last")


@documented(EXECUTE, "execute task ... using config")
def test_a_given_configuration_covers_the_default_one(flow: Account) -> None:
    flow("create table seen (text varchar)")
    flow(
        """create task root config = $${"ward": "ICU", "limits": {"beds": 3, "staff": 1}}$$ as
        insert into seen select system$get_task_graph_config('ward') || ' '
            || system$get_task_graph_config('limits.beds') || ' '
            || system$get_task_graph_config('limits.staff')"""
    )
    flow("execute task root")
    finished(flow, 1)
    flow("""execute task root using config = $${"limits": {"beds": 9}}$$""")
    finished(flow, 2)
    assert flow("select text from seen order by text") == [("ICU 3 1",), ("ICU 9 1",)]


@documented(
    "sql-reference/functions/system_get_predecessor_return_value",
    "system$set_return_value, system$get_predecessor_return_value",
)
def test_a_return_value_reaches_the_child(flow: Account) -> None:
    flow("create table seen (text varchar)")
    flow("create task root as call system$set_return_value('from root')")
    flow("create task other after root as call system$set_return_value('from other')")
    flow(
        "create task child after root, other as insert into seen "
        "select system$get_predecessor_return_value('OTHER')"
    )
    flow("alter task child resume")
    flow("alter task other resume")
    flow("execute task root")
    assert finished(flow, 3, "name, return_value") == [
        ("ROOT", "from root"),
        ("OTHER", "from other"),
        ("CHILD", None),
    ]
    assert flow("select text from seen") == [("from other",)]


@documented("sql-reference/functions/system_task_runtime_info", "system$task_runtime_info(...)")
def test_a_task_knows_its_own_run(flow: Account) -> None:
    flow("create table seen (task varchar, root varchar, group_id varchar, root_id varchar)")
    flow("create task root as select 1")
    flow(
        """create task child after root as insert into seen select
        system$task_runtime_info('CURRENT_TASK_NAME'),
        system$task_runtime_info('CURRENT_ROOT_TASK_NAME'),
        system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID'),
        system$task_runtime_info('CURRENT_ROOT_TASK_UUID')"""
    )
    flow("alter task child resume")
    flow("execute task root")
    group, root_id = finished(flow, 2, "graph_run_group_id, root_task_id")[0]
    task, root, *ids = flow("select * from seen")[0]
    assert (task, root.split(".")[-1], ids) == ("CHILD", "ROOT", [group, root_id])
    flow.error("select system$task_runtime_info('CURRENT_TASK_NAME')")


@documented(CREATE, "create task ... as begin ... end")
def test_a_block_stops_at_the_first_error_and_keeps_what_was_committed(flow: Account) -> None:
    flow(
        """
        create task several as
        begin
            insert into target values (1); -- ; in a comment
            insert into target select 2 where ';' = ';';
            insert into target select id from nowhere;
            insert into target values (4);
        end;
        """
    )
    flow("execute task several")
    assert finished(flow, 1) == [("SEVERAL", "FAILED")]
    assert flow("select id from target order by id") == [(1,), (2,)]


@documented(CREATE, "create task ... as begin transaction ... commit")
def test_a_transaction_in_a_block_is_all_or_nothing(flow: Account) -> None:
    flow(
        "create task several as begin begin transaction; insert into target values (1); "
        "insert into target select id from nowhere; commit; end"
    )
    flow("execute task several")
    assert finished(flow, 1) == [("SEVERAL", "FAILED")]
    assert flow("select * from target") == []


@documented(CREATE, "create task ... as execute immediate $$ ... $$")
def test_a_body_may_be_a_text_that_is_executed(flow: Account) -> None:
    flow(
        "create task several as execute immediate "
        "$$ begin insert into target values (1); insert into target values (2); end; $$"
    )
    flow("execute task several")
    assert finished(flow, 1) == [("SEVERAL", "SUCCEEDED")]
    assert flow("select id from target order by id") == [(1,), (2,)]


@documented(CREATE, "create task ... user_task_timeout_ms")
def test_a_run_that_takes_too_long_fails_and_changes_nothing(flow: Account) -> None:
    flow(
        "create task slow user_task_timeout_ms = 1000 as insert into target "
        "select count(*) from table(generator(rowcount => 400000)) as a "
        "cross join table(generator(rowcount => 400000)) as b"
    )
    flow("execute task slow")
    (name, state, message) = finished(flow, 1, "name, state, error_message")[0]
    assert (name, state) == ("SLOW", "FAILED")
    assert "timeout" in message
    assert flow("select * from target") == []


@documented(
    "sql-reference/functions/system_user_task_cancel_ongoing_executions",
    "system$user_task_cancel_ongoing_executions(...)",
)
def test_a_run_can_be_cancelled(flow: Account) -> None:
    flow(
        "create task slow user_task_timeout_ms = 300000 as insert into target "
        "select count(*) from table(generator(rowcount => 400000)) as a "
        "cross join table(generator(rowcount => 400000)) as b"
    )
    cancel = f"system$user_task_cancel_ongoing_executions('{flow.schema}.slow')"
    assert "no currently running executions" in flow.one(cancel)
    flow("execute task slow")
    flow.until(
        "select state from table(information_schema.task_history(task_name => 'slow')) "
        "where schema_name = current_schema()",
        lambda rows: rows == [("EXECUTING",)],
    )
    assert "Marked 1 task runs for cancellation" in flow.one(cancel)
    assert finished(flow, 1) == [("SLOW", "CANCELLED")]
    assert flow("select * from target") == []


@documented(GRAPHS, "overlap_policy = no_overlap: one run of a graph at a time")
def test_runs_of_a_graph_do_not_overlap(flow: Account) -> None:
    flow("create task root as select count(*) from table(generator(rowcount => 1000))")
    flow("create task child after root as insert into target select count(*) from target")
    flow("alter task child resume")
    flow("execute task root")
    finished(flow, 2)
    flow("execute task root")
    found = finished(flow, 4, "graph_run_group_id")
    assert found[0] == found[1] != found[2] == found[3]
    assert flow("select id from target order by id") == [(0,), (1,)]


@documented(GRAPHS, "alter task <root> suspend: a run that has begun comes to its end")
def test_changes_need_a_suspended_root(flow: Account) -> None:
    flow("create task root schedule = '60 minutes' as select 1")
    flow("create task child after root as select 1")
    flow("create task done finalize = root as select 1")
    flow("create task alone as select 1")
    flow("alter task root resume")
    for statement in (
        "alter task child resume",
        "alter task child set comment = 'x'",
        "alter task root set comment = 'x'",
        "alter task root modify as select 2",
        "create or alter task root schedule = '60 minutes' as select 2",
        "create or replace task child after root as select 2",
        "create task late after root as select 2",
        "alter task alone add after root",
        "alter task done unset finalize",
        "drop task child",
        "drop task root",
    ):
        assert "suspended" in flow.error(statement), statement
    flow("alter task root suspend")
    flow("alter task child resume")
    flow("drop task child")
    assert [row["name"] for row in flow.rows("show tasks in schema")] == ["ALONE", "DONE", "ROOT"]
