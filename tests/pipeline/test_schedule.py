"""One variable makes the task graphs scheduled or triggered, whatever they were before."""

from collections.abc import Iterator
from io import StringIO

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.util_text import split_statements
from support.sql_file import SQL, filled, run_files

from sandbox.service import Warehouse

ROOTS = ["LOAD_SILVER_ENCOUNTER", "LOAD_SILVER_PATIENT_FLOW", "LOAD_SILVER_VITALS"]
BEFORE = (
    *("00_account.sql", "05_role.sql", "10_database.sql", "12_grant.sql"),
    *("20_raw.sql", "30_silver.sql", "31_silver_record.sql", "70_stream.sql"),
)


@pytest.fixture(scope="module")
def connection() -> Iterator[SnowflakeConnection]:
    with (
        Warehouse() as warehouse,
        snowflake.connector.connect(**warehouse.connection_parameters) as connection,
    ):
        run_files(connection, BEFORE)
        yield connection


def deploy(connection: SnowflakeConnection, schedule: str) -> None:
    """The graphs of the topics, left suspended."""
    text = (SQL / "80_task.sql").read_text().replace("<% ctx.env.schedule %>", schedule)
    for statement, _ in split_statements(StringIO(filled(text)), remove_comments=True):
        if statement.strip() and "task_dependents_enable" not in statement:
            connection.cursor().execute(statement)


@pytest.mark.parametrize(
    ("schedule", "shown"),
    [("schedule = '1 minute'", "1 minute"), ("", None), ("schedule = '5 minutes'", "5 minutes")],
)
def test_every_root_has_the_schedule_and_keeps_its_condition(
    connection: SnowflakeConnection, schedule: str, shown: str | None
) -> None:
    deploy(connection, schedule)
    cursor = connection.cursor(snowflake.connector.DictCursor)
    tasks = cursor.execute("show tasks in schema carefloe.ops").fetchall()
    roots = {one["name"]: one["schedule"] for one in tasks if one["condition"]}
    assert roots == dict.fromkeys(ROOTS, shown)
    assert {one["schedule"] for one in tasks if not one["condition"]} == {None}


def test_every_root_in_sql_takes_the_schedule() -> None:
    for path in SQL.glob("8*_task*.sql"):
        text = path.read_text()
        roots = text.splitlines().count("when")
        assert roots, path.name
        assert text.count("<% ctx.env.schedule %>") == roots, path.name
