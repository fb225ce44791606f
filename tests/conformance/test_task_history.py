"""What the account tells about runs of tasks and graphs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.conformance import Account, documented

HISTORY = "sql-reference/functions/task_history"


@pytest.fixture
def ran(account: Account) -> Account:
    """A graph that ran once: the root succeeded, its child failed."""
    account("create task root schedule = '60 minutes' as select 1")
    account("create task child after root as select * from nowhere")
    account("alter task child resume")
    account("execute task root")
    account.until(history(account) + "where completed_time is not null", lambda r: len(r) == 2, 120)
    return account


def history(account: Account, arguments: str = "") -> str:
    """A query of the names in the history of this schema, the newest first."""
    place = f"database_name => '{account.database}', schema_name => '{account.schema}'"
    given = ", ".join(filter(None, (place, arguments)))
    return f"select name from table(information_schema.task_history({given})) "


@documented(HISTORY, "table(information_schema.task_history()): columns")
def test_the_history_has_the_documented_columns(account: Account) -> None:
    cursor = account.connection.cursor()
    cursor.execute("select * from table(information_schema.task_history(result_limit => 1))")
    documented_columns = [
        "QUERY_ID", "NAME", "DATABASE_NAME", "SCHEMA_NAME", "QUERY_TEXT", "CONDITION_TEXT", "STATE",
        "ERROR_CODE", "ERROR_MESSAGE", "SCHEDULED_TIME", "QUERY_START_TIME", "NEXT_SCHEDULED_TIME",
        "COMPLETED_TIME", "ROOT_TASK_ID", "GRAPH_VERSION", "RUN_ID", "RETURN_VALUE",
        "SCHEDULED_FROM", "ATTEMPT_NUMBER", "CONFIG", "QUERY_HASH", "QUERY_HASH_VERSION",
        "QUERY_PARAMETERIZED_HASH", "QUERY_PARAMETERIZED_HASH_VERSION", "GRAPH_RUN_GROUP_ID",
        "BACKFILL_INFO", "SPCS_JOB_ID",
    ]  # fmt: skip
    found = [column.name for column in cursor.description]
    assert [name for name in found if name in documented_columns] == documented_columns


@documented(HISTORY, "table(information_schema.task_history()): rows")
def test_a_run_tells_its_text_times_and_error(ran: Account) -> None:
    rows = ran.rows(
        f"select * from table(information_schema.task_history(database_name => '{ran.database}', "
        f"schema_name => '{ran.schema}')) order by completed_time"
    )
    root, child = rows
    assert (root["state"], root["query_text"], root["error_code"]) == (
        "SUCCEEDED",
        "select 1",
        None,
    )
    assert (child["state"], child["query_text"]) == ("FAILED", "select * from nowhere")
    assert child["error_code"] == 2003
    assert "does not exist" in child["error_message"]
    for row in rows:
        assert row["root_task_id"] == ran.rows("describe task root")[0]["id"]
        assert row["graph_version"] == 1
        assert row["scheduled_time"] <= row["query_start_time"] <= row["completed_time"]
    assert root["graph_run_group_id"] == child["graph_run_group_id"]
    assert root["query_id"] != child["query_id"]


@documented(HISTORY, "table(information_schema.task_history(...)): arguments")
def test_arguments_choose_rows(ran: Account) -> None:
    assert {name for (name,) in ran(history(ran))} == {"ROOT", "CHILD"}
    assert ran(history(ran, "task_name => 'child'")) == [("CHILD",)]
    assert ran(history(ran, "error_only => true")) == [("CHILD",)]
    assert len(ran(history(ran, "result_limit => 1"))) == 1
    root_id = ran.rows("describe task root")[0]["id"]
    assert len(ran(history(ran, f"root_task_id => '{root_id}'"))) == 2
    later = "scheduled_time_range_start => dateadd('hour', 1, current_timestamp())"
    assert ran(history(ran, later)) == []
    until_now = (
        "scheduled_time_range_start => dateadd('hour', -1, current_timestamp()), "
        "scheduled_time_range_end => current_timestamp()"
    )
    assert len(ran(history(ran, until_now))) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        "schema_name => 'PUBLIC'",
        "result_limit => 0",
        "result_limit => 10001",
        "scheduled_time_range_start => dateadd('day', -8, current_timestamp())",
        "no_such_argument => 1",
    ],
)
@documented(HISTORY, "table(information_schema.task_history(...)): arguments that cannot be")
def test_arguments_that_cannot_be_are_an_error(account: Account, arguments: str) -> None:
    account.error(f"select name from table(information_schema.task_history({arguments}))")


@documented(HISTORY, "table(information_schema.task_history()): the next scheduled run")
def test_a_resumed_task_shows_its_next_run(account: Account) -> None:
    account("create task nightly schedule = '60 minutes' as select 1")
    account("alter task nightly resume")
    state, query_id, completed, scheduled = account.until(
        history(account).replace("name", "state, query_id, completed_time, scheduled_time", 1),
        lambda rows: len(rows) == 1,
    )[0]
    assert (state, query_id, completed) == ("SCHEDULED", None, None)
    ahead = scheduled - account.one("current_timestamp()")
    assert timedelta(minutes=58) < ahead <= timedelta(minutes=61)
    account("alter task nightly suspend")
    assert account(history(account)) == []


@documented(
    "sql-reference/functions/complete_task_graphs",
    "table(information_schema.complete_task_graphs())",
)
def test_a_graph_run_that_ended_is_one_row(ran: Account) -> None:
    found = ran.until(
        "select state, scheduled_from, first_error_task_name, first_error_code, attempt_number "
        "from table(information_schema.complete_task_graphs(root_task_name => 'ROOT')) "
        "where schema_name = current_schema()",
        lambda rows: len(rows) == 1,
    )
    assert found == [("FAILED", "EXECUTE_TASK", "CHILD", 2003, 1)]


@documented(
    "sql-reference/functions/current_task_graphs",
    "table(information_schema.current_task_graphs())",
)
def test_a_graph_that_is_due_is_one_row(account: Account) -> None:
    account("create task nightly schedule = '60 minutes' as select 1")
    account("alter task nightly resume")
    found = account.until(
        "select root_task_name, state, scheduled_from "
        "from table(information_schema.current_task_graphs()) "
        "where schema_name = current_schema()",
        lambda rows: len(rows) == 1,
    )
    assert found == [("NIGHTLY", "SCHEDULED", "SCHEDULE")]
    account("alter task nightly suspend")
