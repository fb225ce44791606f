"""SHOW statements through the real connector, and what Snowpark makes of them."""

from __future__ import annotations

from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError
from snowflake.snowpark import Session

from sandbox.show.scope import like_matches


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("bed", "BED", True),
        ("b%", "BED", True),
        ("b_d", "BED", True),
        ("b_", "BED", False),
        ("b\\_d", "BED", False),
        ("b\\_d", "B_D", True),
        ("b.d", "BED", False),
        ("%", "", True),
    ],
)
def test_like_knows_both_wildcards_and_ignores_case(pattern: str, text: str, matches: bool) -> None:
    assert like_matches(pattern, text) is matches


@pytest.fixture
def ward(sql: Any) -> Any:
    sql("create table bed(id int) comment = 'One row per bed.'")
    sql("create temporary table scratch(id int)")
    sql("create view bed_count as select count(*) as beds from bed")
    sql("create stream bed_stream on table bed append_only = true comment = 'New beds.'")
    sql("create stage files comment = 'Uploads.'")
    sql("insert into bed values (1), (2), (3)")
    return sql


def listed(sql: Any, statement: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in sql.dicts(statement)]


def test_tables_are_listed_with_their_rows_and_comments(ward: Any) -> None:
    assert listed(ward, "show tables in schema", "name", "kind", "rows", "comment") == [
        ("BED", "TABLE", 3, "One row per bed."),
        ("SCRATCH", "TEMPORARY", None, ""),
    ]
    schema = ward("select current_schema()")[0][0]
    for scope in (f"schema {schema}", schema, f"carefloe.{schema}", f'"CAREFLOE"."{schema}"'):
        assert listed(ward, f"show tables like 'b%' in {scope}", "name") == [("BED",)]


def test_views_streams_stages_and_objects_are_listed(ward: Any) -> None:
    schema = ward("select current_schema()")[0][0]
    place = f"CAREFLOE.{schema}"
    assert listed(ward, "show views in schema", "name", "schema_name") == [("BED_COUNT", schema)]
    assert listed(
        ward, "show streams in schema", "name", "table_name", "mode", "stale", "comment"
    ) == [("BED_STREAM", f"{place}.BED", "APPEND_ONLY", "false", "New beds.")]
    assert listed(ward, "show stages in schema", "name", "type", "comment") == [
        ("FILES", "INTERNAL", "Uploads.")
    ]
    assert listed(ward, "show objects in schema", "name", "kind") == [
        ("BED", "TABLE"),
        ("BED_COUNT", "VIEW"),
        ("SCRATCH", "TEMPORARY"),
    ]


def test_schemas_and_databases_are_listed_without_the_sandboxs_own(ward: Any) -> None:
    schema = ward("select current_schema()")[0][0]
    shown = listed(ward, f"show schemas like '{schema}'", "name", "is_current", "database_name")
    assert shown == [(schema, "Y", "CAREFLOE")]
    names = {name for (name,) in listed(ward, "show schemas in database carefloe", "name")}
    assert {"PUBLIC", "INFORMATION_SCHEMA", schema} <= names
    assert not [name for name in names if name.startswith("_") or name == "main"]
    assert listed(ward, "show databases", "name", "is_current") == [("CAREFLOE", "Y")]


def test_terse_shows_the_few_columns_of_the_documentation(ward: Any) -> None:
    assert list(ward.dicts("show terse tables like 'BED' in schema")[0]) == [
        "created_on",
        "name",
        "kind",
        "database_name",
        "schema_name",
    ]


def test_parameters_of_the_session_are_listed(sql: Any) -> None:
    sql("alter session set query_tag = 'test'")
    assert listed(sql, "show parameters like 'query_tag'", "key", "value") == [
        ("QUERY_TAG", "test")
    ]


def test_limit_and_starts_with_cut_the_list(ward: Any) -> None:
    assert listed(ward, "show objects in schema starts with 'B' limit 1", "name") == [("BED",)]
    assert listed(ward, "show objects in schema limit 5 from 'BED'", "name") == [
        ("BED_COUNT",),
        ("SCRATCH",),
    ]


def test_snowpark_reads_what_a_show_gave(warehouse: Any, ward: Any) -> None:
    schema = ward("select current_schema()")[0][0]
    parameters = {**warehouse.connection_parameters, "database": "CAREFLOE", "schema": schema}
    with Session.builder.configs(parameters).create() as session:
        rows = session.sql("show tables in schema").select('"name"', '"rows"').collect()
    assert [tuple(row) for row in rows] == [("BED", 3)]


def test_the_result_of_an_unknown_statement_is_an_error(sql: Any) -> None:
    with pytest.raises(ProgrammingError, match="not found"):
        sql("select * from table(result_scan('no-such-id'))")


def test_a_kind_nobody_knows_is_refused(sql: Any) -> None:
    with pytest.raises(ProgrammingError, match="Unsupported feature"):
        sql("show warehouses_of_grain")
