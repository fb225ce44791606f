"""Transactions."""

from __future__ import annotations

import pytest
from support.conformance import Account, documented

PAGE = "sql-reference/transactions"


@pytest.fixture
def table(account: Account) -> Account:
    account("create table t (i number, v varchar)")
    account("insert into t values (0, 'zero')")
    return account


ROWS = "select i from t order by i"


def ids(account: Account) -> list[int]:
    """What a session sees. Of another one's commits it may see them a moment later: `until`.

    https://docs.snowflake.com/en/sql-reference/transactions, read consistency across sessions
    """
    return [row[0] for row in account(ROWS)]


@documented(PAGE, "begin ... commit")
def test_others_see_a_transaction_only_after_its_commit(table: Account) -> None:
    with table.another() as other:
        table("begin transaction")
        table("insert into t values (1, 'a')")
        assert (ids(table), ids(other)) == ([0, 1], [0])
        table("commit")
        other.until(ROWS, lambda rows: rows == [(0,), (1,)])


@documented(PAGE, "begin ... rollback")
def test_a_rollback_undoes_everything(table: Account) -> None:
    table("begin")
    table("insert into t values (1, 'a')")
    table("update t set v = 'x'")
    table("delete from t where i = 0")
    table("truncate table t")
    table("rollback")
    assert table("select i, v from t") == [(0, "zero")]


@documented(PAGE, "a failed statement in a transaction")
@pytest.mark.parametrize(
    "failing",
    [
        "insert into t (i) values ('This is not a valid integer.')",
        "insert into t select 1 / 0, 'x'",
        "update t set i = to_number(v)",
        "select 1 / 0",
        "select * from missing",
        "insert into missing values (1)",
        "insert overwrite into t select to_number(v), v from t",
        "insert into t values (",
    ],
)
def test_a_failed_statement_alone_is_undone(table: Account, failing: str) -> None:
    """The documented example: rows 1 and 2 are there, although a statement between them failed."""
    table("begin transaction")
    table("insert into t values (1, 'a')")
    table.error(failing)
    assert ids(table) == [0, 1]
    table("insert into t values (2, 'b')")
    table("commit")
    assert ids(table) == [0, 1, 2]


@documented(PAGE, "a failed statement in a transaction")
def test_all_statements_before_a_failed_one_stay(table: Account) -> None:
    table("begin")
    table("insert into t values (1, 'a'), (2, 'b')")
    table("update t set v = v || '!' where i > 0")
    table("delete from t where i = 1")
    table(
        "merge into t using (select 3 as i) n on t.i = n.i "
        "when not matched then insert values (n.i, 'm') when matched then update set v = 'n'"
    )
    table.error("update t set i = to_number(v)")
    table.error("update t set i = to_number(v)")
    table("commit")
    assert table("select i, v from t order by i") == [(0, "zero"), (2, "b!"), (3, "m")]


@documented(PAGE, "a failed call in a transaction")
def test_a_failed_call_alone_is_undone(table: Account) -> None:
    table(
        "create procedure fill() returns varchar language python runtime_version = '3.11' "
        "packages = ('snowflake-snowpark-python') handler = 'run' as $$\n"
        "def run(session):\n"
        "    session.sql(\"insert into t values (2, 'in the procedure')\").collect()\n"
        "    raise ValueError('no')\n"
        "$$"
    )
    table("begin")
    table("insert into t values (1, 'a')")
    table.error("call fill()")
    table("commit")
    assert ids(table) == [0, 1]


@documented(PAGE, "rollback after a failed statement")
def test_a_rollback_after_a_failed_statement_undoes_all(table: Account) -> None:
    table("begin")
    table("insert into t values (1, 'a')")
    table.error("select 1 / 0")
    table("rollback")
    assert ids(table) == [0]
    table("insert into t values (2, 'b')")
    assert ids(table) == [0, 2]


@documented(PAGE, "a failed statement with autocommit off")
def test_without_autocommit_a_failed_statement_alone_is_undone(table: Account) -> None:
    table("alter session set autocommit = false")
    table("insert into t values (1, 'a')")
    table.error("insert into t select 1 / 0, 'x'")
    table("commit")
    assert ids(table) == [0, 1]


@documented(PAGE, "a failed statement outside a transaction")
def test_with_autocommit_a_failed_statement_changes_nothing(table: Account) -> None:
    table.error("insert into t select to_number(column1), 'x' from values ('1'), ('y')")
    assert ids(table) == [0]


@documented(PAGE, "ddl in a transaction")
@pytest.mark.parametrize(
    "ddl",
    [
        "create table u (i number)",
        "create temporary table u (i number)",
        "create table u as select i from t",
        "create or replace view w as select i from t",
        "alter table t add column more number",
        "drop table if exists nothing",
        "create stage my_stage",
    ],
)
def test_a_ddl_commits_the_open_transaction(table: Account, ddl: str) -> None:
    table("begin")
    table("insert into t values (1, 'a')")
    table(ddl)
    table("rollback")
    assert ids(table) == [0, 1]


