"""A transaction that outlives a failed statement."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest
from snowflake.connector.errors import ProgrammingError

from sandbox.warehouse.engine import Engine


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("create table t (id integer)")
        yield made


@pytest.fixture
def engine(database: duckdb.DuckDBPyConnection) -> Iterator[Engine]:
    made = Engine(database.cursor())
    yield made
    made.close()


def failed(engine: Engine, sql: str = "select cast('x' as integer)") -> None:
    """Run what fails, as one statement of its own."""
    mark = engine.mark()
    with pytest.raises(duckdb.Error):
        engine.run(sql)
    engine.undo(mark)


def test_earlier_statements_are_there_again(engine: Engine) -> None:
    engine.begin()
    engine.run("insert into t values (1), (2)")
    failed(engine)
    engine.run("insert into t values ($id)", {"id": 3})
    failed(engine)
    engine.commit()
    assert engine.run("from t order by id") == [(1,), (2,), (3,)]


def test_a_rollback_after_a_failure_runs_nothing_again(engine: Engine) -> None:
    engine.begin()
    engine.run("insert into t values (1)")
    failed(engine)
    engine.rollback()
    assert engine.run("from t") == []


def test_what_a_failed_statement_did_before_it_failed_is_undone(engine: Engine) -> None:
    engine.begin()
    mark = engine.mark()
    engine.run("insert into t values (1)")
    engine.undo(mark)
    assert engine.run("from t") == []
    engine.commit()


def test_lent_tables_are_lent_again(engine: Engine) -> None:
    engine.begin()
    with engine.relation("lent", pa.table({"id": [7]})):
        engine.run("insert into t from lent")
    failed(engine)
    assert engine.run("from t") == [(7,)]
    engine.commit()


def test_another_history_is_an_error(engine: Engine, database: duckdb.DuckDBPyConnection) -> None:
    engine.begin()
    engine.run("insert into t select id + 1 from t")
    database.execute("insert into t values (5)")
    failed(engine)
    with pytest.raises(ProgrammingError, match="Roll it back"):
        engine.run("from t")
    engine.rollback()
    assert engine.run("from t") == [(5,)]
