"""User-defined functions."""

from __future__ import annotations

from decimal import Decimal

import pytest
from support.conformance import Account, documented

CREATE = "sql-reference/sql/create-function"
SQL = "developer-guide/udf/sql/udf-sql-introduction"
SCALAR = "developer-guide/udf/sql/udf-sql-scalar-functions"
ARGUMENTS = "developer-guide/udf-stored-procedure-arguments"


@pytest.fixture
def beds(account: Account) -> Account:
    account("create table bed (id int, ward varchar)")
    account("insert into bed values (1, 'icu'), (2, 'icu'), (3, null)")
    return account


@documented(SCALAR, "create function ... as 'expression'")
def test_an_expression_is_calculated_for_each_row(beds: Account) -> None:
    beds("create function label(id int, ward varchar) returns varchar as 'upper(ward) || id'")
    assert beds("select label(id, ward) as x from bed order by id") == [
        ("ICU1",),
        ("ICU2",),
        (None,),
    ]
    assert beds("select id from bed where label(id, ward) = 'ICU2'") == [(2,)]
    assert beds("select label(max(id), 'w') as x from bed") == [("W3",)]


@documented(SCALAR, "create function ... returns: the value is cast")
def test_arguments_and_value_have_the_declared_types(account: Account) -> None:
    account("create function half(x number(10, 2)) returns number(10, 1) as $$ x / 2 $$")
    assert account("select half('5.25') as x") == [(Decimal("2.6"),)]


@documented(SCALAR, "create function ... as 'select ...'")
def test_a_query_gives_the_value(beds: Account) -> None:
    beds(
        "create function beds_in(which varchar) returns int "
        "as 'select count(*) from bed where ward = which'"
    )
    assert beds.one("beds_in('icu')") == 2
    assert beds("select distinct ward, beds_in(b.ward) as n from bed as b order by ward") == [
        ("icu", 2),
        (None, 0),
    ]


@documented(ARGUMENTS, "function: named arguments, defaults")
def test_arguments_are_named_and_have_defaults(account: Account) -> None:
    account("create function say(a int, b varchar default 'x') returns varchar as 'a || b'")
    assert account("select say(1) as x, say(2, 'y') as y, say(b => 'z', a => 3) as z") == [
        ("1x", "2y", "3z")
    ]
    account.error("select say() as x")


@documented(SQL, "function: one that calls another")
def test_functions_call_each_other_by_qualified_names(account: Account) -> None:
    account("create function twice(x int) returns int as 'x * 2'")
    account("create function four_times(x int) returns int as 'twice(twice(x))'")
    assert account("select four_times(3) as x") == [(12,)]
    place = f"{account.database}.{account.schema}"
    assert account(f"select {place}.twice(4) as x, {account.schema}.twice(5) as y") == [(8, 10)]


@documented(SQL, "function in a view")
def test_a_view_uses_a_function(beds: Account) -> None:
    beds("create function shout(x varchar) returns varchar as 'upper(x)'")
    beds("create view loud as select id, shout(ward) as ward from bed")
    assert beds("select ward from loud where id = 1") == [("ICU",)]


@documented("developer-guide/udf-stored-procedure-naming-conventions", "create function: overloads")
def test_overloads_are_told_apart_by_the_number_of_arguments(account: Account) -> None:
    account("create function area(r float) returns float as 'r * r'")
    account("create function area(a float, b float) returns float as 'a * b'")
    assert account("select area(3) as x, area(3, 4) as y") == [(9.0, 12.0)]


@documented(CREATE, "create or replace function, create function if not exists")
def test_a_function_of_that_name_is_kept_refused_or_replaced(account: Account) -> None:
    account("create function one() returns int as '1'")
    account.error("create function one() returns int as '2'")
    account("create or replace function one() returns int as '3'")
    assert account("select one() as x") == [(3,)]


@documented("sql-reference/sql/drop-function", "drop function")
def test_a_dropped_function_is_gone(account: Account) -> None:
    account("create function twice(x int) returns int as 'x * 2'")
    account.error("drop function twice(varchar)")
    account("drop function twice(number)")
    assert account.rows("show user functions in schema") == []
    account("drop function if exists twice(int)")


@documented("sql-reference/sql/show-user-functions", "show user functions, describe function")
def test_functions_are_listed_and_described(account: Account) -> None:
    account("create function say(a int, b varchar default 'x') returns varchar as 'a || b'")
    shown = account.rows("show user functions like 'sa%' in schema")
    assert [(row["name"], row["arguments"], row["language"]) for row in shown] == [
        ("SAY", "SAY(NUMBER, DEFAULT VARCHAR) RETURN VARCHAR", "SQL")
    ]
    rows = account.rows("describe function say(int, varchar)")
    described = {row["property"]: row["value"] for row in rows}
    assert (described["signature"], described["language"]) == ("(A NUMBER, B VARCHAR)", "SQL")
    assert described["body"] == "a || b"


@documented(CREATE, "create function: definitions that cannot be")
def test_a_definition_that_cannot_be_is_an_error(account: Account) -> None:
    account.error("create function f(x int) as 'x'")
    account.error("create function f(x int) returns int")
    account.error("create function f(x no_such_type) returns int as 'x'")
    account.error("create function f(x int) returns int as 'x +'")


@pytest.mark.parametrize(
    "definition",
    [
        "language python runtime_version = '3.11' handler = 'f' as 'def f(x): return x'",
        "language javascript as 'return X;'",
        "language java handler = 'A.f' as 'class A { static int f(int x) { return x; } }'",
    ],
)
@documented(CREATE, "create function ... language python, javascript, java", "refused")
def test_a_function_may_be_written_in_other_languages(account: Account, definition: str) -> None:
    account(f"create function f(x int) returns int {definition}")


@documented(
    "developer-guide/udf/sql/udf-sql-tabular-functions",
    "create function ... returns table(...)",
    "refused",
)
def test_a_function_may_return_a_table(account: Account) -> None:
    account("create function f() returns table (x int) as 'select 1'")
