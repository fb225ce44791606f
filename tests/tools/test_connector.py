"""Snowflake's plain Python connector, as a program uses it."""

from __future__ import annotations

import datetime
import time
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
import snowflake.connector
from snowflake.connector import DictCursor, SnowflakeConnection
from snowflake.connector.errors import ProgrammingError
from snowflake.connector.pandas_tools import write_pandas
from support.tool import rows

READINGS = pd.DataFrame(
    {
        "ID": [1, 2, 3],
        "WARD": ["ICU", None, "SUR"],
        "RATE": [60.5, 71.0, None],
        "AT": pd.to_datetime(
            ["2026-01-05 08:00:00.123456", "2026-01-05 09:00", None], format="ISO8601"
        ),
        "IS_OK": [True, False, None],
    }
)


def test_rows_come_as_tuples_dicts_and_frames(connection: SnowflakeConnection) -> None:
    query = (
        "select 1::int as id, 'x' as ward, 1.50::number(5,2) as rate, true as ok, "
        "'2026-01-05'::date as day, null as nothing"
    )
    assert rows(connection, query) == [
        (1, "x", Decimal("1.50"), True, datetime.date(2026, 1, 5), None)
    ]
    found = connection.cursor(DictCursor).execute(query).fetchone()
    assert found["RATE"] == Decimal("1.50")
    assert connection.cursor().execute(query).fetchone()[1] == "x"
    frame = connection.cursor().execute(query).fetch_pandas_all()
    assert list(frame.columns) == ["ID", "WARD", "RATE", "OK", "DAY", "NOTHING"]
    assert frame["ID"].tolist() == [1]


