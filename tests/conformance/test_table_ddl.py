"""CREATE, ALTER and DROP TABLE."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from snowflake.connector.errors import DatabaseError
from support.conformance import Account, documented

CREATE = "sql-reference/sql/create-table"
ALTER = "sql-reference/sql/alter-table"
COLUMN = "sql-reference/sql/alter-table-column"
Row = tuple[Any, ...]


def described(account: Account, table: str = "t") -> list[Row]:
    """Name, type, nullability, default and comment of each column."""
    return [
        (row["name"], row["type"], row["null?"], row["default"], row["comment"])
        for row in account.rows(f"describe table {table}")
    ]


def names(account: Account, table: str = "t") -> list[str]:
    return [row["name"] for row in account.rows(f"describe table {table}")]


@pytest.fixture
def table(account: Account) -> Account:
    """`t` with two rows."""
    account("create table t (id number(38, 0) not null, name varchar(10), amount number(10, 2))")
    account("insert into t values (1, 'a', 1.5), (2, 'b', null)")
    return account


@documented(CREATE, "create table: types, not null, default, comment, keys")
def test_a_table_is_described_as_it_was_declared(account: Account) -> None:
    account(
        "create table t (\n"
        "    id number(38, 0) not null comment 'the id; unique',\n"
        "    amount number(10, 2) default 0,\n"
        "    name varchar(20) default 'abcde',\n"
        "    at timestamp_ntz, day date, is_open boolean, raw variant, f float,\n"
        "    constraint key primary key (id)\n"
        ") comment = 'One row per id.'"
    )
    assert described(account) == [
        ("ID", "NUMBER(38,0)", "N", None, "the id; unique"),
        ("AMOUNT", "NUMBER(10,2)", "Y", "0", None),
        ("NAME", "VARCHAR(20)", "Y", "'abcde'", None),
        ("AT", "TIMESTAMP_NTZ(9)", "Y", None, None),
        ("DAY", "DATE", "Y", None, None),
        ("IS_OPEN", "BOOLEAN", "Y", None, None),
        ("RAW", "VARIANT", "Y", None, None),
        ("F", "FLOAT", "Y", None, None),
    ]
    [shown] = account.rows("show tables like 'T' in schema")
    assert (shown["kind"], shown["comment"], shown["rows"]) == ("TABLE", "One row per id.", 0)


@documented("sql-reference/constraints-overview", "primary key, unique, references")
def test_keys_are_not_enforced_but_not_null_is(account: Account) -> None:
    account("create table parent (id number primary key)")
    account(
        "create table t (id number primary key, name varchar unique, "
        "parent number references parent (id))"
    )
    account("insert into t values (1, 'a', 7), (1, 'a', 7)")
    assert account.one("count(*) from t") == 2
    with pytest.raises(DatabaseError):
        account("insert into t values (null, 'b', 7)")


@documented(CREATE, "create table ... default <expression>")
def test_a_default_may_be_an_expression(account: Account) -> None:
    account("create table t (id number, day date default current_date(), n number default 1 + 1)")
    account("insert into t (id) values (1)")
    assert account("select n, day = current_date() from t") == [(2, True)]


@documented(CREATE, "create table that exists")
def test_a_table_cannot_be_created_twice(table: Account) -> None:
    assert "already exists" in table.error("create table t (id number)")
    assert "already exists" in table.error("create view t as select 1 as id")
    table("create table if not exists t (other number)")
    assert names(table) == ["ID", "NAME", "AMOUNT"]


@documented(CREATE, "create or replace table")
def test_a_replaced_table_is_new(table: Account) -> None:
    table("create or replace table t (id number)")
    assert table("select * from t") == []
    table.error("create or replace table if not exists t (id number)")


@documented(CREATE, "create or replace table ... as select from the same table")
@pytest.mark.parametrize("kind", ["table", "temporary table"])
def test_a_table_may_be_replaced_by_a_query_of_itself(account: Account, kind: str) -> None:
    account(f"create {kind} t as select column1 as id from values (1), (2)")
    account(f"create or replace {kind} t as select id + 1 as id, id as old from t")
    assert account("select * from t order by id") == [(2, 1), (3, 2)]


@documented(CREATE, "create table ... check (...)", "refused")
@pytest.mark.parametrize(
    "columns",
    [
        "id number check (id > 0)",
        "id number, check (id > 0)",
        "id number, constraint positive check (id > 0)",
    ],
)
def test_check_constraints(account: Account, columns: str) -> None:
    account(f"create table t ({columns})")
    account.error("insert into t values (-1)")


@documented(CREATE, "create table ... as select")
def test_create_table_as_select(table: Account) -> None:
    table("create table u as select id, name as label, amount * 2 as twice from t")
    assert table("select * from u order by id") == [
        (1, "a", Decimal("3.00")),
        (2, "b", None),
    ]
    table("create table v (key varchar(10), label) as select id, name from t where id = 1")
    assert table("select * from v") == [("1", "a")]
    assert described(table, "v")[0][:2] == ("KEY", "VARCHAR(10)")


@documented(CREATE, "create table ... as select: number and names of columns")
@pytest.mark.parametrize(
    "statement",
    [
        "create table u (a number) as select 1, 2",
        "create table u (a number, b number) as select 1",
        "create table u as select id + 1 from t",
        "create table u as select id as a, amount as a from t",
    ],
)
def test_the_columns_of_a_query_need_names(table: Account, statement: str) -> None:
    table.error(statement)
    table.error("select * from u")


@documented(CREATE, "create table ... as select: a column of nulls")
def test_a_column_of_nulls_is_a_text(table: Account) -> None:
    table("create table u as select id, null as note from t")
    assert described(table, "u")[1][1].startswith("VARCHAR")


@documented(CREATE, "create table ... like")
def test_a_table_like_another_has_its_columns_and_no_rows(table: Account) -> None:
    table("create table u like t")
    assert described(table, "u") == described(table)
    assert table("select * from u") == []
    table.error("create table v like missing")


@documented("sql-reference/sql/create-clone", "create table ... clone")
def test_a_clone_has_the_rows_and_goes_its_own_way(table: Account) -> None:
    table("create table u clone t")
    table("delete from t where id = 1")
    assert table("select id, name from u order by id") == [(1, "a"), (2, "b")]
    assert described(table, "u") == described(table)
    table("create or replace table u clone t")
    assert table("select id from u") == [(2,)]


@documented("sql-reference/sql/create-clone", "create table ... clone ... at", "refused")
def test_a_clone_of_an_earlier_moment(table: Account) -> None:
    table("create table u clone t at (offset => 0)")


@documented("sql-reference/sql/create-clone", "create schema ... clone", "refused")
def test_a_clone_of_a_schema(table: Account) -> None:
    table(f"create schema {table.schema}_clone clone {table.schema}")
    table(f"drop schema {table.schema}_clone")


@documented(CREATE, "create temporary table")
def test_a_temporary_table_hides_a_table_of_its_name(table: Account) -> None:
    table("create temporary table t (id number)")
    table("insert into t values (7)")
    with table.another() as other:
        assert (table.one("count(*) from t"), other.one("count(*) from t")) == (1, 2)
    table("drop table t")
    assert table.one("count(*) from t") == 2


@documented(CREATE, "create temporary table ... like, clone, as")
def test_temporary_tables_from_others(table: Account) -> None:
    table("create temporary table a like t")
    table("create temp table b clone t")
    table("create or replace temporary table c as select id from t")
    counts = [table.one(f"count(*) from {name}") for name in "abc"]
    assert counts == [0, 2, 2]
    with table.another() as other:
        assert "does not exist" in other.error("select * from b")


@documented(CREATE, "create transient table")
def test_a_transient_table_is_shown_as_one(account: Account) -> None:
    account("create transient table t (id number)")
    assert account.rows("show tables like 'T' in schema")[0]["kind"] == "TRANSIENT"


@documented(CREATE, "create or alter table: add a column")
def test_create_or_alter_adds_a_column_and_keeps_rows(table: Account) -> None:
    table(
        "create or alter table t (id number(38, 0) not null, name varchar(10), "
        "amount number(10, 2), flag boolean default true, note varchar comment 'new')"
    )
    assert table("select * from t order by id") == [
        (1, "a", Decimal("1.50"), True, None),
        (2, "b", None, True, None),
    ]
    assert [row[4] for row in described(table)][-1] == "new"


@documented(CREATE, "create or alter table: drop a column")
def test_create_or_alter_drops_a_column(table: Account) -> None:
    table("create or alter table t (id number(38, 0) not null, amount number(10, 2))")
    assert table("select * from t order by id") == [(1, Decimal("1.50")), (2, None)]


@documented(CREATE, "create or alter table: type, nullability, comment")
def test_create_or_alter_changes_columns(table: Account) -> None:
    table(
        "create or alter table t (id number(38, 0), name varchar(50) not null comment 'c', "
        "amount number(20, 2)) comment = 'now commented'"
    )
    assert described(table) == [
        ("ID", "NUMBER(38,0)", "Y", None, None),
        ("NAME", "VARCHAR(50)", "N", None, "c"),
        ("AMOUNT", "NUMBER(20,2)", "Y", None, None),
    ]
    assert table.rows("show tables like 'T' in schema")[0]["comment"] == "now commented"


@documented(CREATE, "create or alter table: the same definition again")
def test_create_or_alter_of_the_same_definition_changes_nothing(account: Account) -> None:
    text = (
        "create or alter table t (id number not null, name varchar default 'x', "
        "at timestamp_ntz default current_timestamp()::timestamp_ntz) comment = 'c'"
    )
    account(text)
    account("insert into t (id) values (1)")
    account("create stream s on table t append_only = true show_initial_rows = true")
    account(text)
    assert account("select id, name from s") == [(1, "x")]


@documented(CREATE, "create or alter table: what it cannot change")
@pytest.mark.parametrize(
    "columns",
    [
        "id number, added varchar, name varchar(10), amount number(10, 2)",
        "id varchar, name varchar(10), amount number(10, 2)",
        "id number, name varchar(5), amount number(10, 2)",
        "id number, name varchar(10), amount number(10, 4)",
        "id number, name varchar(10) default 'x', amount number(10, 2)",
        "id number, name varchar(10), amount number(10, 2) not null",
    ],
)
def test_create_or_alter_does_no_more_than_alter_table(table: Account, columns: str) -> None:
    table.error(f"create or alter table t ({columns})")
    assert described(table) == [
        ("ID", "NUMBER(38,0)", "N", None, None),
        ("NAME", "VARCHAR(10)", "Y", None, None),
        ("AMOUNT", "NUMBER(10,2)", "Y", None, None),
    ]


@documented(CREATE, "create or alter table ... as select, like, clone")
@pytest.mark.parametrize("source", ["as select 1 as id", "like t", "clone t"])
def test_create_or_alter_takes_a_definition_only(table: Account, source: str) -> None:
    table.error(f"create or alter table u {source}")


@documented(ALTER, "alter table ... add column")
def test_add_column(table: Account) -> None:
    table("alter table t add column flag boolean default true, note varchar(5) comment 'n'")
    table("alter table t add day date")
    table("insert into t (id) values (3)")
    assert table("select id, flag, note, day from t order by id") == [
        (1, True, None, None),
        (2, True, None, None),
        (3, True, None, None),
    ]
    table.error("alter table t add column note varchar")
    table("alter table t add column if not exists note varchar")


@documented(ALTER, "alter table ... add column ... default")
@pytest.mark.parametrize(
    "column", ["c5 varchar default 12345::varchar", "c6 date default '20230101'"]
)
def test_the_default_of_an_added_column_is_a_literal_of_its_type(
    table: Account, column: str
) -> None:
    table.error(f"alter table t add column {column}")


@documented(ALTER, "alter table ... add column ... not null")
def test_a_required_column_cannot_be_added_to_rows(table: Account) -> None:
    table.error("alter table t add column must varchar not null")
    assert names(table) == ["ID", "NAME", "AMOUNT"]


@documented(ALTER, "alter table ... drop column")
def test_drop_column(table: Account) -> None:
    table("alter table t drop column name, amount")
    assert table("select * from t order by id") == [(1,), (2,)]
    table.error("alter table t drop column missing")
    table("alter table t drop column if exists missing")


@documented(ALTER, "alter table ... rename column")
def test_rename_column(table: Account) -> None:
    table("alter table t rename column name to label")
    assert names(table) == ["ID", "LABEL", "AMOUNT"]
    assert table("select label from t where id = 1") == [("a",)]
    table.error("alter table t rename column label to amount")
    table.error("alter table t rename column missing to other")


@documented(COLUMN, "alter table ... alter column: type")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("alter column name set data type varchar(50)", "VARCHAR(50)"),
        ("modify name type varchar(50)", "VARCHAR(50)"),
        ("modify column name varchar(50)", "VARCHAR(50)"),
        ("alter amount set data type number(20, 2)", "NUMBER(20,2)"),
        ("alter amount set data type number(5, 2)", "NUMBER(5,2)"),
    ],
)
def test_types_that_may_change(table: Account, change: str, expected: str) -> None:
    table(f"alter table t {change}")
    assert expected in [row[1] for row in described(table)]
    assert table("select id, name, amount from t where id = 1") == [(1, "a", Decimal("1.50"))]


@documented(COLUMN, "alter table ... alter column: unsupported changes of type")
@pytest.mark.parametrize(
    "change",
    [
        "alter column name set data type varchar(5)",
        "alter column name set data type number",
        "alter column amount set data type number(10, 4)",
        "alter column amount set data type number(2, 2)",
        "alter column id set data type varchar",
    ],
)
def test_types_that_may_not_change(table: Account, change: str) -> None:
    before = described(table)
    table.error(f"alter table t {change}")
    assert described(table) == before


@documented(COLUMN, "alter table ... alter column: not null, default, comment")
def test_nullability_default_and_comment(account: Account) -> None:
    account("create table t (c1 number not null, c2 number default 3, c4 varchar(20), c5 string)")
    account("alter table t alter column c1 drop not null")
    account("alter table t modify c2 drop default, c4 set not null")
    account("alter table t alter (c5 comment '50 character column', column c4 type varchar(50))")
    assert described(account) == [
        ("C1", "NUMBER(38,0)", "Y", None, None),
        ("C2", "NUMBER(38,0)", "Y", None, None),
        ("C4", "VARCHAR(50)", "N", None, None),
        ("C5", described(account)[3][1], "Y", None, "50 character column"),
    ]
    account("alter table t alter c5 unset comment")
    assert described(account)[3][4] is None


@documented(COLUMN, "alter table ... alter column: what cannot be changed")
@pytest.mark.parametrize(
    "change",
    [
        "alter column amount set not null",
        "alter column name set default 'x'",
        "alter column missing drop not null",
    ],
)
def test_what_a_column_does_not_let_pass(table: Account, change: str) -> None:
    table.error(f"alter table t {change}")


@documented(COLUMN, "alter table ... drop default of a column that was added with it")
def test_the_default_of_an_added_column_stays(account: Account) -> None:
    account("create table t (x number)")
    account("alter table t add column y number default 100")
    account.error("alter table t alter column y drop default")


@documented(ALTER, "alter table ... rename to")
def test_rename_a_table(table: Account) -> None:
    table("create table other (id number)")
    table.error("alter table t rename to other")
    table("alter table t rename to renamed")
    assert table.one("count(*) from renamed") == 2
    table.error("select * from t")
    table.error("alter table t rename to elsewhere")
    table("alter table if exists t rename to elsewhere")


@documented(ALTER, "alter table ... swap with")
def test_swap_two_tables(table: Account) -> None:
    table("create table u (id number, other varchar)")
    table("alter table t swap with u")
    assert names(table) == ["ID", "OTHER"]
    assert table.one("count(*) from u") == 2


@documented(CREATE, "a stream whose table was swapped")
def test_a_swap_makes_streams_stale(table: Account) -> None:
    table("create stream s on table t")
    table("create table u like t")
    table("alter table t swap with u")
    table.error("select * from s")


@documented(ALTER, "alter table ... set, unset", "recorded")
def test_properties_are_shown(table: Account) -> None:
    table("alter table t set data_retention_time_in_days = 0 change_tracking = true comment = 'c'")
    table("alter table t cluster by (id)")
    [shown] = table.rows("show tables like 'T' in schema")
    assert (shown["retention_time"], shown["change_tracking"], shown["comment"]) == ("0", "ON", "c")
    assert "id" in shown["cluster_by"].lower()
    table("alter table t unset data_retention_time_in_days, comment")
    table("alter table t drop clustering key")
    [shown] = table.rows("show tables like 'T' in schema")
    assert (shown["cluster_by"], shown["comment"]) == ("", "")


@documented(ALTER, "alter table ... add primary key, unique, foreign key", "recorded")
def test_constraints_may_be_added_and_dropped(table: Account) -> None:
    table("alter table t add primary key (id)")
    table("alter table t add constraint one_name unique (name)")
    table("insert into t values (1, 'a', 0)")
    table("alter table t drop primary key")
    assert table.one("count(*) from t") == 3


@documented("sql-reference/sql/drop-table", "drop table")
def test_drop_table(table: Account) -> None:
    table("drop table t cascade")
    assert "does not exist" in table.error("select * from t")
    assert "does not exist" in table.error("drop table t")
    table("drop table if exists t")
    table("create view v as select 1 as id")
    table.error("drop table v")


@documented("sql-reference/sql/undrop-table", "undrop table", "refused")
def test_undrop_table(table: Account) -> None:
    table("drop table t")
    table("undrop table t")
    assert table.one("count(*) from t") == 2


@documented("sql-reference/constructs/at-before", "select ... at (...), before (...)", "refused")
def test_time_travel(table: Account) -> None:
    table("delete from t")
    assert table("select count(*) from t before (statement => last_query_id())") == [(2,)]


@documented("sql-reference/constructs/at-before", "select ... at (offset => ...)", "refused")
def test_time_travel_by_offset(table: Account) -> None:
    assert table("select count(*) from t at (offset => 0)") == [(2,)]


@documented("sql-reference/sql/explain", "explain", "refused")
def test_explain(table: Account) -> None:
    assert table("explain select id from t")


@documented(CREATE, "create table ... using template", "refused")
def test_using_template(table: Account) -> None:
    table("create or replace table u using template (select array_construct())")
