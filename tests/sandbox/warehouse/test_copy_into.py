"""Stages, PUT and COPY as `write_pandas` and the CLI send them."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from snowflake.connector.errors import ProgrammingError
from snowflake.connector.pandas_tools import write_pandas

pytestmark = pytest.mark.filterwarnings("ignore:is_datetime64tz_dtype:DeprecationWarning")

AT = datetime(2026, 1, 5, 8, 30, 0, 123456)


@pytest.fixture
def table(sql: Any) -> Any:
    sql(
        "create table t (id number, name varchar, at timestamp_ntz, amount number(10, 2), "
        "is_open boolean, raw variant, loaded_at timestamp_ntz default '2026-01-01'::timestamp_ntz)"
    )
    return sql


def frame(rows: int = 2) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ID": range(rows),
            "NAME": ["a", None] * (rows // 2),
            "AT": pd.Series([AT, None] * (rows // 2)).astype("datetime64[us]"),
            "AMOUNT": [Decimal("1.10"), None] * (rows // 2),
            "IS_OPEN": [True, None] * (rows // 2),
        }
    )


@pytest.mark.parametrize("logical", [None, True])
@pytest.mark.parametrize("compression", ["gzip", "snappy"])
def test_write_pandas_lands_every_type(
    table: Any, schema: str, logical: bool | None, compression: str
) -> None:
    ok, chunks, rows, _ = write_pandas(
        table.connection,
        frame(),
        "T",
        schema=schema,
        use_logical_type=logical,
        compression=compression,
    )
    assert (ok, chunks, rows) == (True, 1, 2)
    assert table("select id, name, at, amount, is_open, raw from t order by id") == [
        (0, "a", AT, Decimal("1.10"), True, None),
        (1, None, None, None, None, None),
    ]


def test_columns_left_out_get_their_default(table: Any) -> None:
    write_pandas(table.connection, pd.DataFrame({"ID": [1]}), "T")
    assert table("select name, loaded_at is null from t") == [(None, False)]


def test_several_chunks_land_together(table: Any) -> None:
    ok, chunks, rows, _ = write_pandas(table.connection, frame(10), "T", chunk_size=4)
    assert (ok, chunks, rows) == (True, 3, 10)
    assert table.one("count(*) from t") == 10


def test_a_text_for_a_number_lands_nothing(table: Any) -> None:
    bad = pd.DataFrame({"ID": ["1", "x"], "NAME": ["a", "b"]})
    with pytest.raises(ProgrammingError):
        write_pandas(table.connection, bad, "T", chunk_size=1)
    assert table.one("count(*) from t") == 0


def test_an_unknown_column_is_an_error(table: Any) -> None:
    with pytest.raises(ProgrammingError, match="NOPE"):
        write_pandas(table.connection, pd.DataFrame({"NOPE": [1]}), "T")


def test_nested_values_become_variants(table: Any) -> None:
    nested = pd.DataFrame({"ID": [1], "RAW": [{"a": [1, 2]}]})
    write_pandas(table.connection, nested, "T")
    assert json.loads(table.one("raw from t")) == {"a": [1, 2]}


def test_write_pandas_in_a_transaction_is_rolled_back_with_it(table: Any) -> None:
    """Its CREATE TEMP STAGE is a DDL and commits what came before."""
    write_pandas(table.connection, frame(), "T")
    assert table.one("count(*) from t") == 2


def test_snowpark_creates_and_appends_data_frames(snowpark: Any) -> None:
    made = snowpark.create_dataframe([[1, "a", AT], [2, None, None]], schema=["ID", "NAME", "AT"])
    made.write.mode("overwrite").save_as_table("made")
    made.write.mode("append").save_as_table("made")
    rows = snowpark.table("made").group_by("ID").count().sort("ID").collect()
    assert [tuple(row) for row in rows] == [(1, 2), (2, 2)]
    cached = snowpark.table("made").filter("NAME is null").cache_result()
    assert [tuple(row) for row in cached.collect()] == [(2, None, None)] * 2
    assert snowpark.table("made").schema.names == ["ID", "NAME", "AT"]
    assert list(snowpark.table("made").to_pandas()["ID"]) == [1, 2, 1, 2]


def test_files_are_put_listed_got_and_removed(sql: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / "b.csv").write_text("two")
    sql("create stage if not exists files comment = 'kept'")
    put = sql(f"put file://{tmp_path}/*.* @files/in auto_compress = false")
    assert sorted((row[0], row[6]) for row in put) == [("a.txt", "UPLOADED"), ("b.csv", "UPLOADED")]
    listed = sql("list @files")
    assert [(row[0], row[1]) for row in listed] == [("files/in/a.txt", 3), ("files/in/b.csv", 3)]
    assert [row[0] for row in sql("ls @files/in pattern = '.*csv'")] == ["files/in/b.csv"]
    (tmp_path / "out").mkdir()
    sql(f"get @files/in/a.txt file://{tmp_path}/out")
    assert (tmp_path / "out" / "a.txt").read_text() == "one"
    sql("remove @files/in/a.txt")
    assert [row[0] for row in sql("list @files")] == ["files/in/b.csv"]
    sql("drop stage files")
    with pytest.raises(ProgrammingError, match="does not exist"):
        sql("list @files")


def test_a_temporary_stage_belongs_to_its_session(sql: Any, connect: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    sql("create temporary stage files")
    sql(f"put file://{tmp_path}/a.txt @files auto_compress = false")
    assert len(sql("list @files")) == 1
    other = type(sql)(connect())
    with pytest.raises(ProgrammingError, match="does not exist"):
        other("list @files")


def test_a_location_cannot_leave_its_stage(sql: Any) -> None:
    sql("create stage files")
    with pytest.raises(ProgrammingError, match="leads out"):
        sql("list @files/../../other")


@pytest.mark.parametrize(
    "statement",
    [
        "copy into t from @files file_format = (type = avro)",
        "copy into t from @files file_format = (type = csv) validation_mode = return_errors",
        "copy into @files from t partition by (id)",
        "create stage external url = 's3://bucket'",
    ],
)
def test_other_loads_are_refused(table: Any, statement: str) -> None:
    table("create stage files")
    with pytest.raises(ProgrammingError, match="Unsupported"):
        table(statement)