def test_large_results_come_in_batches(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor()
    cursor.execute("select seq4() as id from table(generator(rowcount => 20000))")
    frames = list(cursor.fetch_pandas_batches())
    assert sum(len(frame) for frame in frames) == 20_000
    cursor.execute("select seq4() as id from table(generator(rowcount => 20000))")
    assert cursor.rowcount == 20_000
    assert sum(batch.rowcount for batch in cursor.get_result_batches()) == 20_000


def test_values_are_bound_in_the_clients_styles(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor()
    cursor.execute("create table bed (id int, ward varchar)")
    cursor.execute("insert into bed values (%s, %s)", (1, "it's"))
    cursor.execute("insert into bed values (%(id)s, %(ward)s)", {"id": 2, "ward": None})
    cursor.executemany("insert into bed values (%s, %s)", [(3, "a"), (4, "b")])
    assert cursor.rowcount == 2
    assert rows(connection, "select * from bed where id in (%s) order by id", [1, 2, 3]) == [
        (1, "it's"),
        (2, None),
        (3, "a"),
    ]


@pytest.mark.parametrize(("style", "mark"), [("qmark", ("?", "?")), ("numeric", (":1", ":2"))])
def test_values_are_bound_by_the_server(
    parameters: dict[str, Any], connection: SnowflakeConnection, style: str, mark: Any
) -> None:
    cursor = connection.cursor()
    cursor.execute(f"create or replace table {connection.schema}.bed (id int, at timestamp_ntz)")
    moment = datetime.datetime(2026, 1, 5, 8, 0, 0, 250_000)
    given = parameters | {"paramstyle": style, "schema": connection.schema}
    with snowflake.connector.connect(**given) as other:
        binding = other.cursor()
        insert = f"insert into bed values ({', '.join(mark)})"
        binding.execute(insert, (1, moment))
        binding.execute(insert, (2, None))
        binding.executemany(insert, [(3, moment), (4, moment)])
        assert binding.rowcount == 2
    assert rows(connection, "select id, at from bed order by id") == [
        (1, moment),
        (2, None),
        (3, moment),
        (4, moment),
    ]


def test_several_statements_in_one_text_run_one_by_one(connection: SnowflakeConnection) -> None:
    cursors = list(
        connection.execute_string(
            "create table bed (id int); insert into bed values (1), (2); -- done\n"
            "select count(*) from bed;"
        )
    )
    assert cursors[-1].fetchall() == [(2,)]


def test_several_statements_in_one_request_have_several_results(
    connection: SnowflakeConnection,
) -> None:
    cursor = connection.cursor()
    cursor.execute("select 1; select 'b'; select 3", num_statements=3)
    found = [cursor.fetchall()]
    while cursor.nextset():
        found.append(cursor.fetchall())
    assert found == [[(1,)], [("b",)], [(3,)]]


def test_a_query_runs_while_the_program_goes_on(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor()
    cursor.execute_async("select count(*) from table(generator(rowcount => 1000))")
    query_id = cursor.sfqid
    deadline = time.monotonic() + 20
    while connection.is_still_running(connection.get_query_status(query_id)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    cursor.get_results_from_sfqid(query_id)
    assert cursor.fetchall() == [(1000,)]


def test_a_query_that_takes_too_long_is_cancelled(connection: SnowflakeConnection) -> None:
    slow = (
        "select count(*) from table(generator(rowcount => 400000)) as a "
        "cross join table(generator(rowcount => 400000)) as b"
    )
    with pytest.raises(ProgrammingError):
        connection.cursor().execute(slow, timeout=1)
    assert rows(connection, "select 1") == [(1,)]


def test_an_error_carries_its_number_and_state(connection: SnowflakeConnection) -> None:
    with pytest.raises(ProgrammingError) as raised:
        connection.cursor().execute("select * from nowhere")
    assert (raised.value.errno, raised.value.sqlstate) == (2003, "42S02")
    assert raised.value.sfqid


def test_a_transaction_is_committed_or_rolled_back(connection: SnowflakeConnection) -> None:
    connection.cursor().execute("create table bed (id int)")
    connection.autocommit(False)
    connection.cursor().execute("insert into bed values (1)")
    connection.rollback()
    connection.cursor().execute("insert into bed values (2)")
    connection.commit()
    connection.autocommit(True)
    assert rows(connection, "select id from bed") == [(2,)]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"chunk_size": 2, "compression": "snappy"},
        {"chunk_size": 2, "bulk_upload_chunks": True},
        {"quote_identifiers": False},
    ],
)
def test_a_frame_is_written_and_read_back(
    connection: SnowflakeConnection, options: dict[str, Any]
) -> None:
    connection.cursor().execute(
        "create table reading "
        "(id int, ward varchar, rate float, at timestamp_ntz(9), is_ok boolean)"
    )
    written, chunks, count, _ = write_pandas(
        connection,
        READINGS,
        "READING",
        schema=connection.schema,
        use_logical_type=True,
        **options,
    )
    assert (written, chunks, count) == (True, 2 if "chunk_size" in options else 1, 3)
    assert rows(connection, "select * from reading order by id") == [
        (1, "ICU", 60.5, datetime.datetime(2026, 1, 5, 8, 0, 0, 123456), True),
        (2, None, 71.0, datetime.datetime(2026, 1, 5, 9, 0), False),
        (3, "SUR", None, None, None),
    ]


@pytest.mark.filterwarnings("ignore:is_datetime64tz_dtype:DeprecationWarning")
def test_a_frame_makes_replaces_and_extends_a_table(connection: SnowflakeConnection) -> None:
    frame = READINGS[["ID", "WARD"]]

    def write(**options: Any) -> None:
        write_pandas(connection, frame, "READING", **options)

    write(auto_create_table=True)
    write()
    assert rows(connection, "select count(*), count(ward) from reading") == [(6, 4)]
    write(overwrite=True)
    assert rows(connection, "select count(*) from reading") == [(3,)]
    write(auto_create_table=True, overwrite=True, table_type="temporary")
    assert rows(connection, "select id from reading order by id") == [(1,), (2,), (3,)]
