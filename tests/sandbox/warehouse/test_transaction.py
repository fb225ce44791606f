"""Transactions over the wire: https://docs.snowflake.com/en/sql-reference/transactions."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError


@pytest.fixture
def table(sql: Any) -> Any:
    sql("create table t (id number, n number)")
    sql("insert into t values (1, 0)")
    return sql


def values(sql: Any) -> list[tuple[Any, ...]]:
    return list(sql("select id, n from t order by id"))


def test_others_see_a_transaction_only_after_its_commit(table: Any, connect: Any) -> None:
    other = type(table)(connect())
    table("begin")
    table("insert into t values (2, 0)")
    assert values(other) == [(1, 0)]
    assert values(table) == [(1, 0), (2, 0)]
    table("commit")
    assert values(other) == [(1, 0), (2, 0)]


def test_a_rollback_undoes_everything(table: Any) -> None:
    table("begin transaction")
    table("insert into t values (2, 0)")
    table("update t set n = 5")
    table("delete from t where id = 1")
    table("rollback")
    assert values(table) == [(1, 0)]


def test_a_ddl_commits_the_open_transaction(table: Any) -> None:
    table("begin")
    table("insert into t values (2, 0)")
    table("create table v (id number)")
    table("rollback")
    assert values(table) == [(1, 0), (2, 0)]


def test_without_autocommit_a_dml_waits_for_its_commit(table: Any, connect: Any) -> None:
    manual = connect(autocommit=False)
    manual.cursor().execute("insert into t values (2, 0)")
    assert values(table) == [(1, 0)]
    manual.commit()
    assert values(table) == [(1, 0), (2, 0)]
    manual.cursor().execute("insert into t values (3, 0)")
    manual.rollback()
    assert values(table) == [(1, 0), (2, 0)]


def test_commit_and_rollback_outside_a_transaction_do_nothing(table: Any) -> None:
    table("commit")
    table("rollback")
    assert values(table) == [(1, 0)]


def test_closing_a_connection_rolls_its_transaction_back(table: Any, connect: Any) -> None:
    other = connect()
    other.cursor().execute("begin")
    other.cursor().execute("update t set n = 9")
    other.close()
    table("update t set n = n + 1")
    assert values(table) == [(1, 1)]


def test_a_ddl_that_fails_says_why(table: Any) -> None:
    with pytest.raises(ProgrammingError, match="MISSING"):
        table("create view v as select * from missing")
    with pytest.raises(ProgrammingError, match="MISSING"):
        table("create table v as select id from missing")
    assert values(table) == [(1, 0)]


def test_a_transaction_that_cannot_be_restored_after_an_error_says_so(
    table: Any, connect: Any
) -> None:
    """DuckDB runs its statements again, which is another history when others wrote meanwhile."""
    other = type(table)(connect())
    table("begin")
    table("insert into t select id + 1, n from t")
    other("insert into t values (5, 0)")
    with pytest.raises(ProgrammingError):
        table("insert into t select 3, 1 / 0 from t")
    with pytest.raises(ProgrammingError, match="Roll it back"):
        table("insert into t values (4, 0)")
    with pytest.raises(ProgrammingError, match="Roll it back"):
        table("commit")
    assert values(table) == [(1, 0), (5, 0)]


@pytest.mark.parametrize(
    "statement",
    [
        "update t set n = n + 1",
        "merge into t using (select 1 as id) s on t.id = s.id when matched then "
        "update set n = t.n + 1",
    ],
)
def test_writers_of_one_table_wait_for_each_other(table: Any, connect: Any, statement: str) -> None:
    writers = [type(table)(connect()) for _ in range(4)]
    failures: list[Exception] = []

    def write(writer: Any) -> None:
        try:
            for _ in range(10):
                writer(statement)
        except ProgrammingError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert values(table) == [(1, 40)]


def test_merges_that_only_insert_wait_too_and_insert_once(table: Any, connect: Any) -> None:
    writers = [type(table)(connect()) for _ in range(4)]
    statement = (
        "merge into t using (select seq4() + 100 as id from table(generator(rowcount => 500))) s "
        "on t.id = s.id when not matched then insert (id, n) values (s.id, 1)"
    )
    counts: list[int] = []

    def write(writer: Any) -> None:
        counts.append(writer(statement)[0][0])

    threads = [threading.Thread(target=write, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(counts) == [0, 0, 0, 500]


def test_a_writer_waits_for_the_end_of_an_explicit_transaction(table: Any, connect: Any) -> None:
    other = type(table)(connect())
    table("begin")
    table("update t set n = 5")
    waiting = threading.Thread(target=other, args=("update t set n = n + 1",))
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive()
    table("commit")
    waiting.join(30)
    assert values(table) == [(1, 6)]


def test_inserts_do_not_wait(table: Any, connect: Any) -> None:
    other = type(table)(connect())
    table("begin")
    table("insert into t values (2, 0)")
    other("insert into t values (3, 0)")
    table("commit")
    assert values(table) == [(1, 0), (2, 0), (3, 0)]


def test_a_deadlock_is_an_error_for_one_of_the_two(table: Any, connect: Any) -> None:
    table("create table v (id number)")
    table("insert into v values (1)")
    other = type(table)(connect())
    table("begin")
    table("update t set n = 1")
    other("begin")
    other("update v set id = 2")
    failures: list[Exception] = []

    def write(session: Any, statement: str) -> None:
        try:
            session(statement)
        except ProgrammingError as error:
            failures.append(error)
            session("rollback")

    waiting = threading.Thread(target=write, args=(table, "update v set id = 3"))
    waiting.start()
    write(other, "update t set n = 2")
    waiting.join(30)
    assert len(failures) == 1
    assert "Deadlock" in str(failures[0])


def test_sessions_work_side_by_side(table: Any, connect: Any) -> None:
    sessions = [type(table)(connect()) for _ in range(4)]

    def work(number: int) -> None:
        sessions[number](f"create table own_{number} (id number)")
        for _ in range(5):
            sessions[number](f"insert into own_{number} values ({number})")
            sessions[number](f"insert into t values ({number + 10}, 1)")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert table.one("count(*) from t") == 21
    assert [table.one(f"sum(id) from own_{n}") for n in range(4)] == [0, 5, 10, 15]
