"""Exports: what a view holds is in the file, with types that its values do not change."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import snowflake.connector
import tomlkit
from rich.console import Console

from loader.errors import LoaderError, UsageError
from loader.export import export_views
from loader.export_format import ExportFormat
from loader.settings import AccountSettings
from sandbox.warehouse.account import Account
from sandbox.warehouse.server import serve

BEDS = """
create or replace view gold.beds as
select column1::varchar as hospital, column2::number(38, 0) as beds,
    column3::number(5, 1) as percent, column4::timestamp_ntz as at, column5::date as day,
    column6::boolean as is_open, column7::float as score, parse_json(column8) as extra
from values
    ('H1, "old"', 3, 66.7, '2026-01-05 10:00:00.123456', '2026-01-05', true, 0.5, '{"a": [1]}'),
    ('H2', null, null, null, null, null, null, null)
"""
EMPTY = "create or replace view gold.empty as select 1::number(4, 2) as cost where false"

Execute = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def parameters() -> Iterator[dict[str, Any]]:
    with Account(None) as account, serve(account) as parameters:
        with snowflake.connector.connect(**parameters) as connection:
            for statement in ("create database CAREFLOE", "create schema gold"):
                connection.cursor().execute(statement)
        yield parameters | {"database": "CAREFLOE", "schema": "PUBLIC"}


@pytest.fixture
def execute(parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Execute]:
    """The account with two views, as the default connection of the environment."""
    monkeypatch.setenv("SNOWFLAKE_DEFAULT_CONNECTION_NAME", "here")
    monkeypatch.setenv("SNOWFLAKE_CONNECTIONS", tomlkit.dumps({"here": parameters}))
    with snowflake.connector.connect(**parameters) as connection:
        cursor = connection.cursor()
        cursor.execute(BEDS)
        cursor.execute(EMPTY)
        yield lambda statement: cursor.execute(statement).fetchall()


def export(to: Path | str, form: ExportFormat = ExportFormat.PARQUET, *views: str) -> None:
    settings = AccountSettings(snowflake_default_connection_name="here")
    export_views(settings, Console(quiet=True), form, str(to), views)


@pytest.mark.usefixtures("execute")
def test_a_parquet_file_has_the_values_in_types_of_the_view(tmp_path: Path) -> None:
    export(tmp_path / "out")

    table = pq.read_table(tmp_path / "out" / "beds.parquet")
    assert table.schema.names == [
        "hospital", "beds", "percent", "at", "day", "is_open", "score", "extra",
    ]  # fmt: skip
    assert table.schema.types == [
        pa.string(), pa.int64(), pa.decimal128(38, 1), pa.timestamp("us"), pa.date32(), pa.bool_(),
        pa.float64(), pa.string(),
    ]  # fmt: skip
    first, second = sorted(table.to_pylist(), key=lambda row: row["hospital"])
    assert json.loads(first.pop("extra")) == {"a": [1]}
    assert first == {
        "hospital": 'H1, "old"',
        "beds": 3,
        "percent": Decimal("66.7"),
        "at": datetime(2026, 1, 5, 10, 0, 0, 123456),
        "day": date(2026, 1, 5),
        "is_open": True,
        "score": 0.5,
    }
    assert second.pop("hospital") == "H2"
    assert set(second.values()) == {None}


def test_types_stay_when_the_values_grow(execute: Execute, tmp_path: Path) -> None:
    execute("create or replace view gold.grown as select 1::number(38, 0) as n")
    export(tmp_path, ExportFormat.PARQUET, "grown")
    small = pq.read_schema(tmp_path / "grown.parquet")
    execute("create or replace view gold.grown as select 9000000000::number(38, 0) as n")
    export(tmp_path, ExportFormat.PARQUET, "grown")

    assert pq.read_schema(tmp_path / "grown.parquet").equals(small)
    assert pq.read_table(tmp_path / "grown.parquet").to_pylist() == [{"n": 9_000_000_000}]
    execute("drop view gold.grown")


@pytest.mark.usefixtures("execute")
def test_a_view_without_rows_is_a_file_with_columns(tmp_path: Path) -> None:
    export(tmp_path, ExportFormat.PARQUET, "empty")
    export(tmp_path, ExportFormat.CSV, "empty")

    assert pq.read_table(tmp_path / "empty.parquet").to_pydict() == {"cost": []}
    assert (tmp_path / "empty.csv").read_text() == '"cost"\n'


@pytest.mark.usefixtures("execute")
def test_a_csv_file_is_read_back_whole(tmp_path: Path) -> None:
    export(tmp_path, ExportFormat.CSV, "BEDS")

    with (tmp_path / "beds.csv").open(newline="") as file:
        rows = {row["hospital"]: row for row in csv.DictReader(file)}
    assert rows['H1, "old"']["percent"] == "66.7"
    assert rows['H1, "old"']["day"] == "2026-01-05"
    assert set(rows["H2"].values()) == {"H2", ""}


@pytest.mark.usefixtures("execute")
def test_the_manifest_names_each_file_with_its_hash(tmp_path: Path) -> None:
    export(tmp_path)

    files = json.loads((tmp_path / "manifest.json").read_text())["files"]
    assert [(file["name"], file["rows"]) for file in files] == [
        ("beds.parquet", 2),
        ("empty.parquet", 0),
    ]
    for file in files:
        content = (tmp_path / file["name"]).read_bytes()
        assert file["content_hash"] == hashlib.sha256(content).hexdigest()
    assert files[1]["columns"] == [{"name": "cost", "type": "decimal128(38, 2)"}]


def test_a_view_that_fails_leaves_the_earlier_file_and_no_manifest(
    execute: Execute, tmp_path: Path
) -> None:
    export(tmp_path)
    before = (tmp_path / "empty.parquet").read_bytes()
    execute("create or replace view gold.empty as select 1 / column1 as cost from values (1), (0)")

    with pytest.raises(LoaderError, match=r"gold\.empty"):
        export(tmp_path)

    assert (tmp_path / "empty.parquet").read_bytes() == before
    assert not (tmp_path / "manifest.json").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_stage_takes_the_files_too(execute: Execute, tmp_path: Path) -> None:
    execute("create stage if not exists gold.out")
    export("@gold.out/day", ExportFormat.CSV, "beds")
    export("@gold.out/day", ExportFormat.CSV, "beds")

    execute(f"get @gold.out/day/beds file://{tmp_path}")
    with next(tmp_path.glob("*.csv*")).open(newline="") as file:
        assert [row["HOSPITAL"] for row in csv.DictReader(file)] == ['H1, "old"', "H2"]
    assert len(execute("list @gold.out/day")) == 1


@pytest.mark.usefixtures("execute")
@pytest.mark.parametrize("to", ["@", "@a b", "@stage;drop", "@stage/../x"])
def test_what_is_no_stage_is_refused(to: str) -> None:
    with pytest.raises(UsageError, match="is no stage"):
        export(to)


@pytest.mark.usefixtures("execute")
def test_a_view_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--view nothing.*beds, empty"):
        export(tmp_path, ExportFormat.PARQUET, "nothing")


@pytest.mark.usefixtures("execute")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LoaderError, match="cannot be written"):
        export(tmp_path / "file" / "out")
