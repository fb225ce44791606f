"""INSERT, UPDATE, DELETE and TRUNCATE."""

from __future__ import annotations

from typing import Any

import pytest
from support.conformance import Account, documented

INSERT = "sql-reference/sql/insert"
UPDATE = "sql-reference/sql/update"
DELETE = "sql-reference/sql/delete"
Row = tuple[Any, ...]


@pytest.fixture
def table(account: Account) -> Account:
    """`t` with two rows, and `s` with a row for each of two keys."""
    account("create table t (k number, v number default 7)")
    account("insert into t values (1, 10), (2, 20)")
    account("create table s (k number, v number)")
    account("insert into s values (2, 200), (3, 300)")
    return account


def rows(account: Account) -> list[Row]:
    return list(account("select k, v from t order by k, v"))


@documented(INSERT, "insert ... values with default and null")
def test_values_may_be_default_or_null(table: Account) -> None:
    assert table("insert into t values (3, default), (4, null)") == [(2,)]
    table("insert into t (k) values (5)")
    assert rows(table)[2:] == [(3, 7), (4, None), (5, 7)]


@documented(INSERT, "insert ... select, with a list of columns")
def test_columns_may_be_named_in_another_order(table: Account) -> None:
    table("insert into t (v, k) select v, k from s where k = 3")
    table("insert into t (k) with more as (select 9 as k) select k from more")
    assert rows(table) == [(1, 10), (2, 20), (3, 300), (9, 7)]


@documented(INSERT, "insert: number of columns")
@pytest.mark.parametrize(
    "statement",
    [
        "insert into t values (1, 2, 3)",
        "insert into t select 1",
        "insert into t (k) values (1, 2)",
        "insert into t (k, missing) values (1, 2)",
        "insert into t (k, k) values (1, 2)",
    ],
)
def test_columns_and_values_must_be_as_many(table: Account, statement: str) -> None:
    table.error(statement)
    assert rows(table) == [(1, 10), (2, 20)]


@documented(INSERT, "insert overwrite")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("values (9, 9)", [(9, 9)]),
        ("select k, v + 1 from t where k = 1", [(1, 11)]),
        ("select k, v from s", [(2, 200), (3, 300)]),
    ],
)
def test_overwrite_replaces_all_rows(table: Account, query: str, expected: list[Row]) -> None:
    assert table(f"insert overwrite into t {query}") == [(len(expected),)]
    assert rows(table) == expected


@documented(INSERT, "insert overwrite in a transaction")
def test_overwrite_is_part_of_a_transaction(table: Account) -> None:
    table("begin")
    table("insert into t values (3, 30)")
    table("insert overwrite into t select k, v from t where k > 1")
    assert rows(table) == [(2, 20), (3, 30)]
    table("rollback")
    assert rows(table) == [(1, 10), (2, 20)]


@documented(INSERT, "insert overwrite and streams")
def test_streams_record_an_overwrite(table: Account) -> None:
    table("create stream standard on table t")
    table("create stream added on table t append_only = true")
    table("insert overwrite into t select k + 1, v from t where k = 2")
    assert table("select metadata$action, k from standard order by k") == [
        ("DELETE", 1),
        ("DELETE", 2),
        ("INSERT", 3),
    ]
    assert table("select k, v from added") == [(3, 20)]


@documented("sql-reference/sql/insert-multi-table", "insert all, insert first", "refused")
@pytest.mark.parametrize(
    "statement",
    [
        "insert all into t into s select 5 as k, 6 as v",
        "insert first when k > 1 then into t else into s select 5 as k, 6 as v",
        "insert overwrite all into t into s select 5 as k, 6 as v",
    ],
)
def test_insert_into_several_tables(table: Account, statement: str) -> None:
    table(statement)
    assert table.one("count(*) from t where k = 5") == 1


@documented(UPDATE, "update ... set ... where")
def test_update(table: Account) -> None:
    cursor = table.connection.cursor()
    cursor.execute("update t set v = v + 1 where k > 1")
    assert cursor.fetchall() == [(1, 0)]
    assert cursor.rowcount == 1
    assert rows(table) == [(1, 10), (2, 21)]


@documented(UPDATE, "update ... from")
def test_update_from_another_table(table: Account) -> None:
    assert table("update t set v = s.v, k = s.k + 10 from s where t.k = s.k") == [(1, 0)]
    assert rows(table) == [(1, 10), (12, 200)]
    table("update t set t.v = x.v from (select 1 as k, 5 as v) x where t.k = x.k")
    assert rows(table) == [(1, 5), (12, 200)]


@documented(UPDATE, "update ... from, with bound values")
def test_update_with_bound_values(table: Account) -> None:
    text = "update t set v = s.v + ? from s where t.k = s.k and s.v > ?"
    assert table(text, 5, 100) == [(1, 0)]
    assert table("update t set v = ? from s where t.k = s.k", 6) == [(1, 0)]
    assert rows(table) == [(1, 10), (2, 6)]


