"""Names: folding, quotes, identifier(), names of result columns."""

from __future__ import annotations

from support.conformance import Account, documented

SYNTAX = "sql-reference/identifiers-syntax"


def names(account: Account, text: str) -> list[str]:
    return [column.name for column in account.connection.cursor().describe(text)]


@documented(SYNTAX, "unquoted names are folded to upper case")
def test_unquoted_names_are_found_in_any_case(account: Account) -> None:
    account('create table Visit (Visit_Id number, "note" varchar)')
    account("insert into VISIT (visit_ID, \"note\") values (1, 'a')")
    assert account('select VISIT_id, v.visit_id, "VISIT_ID" from viSit v') == [(1, 1, 1)]
    assert account('select "note" from "VISIT"') == [("a",)]
    assert names(account, 'select visit_id, "note" from visit') == ["VISIT_ID", "note"]
    assert [row["name"] for row in account.rows("show tables")] == ["VISIT"]


@documented(SYNTAX, "quoted names must match exactly")
def test_quoted_names_must_match(account: Account) -> None:
    account('create table t (id number, "Mixed" number)')
    account("insert into t values (1, 2)")
    for text in (
        'select "id" from t',
        "select mixed from t",
        'select "mixed" from t',
        'select "t".id from t',
        'select id from "t"',
        'select x."id" from t as x',
        'select id from t where "id" = 1',
        'select "id" from (select id from t)',
        'with c as (select id from t) select "Id" from c',
        'select t.id from t join t as o on t."id" = o.id',
        'insert into t ("id") values (1)',
        'insert into "t" values (1, 2)',
        'update t set "id" = 2',
        'update "t" set id = 2',
        'delete from t where "id" = 1',
        'drop table "t"',
        'describe table "t"',
        'truncate table "t"',
        'select "ID" from t group by "id"',
        'merge into t using (select 1 as id) s on t."id" = s.id when matched then delete',
    ):
        account.error(text)
    assert account('select id, "ID", "Mixed" from T') == [(1, 1, 2)]


@documented(SYNTAX, "a quoted name keeps its case and its special characters")
def test_quoted_names_are_kept(account: Account) -> None:
    account('create table "My table" ("Ward no." number, "a""b" number, "select" number)')
    account('insert into "My table" ("Ward no.", "a""b", "select") values (1, 2, 3)')
    assert account('select "Ward no.", "a""b", "select" from "My table"') == [(1, 2, 3)]
    assert names(account, 'select * from "My table"') == ["Ward no.", 'a"b', "select"]
    assert names(account, 'select 1 as "one Thing", 2 as two') == ["one Thing", "TWO"]
    assert account('select "x Y" + 1 from (select 1 as "x Y")') == [(2,)]


@documented(SYNTAX, "names that differ in case alone, in one schema or table", "refused")
def test_names_may_differ_in_case_alone(account: Account) -> None:
    account("create table t (x number)")
    account('create table "t" (x number)')
    assert len(account("show tables")) == 2


@documented(SYNTAX, "columns that differ in case alone", "refused")
def test_columns_may_differ_in_case_alone(account: Account) -> None:
    account('create table t (id number, "id" number)')
    account("insert into t values (1, 2)")
    assert account('select id, "id" from t') == [(1, 2)]


@documented("sql-reference/identifier-literal", "identifier('name'), identifier(?), identifier($v)")
def test_identifier(account: Account) -> None:
    account("create table identifier('t') (x number)")
    account("insert into identifier(?) values (1)", "T")
    assert account("select x from identifier('t')") == [(1,)]
    assert account(f"select x from identifier('{account.schema}.t')") == [(1,)]
    assert account("select x from identifier(?)", f"{account.database}.{account.schema}.t") == [
        (1,)
    ]
    account("set name = 't'")
    assert account("select x from identifier($name)") == [(1,)]
    account.error("select x from identifier('\"t\"')")
    account("drop table identifier('T')")


@documented("sql-reference/sql/select", "names of result columns without an alias")
def test_columns_without_an_alias_are_named_as_written(account: Account) -> None:
    account("create table t (x number, p variant)")
    assert names(
        account,
        "select x, t.x, count(*), max(x), x+1, x + 1, 'abc', p:a::varchar, "
        "iff(x=1,'a','b') from t group by all",
    ) == [
        "X",
        "X",
        "COUNT(*)",
        "MAX(X)",
        "X+1",
        "X + 1",
        "'ABC'",
        "P:A::VARCHAR",
        "IFF(X=1,'A','B')",
    ]


@documented("sql-reference/sql/select", "an alias is known to where, group by, having, qualify")
def test_aliases_are_known_in_the_same_select(account: Account) -> None:
    account("create table t (g varchar, x number)")
    account("insert into t values ('a', 1), ('a', 2), ('b', 5)")
    assert account("select x * 2 as y, y + 1 as z from t where y > 2 order by z") == [
        (4, 5),
        (10, 11),
    ]
    assert account(
        "select upper(g) as k, sum(x) as s from t group by k having s > 3 order by k"
    ) == [("B", 5)]
    assert account(
        "select g, x, row_number() over (partition by g order by x) as n from t qualify n = 2"
    ) == [("a", 2, 2)]
    assert account('select x as "Y" from t where "Y" = 5') == [(5,)]


@documented("sql-reference/sql/select", "a column of a table goes before an alias of that name")
def test_a_column_goes_before_an_alias(account: Account) -> None:
    account("create table t (x number)")
    account("insert into t values (1), (-2)")
    assert account("select abs(x) as x from t where x < 0") == [(2,)]
    assert account("select abs(x) as x, count(*) from t group by x order by 1") == [(1, 1), (2, 1)]


@documented("sql-reference/sql/select", "* exclude, rename, replace, ilike; ambiguous names")
def test_stars(account: Account) -> None:
    account("create table t (a number, b number, b2 number)")
    account("insert into t values (1, 2, 3)")
    assert account("select * exclude b from t") == [(1, 3)]
    assert account("select * exclude (a, b) from t") == [(3,)]
    assert names(account, "select * rename a as z from t") == ["Z", "B", "B2"]
    assert account("select * replace (a + 1 as a) from t") == [(2, 2, 3)]
    assert names(account, "select * ilike 'b%' from t") == ["B", "B2"]
    assert names(account, "select t.*, 1 as one from t") == ["A", "B", "B2", "ONE"]
    account.error("select a from t, t as o")
    account.error("select nope from t")
    account.error("select t.nope from t")
    account.error("select * from nope")
