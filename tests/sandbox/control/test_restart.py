"""An account in a folder: what is there again after a restart, and how it stops."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import snowflake.connector

from sandbox.service import Warehouse

SLOW = """
create or replace procedure ops.load_slowly() returns varchar language python
runtime_version = '3.11' packages = ('snowflake-snowpark-python') handler = 'main' as $$
import time
def main(session):
    time.sleep(1)
    session.sql("insert into ops.target values (1)").collect()
    return "loaded"
$$
"""


def run(warehouse: Warehouse, *statements: str) -> list[tuple[Any, ...]]:
    with snowflake.connector.connect(
        **warehouse.connection_parameters, database="CAREFLOE", schema="OPS"
    ) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())


def opened(folder: Path) -> Warehouse:
    return Warehouse(folder, trigger_interval=timedelta(milliseconds=50))


def test_stopping_lets_a_running_graph_come_to_its_end(tmp_path: Path) -> None:
    with opened(tmp_path) as warehouse:
        warehouse.account.create_database("CAREFLOE")
        run(
            warehouse,
            "create schema ops",
            "create table ops.target(id int)",
            SLOW,
            "create task ops.load as call ops.load_slowly()",
            "create task ops.after_load after ops.load as insert into ops.target values (2)",
            "alter task ops.after_load resume",
            "execute task ops.load",
        )
        executing = "select 1 from table(information_schema.task_history()) where query_id is null"
        deadline = threading.Event()
        while not run(warehouse, executing):
            deadline.wait(0.02)
    with opened(tmp_path) as warehouse:
        assert run(warehouse, "select id from ops.target order by id") == [(1,), (2,)]
        history = run(
            warehouse,
            "select name, state from table(information_schema.task_history()) order by name",
        )
        assert history == [("AFTER_LOAD", "SUCCEEDED"), ("LOAD", "SUCCEEDED")]
        assert run(warehouse, "call ops.load_slowly()") == [("loaded",)]


def test_tasks_go_on_by_themselves_after_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path) as warehouse:
        warehouse.account.create_database("CAREFLOE")
        run(
            warehouse,
            "create schema ops",
            "create table ops.source(id int)",
            "create table ops.target(id int)",
            "create stream ops.source_stream on table ops.source append_only = true",
            "create task ops.load warehouse = care_wh when system$stream_has_data('source_stream') "
            "as insert into ops.target select id from ops.source_stream",
            "insert into ops.source values (7)",
        )
        before = run(warehouse, "show tasks in schema ops")
    with opened(tmp_path) as warehouse:
        assert run(warehouse, "show tasks in schema ops") == before
        run(warehouse, "alter task ops.load resume")
    with opened(tmp_path) as warehouse:
        waiting = threading.Event()
        for _ in range(500):
            if run(warehouse, "select id from ops.target") == [(7,)]:
                break
            waiting.wait(0.02)
        assert run(warehouse, "select id from ops.target") == [(7,)]
        assert run(warehouse, "select count(*) from ops.source_stream") == [(0,)]
