"""The wire: bindings, types, session parameters, describing without running, repeated requests."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from snowflake.connector.errors import DatabaseError, ProgrammingError

AT = datetime(2026, 1, 5, 8, 30, 0, 250000)


def test_bound_values_keep_their_types(sql: Any) -> None:
    values = (1, "it's", None, 1.5, Decimal("1.25"), True, date(2026, 1, 5), AT, b"\x00\xff")
    marks = ", ".join("?" for _ in values)
    row = sql(f"select {marks}", *values)[0]
    assert row[:4] == (1, "it's", None, 1.5)
    assert (Decimal(row[4]), row[5], row[6], row[7], bytes(row[8])) == values[4:]


def test_a_local_time_bound_to_a_timestamp_is_stored_as_it_is(sql: Any) -> None:
    sql("create table t (at timestamp_ntz, day date, hour time)")
    sql("alter session set timezone = 'America/Los_Angeles'")
    sql("insert into t values (?, ?, ?)", AT, AT.date(), time(8, 30))
    assert sql("select * from t") == [(AT, AT.date(), time(8, 30))]


def test_many_rows_are_bound_at_once(sql: Any) -> None:
    sql("create table t (id number, name varchar)")
    cursor = sql.connection.cursor()
    cursor.executemany("insert into t values (?, ?)", [(1, "a"), (2, None), (3, "c")])
    assert cursor.rowcount == 3
    assert sql("select * from t order by id") == [(1, "a"), (2, None), (3, "c")]


def test_pyformat_values_are_quoted_by_the_client(connect: Any) -> None:
    cursor = connect(paramstyle="pyformat").cursor()
    assert cursor.execute("select %s, %s", ("a'b\\c", 2)).fetchall() == [("a'b\\c", 2)]


def test_every_type_comes_back(sql: Any) -> None:
    row = sql(
        "select 1::number(38, 0), 1.5::number(10, 2), 1.5::float, 'x', true, '2026-01-05'::date, "
        "'08:30:00'::time, '2026-01-05 08:30:00.25'::timestamp_ntz, to_binary('00ff', 'HEX'), "
        "array_construct(1, 2), null"
    )[0]
    assert row[:8] == (
        1,
        Decimal("1.50"),
        1.5,
        "x",
        True,
        date(2026, 1, 5),
        time(8, 30),
        AT,
    )
    assert (bytes(row[8]), row[9], row[10]) == (b"\x00\xff", "[1,2]", None)


def test_pandas_results(sql: Any) -> None:
    cursor = sql.connection.cursor()
    frame = cursor.execute(
        "select column1 as id, column2 as name, column2::timestamp_ntz as at from values "
        "(1, '2026-01-05'), (2, null)"
    ).fetch_pandas_all()
    assert list(frame["ID"]) == [1, 2]
    assert frame["AT"].isna().tolist() == [False, True]


def test_an_empty_result_has_its_columns(sql: Any) -> None:
    sql("create table t (id number, at timestamp_ntz)")
    cursor = sql.connection.cursor().execute("select * from t")
    assert [column.name for column in cursor.description] == ["ID", "AT"]
    assert cursor.fetchall() == []
    assert list(cursor.execute("select * from t").fetch_pandas_all().columns) == ["ID", "AT"]


def test_the_session_time_zone_acts(sql: Any) -> None:
    """https://docs.snowflake.com/en/sql-reference/parameters#timezone"""
    noon = "'2026-07-01 12:00:00'::timestamp_tz"
    assert sql.one(noon) == datetime(2026, 7, 1, 12, tzinfo=UTC)
    sql("alter session set timezone = 'America/Los_Angeles'")
    assert sql.one(noon) == datetime(2026, 7, 1, 19, tzinfo=UTC)
    assert sql.one(noon).utcoffset() == timedelta(hours=-7)
    assert sql.one("current_timestamp()").utcoffset() in (timedelta(hours=-7), timedelta(hours=-8))
    assert sql.one("'2026-07-01T12:00:00Z'::timestamp_tz::date") == date(2026, 7, 1)
    assert sql.one("convert_timezone('UTC', '2026-07-01 12:00'::timestamp_tz)::timestamp_ntz") == (
        datetime(2026, 7, 1, 19)
    )
    sql("alter session unset timezone")
    assert sql.one(noon) == datetime(2026, 7, 1, 12, tzinfo=UTC)
    with pytest.raises(ProgrammingError, match="TIMEZONE"):
        sql("alter session set timezone = 'Nowhere/Land'")


