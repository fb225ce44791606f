"""Schemas and views."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.conformance import Account, documented

VIEW = "sql-reference/sql/create-view"
SCHEMA = "sql-reference/sql/create-schema"


@pytest.fixture
def table(account: Account) -> Account:
    account("create table t (id number, name varchar)")
    account("insert into t values (1, 'a'), (2, 'b')")
    return account


@pytest.fixture
def more(account: Account) -> Iterator[str]:
    """The name of a schema that is dropped after the case."""
    name = f"{account.schema}_MORE"
    yield name
    account(f"drop schema if exists {account.database}.{name}")


def text_of(account: Account, view: str) -> str:
    return str(account.rows(f"show views like '{view}' in schema")[0]["text"])


@documented(VIEW, "create view")
def test_a_view_shows_the_rows_of_now(table: Account) -> None:
    table(
        "create view v (key comment 'the key', label) comment = 'One row per id.' as "
        "select id, name from t"
    )
    table("insert into t values (3, 'c')")
    assert table("select key, label from v order by key") == [(1, "a"), (2, "b"), (3, "c")]
    assert [(r["name"], r["comment"]) for r in table.rows("describe view v")] == [
        ("KEY", "the key"),
        ("LABEL", None),
    ]
    [shown] = table.rows("show views like 'V' in schema")
    assert (shown["comment"], shown["is_secure"]) == ("One row per id.", "false")
    assert "select id, name from t" in shown["text"]
    table("create view counted as select count(*) as rows_of_t from t")
    assert [r["name"] for r in table.rows("describe view counted")] == ["ROWS_OF_T"]


@documented(VIEW, "create view that exists")
def test_a_view_cannot_be_created_twice(table: Account) -> None:
    table("create view v as select 1 as id")
    assert "already exists" in table.error("create view v as select 2 as id")
    assert "already exists" in table.error("create or replace view t as select 2 as id")
    table("create view if not exists v as select 2 as id")
    assert table("select id from v") == [(1,)]
    table("create or replace view v copy grants as select 3 as id")
    assert table("select id from v") == [(3,)]


@documented(VIEW, "create view of what does not exist")
def test_a_view_needs_its_tables(table: Account) -> None:
    table.error("create view v as select * from missing")
    table.error("create view v as select missing from t")
    assert table.rows("show views in schema") == []


@documented(VIEW, "create or alter view")
def test_create_or_alter_view_changes_comments_only(table: Account) -> None:
    table("create or alter view v (id) as select 1")
    table("create or alter view v (id comment 'the id') comment = 'c' as select 1")
    assert table.rows("describe view v")[0]["comment"] == "the id"
    table.error("create or alter view v (other) as select 1")
    assert table("select id from v") == [(1,)]


@documented(VIEW, "create secure view", "recorded")
def test_a_secure_view_is_shown_as_one(table: Account) -> None:
    table("create secure view v as select id from t")
    assert table.rows("show views like 'V' in schema")[0]["is_secure"] == "true"


@documented("sql-reference/sql/alter-view", "alter view")
def test_alter_view(table: Account) -> None:
    table("create view v as select id from t")
    table("alter view v set comment = 'c'")
    table("alter view v set secure")
    [shown] = table.rows("show views like 'V' in schema")
    assert (shown["comment"], shown["is_secure"]) == ("c", "true")
    table("alter view v unset comment")
    table("alter view v unset secure")
    table("alter view v rename to w")
    [shown] = table.rows("show views in schema")
    assert (shown["name"], shown["comment"], shown["is_secure"]) == ("W", "", "false")
    assert table.one("count(*) from w") == 2
    table.error("select * from v")
    table.error("alter view v rename to x")
    table("alter view if exists v rename to x")


@documented("sql-reference/sql/drop-view", "drop view")
def test_drop_view(table: Account) -> None:
    table("create view v as select id from t")
    table.error("drop view t")
    table("drop view v")
    assert "does not exist" in table.error("drop view v")
    table("drop view if exists v")


@documented(VIEW, "a view whose table is dropped or replaced")
def test_a_view_follows_the_name_of_its_table(table: Account) -> None:
    table("create view v as select id from t")
    table("drop table t")
    table.error("select * from v")
    table("create table t (id number, more varchar)")
    assert table("select id from v") == []


@documented(VIEW, "a view of select *, whose table gets or loses a column")
@pytest.mark.parametrize(
    "change",
    ["alter table t add column more number", "alter table t drop column name"],
)
def test_a_view_of_all_columns_does_not_follow_its_table(table: Account, change: str) -> None:
    table("create view v as select * from t")
    table("create view w as select id from v")
    table(change)
    table.error("select * from v")
    table.error("select id from w")
    table("create or replace view v as select * from t")
    assert table("select id from w order by id") == [(1,), (2,)]


@documented(VIEW, "a view over a view")
def test_a_view_over_a_view(table: Account) -> None:
    table("create view v as select id from t")
    table("create view w as select id + 1 as next from v")
    assert table("select next from w order by 1") == [(2,), (3,)]


@documented(VIEW, "a view over a stream")
def test_a_view_over_a_stream_consumes_nothing(table: Account) -> None:
    table("create stream s on table t append_only = true")
    table("create view v as select count(*) as n from s")
    table("insert into t values (3, 'c')")
    assert table("select n from v") == [(1,)]
    assert table("select n from v") == [(1,)]


@documented(VIEW, "dml on a view")
@pytest.mark.parametrize("statement", ["insert into v values (3)", "delete from v"])
def test_views_cannot_be_changed(table: Account, statement: str) -> None:
    table("create view v as select id from t")
    table.error(statement)
    assert table.one("count(*) from t") == 2


@documented("sql-reference/sql/create-materialized-view", "create materialized view", "refused")
def test_materialized_views(table: Account) -> None:
    table("create materialized view v as select id from t")


@documented("sql-reference/sql/create-dynamic-table", "create dynamic table", "refused")
def test_dynamic_tables(table: Account) -> None:
    table("create dynamic table d target_lag = '1 minute' warehouse = w as select id from t")


@documented(SCHEMA, "create schema")
def test_a_new_schema_becomes_the_current_one(account: Account, more: str) -> None:
    account(f"create schema {more} comment = 'c' data_retention_time_in_days = 0")
    assert account.one("current_schema()") == more
    account("create table t (id number)")
    account(f"use schema {account.schema}")
    assert account.one(f"count(*) from {more}.t") == 0
    [shown] = account.rows(f"show schemas like '{more}' in database")
    assert (shown["comment"], shown["retention_time"]) == ("c", "0")
    assert "already exists" in account.error(f"create schema {more}")
    account(f"create schema if not exists {more}")
    assert account.one(f"count(*) from {more}.t") == 0


@documented(SCHEMA, "create or replace schema")
def test_a_replaced_schema_is_empty(account: Account, more: str) -> None:
    account(f"create schema {more}")
    account("create table t (id number)")
    account(f"create or replace schema {more}")
    account.error(f"select * from {more}.t")


@documented(SCHEMA, "create or alter schema")
def test_create_or_alter_schema_keeps_its_objects(account: Account, more: str) -> None:
    account(f"create or alter schema {more}")
    account("create table t (id number)")
    account(f"create or alter schema {more} comment = 'c'")
    assert account.one(f"count(*) from {more}.t") == 0
    assert account.rows(f"show schemas like '{more}' in database")[0]["comment"] == "c"


@documented("sql-reference/sql/alter-schema", "alter schema ... set, unset")
def test_alter_schema(account: Account, more: str) -> None:
    account(f"create schema {more}")
    account(f"alter schema {more} set comment = 'c'")
    assert account.rows(f"show schemas like '{more}' in database")[0]["comment"] == "c"
    account(f"alter schema {more} unset comment")
    assert not account.rows(f"show schemas like '{more}' in database")[0]["comment"]
    account.error("alter schema missing set comment = 'c'")
    account("alter schema if exists missing set comment = 'c'")


@documented("sql-reference/sql/alter-schema", "alter schema ... rename to", "refused")
def test_rename_schema(account: Account, more: str) -> None:
    account(f"create schema {account.schema}_OLD")
    account(f"alter schema {account.schema}_OLD rename to {more}")


@documented("sql-reference/sql/drop-schema", "drop schema")
def test_a_dropped_schema_takes_its_objects_along(account: Account, more: str) -> None:
    account(f"create schema {more}")
    account("create table t (id number)")
    account("create view v as select id from t")
    account("create stream s on table t")
    account(f"drop schema {more} cascade")
    assert account.one("current_schema()") is None
    account.error(f"select * from {more}.t")
    account.error(f"drop schema {more}")
    account(f"drop schema if exists {more}")
    account(f"create schema {more}")
    assert account.rows("show streams in schema") == []
    assert account.rows("show tables in schema") == []


@documented("sql-reference/sql/undrop-schema", "undrop schema", "refused")
def test_undrop_schema(account: Account, more: str) -> None:
    account(f"create schema {more}")
    account(f"drop schema {more}")
    account(f"undrop schema {more}")


@documented("sql-reference/sql/use-schema", "use schema")
def test_use_schema(account: Account) -> None:
    account(f"use schema {account.schema}")
    assert account.one("current_schema()") == account.schema
    assert "does not exist" in account.error("use schema missing")
