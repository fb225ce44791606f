"""Tasks through the real connector; they fire by themselves in the running warehouse.

Rules: https://docs.snowflake.com/en/sql-reference/sql/create-task, .../alter-task,
https://docs.snowflake.com/en/user-guide/tasks-graphs and .../tasks-triggered
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError

HISTORY = """
    select name, state, scheduled_from, attempt_number
    from table(information_schema.task_history(
        database_name => 'CAREFLOE', schema_name => current_schema(), result_limit => 1000))
    where state <> 'EXECUTING'
    order by completed_time
"""


@pytest.fixture
def flow(sql: Any) -> Any:
    """A table, a stream on it, a table it is loaded into."""
    sql("create table source(id int)")
    sql("create stream source_stream on table source append_only = true")
    sql("create table target(id int)")
    return sql


LOAD = "insert into target select id from source_stream"
WHEN = "when system$stream_has_data('source_stream')"


def history_of(sql: Any, count: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = sql.until(HISTORY, lambda rows: len(rows) >= count)
    return rows


def states(sql: Any, count: int) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in history_of(sql, count)]


def column(sql: Any, name: str) -> dict[str, Any]:
    return {row["name"]: row[name] for row in sql.dicts("show tasks in schema")}


def test_a_triggered_task_fires_when_its_stream_gets_data(flow: Any) -> None:
    flow(f"create task load {WHEN} as {LOAD}")
    flow("alter task load resume")
    flow("insert into source values (1), (2)")
    assert history_of(flow, 1) == [("LOAD", "SUCCEEDED", "TRIGGER", 1)]
    assert flow("select id from target order by id") == [(1,), (2,)]
    flow("insert into source values (3)")
    assert len(history_of(flow, 2)) == 2
    assert flow("select id from target order by id") == [(1,), (2,), (3,)]


def test_a_triggered_task_finds_the_data_that_came_before_it_was_resumed(flow: Any) -> None:
    flow("insert into source values (1)")
    flow(f"create task load {WHEN} as {LOAD}")
    flow("alter task load resume")
    assert states(flow, 1) == [("LOAD", "SUCCEEDED")]


def test_a_new_task_is_suspended_and_does_nothing(flow: Any) -> None:
    flow(f"create task load {WHEN} as {LOAD}")
    flow("insert into source values (1)")
    flow("create task other when system$stream_has_data('source_stream') as select 1")
    flow("alter task other resume")
    assert states(flow, 1) == [("OTHER", "SUCCEEDED")]
    assert flow("select * from target") == []
    flow("alter task other suspend")


def test_a_graph_runs_in_order_and_its_finalizer_reads_the_history(flow: Any) -> None:
    flow("create table log(name varchar, state varchar, return_value varchar)")
    flow(f"create task root {WHEN} as {LOAD}")
    flow("create task left_child after root as call system$set_return_value('left done')")
    flow("create task right_child after root as select * from nowhere")
    flow("create task leaf after left_child as insert into target select 99")
    flow("create task never after right_child as insert into target select -1")
    flow(
        """
        create task report finalize = root as
        insert into log
        select name, state, return_value from table(information_schema.task_history(
            root_task_id => system$task_runtime_info('CURRENT_ROOT_TASK_UUID')))
        where graph_run_group_id = system$task_runtime_info('CURRENT_TASK_GRAPH_RUN_GROUP_ID')
        """
    )
    schema = flow("select current_schema()")[0][0]
    flow(f"select system$task_dependents_enable('carefloe.{schema}.root')")
    flow("insert into source values (1)")
    assert states(flow, 5)[-1] == ("REPORT", "SUCCEEDED")
    assert flow("select name, state, return_value from log order by name") == [
        ("LEAF", "SUCCEEDED", None),
        ("LEFT_CHILD", "SUCCEEDED", "left done"),
        ("REPORT", "EXECUTING", None),
        ("RIGHT_CHILD", "FAILED", None),
        ("ROOT", "SUCCEEDED", None),
    ]
    assert flow("select id from target order by id") == [(1,), (99,)]


def test_a_child_that_failed_runs_again_while_its_stream_has_data(flow: Any) -> None:
    flow("create stream second_stream on table source append_only = true")
    flow(
        "create task root suspend_task_after_num_failures = 0 "
        f"{WHEN} or system$stream_has_data('second_stream') as {LOAD}"
    )
    flow("create task child after root as insert into later select id from second_stream")
    schema = flow("select current_schema()")[0][0]
    flow(f"select system$task_dependents_enable('carefloe.{schema}.root')")
    flow("insert into source values (7)")
    assert states(flow, 2) == [("ROOT", "SUCCEEDED"), ("CHILD", "FAILED")]
    flow("create table later(id int)")
    flow.until("select * from later", lambda rows: rows == [(7,)])
    assert flow("select * from target") == [(7,)]


def test_a_failed_task_tells_its_error(flow: Any) -> None:
    flow("create task broken schedule = '1 hour' as select * from nowhere")
    flow("execute task broken")
    row = flow.until(
        "select state, error_code, error_message, query_text, condition_text, scheduled_from"
        " from table(information_schema.task_history(task_name => 'broken'))"
        " where schema_name = current_schema() and completed_time is not null",
        lambda rows: len(rows) == 1,
    )[0]
    assert (row[0], row[1], row[3:]) == (
        "FAILED",
        2003,
        ("select * from nowhere", None, "EXECUTE_TASK"),
    )
    assert "NOWHERE" in row[2].upper()
    assert "does not exist" in row[2]


def test_after_too_many_failures_in_a_row_the_root_is_suspended(flow: Any) -> None:
    flow(f"create task broken suspend_task_after_num_failures = 2 {WHEN} as call nowhere()")
    flow("alter task broken resume")
    flow("insert into source values (1)")
    assert states(flow, 2) == [("BROKEN", "FAILED"), ("BROKEN", "FAILED_AND_AUTO_SUSPENDED")]
    flow.until("show tasks in schema", lambda rows: "suspended" in rows[0])
    assert column(flow, "last_suspended_reason") == {"BROKEN": "SUSPENDED_DUE_TO_ERRORS"}


def test_a_failed_graph_is_retried_automatically(flow: Any) -> None:
    flow("create task root task_auto_retry_attempts = 1 as insert into target values (1)")
    flow("create task child after root as insert into fixed values (1)")
    flow(
        "create task fix comment = 'x' finalize = root as create table if not exists fixed(id int)"
    )
    schema = flow("select current_schema()")[0][0]
    flow(f"select system$task_dependents_enable('carefloe.{schema}.root')")
    flow("execute task root")
    assert history_of(flow, 5) == [
        ("ROOT", "SUCCEEDED", "EXECUTE_TASK", 1),
        ("CHILD", "FAILED", "EXECUTE_TASK", 1),
        ("FIX", "SUCCEEDED", "EXECUTE_TASK", 1),
        ("CHILD", "SUCCEEDED", "AUTOMATIC RETRY", 2),
        ("FIX", "SUCCEEDED", "AUTOMATIC RETRY", 2),
    ]
    assert flow("select * from target") == [(1,)]


def test_retry_last_goes_on_from_the_failed_task(flow: Any) -> None:
    flow("create task root as insert into target values (1)")
    flow("create task child after root as insert into later values (2)")
    flow("alter task child resume")
    with pytest.raises(ProgrammingError, match="did not fail"):
        flow("execute task root retry last")
    flow("execute task root")
    assert states(flow, 2) == [("ROOT", "SUCCEEDED"), ("CHILD", "FAILED")]
    flow("create table later(id int)")
    flow("execute task root retry last")
    assert history_of(flow, 3)[2] == ("CHILD", "SUCCEEDED", "MANUAL RETRY", 2)
    assert flow("select * from target") == [(1,)]
    assert flow("select * from later") == [(2,)]


def test_execute_task_runs_a_suspended_root_but_not_its_suspended_children(flow: Any) -> None:
    flow("create task root as insert into target values (1)")
    flow("create task child after root as insert into target values (2)")
    flow("execute task root")
    assert history_of(flow, 1) == [("ROOT", "SUCCEEDED", "EXECUTE_TASK", 1)]
    with pytest.raises(ProgrammingError, match="no root task"):
        flow("execute task child")
    assert flow("select * from target") == [(1,)]


def test_a_condition_that_is_false_skips_the_run_and_its_descendants(flow: Any) -> None:
    flow(f"create task root {WHEN} as {LOAD}")
    flow("create task child after root as select 1")
    flow("create task done finalize = root as select 1")
    flow("alter task child resume")
    flow("alter task done resume")
    flow("execute task root")
    assert history_of(flow, 1) == [("ROOT", "SKIPPED", "EXECUTE_TASK", 1)]
    row = flow("select query_id, condition_text from table(information_schema.task_history())"
               " where schema_name = current_schema()")  # fmt: skip
    assert row == [(None, "system$stream_has_data('source_stream')")]


def test_a_task_calls_a_procedure_in_its_schema(flow: Any) -> None:
    flow(
        """
        create procedure load_source() returns varchar language python runtime_version = '3.11'
        packages = ('snowflake-snowpark-python') handler = 'load' as $$
