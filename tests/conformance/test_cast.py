"""Casts: what succeeds, what must fail, and what try_cast makes of it."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from support.conformance import Account, documented
from support.expressions import assert_errors, assert_values

CONVERSION = "sql-reference/data-type-conversion"
FUNCTIONS = "sql-reference/functions/"


@documented(CONVERSION, "casts of text that must fail")
def test_text_that_is_no_such_value_is_an_error(account: Account) -> None:
    assert_errors(
        account,
        [
            "'x'::number",
            "''::number",
            "'1,5'::number",
            "'0x1F'::number",
            "'1_000'::number",
            "'12e'::float",
            "''::float",
            "'maybe'::boolean",
            "''::boolean",
            "'2026-02-30'::date",
            "'2026-13-01'::date",
            "'yesterday'::date",
            "''::date",
            "'soon'::timestamp_ntz",
            "'2026-01-05 25:00:00'::timestamp_ntz",
            "'2026-01-05 08:60:00'::timestamp_ntz",
            "'25:00'::time",
            "parse_json('{')",
            "parse_json('{\"a\": 1')",
            "to_date('01/02/2026', 'YYYY-MM-DD')",
            "true::date",
            "'abc'::binary",
        ],
    )


@documented(FUNCTIONS + "try_cast", "try_cast(text as type): null instead of an error")
def test_try_cast_gives_null(account: Account) -> None:
    assert_values(
        account,
        {
            "try_cast('x' as number)": None,
            "try_cast('' as number)": None,
            "try_cast('1_000' as number)": None,
            "try_cast('12' as number)": 12,
            "try_cast('12.5' as number)": 13,
            "try_cast('12.34' as number(10, 1))": Decimal("12.3"),
            "try_cast('x' as float)": None,
            "try_cast('maybe' as boolean)": None,
            "try_cast('on' as boolean)": True,
            "try_cast('2026-02-30' as date)": None,
            "try_cast('2026-02-28' as date)": date(2026, 2, 28),
            "try_cast('soon' as timestamp_ntz)": None,
            "try_cast('2026-01-05T08:30:00' as timestamp_ntz)": datetime(2026, 1, 5, 8, 30),
            "try_cast('25:00:00' as time)": None,
            "try_cast('05:15:30' as time)": time(5, 15, 30),
            "try_cast('abc' as varchar(3))": "abc",
            "try_cast('abcd' as varchar(3))": None,
            "try_to_date('x')": None,
            "try_to_boolean('x')": None,
            "try_to_time('x')": None,
            "try_to_timestamp('x')": None,
            "try_to_binary('x', 'HEX')": None,
        },
    )


@documented(FUNCTIONS + "try_cast", "try_cast of anything but text is an error")
def test_try_cast_takes_text_only(account: Account) -> None:
    assert_errors(account, ["try_cast(true as number)", "try_cast(1 as date)"])


@documented(FUNCTIONS + "to_boolean", "to_boolean: words, numbers, variants")
def test_booleans(account: Account) -> None:
    true_words = ["true", "t", "yes", "y", "on", "1", "TRUE", "Yes"]
    false_words = ["false", "f", "no", "n", "off", "0", "FALSE"]
    assert_values(
        account,
        {f"to_boolean('{word}')": True for word in true_words}
        | {f"'{word}'::boolean": False for word in false_words}
        | {
            "1::boolean": True,
            "0::boolean": False,
            "(-5)::boolean": True,
            "0.5::boolean": True,
            "0.0::float::boolean": False,
            "to_boolean(null)": None,
            "true::varchar": "true",
            "true::number": 1,
            "to_boolean(parse_json('true'))": True,
            "parse_json('\"yes\"')::boolean": True,
            "true and null": None,
            "false and null": False,
            "true or null": True,
            "not null::boolean": None,
        },
    )


@documented("sql-reference/data-types-text", "varchar(n): longer text is an error")
def test_text_longer_than_its_column_is_an_error(account: Account) -> None:
    account("create table t (x varchar(3), y char(1), z string)")
    account("insert into t values ('abc', 'd', 'any length'), ('öäü', null, null)")
    for values in ("('abcd', 'd', '')", "('abc', 'de', '')", "('ab  ', 'd', '')"):
        account.error(f"insert into t values {values}")
    account.error("insert into t (x) select 'ab' || 'cd'")
    account.error("insert into t (x) values (?)", "abcd")
    account.error("update t set x = x || 'd'")
    account.error(
        "merge into t using (select 'abcd' as x) as s on t.y = 'd' when matched then update set "
        "x = s.x"
    )
    account.error(
        "merge into t using (select 'abcd' as x) as s on t.x = s.x when not matched then insert "
        "(x) values (s.x)"
    )
    assert account("select x, y, z from t order by x") == [
        ("abc", "d", "any length"),
        ("öäü", None, None),
    ]


@documented(FUNCTIONS + "cast", "cast(text as varchar(n)): longer text is an error")
def test_an_explicit_cast_to_a_shorter_text_is_an_error(account: Account) -> None:
    assert_errors(account, ["'abcd'::varchar(3)", "cast(12345 as varchar(4))"])
    assert account.one("'abc'::varchar(3) || 7::char(1)") == "abc7"


@documented(CONVERSION, "values become the type of their column")
def test_inserted_values_become_the_type_of_their_column(account: Account) -> None:
    account(
        "create table t (n number(10, 2), i number, f float, s varchar, b boolean, d date, "
        "t time, ts timestamp_ntz)"
    )
    account(
        "insert into t values ('1.005', '7', '0.5', 12, 'yes', '2026-01-05', '08:30', "
        "'2026-01-05 08:30:00')"
    )
    account(
        "insert into t select 2, 1.5, 3, true, 1, '2026-01-05'::timestamp_ntz, '1:02:03', "
        "'2026-01-05'::date"
    )
    assert account("select * from t order by n") == [
        (
            Decimal("1.01"),
            7,
            0.5,
            "12",
            True,
            date(2026, 1, 5),
            time(8, 30),
            datetime(2026, 1, 5, 8, 30),
        ),
        (
            Decimal("2.00"),
            2,
            3.0,
            "true",
            True,
            date(2026, 1, 5),
            time(1, 2, 3),
            datetime(2026, 1, 5),
        ),
    ]
    for values in (
        "i) values ('x'",
        "b) values ('maybe'",
        "d) values ('2026-02-30'",
        "n) values ('1 2'",
    ):
        account.error(f"insert into t ({values})")


@documented("sql-reference/sql/insert", "insert of text into a variant column is an error")
def test_text_is_no_variant(account: Account) -> None:
    account("create table t (v variant, a array, o object)")
    account(
        "insert into t select parse_json('{\"a\": 1}'), array_construct(1), "
        "object_construct('k', 2)"
    )
    account("insert into t (v) select 5")
    account("insert into t (v) select to_variant('text')")
    for select in ("'text'", "'{\"a\": 1}'"):
        account.error(f"insert into t (v) select {select}")
    account.error("insert into t (v) values (parse_json('1'))")
    found = account("select v:a::int, a[0]::int, o:k::int, typeof(v) from t order by typeof(v)")
    assert found == [(None, None, None, "INTEGER"), (1, 1, 2, "OBJECT"), (None,) * 3 + ("VARCHAR",)]


@documented(CONVERSION, "values as text")
def test_values_as_text(account: Account) -> None:
    assert_values(
        account,
        {
            "1.50::number(10, 2)::varchar": "1.50",
            "1.0::varchar": "1.0",
            "17 || '76'": "1776",
            "true || ''": "true",
            "'2026-01-05'::date::varchar": "2026-01-05",
            "'08:30:00'::time::varchar": "08:30:00",
            "'2026-01-05 08:30:00'::timestamp_ntz::varchar": "2026-01-05 08:30:00.000",
            "parse_json('{\"a\": [1, null]}')::varchar": '{"a":[1,null]}',
            "to_varchar(12)": "12",
            "to_char(null)": None,
            "array_construct(1, 'a')::varchar": '[1,"a"]',
            "to_variant(1.50)::varchar": "1.5",
        },
    )


@documented(FUNCTIONS + "to_binary", "to_binary, to_varchar: hex, base64, utf-8")
def test_binary(account: Account) -> None:
    assert_values(
        account,
        {
            "to_binary('SNOW', 'utf-8')": b"SNOW",
            "to_binary('534E4F57')": b"SNOW",
            "to_binary('U05PVw==', 'base64')": b"SNOW",
            "to_varchar(to_binary('534E4F57'), 'utf-8')": "SNOW",
            "to_varchar(to_binary('534E4F57'))": "534E4F57",
            "x'534E4F57'": b"SNOW",
            "hex_encode('SNOW')": "534E4F57",
            "hex_decode_string('534E4F57')": "SNOW",
            "base64_encode('SNOW')": "U05PVw==",
            "base64_decode_string('U05PVw==')": "SNOW",
        },
    )


@documented(
    "sql-reference/data-types-structured", "structured types: array(number), map", "refused"
)
def test_structured_types(account: Account) -> None:
    account("create table t (x array(number))")
    account("insert into t select [1, 2]::array(number)")
