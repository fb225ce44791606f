"""Databases, schemas, tables and views."""

from __future__ import annotations

from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError


def described(sql: Any, relation: str) -> list[tuple[Any, ...]]:
    """Name, type, nullability, default and comment of each column."""
    return [(r[0], r[1], r[3], r[4], r[9]) for r in sql(f"describe table {relation}")]


def test_a_view_over_a_view_in_another_schema(sql: Any, schema: str) -> None:
    sql(f"create schema {schema}_more")
    sql(f"create view {schema}.v as select 1 as id")
    sql(f"create view {schema}_more.w as select id from {schema}.v")
    assert sql(f"select id from CAREFLOE.{schema}_more.w") == [(1,)]


def test_names_fold_unless_quoted(sql: Any) -> None:
    sql('create table "Mixed Case" (id number, "Other Name" varchar)')
    sql('insert into "Mixed Case" (ID, "Other Name") values (1, \'a\')')
    assert sql('select m."Other Name" from "Mixed Case" as m') == [("a",)]
    with pytest.raises(ProgrammingError):
        sql('select * from "mixed_case"')


def test_identifier_takes_literals_and_bound_names(sql: Any, schema: str) -> None:
    sql("create table t (id number)")
    sql(f"insert into identifier('{schema}.t') values (1)")
    assert sql("select id from identifier(?) where id = ?", f'"{schema}"."T"', 1) == [(1,)]


def test_databases(sql: Any) -> None:
    sql("create database if not exists other_database comment = 'x'")
    sql("create schema raw")
    sql("create table t as select 1 as id")
    sql("use database carefloe")
    assert sql("select id from other_database.raw.t") == [(1,)]
    sql("drop database other_database")
    with pytest.raises(ProgrammingError):
        sql("select id from other_database.raw.t")


def test_the_information_schema_lists_tables_and_columns(sql: Any, schema: str) -> None:
    sql("create table t (id number(10, 2) not null comment 'c', name varchar) comment = 'tt'")
    sql("create view v as select name from t")
    assert sql(
        "select table_name, table_type, comment from information_schema.tables "
        "where table_schema = ? order by 1",
        schema,
    ) == [("T", "BASE TABLE", "tt"), ("V", "VIEW", None)]
    assert sql(
        "select column_name, data_type, is_nullable, numeric_precision, numeric_scale, comment "
        "from carefloe.information_schema.columns where table_schema = ? and table_name = 'T' "
        "order by ordinal_position",
        schema,
    ) == [("ID", "NUMBER", "NO", 10, 2, "c"), ("NAME", "TEXT", "YES", None, None, None)]


@pytest.mark.parametrize(
    "statement",
    [
        "create table t (id number) like_this = 1",
        "create table t (id nonsense)",
        "create dynamic table t target_lag = '1 minute' as select 1",
        "create function f() returns number as '1'",
        "alter session set unknown_parameter = 1",
        "alter session set week_start = 7",
        "foo bar",
        "select 1; select 2",
    ],
)
def test_what_the_sandbox_does_not_do_fails_and_says_so(sql: Any, statement: str) -> None:
    with pytest.raises(ProgrammingError):
        sql(statement)
