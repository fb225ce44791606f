"""How the sandbox keeps streams; what they are is told by tests/conformance/test_stream.py."""

from __future__ import annotations

import threading
from typing import Any

import pandas as pd
import pytest
from snowflake.connector.pandas_tools import write_pandas


@pytest.fixture
def source(sql: Any) -> Any:
    """A table `t` with an append-only stream `s`, and a table `u` to consume into."""
    sql("create table t (id number, name varchar)")
    sql("create table u (id number, name varchar)")
    sql("insert into t values (0, 'before')")
    sql("create stream s on table t append_only = true comment = 'rows of t'")
    return sql


def ids(sql: Any, relation: str = "s") -> list[int]:
    return [row[0] for row in sql(f"select id from {relation} order by id")]


def consume(sql: Any) -> int:
    return int(sql("insert into u select id, name from s")[0][0])


def test_initial_rows_of_an_empty_table_are_none(sql: Any) -> None:
    sql("create table t (id number)")
    sql("create stream s on table t append_only = true show_initial_rows = true")
    sql("insert into t values (1)")
    assert ids(sql) == [1]


def test_a_transaction_that_commits_late_is_not_lost(source: Any, connect: Any) -> None:
    slow = type(source)(connect())
    slow("begin")
    slow("insert into t values (1, 'slow')")
    source("insert into t values (2, 'fast')")
    assert consume(source) == 1
    slow("commit")
    assert ids(source) == [1]


def test_deleted_and_updated_rows_stay_in_the_stream_as_inserted(source: Any) -> None:
    """sql/create-stream: 10 rows inserted, 5 of them deleted: the stream records 10 rows."""
    source("insert into t values (1, 'a'), (2, 'b')")
    source("delete from t where id = 1")
    source("update t set name = 'changed'")
    source("insert into t values (3, 'c')")
    assert source("select id, name from s order by id") == [(1, "a"), (2, "b"), (3, "c")]
    assert consume(source) == 3
    source("truncate table t")
    source("insert into t values (4, 'd')")
    assert source("select id, name from s") == [(4, "d")]
    assert consume(source) == 1
    assert ids(source) == []


def test_a_rolled_back_delete_leaves_the_stream_alone(source: Any) -> None:
    source("insert into t values (1, 'a')")
    source("begin")
    source("delete from t")
    source("rollback")
    source("insert into t values (2, 'b')")
    assert ids(source) == [1, 2]


def test_after_a_delete_own_rows_of_a_transaction_still_come_later(source: Any) -> None:
    source("insert into t values (1, 'a')")
    source("delete from t where id = 0")
    source("begin")
    source("insert into t values (2, 'b')")
    assert consume(source) == 1
    source("commit")
    assert ids(source) == [2]


def test_a_delete_waits_for_inserts_under_way(source: Any, connect: Any) -> None:
    slow = type(source)(connect())
    slow("begin")
    slow("insert into t values (1, 'slow')")
    deleting = threading.Thread(target=source, args=("delete from t where id = 0",))
    deleting.start()
    deleting.join(0.3)
    assert deleting.is_alive()
    slow("commit")
    deleting.join(30)
    assert ids(source) == [1]


def test_a_transaction_older_than_a_delete_inserts_behind_what_the_stream_holds(
    source: Any, connect: Any
) -> None:
    old = type(source)(connect())
    old("begin")
    assert old.one("count(*) from t") == 1
    source("delete from t where id = 0")
    old("insert into t values (1, 'old')")
    assert ids(source) == []
    old("commit")
    assert source("select id, name from s") == [(1, "old")]


@pytest.mark.filterwarnings("ignore:is_datetime64tz_dtype:DeprecationWarning")
def test_write_pandas_feeds_the_stream(source: Any, schema: str) -> None:
    frame = pd.DataFrame({"ID": [1, 2], "NAME": ["a", None]})
    write_pandas(source.connection, frame, "T", schema=schema)
    assert source("select id, name from s order by id") == [(1, "a"), (2, None)]


def test_a_view_over_a_stream_shows_it_and_consumes_nothing(source: Any) -> None:
    source("create view pending as select count(*) as n from s")
    source("insert into t values (1, 'a')")
    assert source("select n from pending") == [(1,)]
    consume(source)
    assert source("select n from pending") == [(0,)]


def test_two_consumers_of_one_stream_take_each_row_once(source: Any, connect: Any) -> None:
    source("insert into t select seq4() + 1, 'x' from table(generator(rowcount => 1000))")
    workers = [type(source)(connect()) for _ in range(2)]
    taken: list[int] = []

    def take(worker: Any) -> None:
        taken.append(consume(worker))

    threads = [threading.Thread(target=take, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == [0, 1000]
    assert source.one("count(*) from u") == 1000


def test_a_commit_that_feeds_streams_is_announced(source: Any, account: Any, schema: str) -> None:
    heard: list[set[str]] = []
    account.on_commit(lambda names: heard.append({str(name) for name in names}))
    source("begin")
    source("insert into t values (1, 'a')")
    source("rollback")
    source("insert into t select id, name from u")
    source("insert into t values (2, 'b')")
    assert [names for names in heard if any(schema in name for name in names)] == [
        {f"CAREFLOE.{schema}.S"}
    ]


def test_snowpark_merges_from_a_stream_in_one_dml(source: Any, connect: Any) -> None:
    from snowflake.snowpark import Session
    from snowflake.snowpark.functions import col, when_matched, when_not_matched

    session = Session.builder.configs({"connection": connect()}).create()
    source("insert into u values (1, 'old')")
    source("insert into t values (1, 'a'), (2, 'b')")
    new = session.table("s").select(col("ID").alias("NEW_ID"), col("NAME").alias("NEW_NAME"))
    target = session.table("u")
    result = target.merge(
        new,
        target["ID"] == new["NEW_ID"],
        [
            when_matched().update({"NAME": new["NEW_NAME"]}),
            when_not_matched().insert({"ID": new["NEW_ID"], "NAME": new["NEW_NAME"]}),
        ],
    )
    session.close()
    assert (result.rows_inserted, result.rows_updated, result.rows_deleted) == (1, 1, 0)
    assert source("select id, name from u order by id") == [(1, "a"), (2, "b")]
    assert ids(source) == []


def test_a_standard_stream_loses_nothing_to_writers_at_the_same_time(
    source: Any, connect: Any
) -> None:
    """A copy that follows the stream is in the end what the table is."""
    source("create stream all_changes on table t")
    source("insert into u select id, name from t")
    follow = (
        "merge into u using (select * from all_changes "
        "where not (metadata$action = 'DELETE' and metadata$isupdate)) c on u.id = c.id "
        "when matched and c.metadata$action = 'DELETE' then delete "
        "when matched then update set name = c.name "
        "when not matched and c.metadata$action = 'INSERT' then insert values (c.id, c.name)"
    )

    def write(number: int) -> None:
        writer = type(source)(connect())
        for turn in range(4):
            first = 100 * number + 10 * turn
            writer(f"insert into t values ({first}, 'a'), ({first + 1}, 'b')")
            writer(f"update t set name = name || '!' where id = {first}")
            writer(f"delete from t where id = {first + 1}")

    threads = [threading.Thread(target=write, args=(number,)) for number in (1, 2, 3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        source(follow)
    for thread in threads:
        thread.join(60)
    source(follow)
    table = source("select id, name from t order by id")
    assert len(table) == 13
    assert source("select id, name from u order by id") == table
    assert source.one("count(*) from all_changes") == 0
