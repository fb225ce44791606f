"""Values of SQL functions; expected values from Snowflake's documentation or by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError

_DOCS = "https://docs.snowflake.com/en/sql-reference/functions/"


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]


TIME = [
    ("'2026-01-05T08:30:00Z'::timestamp_ntz", at(2026, 1, 5, 8, 30)),
    ("'2026-01-05T08:30:00+02:00'::timestamp_ntz", at(2026, 1, 5, 8, 30)),
    ("'2026-01-05 08:30:00.123456'::timestamp_ntz", at(2026, 1, 5, 8, 30, 0, 123456)),
    ("'2026-01-05T08:30:00+02:00'::timestamp_tz::timestamp_ntz", at(2026, 1, 5, 8, 30)),
    ("'2026-01-05 08:30:00 +0200'::timestamp_tz", datetime(2026, 1, 5, 6, 30, tzinfo=UTC)),
    ("try_cast('yesterday' as timestamp_ntz)", None),
    ("try_cast('2026-02-30' as date)", None),
    ("try_to_timestamp_ntz('2026-01-05 08:30:00')", at(2026, 1, 5, 8, 30)),
    ("try_to_timestamp_ntz('soon')", None),
    ("to_timestamp_ntz('1767601800')", at(2026, 1, 5, 8, 30)),
    ("to_timestamp_ntz(1767601800)", at(2026, 1, 5, 8, 30)),
    ("to_timestamp_ntz(1767601800500, 3)", at(2026, 1, 5, 8, 30, 0, 500000)),
    ("to_date('2026-01-05')", date(2026, 1, 5)),
    ("to_date('2026-01-05T23:59:59Z')", date(2026, 1, 5)),
    ("try_to_date('no date')", None),
    ("convert_timezone('UTC', '2026-01-05T08:30:00+02:00'::timestamp_tz)::timestamp_ntz",
     at(2026, 1, 5, 6, 30)),
    ("convert_timezone('America/New_York', '2026-03-08T06:59:59Z'::timestamp_tz)::timestamp_ntz",
     at(2026, 3, 8, 1, 59, 59)),
    ("convert_timezone('America/New_York', '2026-03-08T07:00:00Z'::timestamp_tz)::timestamp_ntz",
     at(2026, 3, 8, 3, 0)),
    ("convert_timezone('America/New_York', 'UTC', '2026-07-01 12:00:00'::timestamp_ntz)",
     at(2026, 7, 1, 16, 0)),
    ("convert_timezone('Europe/Berlin', 'UTC', '2026-01-01 00:30:00'::timestamp_ntz)",
     at(2025, 12, 31, 23, 30)),
    ("date_part(epoch_second, '2026-01-05 08:30:00.9'::timestamp_ntz)", 1767601800),
    ("date_part('epoch_millisecond', '2026-01-05 08:30:00.9'::timestamp_ntz)", 1767601800900),
    ("date_part(epoch_microsecond, '1969-12-31 23:59:59.5'::timestamp_ntz)", -500000),
    ("date_part(epoch_second, '1969-12-31 23:59:59.5'::timestamp_ntz)", -1),
    ("date_part(hour, '2026-01-05 08:30:00'::timestamp_ntz)", 8),
    ("dayofweek('2026-01-04'::date)", 0),
    ("dayofweekiso('2026-01-04'::date)", 7),
    ("weekofyear('2026-01-01'::date)", 1),
    ("dayname('2026-01-05'::date)", "Mon"),
    ("monthname('2026-01-05'::date)", "Jan"),
    ("dateadd(day, 1, '2026-01-31'::date)", date(2026, 2, 1)),
    ("dateadd(month, 1, '2026-01-31'::date)", date(2026, 2, 28)),
    ("dateadd('hour', -1, '2026-01-01 00:30:00'::timestamp_ntz)", at(2025, 12, 31, 23, 30)),
    ("dateadd(hour, 1, '2026-01-01'::date)", at(2026, 1, 1, 1, 0)),
    ("dateadd(minute, 90, '2026-01-01'::timestamp_ntz)", at(2026, 1, 1, 1, 30)),
    ("timestampadd(second, 5, '2026-01-01'::timestamp_ntz)", at(2026, 1, 1, 0, 0, 5)),
    ("max(dateadd(day, 1, x)) from (select '2026-01-01'::date as x)", date(2026, 1, 2)),
    ("dateadd(day, 1, max(x)) from (select '2026-01-01'::date as x)", date(2026, 1, 2)),
    # Boundaries crossed, not elapsed time: functions/datediff.
    ("datediff(hour, '2026-01-01 00:59:00'::timestamp_ntz, '2026-01-01 01:00:00'::timestamp_ntz)",
     1),
    ("datediff('day', '2026-01-01', '2026-03-01')", 59),
    ("datediff(week, '2026-01-04'::date, '2026-01-05'::date)", 1),
    ("datediff(month, '2026-01-31'::date, '2026-02-01'::date)", 1),
    ("datediff(year, '2025-12-31'::date, '2026-01-01'::date)", 1),
    ("timestampdiff(minute, '2026-01-01 00:00:59'::timestamp_ntz, "
     "'2026-01-01 00:02:00'::timestamp_ntz)", 2),
    ("date_trunc('hour', '2026-01-05 08:30:00'::timestamp_ntz)", at(2026, 1, 5, 8, 0)),
    ("date_trunc('week', '2026-01-04'::date)", date(2025, 12, 29)),
    ("last_day('2026-02-10'::date)", date(2026, 2, 28)),
    ("'2026-01-05'::date + 1", date(2026, 1, 6)),
    ("'2026-01-05'::date - '2026-01-01'::date", 4),
    ("'2026-01-05 08:30:00'::timestamp_ntz + interval '2 hours'", at(2026, 1, 5, 10, 30)),
    ("to_char('2026-01-05 08:30:00'::timestamp_ntz, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
     "2026-01-05T08:30:00Z"),
    ("to_char('2026-01-05'::date, 'YYYYMMDD')", "20260105"),
    ("'2026-01-05 08:30:00'::timestamp_ntz::varchar", "2026-01-05 08:30:00.000"),
    ("to_timestamp_ntz('05/01/2026 08:30', 'DD/MM/YYYY HH24:MI')", at(2026, 1, 5, 8, 30)),
    ("try_to_timestamp_tz('2026-01-05T08:30:00+02:00', 'AUTO')",
     datetime(2026, 1, 5, 6, 30, tzinfo=UTC)),
    ("convert_timezone('UTC', try_to_timestamp_tz('2026-01-05T08:30:00-05:00', 'AUTO'))"
     "::timestamp_ntz", at(2026, 1, 5, 13, 30)),
    ("try_to_timestamp_tz('never', 'AUTO')", None),
    ("to_timestamp_ntz('2026-01-05 08:30:00', 'AUTO')", at(2026, 1, 5, 8, 30)),
    ("try_to_timestamp_ntz('05.01.2026', 'DD.MM.YYYY')", at(2026, 1, 5)),
    ("date_trunc('microsecond', '2026-01-05 08:30:00.123456'::timestamp_ntz)",
     at(2026, 1, 5, 8, 30, 0, 123456)),
    ("datediff(microsecond, '2026-01-05'::timestamp_ntz, '2026-01-05 00:00:00.5'::timestamp_ntz)",
     500000),
    ("datediff(millisecond, '2026-01-05 00:00:00.9996'::timestamp_ntz, "
     "'2026-01-05 00:00:01.0004'::timestamp_ntz)", 1),
    ("null::timestamp_ntz", None),
]  # fmt: skip

TEXT = [
    ("concat('a', null)", None),
    ("concat('a', 1, 'b')", "a1b"),
    ("'a' || null", None),
    ("concat_ws('|', 'a', 'b')", "a|b"),
    ("concat_ws('|', 'a', null)", None),
    ("1.50::number(10, 2)::varchar", "1.50"),
    ("1.0::float::varchar", "1"),
    ("1.25::float::varchar", "1.25"),
    ("true::varchar", "true"),
    ("'2026-01-05'::date::varchar", "2026-01-05"),
    ("trim('  a ')", "a"),
    ("ltrim('00a0', '0')", "a0"),
    ("upper(null)", None),
    ("length('größe')", 5),
    ("substr('abcdef', 2, 3)", "bcd"),
    ("left('abc', 2)", "ab"),
    ("right('abc', 2)", "bc"),
    ("split_part('H3-SUR-15', '-', 2)", "SUR"),
    ("split_part('a', '-', 3)", ""),
    ("lpad('7', 3, '0')", "007"),
    ("replace('aab', 'a', 'x')", "xxb"),
    ("contains('abc', 'bc')", True),
    ("startswith('abc', 'ab')", True),
    ("endswith('abc', 'bc')", True),
    ("position('c' in 'abc')", 3),
    ("'ABC' ilike 'a%'", True),
    ("'abc' like any ('x%', '%c')", True),
    # The pattern is anchored at both ends: functions/regexp_like.
    ("regexp_like('abc', 'b')", False),
    ("regexp_like('abc', '.*b.*')", True),
    ("rlike('H3-SUR-15', 'H\\\\d-[A-Z]{3}-\\\\d+')", True),
    ("regexp_like('ABC', 'abc', 'i')", True),
    ("regexp_replace('a1b22', '[0-9]+', '#')", "a#b#"),
    ("regexp_replace('2026+0200', '([+-]\\\\d{2}):?(\\\\d{2})$', '\\\\1:\\\\2', 1, 0)",
     "2026+02:00"),
    ("regexp_replace('abc', 'b')", "ac"),
    ("regexp_substr('bed 12 of 20', '[0-9]+')", "12"),
    ("regexp_substr('bed 12 of 20', '[0-9]+', 1, 2)", "20"),
    ("regexp_substr('H3-SUR', 'H(\\\\d)', 1, 1, 'e')", "3"),
    ("regexp_substr('abc', '[0-9]')", None),
    ("sha2('abc', 256)", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("md5('abc')", "900150983cd24fb0d6963f7d28e17f72"),
    ("equal_null(null, null)", True),
    ("equal_null(1, null)", False),
    ("iff(1 > 2, 'a', 'b')", "b"),
    ("nvl(null, 'x')", "x"),
    ("nvl2(null, 'a', 'b')", "b"),
    ("decode('b', 'a', 1, 'b', 2, 3)", 2),
    ("coalesce(null, null, 'z')", "z"),
    ("greatest('a', 'b')", "b"),
    ("least(2, 1, 3)", 1),
    ("greatest(1, null)", None),
]  # fmt: skip

NUMBER = [
    ("1 / 3", Decimal("0.333333")),
    ("1.00 / 3", Decimal("0.33333333")),
    ("10::number(10, 2) / 4", Decimal("2.50000000")),
    ("1::float / 3", 1 / 3),
    ("div0(1, 0)", 0),
    ("7 % 3", 1),
    ("round(2.5)", 3),
    ("round(-2.5)", -3),
    ("round(1.005, 2)", Decimal("1.01")),
    ("2.5::number", 3),
    ("2.5::float::number", 3),
    ("'12.5'::number(10, 1)", Decimal("12.5")),
    ("try_cast('12.5' as number(38, 0))", 13),
    ("try_cast(' 12 ' as number)", 12),
    ("try_cast('1_000' as number)", None),
    ("try_cast('0x10' as number)", None),
    ("try_cast('12abc' as number(10, 2))", None),
    ("try_cast('123456' as number(5, 2))", None),
    ("try_to_number('12.345', 10, 2)", Decimal("12.35")),
    ("try_to_number('')", None),
    ("to_number('42')", 42),
    ("try_to_double('1.5e1')", 15.0),
    ("try_to_boolean('yes')", True),
    ("try_to_boolean('perhaps')", None),
    ("zeroifnull(null)", 0),
    ("nullifzero(0)", None),
    ("nullif(1, 1)", None),
    ("abs(-1.5)", Decimal("1.5")),
    ("floor(-1.5)", -2),
    ("ceil(1.2)", 2),
    ("greatest(1, 2.5)", Decimal("2.5")),
    ("9007199254740993::number", 9007199254740993),
]  # fmt: skip

JSON = [
    ("parse_json('{\"a\": {\"b\": [10, {\"c\": \"x\"}]}}'):a.b[1].c::varchar", "x"),
    ("parse_json('{\"a\": {\"b\": [10, 20]}}')['a']['b'][0]::number", 10),
    ("get_path(parse_json('{\"a\": {\"b\": 1}}'), 'a.b')::string", "1"),
    ("parse_json('{\"a\": null}')['a']::varchar", None),
    ("parse_json('{\"a\": null}'):a::number", None),
    ("parse_json('{\"a\": 1}'):b::varchar", None),
    ("parse_json('{\"a.b\": 1}')['a.b']::number", 1),
    ("parse_json('{\"a\": true}'):a::boolean", True),
    ("parse_json('{\"a\": 1.50}'):a::varchar", "1.5"),
    ("parse_json('{\"a\": {\"b\": 1}}'):a::varchar", '{"b":1}'),
    ("parse_json('{\"t\": \"2026-01-05T08:30:00Z\"}'):t::timestamp_ntz", at(2026, 1, 5, 8, 30)),
    ("try_parse_json('{\"a\": ')", None),
    ("try_parse_json('')", None),
    ("parse_json('')", None),
    ("is_null_value(parse_json('{\"a\": null}'):a)", True),
    ("typeof(parse_json('[1]'))", "ARRAY"),
    ("typeof(parse_json('{\"a\": 1}'):a)", "INTEGER"),
    ("typeof(as_object(parse_json('{}')))", "OBJECT"),
    ("as_object(parse_json('[1]'))", None),
    ("as_object(parse_json('null'))", None),
    ("object_delete(null::object, 'a')", None),
    ("array_size(parse_json('[1, 2, 3]'))", 3),
    ("array_size(parse_json('{}'))", None),
    ("array_to_string(parse_json('[1, \"b\", null]'), ',')", "1,b,"),
    ("array_contains('b'::variant, parse_json('[\"a\", \"b\"]'))", True),
    ("array_to_string(split('a|b', '|'), ',')", "a,b"),
    ("parse_json('{\"a\": \"x\"}'):a = 'x'", True),
    ("parse_json('{\"a\": 5}'):a > 4", True),
    ("upper(parse_json('{\"a\": \"x\"}'):a)", "X"),
    ("parse_json('{\"a\": \"x\"}'):a || '!'", "x!"),
]  # fmt: skip

VARIANTS = [
    ("object_delete(parse_json('{\"a\": 1, \"b\": null, \"c\": [1]}'), 'a')",
     {"b": None, "c": [1]}),
    ("object_construct('a', 1, 'b', null)", {"a": 1}),
    ("object_construct_keep_null('a', 1, 'b', null)", {"a": 1, "b": None}),
    ("object_keys(parse_json('{\"b\": 1, \"a\": 2}'))", ["a", "b"]),
    ("array_construct(1, 'x', null)", [1, "x", None]),
    ("array_compact(array_construct(1, null))", [1]),
    ("array_cat(array_construct(1), array_construct(2))", [1, 2]),
    ("to_variant('a')", "a"),
    ("'a'::variant", "a"),
    ("1::variant", 1),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), TIME)
def test_time_functions_give_the_documented_values(
    sql: Any, expression: str, expected: Any
) -> None:
    assert sql.one(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), TEXT)
def test_text_functions_give_the_documented_values(
    sql: Any, expression: str, expected: Any
) -> None:
    assert sql.one(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), NUMBER)
def test_numbers_follow_snowflakes_scales(sql: Any, expression: str, expected: Any) -> None:
    value = sql.one(expression)
    assert value == expected
    assert isinstance(value, float) == isinstance(expected, float)


@pytest.mark.parametrize(("expression", "expected"), JSON)
def test_variants_give_their_parts(sql: Any, expression: str, expected: Any) -> None:
    assert sql.one(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), VARIANTS)
def test_variants_are_built(sql: Any, expression: str, expected: Any) -> None:
    assert json.loads(sql.one(expression)) == expected


@pytest.mark.parametrize(
    ("expression", "errno"),
    [
        ("1 / 0", 100051),
        ("1 % 0", 100051),
        ("'x'::number", 100038),
        ("parse_json('{')", 100038),
        ("'soon'::timestamp_ntz", 100038),
        ("to_boolean('perhaps')", 100038),
        ("no_such_function(1)", 2),
        ("no_such_column", 904),
    ],
)
def test_what_fails_on_snowflake_fails(sql: Any, expression: str, errno: int) -> None:
    with pytest.raises(ProgrammingError) as caught:
        sql.one(expression)
    assert caught.value.errno == errno


def test_aggregates_of_decimals_are_decimals(sql: Any) -> None:
    sql("create table t (g varchar, n number(10, 2), i number, f float)")
    sql("insert into t values ('a', 1.10, 1, 0.5), ('a', 2.25, 2, 1.5), ('b', null, null, null)")
    rows = sql(
        "select g, sum(n), sum(i), avg(n), avg(i), median(n), sum(f), count(n), count(*) "
        "from t group by g order by g"
    )
    assert rows == [
        ("a", Decimal("3.35"), 3, Decimal("1.675"), Decimal("1.5"), Decimal("1.675"), 2.0, 2, 2),
        ("b", None, None, None, None, None, None, 0, 1),
    ]
    assert [type(value) for value in rows[0][1:6]] == [Decimal, int, Decimal, Decimal, Decimal]


def test_a_sum_of_many_integers_is_exact(sql: Any) -> None:
    sql("create table t (i number)")
    sql("insert into t values (9007199254740993), (9007199254740993)")
    assert sql.one("sum(i) from t") == 18014398509481986


def test_ordered_aggregates(sql: Any) -> None:
    sql("create table t (g varchar, x number, y varchar)")
    sql("insert into t values ('a', 3, 'z'), ('a', 1, 'x'), ('a', 2, null)")
    assert sql(
        "select listagg(y, ',') within group (order by x), "
        "array_to_string(array_agg(y) within group (order by x desc), ','), "
        "percentile_cont(0.5) within group (order by x), "
        "percentile_disc(0.5) within group (order by x), "
        "max_by(y, x), count_if(x > 1), boolor_agg(x = 2), count(distinct y) from t"
    ) == [("x,z", "z,x", Decimal("2"), 2, "z", 2, True, 2)]


def test_aggregates_over_no_rows(sql: Any) -> None:
    sql("create table t (x number, y varchar)")
    assert sql("select count(*), sum(x), listagg(y, ','), array_size(array_agg(y)) from t") == [
        (0, None, "", 0)
    ]


def test_window_functions(sql: Any) -> None:
    sql("create table t (g varchar, x number)")
    sql("insert into t values ('a', 1), ('a', 3), ('b', null), ('b', 4)")
    rows = sql(
        "select g, x, row_number() over (partition by g order by x), "
        "lag(x) over (partition by g order by x), "
        "sum(x) over (partition by g order by x rows between unbounded preceding and current row), "
        "avg(x) over (partition by g), ratio_to_report(x) over (partition by g), "
        "last_value(x) ignore nulls over (order by g, x rows between unbounded preceding "
        "and current row) from t order by g, x"
    )
    assert rows == [
        ("a", 1, 1, None, 1, Decimal("2"), Decimal("0.25"), 1),
        ("a", 3, 2, 1, 4, Decimal("2"), Decimal("0.75"), 3),
        ("b", 4, 1, None, 4, Decimal("4"), Decimal("1"), 4),
        ("b", None, 2, 4, 4, Decimal("4"), None, 4),
    ]


def test_qualify_keeps_the_newest(sql: Any) -> None:
    sql("create table t (k varchar, v number)")
    sql("insert into t values ('a', 1), ('a', 2), ('b', 3)")
    rows = sql("select k, v from t qualify row_number() over (partition by k order by v desc) = 1")
    assert sorted(rows) == [("a", 2), ("b", 3)]


def test_generator_counts_from_zero(sql: Any) -> None:
    assert sql("select seq4() from table(generator(rowcount => 3)) order by 1") == [
        (0,),
        (1,),
        (2,),
    ]
    rows = sql(
        "select row_number() over (order by seq4()) as n from table(generator(rowcount => 3))"
    )
    assert sorted(rows) == [(1,), (2,), (3,)]


def test_values_have_numbered_columns(sql: Any) -> None:
    assert sql("select $2, column1 from values (1, 'a'), (2, 'b') order by 2") == [
        ("a", 1),
        ("b", 2),
    ]


def test_flatten_gives_elements_and_keys(sql: Any) -> None:
    sql("create table t (p variant)")
    sql('insert into t select parse_json(\'{"a": ["x", "y"], "o": {"k": 1}}\')')
    assert sql(
        "select f.index, f.value::varchar from t, lateral flatten(input => t.p:a) as f order by 1"
    ) == [(0, "x"), (1, "y")]
    assert sql("select f.key, f.value::number from t, lateral flatten(input => p:o) as f") == [
        ("k", 1)
    ]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("asc", [1, 2, None]),
        ("asc nulls last", [1, 2, None]),
        ("asc nulls first", [None, 1, 2]),
        ("desc", [None, 2, 1]),
        ("desc nulls last", [2, 1, None]),
        ("desc nulls first", [None, 2, 1]),
    ],
)
def test_null_is_the_largest_value_unless_said_otherwise(
    sql: Any, order: str, expected: list[int | None]
) -> None:
    """https://docs.snowflake.com/en/sql-reference/constructs/order-by"""
    sql("create table t (x number)")
    sql("insert into t values (1), (null), (2)")
    assert [x for (x,) in sql(f"select x from t order by x {order}")] == expected
    ranked = sql(f"select x, row_number() over (order by x {order}) as n from t order by n")
    assert [x for x, _ in ranked] == expected


def test_unnamed_columns_are_named_as_their_text(sql: Any) -> None:
    assert sql.names("select count(*), 1 as one, max(x) from (select 1 as x)") == [
        "COUNT(*)",
        "ONE",
        "MAX(X)",
    ]


def test_a_null_timestamp_is_null(sql: Any) -> None:
    sql("create table t (x timestamp_ntz)")
    sql("insert into t values (null), ('1960-02-29 23:59:59.25')")
    assert sql("select x from t order by x") == [(at(1960, 2, 29, 23, 59, 59, 250000),), (None,)]
