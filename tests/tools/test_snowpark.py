"""Snowpark's DataFrame API, broadly, as a program outside the account uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from snowflake.snowpark import Row, Session, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.exceptions import SnowparkSQLException
from snowflake.snowpark.types import IntegerType, StringType, StructField, StructType

BEDS = [
    Row(ID=1, WARD="ICU", RATE=60),
    Row(ID=2, WARD="ICU", RATE=80),
    Row(ID=3, WARD="SUR", RATE=70),
    Row(ID=4, WARD=None, RATE=None),
]
PACKAGES = ["snowflake-snowpark-python"]


@pytest.fixture(scope="module")
def shared(parameters: dict[str, Any]) -> Iterator[Session]:
    with Session.builder.configs(parameters).create() as session:
        yield session


@pytest.fixture
def session(shared: Session, request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session in a fresh schema."""
    schema = request.node.name.split("[")[0].upper()
    shared.sql(f"create or replace schema {schema}").collect()
    yield shared
    shared.sql(f"drop schema {schema} cascade").collect()


@pytest.fixture
def beds(session: Session) -> Any:
    session.create_dataframe(BEDS).write.save_as_table("bed")
    return session.table("bed")


@pytest.mark.filterwarnings("ignore:is_datetime64tz_dtype:DeprecationWarning")
def test_frames_are_made_of_rows_lists_and_pandas(session: Session) -> None:
    schema = StructType([StructField("id", IntegerType()), StructField("ward", StringType())])
    assert session.create_dataframe([[1, "ICU"], [2, None]], schema).collect() == [
        Row(ID=1, WARD="ICU"),
        Row(ID=2, WARD=None),
    ]
    frame = pd.DataFrame({"ID": [1, 2], "RATE": [0.5, None]})
    made = session.create_dataframe(frame)
    assert made.order_by("ID").collect() == [Row(ID=1, RATE=0.5), Row(ID=2, RATE=None)]
    assert session.range(3).count() == 3
    assert session.sql("select ? as x, ? as y", params=[1, "a"]).collect() == [Row(X=1, Y="a")]


def test_rows_are_filtered_derived_sorted_and_counted(beds: Any) -> None:
    found = (
        beds.where(F.col("rate") >= 70)
        .with_column("double", F.col("rate") * 2)
        .select("id", "double", F.coalesce("ward", F.lit("?")).alias("ward"))
        .sort(F.col("id").desc())
    )
    assert found.collect() == [
        Row(ID=3, DOUBLE=140, WARD="SUR"),
        Row(ID=2, DOUBLE=160, WARD="ICU"),
    ]
    assert (beds.count(), beds.select("ward").distinct().count()) == (4, 3)
    assert beds.na.drop().count() == 3
    assert beds.na.fill({"rate": 0}).where(F.col("rate") == 0).count() == 1
    assert beds.first() is not None
    assert len(beds.limit(2).collect()) == 2
    assert beds.drop("rate").columns == ["ID", "WARD"]
    assert beds.rename({"rate": "pulse"}).columns == ["ID", "WARD", "PULSE"]


def test_frames_are_joined_and_united(session: Session, beds: Any) -> None:
    wards = session.create_dataframe([["ICU", 10], ["MED", 20]], ["ward", "size"])
    joined = beds.join(wards, on="ward", how="left").select("id", "size").sort("id")
    assert joined.collect() == [
        Row(ID=1, SIZE=10),
        Row(ID=2, SIZE=10),
        Row(ID=3, SIZE=None),
        Row(ID=4, SIZE=None),
    ]
    assert beds.join(wards, "ward", "semi").count() == 2
    assert beds.join(wards, "ward", "anti").count() == 2
    assert beds.cross_join(wards.select("size")).count() == 8
    assert beds.select("ward").union(wards.select("ward")).count() == 4
    assert beds.select("ward").union_all(wards.select("ward")).count() == 6
    assert beds.select("ward").except_(wards.select("ward")).count() == 2
    assert beds.select("ward").intersect(wards.select("ward")).count() == 1


def test_groups_windows_and_pivots(beds: Any) -> None:
    grouped = beds.group_by("ward").agg(
        F.count("*").alias("n"), F.sum("rate").alias("total"), F.max("rate").alias("top")
    )
    assert grouped.sort(F.col("ward").asc_nulls_last()).collect() == [
        Row(WARD="ICU", N=2, TOTAL=140, TOP=80),
        Row(WARD="SUR", N=1, TOTAL=70, TOP=70),
        Row(WARD=None, N=1, TOTAL=None, TOP=None),
    ]
    window = Window.partition_by("ward").order_by(F.col("rate").desc())
    ranked = beds.with_column("place", F.row_number().over(window)).where(F.col("place") == 1)
    assert sorted(row["ID"] for row in ranked.collect()) == [2, 3, 4]
    pivoted = beds.select("ward", "rate").pivot("ward", ["ICU", "SUR"]).sum("rate")
    assert [list(row) for row in pivoted.collect()] == [[140, 70]]