def load(session):
    rows = session.table("source_stream").select("id")
    rows.write.insert_into("target")
    name = session.sql("select system$task_runtime_info('CURRENT_TASK_NAME')").collect()[0][0]
    session.sql(f"call system$set_return_value('{name}')").collect()
    return "loaded"
$$
        """
    )
    flow(f"create task load {WHEN} as call load_source()")
    flow("alter task load resume")
    flow("insert into source values (5)")
    assert states(flow, 1) == [("LOAD", "SUCCEEDED")]
    assert flow("select id from target") == [(5,)]
    value = flow("select return_value from table(information_schema.task_history())"
                 " where schema_name = current_schema()")  # fmt: skip
    assert value == [("LOAD",)]


def test_a_block_of_statements_runs_in_order_and_stops_at_the_first_error(flow: Any) -> None:
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
    assert states(flow, 1) == [("SEVERAL", "FAILED")]
    assert flow("select id from target order by id") == [(1,), (2,)]


def test_a_transaction_in_a_block_is_all_or_nothing(flow: Any) -> None:
    flow(
        "create task several as begin begin transaction; insert into target values (1); "
        "insert into target select id from nowhere; commit; end"
    )
    flow("execute task several")
    assert states(flow, 1) == [("SEVERAL", "FAILED")]
    assert flow("select * from target") == []


def test_configuration_and_return_values_pass_between_tasks(flow: Any) -> None:
    flow("create table seen(text varchar)")
    flow(
        """create task root config = $${"ward": "ICU", "limits": {"beds": 3}}$$ as
        call system$set_return_value('from root')"""
    )
    flow(
        """create task child after root as insert into seen select
        system$get_task_graph_config('ward') || ' ' || system$get_task_graph_config('limits.beds')
        || ' ' || system$get_predecessor_return_value('ROOT')"""
    )
    flow("alter task child resume")
    flow("execute task root")
    assert states(flow, 2) == [("ROOT", "SUCCEEDED"), ("CHILD", "SUCCEEDED")]
    flow("""execute task root using config = $${"limits": {"beds": 9}}$$""")
    assert len(states(flow, 4)) == 4
    assert flow("select text from seen order by text") == [
        ("ICU 3 from root",),
        ("ICU 9 from root",),
    ]


def test_task_functions_outside_a_task_are_errors(sql: Any) -> None:
    with pytest.raises(ProgrammingError, match="from within a task"):
        sql("select system$task_runtime_info('CURRENT_TASK_NAME')")


def test_a_task_that_takes_too_long_is_cancelled_and_changes_nothing(flow: Any) -> None:
    flow(
        """
        create procedure sleep() returns varchar language python runtime_version = '3.11'
        packages = ('snowflake-snowpark-python') handler = 'main' as $$
