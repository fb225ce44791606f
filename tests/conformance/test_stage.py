"""Stages, file formats, and queries of staged files."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.conformance import Account, documented, write_file

QUERY = "user-guide/querying-stage"


@documented("sql-reference/sql/put", "put: auto_compress, several files, paths")
def test_files_are_put(account: Account, tmp_path: Path) -> None:
    account("create stage s")
    url = write_file(tmp_path, "a.csv", "1\n")
    write_file(tmp_path, "b.csv", "2\n")
    (row,) = account.rows(f"put {url} @s")
    assert (row["source"], row["target"], row["status"]) == ("a.csv", "a.csv.gz", "UPLOADED")
    rows = account.rows(f"put file://{tmp_path}/*.csv @s/in/new auto_compress = false")
    assert sorted(row["target"] for row in rows) == ["a.csv", "b.csv"]
    assert [row[0] for row in account("list @s")] == [
        "s/a.csv.gz",
        "s/in/new/a.csv",
        "s/in/new/b.csv",
    ]
    account.error(f"put {url} @no_such_stage")


@documented("sql-reference/sql/list", "list and remove, with path and pattern")
def test_files_are_listed_and_removed(account: Account, tmp_path: Path) -> None:
    account("create stage s")
    for name in ("a.csv", "b.csv", "c.txt"):
        account(f"put {write_file(tmp_path, name, 'x')} @s/in auto_compress = false")
    rows = account.rows("list @s/in/a.csv")
    assert [(row["name"], row["size"]) for row in rows] == [("s/in/a.csv", 1)] or (
        rows[0]["name"] == "s/in/a.csv" and rows[0]["size"] >= 1
    )
    assert [row[0] for row in account("ls @s pattern = '.*[.]csv'")] == ["s/in/a.csv", "s/in/b.csv"]
    assert [row[0] for row in account("remove @s/in/a.csv")] == ["s/in/a.csv"]
    account("rm @s pattern = '.*txt'")
    assert [row[0] for row in account("list @s")] == ["s/in/b.csv"]
    assert account("list @s/nothing") == []


@documented("sql-reference/sql/get", "get a file, a folder")
def test_files_are_got(account: Account, tmp_path: Path) -> None:
    account("create stage s")
    for name in ("a.txt", "b.txt"):
        account(f"put {write_file(tmp_path, name, name)} @s/in auto_compress = false")
    out = tmp_path / "out"
    out.mkdir()
    (row,) = account.rows(f"get @s/in/a.txt file://{out}")
    assert (row["file"].rpartition("/")[2], row["status"]) == ("a.txt", "DOWNLOADED")
    account(f"get @s/in file://{out}")
    assert (out / "a.txt").read_text() == "a.txt"
    assert (out / "b.txt").read_text() == "b.txt"


@documented("user-guide/data-load-local-file-system-create-stage", "user stage @~, table stage @%t")
def test_stages_of_users_and_tables(account: Account, tmp_path: Path) -> None:
    account("create table t (x number)")
    url = write_file(tmp_path, f"{account.schema}.csv", "7\n")
    account(f"put {url} @%t")
    account(f"put {url} @~/conformance auto_compress = false")
    assert [row[0] for row in account("list @%t")] == [f"{account.schema}.csv.gz"]
    assert [row[0] for row in account(f"list @~/conformance/{account.schema}")] == [
        f"conformance/{account.schema}.csv"
    ]
    account("copy into t from @%t")
    account(f"copy into t from @~/conformance/{account.schema}.csv")
    assert account("select x from t") == [(7,), (7,)]
    account(f"remove @~/conformance/{account.schema}.csv")
    account.error("list @%no_such_table")


@documented("sql-reference/sql/create-stage", "create, replace, describe, drop of stages")
def test_stages_are_kept(account: Account, tmp_path: Path) -> None:
    account("create stage s file_format = (type = csv skip_header = 1) comment = 'kept'")
    account.error("create stage s")
    account("create stage if not exists s")
    assert [(row["name"], row["comment"]) for row in account.rows("show stages")] == [("S", "kept")]
    account("create table t (x number)")
    account(f"put {write_file(tmp_path, 'a.csv', 'x{0}1{0}'.format(chr(10)))} @s")
    account("copy into t from @s")
    assert account("select x from t") == [(1,)]
    account("create or replace stage s")
    assert account("list @s") == []
    account("drop stage s")
    account("drop stage if exists s")
    account.error("list @s")


@documented("sql-reference/sql/create-stage", "a temporary stage belongs to its session")
def test_temporary_stages(account: Account, tmp_path: Path) -> None:
    account("create temporary stage s")
    account(f"put {write_file(tmp_path, 'a.csv', '1')} @s")
    assert len(account("list @s")) == 1
    with account.another() as other:
        other.error("list @s")


@documented("sql-reference/sql/create-file-format", "named file formats: create, alter, drop")
def test_file_formats(account: Account, tmp_path: Path) -> None:
    account("create file format f type = csv field_delimiter = ';' skip_header = 1")
    account.error("create file format f type = json")
    account("create file format if not exists f type = csv")
    account("create table t (x number, y varchar)")
    account("create stage s file_format = f")
    account("create stage plain")
    for place in ("@s", "@plain"):
        account(f"put {write_file(tmp_path, 'a.csv', 'x;y{0}1;a{0}'.format(chr(10)))} {place}")
    account("copy into t from @s")
    account("copy into t from @plain file_format = (format_name = 'f')")
    account("copy into t from @plain file_format = f force = true")
    assert account("select x, y from t") == [(1, "a")] * 3
    account("alter file format f set skip_header = 0 comment = 'changed'")
    account.error("copy into t from @s file_format = (format_name = f) force = true")
    account("alter file format f rename to g")
    account("create or replace file format g type = json strip_outer_array = true")
    properties = {
        r["property"]: r["property_value"] for r in account.rows("describe file format g")
    }
    assert (properties["TYPE"], properties["STRIP_OUTER_ARRAY"]) == ("JSON", "true")
    account("drop file format g")
    account("drop file format if exists g")
    account.error("drop file format g")
    account.error("copy into t from @plain file_format = (format_name = 'g') force = true")


@documented("sql-reference/sql/show-file-formats", "show file formats")
def test_file_formats_are_shown(account: Account) -> None:
    account("create file format f type = csv comment = 'kept'")
    rows = account.rows("show file formats")
    assert [(row["name"], row["type"], row["comment"]) for row in rows] == [("F", "CSV", "kept")]


@documented(QUERY, "select $1, metadata$filename from @stage (file_format => ...)")
def test_staged_files_are_queried(account: Account, tmp_path: Path) -> None:
    account("create stage s")
    account("create file format semicolon type = csv field_delimiter = ';'")
    account("create file format j type = json")
    account(
        f"put {write_file(tmp_path, 'a.csv', '1;x{0}2;y{0}'.format(chr(10)))} @s/in "
        "auto_compress = false"
    )
    document = write_file(tmp_path, "b.json", '{"a": {"b": 5}}')
    account(f"put {document} @s auto_compress = false")
    assert account(
        "select t.$1::int, t.$2, metadata$filename, metadata$file_row_number, t.$3 "
        "from @s/in (file_format => 'semicolon', pattern => '.*csv') t order by 1"
    ) == [(1, "x", "in/a.csv", 1, None), (2, "y", "in/a.csv", 2, None)]
    assert account("select $1:a.b::int from @s/b.json (file_format => j)") == [(5,)]
    account("create table t as select $1::int as x from @s/in (file_format => semicolon)")
    assert account("select sum(x) from t") == [(3,)]


@documented("sql-reference/functions/infer_schema", "infer_schema of parquet files")
def test_the_columns_of_parquet_files(account: Account, tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"ID": [1], "NAME": ["a"], "RATIO": [0.5]})
    frame.to_parquet(tmp_path / "a.parquet")
    account("create stage s")
    account("create file format p type = parquet")
    account(f"put file://{tmp_path}/a.parquet @s auto_compress = false")
    rows = account(
        "select column_name, type from table(infer_schema(location => '@s', file_format => 'p')) "
        "order by order_id"
    )
    assert rows[1:] == [("NAME", "TEXT"), ("RATIO", "REAL")]
    assert rows[0][0] == "ID"
    assert rows[0][1].startswith("NUMBER")


@documented("sql-reference/sql/create-stage", "external stages: url = 's3://...'", "refused")
def test_external_stages(account: Account) -> None:
    account("create stage s url = 's3://bucket/path/'")


@documented("user-guide/data-load-dirtables", "select from directory(@stage)", "refused")
def test_directory_tables(account: Account) -> None:
    account("create stage s directory = (enable = true)")
    account("select * from directory(@s)")