@documented(PAGE, "dml after a ddl")
def test_after_a_ddl_with_autocommit_each_statement_commits(table: Account) -> None:
    table("begin")
    table("create table u (i number)")
    table("insert into u values (1)")
    table("rollback")
    assert table("select i from u") == [(1,)]


@documented(PAGE, "alter session set autocommit = false")
def test_without_autocommit_the_first_dml_begins_a_transaction(table: Account) -> None:
    with table.another() as other:
        table("alter session set autocommit = false")
        table("insert into t values (1, 'a')")
        assert ids(other) == [0]
        table("commit")
        other.until(ROWS, lambda rows: rows == [(0,), (1,)])
        table("insert into t values (2, 'b')")
        table("rollback")
        assert ids(table) == [0, 1]


@documented(PAGE, "alter session set autocommit in a transaction")
@pytest.mark.parametrize("value", ["true", "false"])
def test_setting_autocommit_commits(table: Account, value: str) -> None:
    table("alter session set autocommit = false")
    table("insert into t values (1, 'a')")
    table(f"alter session set autocommit = {value}")
    table("rollback")
    assert ids(table) == [0, 1]


@documented(PAGE, "end of a session with an open transaction")
def test_the_end_of_a_session_rolls_back(table: Account) -> None:
    with table.another() as other:
        other("begin")
        other("insert into t values (1, 'a')")
    assert ids(table) == [0]


@documented(PAGE, "begin inside a transaction")
def test_a_second_begin_is_ignored(table: Account) -> None:
    table("begin")
    table("insert into t values (1, 'a')")
    table("begin transaction")
    table("insert into t values (2, 'b')")
    table("rollback")
    assert ids(table) == [0]


@documented("sql-reference/sql/begin", "begin transaction name ..., begin work, start transaction")
@pytest.mark.parametrize(
    "begin", ["begin name first", "begin transaction name first", "begin work", "start transaction"]
)
def test_forms_of_begin(table: Account, begin: str) -> None:
    table(begin)
    table("insert into t values (1, 'a')")
    table("rollback")
    assert ids(table) == [0]


@documented("sql-reference/sql/commit", "commit, rollback outside a transaction")
@pytest.mark.parametrize("end", ["commit", "commit work", "rollback", "rollback work"])
def test_without_a_transaction_its_end_does_nothing(table: Account, end: str) -> None:
    table(end)
    assert ids(table) == [0]


@documented("sql-reference/functions/current_transaction", "current_transaction()")
def test_current_transaction(table: Account) -> None:
    assert table.one("current_transaction()") is None
    table("begin")
    found = table.one("current_transaction()")
    assert found is not None
    assert table.one("current_transaction()") == found
    table("rollback")
    assert table.one("current_transaction()") is None


@documented(PAGE, "locks of update, delete, merge")
def test_an_update_of_another_table_does_not_wait(table: Account) -> None:
    table("create table u (i number)")
    with table.another() as other:
        table("begin")
        table("update t set v = 'x'")
        other("update u set i = 1")
        other("insert into t values (1, 'a')")
        table("commit")
    assert ids(table) == [0, 1]


@documented(PAGE, "update of rows that another session changed after the transaction began")
def test_a_transaction_changes_what_is_committed_when_its_statement_runs(table: Account) -> None:
    """Read committed: the second update works on the result of the first."""
    with table.another() as other:
        table("begin")
        assert ids(table) == [0]
        other("update t set v = v || '!'")
        other("delete from t where i = 7")
        table("update t set v = v || '?'")
        table("insert into t values (1, 'a')")
        table("commit")
    assert table("select i, v from t order by i") == [(0, "zero!?"), (1, "a")]


@documented("developer-guide/python-connector/python-connector-example", "connection.autocommit")
def test_the_connector_turns_autocommit_off_and_on(table: Account) -> None:
    table.connection.autocommit(False)
    table("insert into t values (1, 'a')")
    table.connection.rollback()
    assert ids(table) == [0]
    table("insert into t values (2, 'b')")
    table.connection.commit()
    table.connection.autocommit(True)
    table("insert into t values (3, 'c')")
    table.connection.rollback()
    assert ids(table) == [0, 2, 3]


@documented("developer-guide/python-connector/python-connector-example", "executemany that fails")
def test_a_failed_executemany_inserts_nothing(table: Account) -> None:
    table("begin")
    table("insert into t values (1, 'a')")
    cursor = table.connection.cursor()
    with pytest.raises(Exception, match="x"):
        cursor.executemany("insert into t (i) values (?)", [("2",), ("x",)])
    table("commit")
    assert ids(table) == [0, 1]
