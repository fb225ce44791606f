"""COPY INTO a table and COPY INTO a location."""

from __future__ import annotations

import gzip
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from support.conformance import Account, documented, write_file

LOAD = "sql-reference/sql/copy-into-table"
UNLOAD = "sql-reference/sql/copy-into-location"
CSV = "file_format = (type = csv)"


@pytest.fixture
def stage(account: Account) -> Account:
    account("create stage s")
    account("create table t (id number, name varchar, at timestamp_ntz, amount number(10, 2))")
    return account


def put(account: Account, folder: Path, name: str, content: str | bytes, place: str = "@s") -> None:
    url = write_file(folder, name, content)
    account(f"put {url} {place} auto_compress = false overwrite = true")


@documented(LOAD, "copy into t from @stage file_format = (type = csv)")
def test_csv_is_loaded(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.csv", "1,one,2026-01-05 08:30:00,1.005\n2,,,\n")
    (row,) = stage.rows(f"copy into t from @s {CSV}")
    assert row["file"] == "a.csv" or row["file"].endswith("/a.csv")
    assert (row["status"], row["rows_parsed"], row["rows_loaded"]) == ("LOADED", 2, 2)
    assert (row["errors_seen"], row["first_error"]) == (0, None)
    assert stage("select * from t order by id") == [
        (1, "one", datetime(2026, 1, 5, 8, 30), Decimal("1.01")),
        (2, None, None, None),
    ]


@documented(LOAD, "csv: skip_header, delimiter, enclosed fields, null_if, trim_space")
def test_csv_options(stage: Account, tmp_path: Path) -> None:
    put(
        stage,
        tmp_path,
        "a.csv",
        'id|name|at|amount\n1|"a|b ""c"""|2026-01-05|NA\n2|\\N||"2.50"\n3|""| |\n',
    )
    stage(
        "copy into t from @s file_format = (type = csv field_delimiter = '|' skip_header = 1 "
        "field_optionally_enclosed_by = '\"' null_if = ('NA', '\\\\N') trim_space = true)"
    )
    assert stage("select id, name, at, amount from t order by id") == [
        (1, 'a|b "c"', datetime(2026, 1, 5), None),
        (2, None, None, Decimal("2.50")),
        (3, "", None, None),
    ]


@documented(LOAD, "compressed files are read by their content")
def test_compressed_files(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.csv.gz", gzip.compress(b"1,a,,\n"))
    stage("put " + write_file(tmp_path, "b.csv", "2,b,,\n") + " @s")
    assert {row[0] for row in stage("list @s")} == {"s/a.csv.gz", "s/b.csv.gz"}
    stage(f"copy into t from @s {CSV}")
    assert stage("select id, name from t order by id") == [(1, "a"), (2, "b")]


@documented(LOAD, "on_error = abort_statement is the default: nothing is loaded")
def test_an_error_loads_nothing(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.csv", "1,good,,\n")
    put(stage, tmp_path, "b.csv", "2,good,,\nx,bad,,\n")
    message = stage.error(f"copy into t from @s {CSV}")
    assert message
    assert stage("select count(*) from t") == [(0,)]
    stage.error("copy into t from @s/nothing.csv files = ('none.csv') " + CSV)


@documented(LOAD, "on_error = continue: the other records are loaded")
def test_on_error_continue(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.csv", "1,good,,\nx,bad,,\n3,good,,\n4,too,few\n5,good,2026-02-30,\n")
    (row,) = stage.rows(f"copy into t from @s {CSV} on_error = continue")
    assert (row["status"], row["rows_parsed"], row["rows_loaded"], row["errors_seen"]) == (
        "PARTIALLY_LOADED",
        5,
        2,
        3,
    )
    assert row["first_error"] is not None
    assert row["first_error_line"] == 2
    assert stage("select id from t order by id") == [(1,), (3,)]


@documented(LOAD, "on_error = skip_file, skip_file_n")
def test_on_error_skip_file(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.csv", "1,good,,\n")
    put(stage, tmp_path, "b.csv", "2,good,,\nx,bad,,\n")
    rows = stage.rows(f"copy into t from @s {CSV} on_error = skip_file")
    assert {row["file"].rpartition("/")[2]: row["status"] for row in rows} == {
        "a.csv": "LOADED",
        "b.csv": "LOAD_FAILED",
    }
    assert stage("select id from t") == [(1,)]
    stage(f"copy into t from @s {CSV} on_error = skip_file_2")
    assert stage("select id from t order by id") == [(1,), (2,)]


@documented(LOAD, "columns: too many, too few, error_on_column_count_mismatch = false")
def test_records_with_other_numbers_of_fields(stage: Account, tmp_path: Path) -> None:
    loose = "file_format = (type = csv error_on_column_count_mismatch = false)"
    put(stage, tmp_path, "few.csv", "1,a\n")
    put(stage, tmp_path, "many.csv", "2,b,2026-01-05,3,4\n")
    put(stage, tmp_path, "mixed.csv", "3,c\n4,d,2026-01-05,3,4\n")
    for name in ("few", "many", "mixed"):
        stage.error(f"copy into t from @s/{name}.csv {CSV}")
    stage(f"copy into t from @s files = ('few.csv', 'many.csv') {loose}")
    assert stage("select id, name, amount from t order by id") == [
        (1, "a", None),
        (2, "b", Decimal("3.00")),
    ]
    stage.error(f"copy into t from @s/mixed.csv {loose}")


@documented("user-guide/data-load-considerations-load", "a file is loaded once; force = true")
def test_a_file_is_loaded_once(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.csv", "1,a,,\n")
    stage(f"copy into t from @s {CSV}")
    assert stage(f"copy into t from @s {CSV}") == [("Copy executed with 0 files processed.",)]
    put(stage, tmp_path, "b.csv", "2,b,,\n")
    assert len(stage(f"copy into t from @s {CSV}")) == 1
    put(stage, tmp_path, "a.csv", "3,changed,,\n")
    stage(f"copy into t from @s {CSV}")
    assert stage("select id from t order by id") == [(1,), (2,), (3,)]
    stage(f"copy into t from @s {CSV} force = true")
    assert stage("select count(*) from t") == [(5,)]
    stage("create or replace table t (id number, name varchar, at timestamp_ntz, amount number)")
    stage(f"copy into t from @s {CSV}")
    assert stage("select count(*) from t") == [(2,)]


@documented(LOAD, "copy in a transaction is rolled back with its history")
def test_a_rolled_back_copy_can_be_repeated(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.csv", "1,a,,\n")
    stage("begin")
    stage(f"copy into t from @s {CSV}")
    stage("rollback")
    assert stage("select count(*) from t") == [(0,)]
    stage(f"copy into t from @s {CSV}")
    assert stage("select count(*) from t") == [(1,)]


@documented(LOAD, "paths, files = (...), pattern = '...'")
def test_files_are_chosen(stage: Account, tmp_path: Path) -> None:
    for number in range(1, 5):
        put(stage, tmp_path, f"f{number}.csv", f"{number},a,,\n", f"@s/in{number % 2}")
    stage(f"copy into t from @s/in1/ files = ('f1.csv') {CSV}")
    assert stage("select id from t") == [(1,)]
    stage(f"copy into t from @s pattern = '.*f[23][.]csv' {CSV}")
    assert stage("select id from t order by id") == [(1,), (2,), (3,)]
    stage(f"copy into t from @s/in0 {CSV}")
    assert stage("select id from t order by id") == [(1,), (2,), (3,), (4,)]
    assert stage(f"copy into t from @s/none {CSV}") == [("Copy executed with 0 files processed.",)]


@documented(LOAD, "purge = true removes the loaded files")
def test_purge(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.csv", "1,a,,\n")
    stage(f"copy into t from @s {CSV} purge = true")
    assert stage("list @s") == []


@documented(LOAD, "copy into t (columns) from (select $1, ... from @stage)")
def test_files_are_transformed(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.csv", "one,1,x\ntwo,2,y\n")
    stage(
        "copy into t (id, name) from (select s.$2::int * 10, upper(s.$1) || '-' || "
        f"metadata$file_row_number from @s s) {CSV}"
    )
    assert stage("select id, name, at from t order by id") == [
        (10, "ONE-1", None),
        (20, "TWO-2", None),
    ]


@documented(LOAD, "json: one variant column, paths, strip_outer_array")
def test_json_is_loaded(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.json", '{"id": 1, "o": {"k": "x"}}\n{"id": 2}\n')
    put(stage, tmp_path, "b.json", '[{"id": 3}, {"id": 4}]')
    stage("create table v (p variant)")
    stage("copy into v from @s/a.json file_format = (type = json)")
    stage("copy into v from @s/b.json file_format = (type = json strip_outer_array = true)")
    assert stage("select p:id::int, p:o.k::varchar from v order by 1") == [
        (1, "x"),
        (2, None),
        (3, None),
        (4, None),
    ]
    stage(
        "copy into t (id, name) from (select $1:id::int, $1:o.k from @s/a.json) "
        "file_format = (type = json)"
    )
    assert stage("select id, name from t order by id") == [(1, "x"), (2, None)]
    stage.error("copy into t from @s/a.json file_format = (type = json) force = true")
    put(stage, tmp_path, "c.json", '{"id": ')
    stage.error("copy into v from @s/c.json file_format = (type = json)")


@documented(LOAD, "match_by_column_name = case_insensitive")
def test_columns_are_matched_by_name(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.json", '{"NAME": "x", "Id": 1, "other": 2}')
    stage(
        "copy into t from @s/a.json file_format = (type = json) "
        "match_by_column_name = case_insensitive"
    )
    put(stage, tmp_path, "b.csv", "name,id\ny,2\n")
    stage(
        "copy into t from @s/b.csv file_format = (type = csv parse_header = true) "
        "match_by_column_name = case_insensitive"
    )
    assert stage("select id, name, at from t order by id") == [(1, "x", None), (2, "y", None)]


@documented(LOAD, "parquet: by name, by path, as a variant")
def test_parquet_is_loaded(stage: Account, tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [1, 2], "name": ["a", None], "amount": [1.5, 2.25]})
    frame.to_parquet(tmp_path / "a.parquet")
    stage(f"put file://{tmp_path}/a.parquet @s auto_compress = false")
    kind = "file_format = (type = parquet)"
    stage(f"copy into t from @s {kind} match_by_column_name = case_insensitive")
    stage(
        f'copy into t (id, name) from (select $1:"id"::int + 10, $1:name::varchar from @s) '
        f"{kind} force = true"
    )
    assert stage("select id, name, amount from t order by id") == [
        (1, "a", Decimal("1.50")),
        (2, None, Decimal("2.25")),
        (11, "a", None),
        (12, None, None),
    ]
    stage("create table v (p variant)")
    stage(f"copy into v from @s {kind}")
    assert stage("select p:id::int, p:amount::float from v order by 1") == [(1, 1.5), (2, 2.25)]
    stage.error(f"copy into t from @s {kind} force = true")


@documented(LOAD, "values become the type of their column, longer text is an error")
def test_values_are_converted(stage: Account, tmp_path: Path) -> None:
    stage("create table c (b boolean, d date, f float, s varchar(3), v variant)")
    put(stage, tmp_path, "a.csv", 'yes|2026-01-05|1e3|abc|{"a": [1]}\n')
    form = "file_format = (type = csv field_delimiter = '|')"
    stage(f"copy into c from @s/a.csv {form}")
    assert stage("select b, d, f, s, v:a[0]::int from c") == [
        (True, date(2026, 1, 5), 1000.0, "abc", 1)
    ]
    put(stage, tmp_path, "b.csv", "no|2026-01-05|1|abcd|1\n")
    stage.error(f"copy into c from @s/b.csv {form}")


@documented(LOAD, "parquet: longer text and more digits are an error")
def test_parquet_keeps_to_the_columns(stage: Account, tmp_path: Path) -> None:
    stage("create table c (s varchar(3), n number(2, 0))")
    for name, text, number in (("a", "abc", 99), ("b", "abcd", 1), ("c", "abc", 100)):
        pd.DataFrame({"S": [text], "N": [number]}).to_parquet(tmp_path / f"{name}.parquet")
        stage(f"put file://{tmp_path}/{name}.parquet @s auto_compress = false")
    load = "copy into c from (select $1:S, $1:N from @s/{}.parquet) file_format = (type = parquet)"
    stage(load.format("a"))
    stage.error(load.format("b"))
    stage.error(load.format("c"))
    assert stage("select s, n from c") == [("abc", 99)]


@documented(LOAD, "streams see what a copy loads")
def test_a_copy_feeds_streams(stage: Account, tmp_path: Path) -> None:
    stage("create stream changes on table t append_only = true")
    put(stage, tmp_path, "a.csv", "1,a,,\n")
    stage(f"copy into t from @s {CSV}")
    assert stage("select id, metadata$action from changes") == [(1, "INSERT")]


@documented(LOAD, "validation_mode", "refused")
def test_validation_mode(stage: Account, tmp_path: Path) -> None:
    put(stage, tmp_path, "a.csv", "x,bad,,\n")
    assert len(stage(f"copy into t from @s {CSV} validation_mode = return_errors")) == 1


@documented(LOAD, "files of type avro, orc, xml", "refused")
@pytest.mark.parametrize("kind", ["avro", "orc", "xml"])
def test_other_files(stage: Account, kind: str) -> None:
    stage(f"copy into t from @s file_format = (type = {kind})")


@documented(UNLOAD, "copy into @stage from t: csv, header, single, overwrite")
def test_csv_is_unloaded(stage: Account, tmp_path: Path) -> None:
    stage("insert into t values (1, 'a,b', '2026-01-05 08:30:00', 1.5), (2, null, null, null)")
    (row,) = stage.rows(
        "copy into @s/out/ from (select id, name, amount from t order by id) "
        "file_format = (type = csv field_optionally_enclosed_by = '\"' compression = none "
        "null_if = ('')) header = true"
    )
    assert row["rows_unloaded"] == 2
    assert [row[0] for row in stage("list @s")] == ["s/out/data_0_0_0.csv"]
    stage(f"get @s/out/ file://{tmp_path}")
    assert (tmp_path / "data_0_0_0.csv").read_text().splitlines() == [
        '"ID","NAME","AMOUNT"',
        '"1","a,b","1.50"',
        '"2",,',
    ] or (tmp_path / "data_0_0_0.csv").read_text().splitlines() == [
        '"ID","NAME","AMOUNT"',
        '1,"a,b",1.50',
        "2,,",
    ]
    stage.error("copy into @s/out/ from t file_format = (type = csv compression = none)")
    stage("copy into @s/out/ from t file_format = (type = csv compression = none) overwrite = true")
    stage("copy into @s/one.csv from t file_format = (type = csv compression = none) single = true")
    assert [row[0] for row in stage("list @s/one")] == ["s/one.csv"]
    stage("copy into @s/packed_ from t file_format = (type = csv)")
    assert [row[0] for row in stage("list @s/packed_")] == ["s/packed_0_0_0.csv.gz"] or [
        row[0] for row in stage("list @s/packed_")
    ] == ["s/packed__0_0_0.csv.gz"]


@documented(UNLOAD, "copy into @stage: json and parquet; what was unloaded loads again")
def test_what_was_unloaded_loads_again(stage: Account, tmp_path: Path) -> None:
    stage("insert into t values (1, 'a,\"b\"', '2026-01-05 08:30:00', 1.5), (2, null, null, null)")
    stage("copy into @s/c/ from t file_format = (type = csv)")
    stage("create table back like t")
    stage("copy into back from @s/c/ file_format = (type = csv)")
    assert stage("select * from back order by id") == stage("select * from t order by id")
    stage("copy into @s/p/ from t file_format = (type = parquet) header = true")
    stage("truncate table back")
    stage(
        "copy into back from @s/p/ file_format = (type = parquet) "
        "match_by_column_name = case_insensitive"
    )
    assert stage("select * from back order by id") == stage("select * from t order by id")
    stage(
        "copy into @s/j/ from (select object_construct('id', id, 'name', name) from t) "
        "file_format = (type = json compression = none)"
    )
    stage(f"get @s/j/ file://{tmp_path}")
    lines = (tmp_path / "data_0_0_0.json").read_text().splitlines()
    assert sorted((json.loads(line) for line in lines), key=lambda o: o["id"]) == [
        {"id": 1, "name": 'a,"b"'},
        {"id": 2},
    ]
    stage.error("copy into @s/k/ from t file_format = (type = json)")


@documented(UNLOAD, "partition by", "refused")
def test_partitions(stage: Account) -> None:
    stage("copy into @s from t partition by (name) file_format = (type = parquet)")