import time
def main(session):
    time.sleep(30)
    session.sql("insert into target values (1)").collect()
$$
        """
    )
    flow("create task slow user_task_timeout_ms = 500 as call sleep()")
    flow("execute task slow")
    row = flow.until(
        "select state, error_code, error_message from table(information_schema.task_history())"
        " where schema_name = current_schema() and completed_time is not null",
        lambda rows: len(rows) == 1,
        seconds=10,
    )[0]
    assert row[:2] == ("FAILED", 630)
    assert "timeout" in row[2]
    assert flow("select * from target") == []


def test_a_statement_that_takes_too_long_is_cancelled_and_changes_nothing(flow: Any) -> None:
    flow("create table many as select seq4() as id from table(generator(rowcount => 20000))")
    flow(
        "create task slow user_task_timeout_ms = 300 as insert into target "
        "select count(*) from many as a cross join many as b cross join many as c"
    )
    flow("execute task slow")
    assert states(flow, 1) == [("SLOW", "FAILED")]
    assert flow("select * from target") == []


def test_session_parameters_of_a_task_hold_for_its_run(flow: Any) -> None:
    flow("create table seen(zone varchar)")
    flow(
        "create task zoned timezone = 'Europe/Vienna' as insert into seen "
        "select to_varchar(convert_timezone('UTC', '2026-07-01 12:00:00'::timestamp_ntz)) "
    )
    assert column(flow, "state") == {"ZONED": "suspended"}
    flow("alter task zoned unset timezone")
    with pytest.raises(ProgrammingError, match="invalid property 'NO_SUCH_THING' for 'TASK'"):
        flow("alter task zoned set no_such_thing = 1")


def test_changes_need_a_suspended_root(flow: Any) -> None:
    flow(f"create task root {WHEN} as {LOAD}")
    flow("create task child after root as select 1")
    flow("create task done finalize = root as select 1")
    flow("create task alone as select 1")
    flow("alter task root resume")
    for statement in (
        "alter task child resume",
        "alter task child set comment = 'x'",
        "alter task root set comment = 'x'",
        "alter task root modify as select 2",
        "create or alter task root as select 2",
        f"create or alter task root {WHEN} as {LOAD}",
        "create or replace task child after root as select 2",
        "create task late after root as select 2",
        "alter task alone add after root",
        "alter task done unset finalize",
        "drop task child",
        "drop task root",
    ):
        with pytest.raises(ProgrammingError, match="since that root task is not suspended"):
            flow(statement)
    flow("alter task root suspend")
    flow("alter task child resume")
    flow("drop task child")
    assert list(column(flow, "state")) == ["ALONE", "DONE", "ROOT"]


def test_create_or_alter_keeps_state_and_identity_and_unsets_what_is_not_named(flow: Any) -> None:
    flow("create or alter task root schedule = '5 minutes' comment = 'first' as select 1")
    flow("create or alter task child after root comment = 'kept?' as select 1")
    flow("alter task child resume")
    before = {row["name"]: row for row in flow.dicts("show tasks in schema")}
    flow("create or alter task root comment = 'second' as select 2")
    flow("create or alter task child after root as select 3")
    after = {row["name"]: row for row in flow.dicts("show tasks in schema")}
    for name in ("ROOT", "CHILD"):
        assert after[name]["id"] == before[name]["id"]
        assert after[name]["created_on"] == before[name]["created_on"]
        assert after[name]["state"] == before[name]["state"]
    assert [(row["schedule"], row["comment"], row["definition"]) for row in after.values()] == [
        (None, "", "select 3"),
        (None, "second", "select 2"),
    ]


def test_create_or_replace_makes_a_new_suspended_task(flow: Any) -> None:
    flow("create task root schedule = '5 minutes' as select 1")
    flow("alter task root resume")
    before = column(flow, "id")
    flow("create or replace task root as select 2")
    assert column(flow, "state") == {"ROOT": "suspended"}
    assert column(flow, "id") != before
    with pytest.raises(ProgrammingError, match="already exists"):
        flow("create task root as select 3")
    flow("create task if not exists root as select 3")
    assert column(flow, "definition") == {"ROOT": "select 2"}


def test_alter_changes_what_it_names(flow: Any) -> None:
    flow("create task root as select 1")
    flow("create task a after root as select 1")
    flow("create task b after root as select 1")
    flow("create task c after a as select 1")
    flow("alter task c add after b")
    flow("alter task c remove after a")
    schema = flow("select current_schema()")[0][0]
    assert json.loads(column(flow, "predecessors")["C"]) == [f"CAREFLOE.{schema}.B"]
    flow("alter task root set schedule = 'USING CRON 7 3 * * * UTC', comment = 'nightly'")
    flow("alter task root set warehouse = care_wh user_task_timeout_ms = 60000")
    flow("alter task root modify when system$stream_has_data('source_stream')")
    flow("alter task root modify as select 'changed'")
    row = flow.dicts("describe task root")[0]
    assert {key: row[key] for key in ("schedule", "comment", "warehouse", "condition")} == {
        "schedule": "USING CRON 7 3 * * * UTC",
        "comment": "nightly",
        "warehouse": "CARE_WH",
        "condition": "system$stream_has_data('source_stream')",
    }
    assert row["definition"] == "select 'changed'"
    flow("alter task root unset schedule, comment")
    flow("alter task root remove when")
    row = flow.dicts("describe task root")[0]
    assert (row["schedule"], row["comment"], row["condition"]) == (None, "", None)


def test_a_task_that_loses_its_predecessors_becomes_a_suspended_root(flow: Any) -> None:
    flow("create task root as select 1")
    flow("create task child after root as select 1")
    flow("create task done finalize = root as select 1")
    flow("alter task child resume")
    flow("alter task done resume")
    flow("drop task root")
    assert column(flow, "state") == {"CHILD": "suspended", "DONE": "suspended"}
    assert column(flow, "last_suspended_reason") == {
        "CHILD": "CHILD_BECAME_ROOT",
        "DONE": "FINALIZER_BECAME_ROOT",
    }
    assert len(flow("show tasks in schema root only")) == 2


def test_show_filters_and_tells_relations(flow: Any) -> None:
    flow("create task root as select 1")
    flow("create task child after root as select 1")
    flow("create task done finalize = root as select 1")
    schema = flow("select current_schema()")[0][0]
    relations = {name: json.loads(text) for name, text in column(flow, "task_relations").items()}
    place = f"CAREFLOE.{schema}"
    assert relations == {
        "CHILD": {"Predecessors": [f"{place}.ROOT"]},
        "DONE": {"Predecessors": [], "FinalizedRootTask": f"{place}.ROOT"},
        "ROOT": {"Predecessors": [], "FinalizerTask": f"{place}.DONE"},
    }

    def names(statement: str) -> list[str]:
        return [row["name"] for row in flow.dicts(statement)]

    assert names(f"show tasks like 'C%' in schema {schema}") == ["CHILD"]
    assert names("show tasks in schema root only") == ["ROOT"]
    assert names("show tasks in schema starts with 'D'") == ["DONE"]
    assert names("show terse tasks in schema limit 2") == ["CHILD", "DONE"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("create task t schedule = '5 seconds' as select 1", "between 10 and"),
        ("create task t schedule = 'USING CRON 99 * * * * UTC' as select 1", "not within 0-59"),
        ("create task t overlap_policy = allow_all_overlap as select 1", "never overlap"),
        ("create task t config = 'text' as select 1", "JSON object"),
        ("create task t no_such_option = 1 as select 1", "invalid property 'NO_SUCH_OPTION'"),
        ("create task t timezone = 'Nowhere' no_such = 1 as select 1", "invalid property"),
        ("create task t as declare x int; begin return 1; end", "DECLARE in a task body"),
        ("create task t as begin let x := 1; end", "LET in a task body"),
        ("create task t as begin if (true) then select 1; end if; end", "IF in a task body"),
        ("create task t after nowhere as select 1", "does not exist"),
        ("create task t finalize = nowhere as select 1", "does not exist"),
        ("create task no_schema.t as select 1", "Schema 'CAREFLOE.NO_SCHEMA' does not exist"),
        ("create or alter task t log_level = 'INFO' as select 1", "CREATE OR ALTER"),
        ("alter task nowhere resume", "does not exist"),
        ("execute task nowhere", "does not exist"),
        ("drop task nowhere", "does not exist"),
    ],
)
def test_what_snowflake_or_the_sandbox_refuses_is_an_error(
    sql: Any, statement: str, message: str
) -> None:
    with pytest.raises(ProgrammingError, match=message):
        sql(statement)
    assert sql("show tasks in schema") == []


def test_if_exists_takes_a_missing_task_for_done(sql: Any) -> None:
    sql("alter task if exists nowhere suspend")
    sql("drop task if exists nowhere")
