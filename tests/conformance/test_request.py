"""Several statements in one request, and statements nobody knows."""

from __future__ import annotations

import pytest
from snowflake.connector.errors import ProgrammingError
from support.conformance import Account, documented

SEVERAL = "developer-guide/python-connector/python-connector-example"


@documented(SEVERAL, "cursor.execute(..., num_statements=n)")
def test_the_results_of_several_statements_come_one_after_the_other(account: Account) -> None:
    cursor = account.connection.cursor()
    cursor.execute(
        "create table t (id number); insert into t values (1), (2); select count(*) from t;",
        num_statements=3,
    )
    assert "successfully created" in cursor.fetchall()[0][0]
    assert cursor.nextset() is not None
    assert (cursor.fetchall(), cursor.rowcount) == ([(2,)], 2)
    assert cursor.nextset() is not None
    assert cursor.fetchall() == [(2,)]
    assert cursor.nextset() is None


@documented(SEVERAL, "cursor.execute(..., num_statements=0)")
def test_any_number_of_statements_is_allowed_with_0(account: Account) -> None:
    cursor = account.connection.cursor()
    cursor.execute("select 1; select ';'; select 3 -- ; select 4", num_statements=0)
    found = [cursor.fetchall()]
    while cursor.nextset():
        found.append(cursor.fetchall())
    assert found == [[(1,)], [(";",)], [(3,)]]


@documented(SEVERAL, "cursor.execute(..., num_statements=n): another number")
@pytest.mark.parametrize(("text", "wanted"), [("select 1; select 2", 3), ("select 1; select 2", 1)])
def test_the_number_of_statements_must_be_right(account: Account, text: str, wanted: int) -> None:
    with pytest.raises(ProgrammingError, match="statement count 2 did not match"):
        account.connection.cursor().execute(text, num_statements=wanted)


@documented(SEVERAL, "several statements without num_statements")
def test_one_statement_is_the_default(account: Account) -> None:
    message = account.error("create table t (id number); select 1")
    assert "statement count 2 did not match" in message
    account.error("select * from t")


@documented("sql-reference/parameters", "alter session set multi_statement_count = 0")
def test_a_session_may_allow_several_statements(account: Account) -> None:
    account("alter session set multi_statement_count = 0")
    cursor = account.connection.cursor().execute("select 1; select 2")
    assert cursor is not None
    assert cursor.fetchall() == [(1,)]


@documented(SEVERAL, "several statements, one of which fails")
def test_statements_before_a_failed_one_stay(account: Account) -> None:
    account("create table t (id number)")
    with pytest.raises(ProgrammingError):
        account.connection.cursor().execute(
            "insert into t values (1); select 1 / 0; insert into t values (2)", num_statements=3
        )
    assert account("select id from t") == [(1,)]


@documented(SEVERAL, "a transaction in one request")
def test_a_transaction_in_one_request(account: Account) -> None:
    account("create table t (id number)")
    account.connection.cursor().execute(
        "begin; insert into t values (1); rollback; begin transaction; insert into t values (2); "
        "commit",
        num_statements=6,
    )
    assert account("select id from t") == [(2,)]


@documented("developer-guide/python-connector/python-connector-api", "connection.execute_string")
def test_execute_string(account: Account) -> None:
    cursors = account.connection.execute_string(
        "create table t (id number); -- a comment; with a semicolon\n"
        "insert into t values (1);\nselect id, ';' from t;"
    )
    found = [cursor.fetchall() for cursor in cursors]
    assert found[1:] == [[(1,)], [(1, ";")]]