@documented(UPDATE, "update ... from: several rows for one")
def test_an_update_with_several_matches_takes_one_of_them(table: Account) -> None:
    table("insert into s values (2, 201)")
    assert table("update t set v = s.v from s where t.k = s.k") == [(1, 1)]
    assert rows(table)[1] in [(2, 200), (2, 201)]


@documented(UPDATE, "update: set reads the old values")
def test_an_update_reads_the_old_values(table: Account) -> None:
    table("update t set k = v, v = k where k = 1")
    assert (10, 1) in rows(table)


@documented(DELETE, "delete ... where")
def test_delete(table: Account) -> None:
    cursor = table.connection.cursor()
    cursor.execute("delete from t where k = 1")
    assert (cursor.rowcount, cursor.fetchall()) == (1, [(1,)])
    assert table("delete from t") == [(1,)]
    assert rows(table) == []


@documented(DELETE, "delete ... using")
def test_delete_using_another_table(table: Account) -> None:
    table("insert into s values (2, 201)")
    assert table("delete from t using s where t.k = s.k") == [(1,)]
    assert rows(table) == [(1, 10)]
    table("delete from t using (select 1 as k) as x where t.k = x.k")
    assert rows(table) == []


@documented("sql-reference/sql/truncate-table", "truncate table")
@pytest.mark.parametrize("statement", ["truncate table t", "truncate t", "truncate if exists t"])
def test_truncate(table: Account, statement: str) -> None:
    table(statement)
    assert rows(table) == []
    table("truncate table if exists missing")
    table.error("truncate table missing")


@documented("user-guide/querying-sequences", "create sequence, nextval")
def test_a_sequence_counts(account: Account) -> None:
    account("create sequence q start = 1 increment = 5 order comment = 'c'")
    values = [account.one("q.nextval") for _ in range(2)]
    assert values[0] == 1
    assert values[1] > 1
    account("create table t (id number, n number)")
    account("insert into t select q.nextval, column1 from values (1), (2), (3)")
    assert account.one("count(distinct id) from t") == 3
    assert "already exists" in account.error("create sequence q")
    account("create sequence if not exists q")
    account("create or replace sequence q start with 10 increment by -2")
    assert account.one("q.nextval") == 10


@documented("sql-reference/sql/create-sequence", "show, describe, alter, drop sequence")
def test_sequences_are_shown_and_dropped(account: Account) -> None:
    account("create sequence q increment 2")
    account("alter sequence q set comment = 'c'")
    [shown] = account.rows("show sequences in schema")
    assert (shown["name"], int(shown["interval"]), shown["comment"]) == ("Q", 2, "c")
    assert account.rows("describe sequence q")[0]["name"] == "Q"
    account("drop sequence q")
    account.error("select q.nextval")
    account.error("drop sequence q")
    account("drop sequence if exists q")


@documented("sql-reference/sql/alter-sequence", "alter sequence ... set increment", "refused")
def test_the_step_of_a_sequence_can_be_changed(account: Account) -> None:
    account("create sequence q")
    account("alter sequence q set increment = 5")


@documented("sql-reference/sql/create-table", "autoincrement, identity, default nextval")
def test_columns_that_count(account: Account) -> None:
    account("create sequence q start 100")
    account(
        "create table t (id number autoincrement start 10 increment 5 order, "
        "other number identity (1, 1), n number default q.nextval, v varchar)"
    )
    account("insert into t (v) values ('a'), ('b')")
    account("insert into t (id, v) values (99, 'c')")
    found = account("select id, other, n from t order by v")
    assert [row[0] for row in found] == [10, 15, 99]
    assert len({row[1] for row in found}) == len({row[2] for row in found}) == 3
    defaults = [row["default"] for row in account.rows("describe table t")]
    assert defaults[0].startswith("IDENTITY START 10 INCREMENT 5")
    assert defaults[2] == f"{account.database}.{account.schema}.Q.NEXTVAL"
    account("create or alter table t (id number, other number, n number, v varchar, w varchar)")


@documented("sql-reference/functions/result_scan", "result_scan(last_query_id())")
def test_result_scan(table: Account) -> None:
    table("select k, v as value from t order by k")
    assert table("select k, value from table(result_scan(last_query_id())) where k = 1") == [
        (1, 10)
    ]
    table("show tables like 'S' in schema")
    assert table('select "name" from table(result_scan(last_query_id()))') == [("S",)]


@documented("sql-reference/functions/last_query_id", "last_query_id(-n)")
def test_last_query_id(table: Account) -> None:
    table("select 5 as five")
    table("select 6 as six")
    assert table("select * from table(result_scan(last_query_id(-2)))") == [(5,)]
    assert table.one("last_query_id()") is not None


@documented("sql-reference/functions/last_query_id", "last_query_id(n)", "refused")
def test_the_first_query_of_a_session(table: Account) -> None:
    assert table.one("last_query_id(1)") is not None