def test_samples_and_flattened_values(session: Session, beds: Any) -> None:
    assert beds.sample(n=2).count() == 2
    assert beds.sample(frac=1.0).count() == 4
    made = session.sql('select 1 as id, parse_json(\'["a", {"b": 2}]\') as items')
    flat = made.flatten("items").select("index", F.col("value")["b"].cast("int").alias("b"))
    assert flat.sort("index").collect() == [Row(INDEX=0, B=None), Row(INDEX=1, B=2)]


@pytest.mark.parametrize(
    ("mode", "count"), [("append", 8), ("overwrite", 4), ("truncate", 4), ("ignore", 4)]
)
def test_a_table_is_saved_in_every_mode(beds: Any, mode: str, count: int) -> None:
    copy = beds.cache_result()
    copy.write.mode(mode).save_as_table("bed")
    assert beds.count() == count


def test_a_table_that_exists_is_not_made_again(session: Session, beds: Any) -> None:
    with pytest.raises(SnowparkSQLException):
        beds.write.mode("errorifexists").save_as_table("bed")
    beds.write.save_as_table("copy", table_type="temporary")
    assert session.table("copy").count() == 4
    beds.create_or_replace_view("seen")
    assert session.table("seen").count() == 4


def test_rows_are_updated_deleted_and_merged(session: Session, beds: Any) -> None:
    updated = beds.update({"rate": F.lit(65)}, F.col("id") == 1)
    assert updated.rows_updated == 1
    deleted = beds.delete(F.col("ward").is_null())
    assert deleted.rows_deleted == 1
    source = session.create_dataframe([[3, "MED"], [5, "ICU"]], ["id", "ward"])
    merged = beds.merge(
        source,
        beds["id"] == source["id"],
        [
            F.when_matched().update({"ward": source["ward"]}),
            F.when_not_matched().insert({"id": source["id"], "ward": source["ward"]}),
        ],
    )
    assert (merged.rows_inserted, merged.rows_updated, merged.rows_deleted) == (1, 1, 0)
    assert beds.sort("id").collect() == [
        Row(ID=1, WARD="ICU", RATE=65),
        Row(ID=2, WARD="ICU", RATE=80),
        Row(ID=3, WARD="MED", RATE=70),
        Row(ID=5, WARD="ICU", RATE=None),
    ]


def test_results_come_as_pandas_iterators_and_async_jobs(beds: Any) -> None:
    frame = beds.sort("id").to_pandas()
    assert frame["ID"].tolist() == [1, 2, 3, 4]
    assert [row["ID"] for row in beds.sort("id").to_local_iterator()] == [1, 2, 3, 4]
    assert sum(len(batch) for batch in beds.to_pandas_batches()) == 4
    assert len(beds.collect_nowait().result()) == 4


@pytest.mark.filterwarnings("ignore:is_datetime64tz_dtype:DeprecationWarning")
def test_a_frame_is_written_to_a_table(session: Session) -> None:
    session.sql("create table copy (id int, ward varchar)").collect()
    frame = pd.DataFrame({"ID": [1, 2], "WARD": ["ICU", None]})
    assert session.write_pandas(frame, "COPY").sort("id").collect() == [
        Row(ID=1, WARD="ICU"),
        Row(ID=2, WARD=None),
    ]


def test_files_are_put_listed_read_and_removed(session: Session, tmp_path: Path) -> None:
    session.sql("create stage code").collect()
    (tmp_path / "bed.txt").write_text("ICU")
    put = session.file.put(str(tmp_path / "bed.txt"), "@code/in", auto_compress=False)
    assert [(one.target, one.status) for one in put] == [("bed.txt", "UPLOADED")]
    assert [row["name"] for row in session.sql("ls @code").collect()] == ["code/in/bed.txt"]
    got = session.file.get("@code/in/bed.txt", str(tmp_path / "out"))
    assert [one.file for one in got] == ["bed.txt"]
    assert (tmp_path / "out" / "bed.txt").read_text() == "ICU"
    session.sql("rm @code/in/bed.txt").collect()
    assert session.sql("ls @code").collect() == []


@pytest.mark.usefixtures("beds")
def test_a_procedure_is_registered_and_called(session: Session) -> None:
    def count_beds(inner: Session, ward: str) -> int:
        return inner.table("bed").where(F.col("ward") == ward).count()

    session.sproc.register(
        count_beds,
        return_type=IntegerType(),
        input_types=[StringType()],
        name="count_beds",
        packages=PACKAGES,
    )
    assert session.call("count_beds", "ICU") == 2


def test_a_transaction_is_rolled_back(session: Session, beds: Any) -> None:
    session.sql("begin").collect()
    beds.delete()
    assert beds.count() == 0
    session.sql("rollback").collect()
    assert beds.count() == 4


def test_statistics_and_shape(beds: Any, capsys: pytest.CaptureFixture[str]) -> None:
    described = {row["SUMMARY"]: row["RATE"] for row in beds.describe("rate").collect()}
    assert (described["count"], described["max"], described["mean"]) == (3, 80, 70)
    assert [field.name for field in beds.schema.fields] == ["ID", "WARD", "RATE"]
    beds.sort("id").show(1)
    assert "|1     |ICU     |60      |" in capsys.readouterr().out
