"""Values that take a way of their own through the translation; `tests/conformance` has the rest.

Expected values are from Snowflake's documentation or by hand.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]


VALUES = [
    ("max(dateadd(day, 1, x)) from (select '2026-01-01'::date as x)", date(2026, 1, 2)),
    ("dateadd(day, 1, max(x)) from (select '2026-01-01'::date as x)", date(2026, 1, 2)),
    (
        "convert_timezone('UTC', try_to_timestamp_tz('2026-01-05T08:30:00-05:00', 'AUTO'))"
        "::timestamp_ntz",
        at(2026, 1, 5, 13, 30),
    ),
    (
        "try_to_timestamp_tz('2026-01-05T08:30:00+02:00', 'AUTO')",
        datetime(2026, 1, 5, 6, 30, tzinfo=UTC),
    ),
    (
        "datediff(millisecond, '2026-01-05 00:00:00.9996'::timestamp_ntz, "
        "'2026-01-05 00:00:01.0004'::timestamp_ntz)",
        1,
    ),
    ("date_part(epoch_microsecond, '1969-12-31 23:59:59.5'::timestamp_ntz)", -500000),
    ("null::timestamp_ntz", None),
    ("1.005::number(10, 2)", Decimal("1.01")),
    ("9007199254740993::number", 9007199254740993),
    ("try_cast(' 12 ' as number)", 12),
    ("try_cast('0x10' as number)", None),
    ("try_cast('12abc' as number(10, 2))", None),
    ("parse_json('{\"a.b\": 1}')['a.b']::number", 1),
    ("as_object(parse_json('null'))", None),
    ("object_delete(null::object, 'a')", None),
    ("regexp_replace('2026+0200', '([+-]\\\\d{2}):?(\\\\d{2})$', '\\\\1:\\\\2', 1, 0)",
     "2026+02:00"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_functions_give_the_documented_values(sql: Any, expression: str, expected: Any) -> None:
    assert sql.one(expression) == expected


@pytest.mark.parametrize(
    ("expression", "errno"),
    [
        ("1 / 0", 100051),
        ("1 % 0", 100051),
        ("'x'::number", 100038),
        ("'abcd'::varchar(3)", 100078),
        ("parse_json('{')", 100038),
        ("'soon'::timestamp_ntz", 100038),
        ("to_boolean('perhaps')", 100038),
        ("no_such_function(1)", 2),
        ("no_such_column", 904),
    ],
)
def test_errors_have_snowflakes_numbers(sql: Any, expression: str, errno: int) -> None:
    with pytest.raises(ProgrammingError) as caught:
        sql.one(expression)
    assert caught.value.errno == errno


def test_a_sum_of_many_integers_is_exact(sql: Any) -> None:
    sql("create table t (i number)")
    sql("insert into t values (9007199254740993), (9007199254740993)")
    assert sql.one("sum(i) from t") == 18014398509481986


def test_a_null_timestamp_is_null(sql: Any) -> None:
    sql("create table t (x timestamp_ntz)")
    sql("insert into t values (null), ('1960-02-29 23:59:59.25')")
    assert sql("select x from t order by x") == [(at(1960, 2, 29, 23, 59, 59, 250000),), (None,)]


@pytest.mark.parametrize(
    "expression",
    ["strftime(sysdate(), '%Y')", "list_value(1)", "string_split('a', ',')", "today()"],
)
def test_functions_only_duckdb_has_are_refused(sql: Any, expression: str) -> None:
    with pytest.raises(ProgrammingError, match="Unsupported feature in the sandbox"):
        sql.one(expression)
