"""What the sandbox adds to tasks; their documented behaviour is in tests/conformance."""

from __future__ import annotations

from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError

HANDLER = (
    "returns varchar language python runtime_version = '3.11' "
    "packages = ('snowflake-snowpark-python') handler = 'main' as"
)


def finished(sql: Any, columns: str) -> tuple[Any, ...]:
    """The one row of the history once its run has ended."""
    rows: list[tuple[Any, ...]] = sql.until(
        f"select {columns} from table(information_schema.task_history())"
        " where schema_name = current_schema() and completed_time is not null",
        lambda rows: len(rows) == 1,
        seconds=10,
    )
    return rows[0]


def test_a_handler_shares_the_run_of_the_task_that_calls_it(sql: Any) -> None:
    sql("create table source(id int)")
    sql("create stream source_stream on table source append_only = true")
    sql("create table target(id int)")
    sql(
        f"""create procedure load_source() {HANDLER} $$
def main(session):
    rows = session.table("source_stream").select("id")
    rows.write.insert_into("target")
    name = session.sql("select system$task_runtime_info('CURRENT_TASK_NAME')").collect()[0][0]
    session.sql(f"call system$set_return_value('{{name}}')").collect()
    return "loaded"
$$"""
    )
    sql(
        "create task load warehouse = care_wh when system$stream_has_data('source_stream') "
        "as call load_source()"
    )
    sql("alter task load resume")
    sql("insert into source values (5)")
    assert finished(sql, "name, state, return_value") == ("LOAD", "SUCCEEDED", "LOAD")
    assert sql("select id from target") == [(5,)]


def test_a_timeout_ends_the_handler_that_the_task_waits_for(sql: Any) -> None:
    sql("create table target(id int)")
    sql(
        f"""create procedure sleep() {HANDLER} $$
import time
def main(session):
    time.sleep(30)
    session.sql("insert into target values (1)").collect()
$$"""
    )
    sql("create task slow user_task_timeout_ms = 500 as call sleep()")
    sql("execute task slow")
    state, code, message = finished(sql, "state, error_code, error_message")
    assert (state, code) == ("FAILED", 630)
    assert "timeout" in message
    assert sql("select * from target") == []


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("create task t schedule = '5 seconds' as select 1", "between 10 and"),
        ("create task t schedule = 'USING CRON 99 * * * * UTC' as select 1", "not within 0-59"),
        ("create task t overlap_policy = allow_all_overlap as select 1", "never overlap"),
        ("create task t config = 'text' as select 1", "JSON object"),
        ("create task t no_such_option = 1 as select 1", "invalid property 'NO_SUCH_OPTION'"),
        ("create task no_schema.t as select 1", "Schema 'CAREFLOE.NO_SCHEMA' does not exist"),
        ("create or alter task t log_level = 'INFO' as select 1", "CREATE OR ALTER"),
        ("create task t when system$stream_has_data('s') as select 1", "TARGET_COMPLETION_INTER"),
        ("create task t when current_date() > '2020-01-01' as select 1", "SYSTEM.STREAM_HAS_DATA"),
    ],
)
def test_an_error_says_what_is_wrong(sql: Any, statement: str, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        sql(statement)
    assert sql("show tasks in schema") == []
