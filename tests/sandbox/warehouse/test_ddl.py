"""Databases, schemas, tables and views."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from snowflake.connector.errors import IntegrityError, ProgrammingError


def described(sql: Any, relation: str) -> list[tuple[Any, ...]]:
    """Name, type, nullability, default and comment of each column."""
    return [(r[0], r[1], r[3], r[4], r[9]) for r in sql(f"describe table {relation}")]


def test_a_table_keeps_what_it_was_declared_with(sql: Any) -> None:
    sql(
        "create table if not exists t (\n"
        "    id number(38, 0) not null comment 'the id; unique',\n"
        "    amount number(10, 2) default 0,\n"
        "    name varchar(20) default 'x''y',\n"
        "    note string,\n"
        "    at timestamp_ntz, day date, is_open boolean default true, raw variant, f float,\n"
        "    constraint key primary key (id)\n"
        ") cluster by (day) data_retention_time_in_days = 7 comment = 'One row per id.'"
    )
    assert described(sql, "t") == [
        ("ID", "NUMBER(38,0)", "N", None, "the id; unique"),
        ("AMOUNT", "NUMBER(10,2)", "Y", "0", None),
        ("NAME", "VARCHAR(20)", "Y", "'x''y'", None),
        ("NOTE", "VARCHAR(16777216)", "Y", None, None),
        ("AT", "TIMESTAMP_NTZ(9)", "Y", None, None),
        ("DAY", "DATE", "Y", None, None),
        ("IS_OPEN", "BOOLEAN", "Y", "true", None),
        ("RAW", "VARIANT", "Y", None, None),
        ("F", "FLOAT", "Y", None, None),
    ]
    sql("insert into t (id, day) values (1, '2026-01-05')")
    assert sql("select id, amount, name, day, is_open, f from t") == [
        (1, Decimal("0.00"), "x'y", date(2026, 1, 5), True, None)
    ]


def test_keys_are_not_enforced_and_not_null_is(sql: Any) -> None:
    sql("create table t (id number primary key, name varchar unique)")
    sql("insert into t values (1, 'a'), (1, 'a')")
    assert sql.one("count(*) from t") == 2
    with pytest.raises(IntegrityError):
        sql("insert into t values (null, 'b')")


def test_create_or_alter_adds_keeps_and_drops_columns_without_losing_rows(sql: Any) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/create-table: no row is lost."""
    sql("create or alter table t (id number, old varchar, kept varchar)")
    sql("insert into t values (1, 'gone', 'kept')")
    sql(
        "create or alter table t (id number not null, kept varchar comment 'stays', "
        "added number(10, 2) default 1.5)"
    )
    assert sql("select * from t") == [(1, "kept", Decimal("1.50"))]
    assert described(sql, "t") == [
        ("ID", "NUMBER(38,0)", "N", None, None),
        ("KEPT", "VARCHAR(16777216)", "Y", None, "stays"),
        ("ADDED", "NUMBER(10,2)", "Y", "1.5", None),
    ]
    sql("create or alter table t (id number, kept varchar)")
    assert described(sql, "t") == [
        ("ID", "NUMBER(38,0)", "Y", None, None),
        ("KEPT", "VARCHAR(16777216)", "Y", None, None),
    ]


def test_create_or_alter_of_the_same_definition_changes_nothing(sql: Any) -> None:
    text = "create or alter table t (id number not null, name varchar default 'x') comment = 'c'"
    sql(text)
    sql("insert into t (id) values (1)")
    sql("create stream s on table t append_only = true show_initial_rows = true")
    sql(text)
    assert sql("select id, name from s") == [(1, "x")]


def test_create_table_as_select(sql: Any) -> None:
    sql("create table t (a number, b varchar) as select 1, 'x'")
    sql("create or replace table v as select a, sum(a) over () as total, b from t")
    assert sql("select * from v") == [(1, 1, "x")]
    assert [row[:2] for row in described(sql, "v")] == [
        ("A", "NUMBER(38,0)"),
        ("TOTAL", "NUMBER(38,0)"),
        ("B", "VARCHAR(16777216)"),
    ]


def test_a_temporary_table_hides_a_table_and_ends_with_the_session(sql: Any, connect: Any) -> None:
    sql("create table t (id number)")
    sql("create temporary table t (id number)")
    sql("insert into t values (1)")
    other = type(sql)(connect())
    assert (sql.one("count(*) from t"), other.one("count(*) from t")) == (1, 0)
    sql("drop table t")
    assert sql.one("count(*) from t") == 0


def test_views_have_comments_and_show_new_rows(sql: Any) -> None:
    sql("create table t (id number, at timestamp_ntz)")
    sql(
        "create or alter view v (id comment 'the id', day) comment = 'One row per id.' as\n"
        "with recent as (select id, at from t)\n"
        "select id, date_trunc('day', at)::date from recent"
    )
    sql("insert into t values (1, '2026-01-05 08:30:00')")
    assert sql("select id, day from v") == [(1, date(2026, 1, 5))]
    rows = [(r[0], r[1], r[9]) for r in sql("describe view v")]
    assert rows == [("ID", "NUMBER(38,0)", "the id"), ("DAY", "DATE", None)]
    sql("create or replace secure view v (id) copy grants comment = 'two' as select 2")
    assert sql("select * from v") == [(2,)]


def test_create_or_alter_view_changes_comments_only(sql: Any) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/create-view#create-or-alter-view"""
    sql("create or alter view v (id) as select 1")
    sql("create or alter view v (id comment 'the id') comment = 'c' as\nselect   1 -- same")
    assert [(r[0], r[9]) for r in sql("describe view v")] == [("ID", "the id")]
    for other in ("v (id) as select 2", "v (key) as select 1", "v as select 1 as id"):
        with pytest.raises(ProgrammingError, match="CREATE OR REPLACE VIEW"):
            sql(f"create or alter view {other}")
    assert sql("select id from v") == [(1,)]


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


@pytest.mark.parametrize("kind", ["table", "view"])
def test_creating_twice_fails_and_if_not_exists_does_not(sql: Any, kind: str) -> None:
    body = "as select 1 as id"
    sql(f"create {kind} x {body}")
    with pytest.raises(ProgrammingError) as caught:
        sql(f"create {kind} x {body}")
    assert caught.value.errno == 2002
    assert "already exists" in sql(f"create {kind} if not exists x {body}")[0][0]
    sql(f"drop {kind} x")
    with pytest.raises(ProgrammingError, match="does not exist"):
        sql(f"drop {kind} x")
    sql(f"drop {kind} if exists x")


def test_schemas(sql: Any, schema: str) -> None:
    sql(f"create schema if not exists {schema}_two comment = 'second'")
    assert sql("select current_schema()") == [(f"{schema}_TWO",)]
    sql("create table t (id number)")
    sql(f"use schema {schema}")
    assert sql(f"select count(*) from {schema}_two.t") == [(0,)]
    sql(f"drop schema {schema}_two")
    with pytest.raises(ProgrammingError):
        sql(f"select count(*) from {schema}_two.t")
    with pytest.raises(ProgrammingError, match="does not exist"):
        sql(f"use schema {schema}_two")


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
        "select time_slice(current_timestamp(), 1, 'hour')",
    ],
)
def test_what_the_sandbox_does_not_do_fails_and_says_so(sql: Any, statement: str) -> None:
    with pytest.raises(ProgrammingError):
        sql(statement)