def test_parameters_of_the_login_act(connect: Any) -> None:
    parameters = {"TIMEZONE": "Europe/Berlin", "QUERY_TAG": "loader"}
    cursor = connect(session_parameters=parameters, warehouse="wh", role="sysadmin").cursor()
    assert cursor.execute("select '2026-07-01 12:00'::timestamp_tz").fetchall() == [
        (datetime(2026, 7, 1, 10, tzinfo=UTC),)
    ]
    assert cursor.execute("select current_warehouse(), current_role()").fetchall() == [
        ("WH", "SYSADMIN")
    ]


def test_the_session_knows_where_it_is(sql: Any, schema: str) -> None:
    assert sql("select current_database(), current_schema()") == [("CAREFLOE", schema)]
    sql("use schema public")
    assert (sql.connection.database, sql.connection.schema) == ("CAREFLOE", "PUBLIC")


def test_variables_stand_for_their_values(sql: Any) -> None:
    sql("set threshold = 2")
    assert sql("select column1 from values (1), (3) where column1 > $threshold") == [(3,)]
    sql("unset threshold")
    with pytest.raises(ProgrammingError, match="THRESHOLD"):
        sql("select $threshold")


def test_describing_runs_nothing(sql: Any) -> None:
    sql("create table t (id number(10, 2), at timestamp_ntz)")
    described = sql.connection.cursor().describe(
        "select id, at, id / 3 as third from t where id = ?"
    )
    assert [(c.name, c.precision, c.scale) for c in described] == [
        ("ID", 10, 2),
        ("AT", 0, 9),
        ("THIRD", 38, 8),
    ]
    assert sql.names("insert into t (id) values (1)") == ["number of rows inserted"]
    assert sql.names("drop table t") == ["status"]
    assert sql.one("count(*) from t") == 0


def test_snowpark_gets_the_parameters_for_common_table_expressions(snowpark: Any) -> None:
    assert snowpark._query_compilation_stage_enabled
    assert snowpark.cte_optimization_enabled
    frame = snowpark.create_dataframe([[1], [2]], schema=["A"]).filter("A > 0")
    united = frame.union_all(frame)
    assert "WITH" in united.queries["queries"][-1]
    assert united.count() == 4


def test_a_request_sent_again_is_not_run_again(sql: Any) -> None:
    sql("create table t (id number)")
    connection = sql.connection
    request = "5f7b8f0e-0f6e-4d7f-9d6e-0d9f1f6f0001"
    for _ in range(2):
        answer = connection.rest.request(
            f"/queries/v1/query-request?requestId={request}",
            {"sqlText": "insert into t values (1)", "asyncExec": False, "sequenceId": 1},
        )
        assert answer["success"]
    assert sql.one("count(*) from t") == 1


def test_a_lent_session_shares_its_transaction(server: Any, account: Any, schema: str) -> None:
    import snowflake.connector

    session = account.connect("CAREFLOE", schema)
    session.execute("create table t (id number)")
    session.execute("begin")
    session.execute("insert into t values (1)")
    with (
        server.lend(session) as parameters,
        snowflake.connector.connect(**parameters) as borrower,
    ):
        assert borrower.cursor().execute("select id from t").fetchall() == [(1,)]
        borrower.cursor().execute("insert into t values (2)")
    session.execute("rollback")
    assert session.execute("select count(*) from t").rows() == [(0,)]
    session.close()


def test_an_interrupted_statement_fails_and_commits_nothing(account: Any, schema: str) -> None:
    import threading

    session = account.connect("CAREFLOE", schema)
    session.execute("create table t (id number)")
    timer = threading.Timer(0.3, session.interrupt)
    timer.start()
    with pytest.raises(ProgrammingError):
        session.execute(
            "insert into t select count(*) from table(generator(rowcount => 100000)) a, "
            "table(generator(rowcount => 1000000)) b where a.range + b.range = -1"
        )
    timer.join()
    assert session.execute("select count(*) from t").rows() == [(0,)]
    session.close()


def test_an_error_names_what_failed_in_snowflakes_style(sql: Any) -> None:
    with pytest.raises(ProgrammingError) as caught:
        sql("select * from missing_table")
    assert (caught.value.errno, caught.value.sqlstate) == (2003, "42S02")
    assert "SQL compilation error" in str(caught.value.msg)
    assert "MISSING_TABLE" in str(caught.value.msg)


def test_a_very_deep_statement_is_no_server_error(sql: Any) -> None:
    text = "(" * 400 + "1" + ")" * 400
    assert sql.one(text) == 1
    nested = "select 1 as a"
    for _ in range(120):
        nested = f"select a from ({nested})"
    assert sql(nested) == [(1,)]


def test_an_unknown_token_must_log_in_again(server: Any, connect: Any) -> None:
    connection = connect()
    server.logins.remove(connection.rest.token)
    with pytest.raises(DatabaseError):
        connection.cursor().execute("select 1")
