"""Conditions, aggregates, windows and the clauses of a query."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from support.conformance import Account, documented
from support.expressions import assert_errors, assert_values

FUNCTIONS = "sql-reference/functions/"
CONSTRUCTS = "sql-reference/constructs/"


@documented(
    "sql-reference/expressions-conditional", "iff, case, coalesce, nvl, nvl2, decode, nullif"
)
def test_conditions(account: Account) -> None:
    assert_values(
        account,
        {
            "iff(true, 'a', 'b')": "a",
            "iff(null, 'a', 'b')": "b",
            "case when 1 = 2 then 'x' end": None,
            "case 2 when 1 then 'a' when 2 then 'b' else 'c' end": "b",
            "case null when null then 'a' else 'b' end": "b",
            "coalesce(null, null, 3)": 3,
            "nvl(null, 'x')": "x",
            "ifnull(null, 1)": 1,
            "nvl2('a', 1, 2)": 1,
            "nvl2(null, 1, 2)": 2,
            "nullif(1, 1)": None,
            "nullif(1, null)": 1,
            "decode(2, 1, 'a', 2, 'b')": "b",
            "decode(null, null, 'null', 'other')": "null",
            "decode(9, 1, 'a')": None,
            "zeroifnull(null)": 0,
            "nullifzero(0)": None,
            "equal_null(null, 1)": False,
            "greatest(1, 3, 2)": 3,
            "least('b', 'a')": "a",
            "greatest(1, null)": None,
            "least(null, 1)": None,
            "greatest_ignore_nulls(1, null, 2)": 2,
            "least_ignore_nulls(1, null, 2)": 1,
            "boolor(1, 0)": True,
            "booland(1, 0)": False,
            "boolxor(1, 0)": True,
            "regr_valx(null, 10)": None,
        },
    )


@pytest.fixture
def rows(account: Account) -> Account:
    account("create table t (g varchar, x number, f float, b boolean, y varchar)")
    account(
        "insert into t values ('a', 1, 0.5, true, 'p'), ('a', 2, 1.5, false, 'q'), "
        "('a', 2, null, true, null), ('b', null, 2.5, null, 'p'), ('b', 10, 3.5, false, 'r')"
    )
    return account


@documented("sql-reference/functions-aggregation", "aggregates leave nulls out")
def test_aggregates(rows: Account) -> None:
    assert_values(
        rows,
        {
            "count(*)": 5,
            "count(x)": 4,
            "count(distinct x)": 3,
            "count(distinct g, x)": 3,
            "count_if(x > 1)": 3,
            "sum(x)": 15,
            "sum(distinct x)": 13,
            "avg(x)": Decimal("3.750000"),
            "min(y)": "p",
            "max(f)": 3.5,
            "median(x)": Decimal("2.000"),
            "mode(x)": 2,
            "any_value(g) in ('a', 'b')": True,
            "booland_agg(b)": False,
            "boolor_agg(b)": True,
            "max_by(y, x)": "r",
            "min_by(y, x)": "p",
            "approx_count_distinct(x)": 3,
            "bitor_agg(x)": 11,
            "var_pop(f)": 1.25,
            "round(stddev(f), 6)": 1.290994,
            "round(stddev_pop(f), 6)": 1.118034,
            "round(variance(f), 6)": 1.666667,
            "percentile_cont(0.5) within group (order by f)": 2.0,
            "percentile_disc(0.5) within group (order by x)": 2,
            "percentile_disc(0.25) within group (order by x desc)": 10,
            "corr(x, x) between 0.999 and 1.001": True,
            "listagg(distinct g, '') within group (order by g)": "ab",
            "skew(f)": 0.0,
        },
        "from t",
    )
    assert rows("select sum(x), avg(x), min(x), count(x), median(x) from t where false") == [
        (None, None, None, 0, None)
    ]
    assert rows("select g, stddev(x) from t where g = 'b' group by g") == [("b", None)]


@documented(CONSTRUCTS + "group-by", "group by: position, alias, all, having")
def test_group_by(rows: Account) -> None:
    expected = [("a", 5), ("b", 10)]
    for clause in ("g", "1", "all"):
        assert rows(f"select g, sum(x) from t group by {clause} order by g") == expected
    assert rows("select upper(g) as k, sum(x) from t group by k order by k") == [
        ("A", 5),
        ("B", 10),
    ]
    assert rows("select g from t group by g having sum(x) > 5") == [("b",)]
    rows.error("select g, x from t group by g")


@documented(CONSTRUCTS + "group-by-rollup", "rollup, cube, grouping sets, grouping")
def test_grouping_sets(rows: Account) -> None:
    assert rows("select g, sum(x), grouping(g) from t group by rollup (g) order by g") == [
        ("a", 5, 0),
        ("b", 10, 0),
        (None, 15, 1),
    ]
    assert rows("select count(*) from (select g, b from t group by cube (g, b))") == [(10,)]
    assert rows("select g, b, count(*) from t group by grouping sets (g, b) order by g, b") == [
        ("a", None, 3),
        ("b", None, 2),
        (None, False, 2),
        (None, True, 2),
        (None, None, 1),
    ]


@documented("sql-reference/functions-window", "windows: ranks, lag, frames, ratio_to_report")
def test_windows(rows: Account) -> None:
    rows("create table w (g varchar, n number, v number)")
    rows("insert into w values ('a', 1, 10), ('a', 2, null), ('a', 3, 30), ('b', 1, 5)")
    found = rows(
        "select g, n, row_number() over (partition by g order by n desc), "
        "sum(v) over (partition by g order by n), lag(v, 1, -1) over (partition by g order by n), "
        "lead(n) over (partition by g order by n), "
        "first_value(v) over (partition by g order by n), "
        "last_value(v) ignore nulls over (partition by g order by n rows between unbounded "
        "preceding and current row), "
        "sum(n) over (partition by g order by n rows between 1 preceding and current row), "
        "count(*) over (partition by g) from w order by g, n"
    )
    assert found == [
        ("a", 1, 3, 10, -1, 2, 10, 10, 1, 3),
        ("a", 2, 2, 10, 10, 3, 10, 10, 3, 3),
        ("a", 3, 1, 40, None, None, 10, 30, 5, 3),
        ("b", 1, 1, 5, -1, None, 5, 5, 1, 1),
    ]
    assert rows(
        "select x, rank() over (order by x), dense_rank() over (order by x), "
        "percent_rank() over (order by x), ntile(2) over (order by x), "
        "cume_dist() over (order by x) from t where x is not null order by x"
    ) == [
        (1, 1, 1, 0.0, 1, 0.25),
        (2, 2, 2, pytest.approx(1 / 3), 1, 0.75),
        (2, 2, 2, pytest.approx(1 / 3), 2, 0.75),
        (10, 4, 3, 1.0, 2, 1.0),
    ]
    assert rows("select ratio_to_report(v) over () from w where v is not null order by v") == [
        (pytest.approx(1 / 9, abs=1e-6),),
        (pytest.approx(2 / 9, abs=1e-6),),
        (pytest.approx(6 / 9, abs=1e-6),),
    ]
    assert rows("select nth_value(v, 2) over (order by v) from w where v > 5 order by v") == [
        (30,),
        (30,),
    ]


@documented(
    "sql-reference/functions-window-syntax", "the default frame of last_value is the partition"
)
def test_the_default_frame_of_last_value(rows: Account) -> None:
    """Rank-related functions take the whole partition, unlike aggregates with an order."""
    assert rows(
        "select x, last_value(x) over (order by x), sum(x) over (order by x) from t "
        "where x is not null order by x"
    ) == [(1, 10, 1), (2, 10, 5), (2, 10, 5), (10, 10, 15)]


@documented("sql-reference/functions-window-syntax", "range between interval ... preceding")
def test_range_frames(account: Account) -> None:
    account("create table t (at timestamp_ntz, x number)")
    account(
        "insert into t values ('2026-01-01 00:00', 1), ('2026-01-01 00:30', 2), "
        "('2026-01-01 02:00', 4)"
    )
    assert account(
        "select sum(x) over (order by at range between interval '1 hour' preceding and current "
        "row) from t order by at"
    ) == [(1,), (3,), (4,)]


@documented(CONSTRUCTS + "qualify", "qualify")
def test_qualify(rows: Account) -> None:
    assert rows(
        "select g, x from t where x is not null qualify row_number() over (partition by g "
        "order by x desc) = 1 order by g"
    ) == [("a", 2), ("b", 10)]
    assert rows("select g, sum(x) as s from t group by g qualify rank() over (order by s) = 1") == [
        ("a", 5)
    ]


@documented(CONSTRUCTS + "join", "joins: inner, left, full, cross, natural, using, lateral")
def test_joins(account: Account) -> None:
    account("create table a (id number, x varchar)")
    account("create table b (id number, y varchar)")
    account("insert into a values (1, 'a1'), (2, 'a2'), (null, 'an')")
    account("insert into b values (2, 'b2'), (3, 'b3'), (null, 'bn')")
    assert account("select x, y from a join b on a.id = b.id") == [("a2", "b2")]
    assert account("select id, x, y from a join b using (id)") == [(2, "a2", "b2")]
    assert account("select x, y from a natural join b") == [("a2", "b2")]
    assert account("select x, y from a left join b using (id) order by x") == [
        ("a1", None),
        ("a2", "b2"),
        ("an", None),
    ]
    assert account("select count(*) from a full outer join b on a.id = b.id") == [(5,)]
    assert account("select count(*) from a cross join b") == [(9,)]
    assert account("select count(*) from a, b where a.id < b.id") == [(3,)]
    assert account("select x from a where id in (select id from b)") == [("a2",)]
    assert account(
        "select x from a where not exists (select 1 from b where b.id = a.id) order by x"
    ) == [("a1",), ("an",)]
    assert account("select x from a where id not in (select id from b)") == []
    assert account(
        "select a.x, l.n from a, lateral (select count(*) as n from b where "
        "b.id > a.id) as l order by x"
    ) == [("a1", 2), ("a2", 1), ("an", 0)]
    assert account("select (select max(y) from b) as m, x from a where x = 'a1'") == [("bn", "a1")]


@documented(CONSTRUCTS + "asof-join", "asof join ... match_condition")
def test_asof_join(account: Account) -> None:
    account("create table t (k varchar, at number)")
    account("create table q (k varchar, at number, v number)")
    account("insert into t values ('a', 5), ('a', 1), ('b', 3)")
    account("insert into q values ('a', 2, 20), ('a', 4, 40), ('b', 9, 90)")
    assert account(
        "select t.k, t.at, q.v from t asof join q match_condition (t.at >= q.at) on t.k = q.k "
        "order by 1, 2"
    ) == [("a", 1, None), ("a", 5, 40), ("b", 3, None)]


@documented("sql-reference/operators-query", "union, union all, intersect, except, minus")
def test_sets(account: Account) -> None:
    assert account("select 1 as x union select 1 union all select 2 order by x") == [(1,), (2,)]
    assert account("select 1 union all select 1") == [(1,), (1,)]
    assert account("select 1 intersect select 1") == [(1,)]
    assert account("select 1 except select 2") == [(1,)]
    assert account("select 1 minus select 1") == []
    account.error("select 1, 2 union select 1")
    assert account("select 1 as a, 2 as b union all by name select 3 as b, 4 as a order by a") == [
        (1, 2),
        (4, 3),
    ]


@documented(CONSTRUCTS + "with", "with, recursive")
def test_common_table_expressions(account: Account) -> None:
    assert account(
        "with a as (select 1 as x), b as (select x + 1 as y from a) select y from b"
    ) == [(2,)]
    assert account(
        "with recursive r (n) as (select 1 union all select n + 1 from r where n < 4) "
        "select sum(n) from r"
    ) == [(10,)]
    account("create table boss (id number, parent number)")
    account("insert into boss values (1, null), (2, 1), (3, 2)")
    assert account(
        "with recursive tree as (select id, 0 as depth from boss where parent is null union all "
        "select b.id, depth + 1 from boss b join tree t on b.parent = t.id) "
        "select id, depth from tree order by id"
    ) == [(1, 0), (2, 1), (3, 2)]


@documented(CONSTRUCTS + "values", "values, generator, seq4")
def test_rows_from_nothing(account: Account) -> None:
    assert account("select * from (values (1, 'a'), (2, 'b')) as v (n, t) order by n") == [
        (1, "a"),
        (2, "b"),
    ]
    assert account("select $1, column2 from values (1, 'a')") == [(1, "a")]
    assert account("select seq4() as n from table(generator(rowcount => 3)) order by n") == [
        (0,),
        (1,),
        (2,),
    ]
    assert account("select count(*) from table(generator(rowcount => 100))") == [(100,)]
    assert account(
        "select dateadd(day, row_number() over (order by null) - 1, '2026-01-01'::date) as d "
        "from table(generator(rowcount => 2)) order by d"
    ) == [(date(2026, 1, 1),), (date(2026, 1, 2),)]


@documented(
    FUNCTIONS + "split_to_table",
    "table functions: split_to_table, strtok_split_to_table",
    "refused",
)
@pytest.mark.parametrize("name", ["split_to_table", "strtok_split_to_table"])
def test_text_becomes_rows(account: Account, name: str) -> None:
    assert account(f"select value from table({name}('a.b', '.'))") == [("a",), ("b",)]


@documented(CONSTRUCTS + "pivot", "pivot, unpivot")
def test_pivot(account: Account) -> None:
    account("create table t (who varchar, month varchar, amount number)")
    account(
        "insert into t values ('a', 'JAN', 1), ('a', 'JAN', 2), ('a', 'FEB', 5), ('b', 'FEB', 7)"
    )
    assert account(
        "select * from t pivot (sum(amount) for month in ('JAN', 'FEB')) as p (who, jan, feb) "
        "order by who"
    ) == [("a", 3, 5), ("b", None, 7)]
    account("create table m (who varchar, jan number, feb number)")
    account("insert into m values ('a', 1, 2), ('b', null, 3)")
    assert account(
        "select * from m unpivot (amount for month in (jan, feb)) order by who, month"
    ) == [("a", "FEB", 2), ("a", "JAN", 1), ("b", "FEB", 3)]


@documented(CONSTRUCTS + "limit", "limit, offset, fetch, top")
def test_limits(account: Account) -> None:
    source = "from values (3), (1), (2) as v (x)"
    assert account(f"select x {source} order by x limit 2") == [(1,), (2,)]
    assert account(f"select x {source} order by x limit 1 offset 1") == [(2,)]
    assert account(f"select top 1 x {source} order by x") == [(1,)]
    assert account(f"select x {source} order by x fetch first 2 rows only") == [(1,), (2,)]
    assert account(f"select distinct x > 1 as y {source} order by y") == [(False,), (True,)]


@documented(CONSTRUCTS + "sample", "sample: percent and rows")
def test_samples(account: Account) -> None:
    account("create table t as select seq4() as x from table(generator(rowcount => 100))")
    assert account("select count(*) from t sample (100)") == [(100,)]
    assert account("select count(*) from t sample (0)") == [(0,)]
    assert account("select count(*) from t sample (7 rows)") == [(7,)]


@documented(CONSTRUCTS + "match_recognize", "match_recognize", "refused")
def test_match_recognize(account: Account) -> None:
    account("create table t (x number)")
    account(
        "select * from t match_recognize (order by x measures count(*) as n pattern (a+) "
        "define a as x > 1)"
    )


@documented(CONSTRUCTS + "connect-by", "connect by", "refused")
def test_connect_by(account: Account) -> None:
    account("create table t (id number, parent number)")
    account("select id from t start with parent is null connect by parent = prior id")


@documented(CONSTRUCTS + "at-before", "time travel: at, before", "refused")
def test_time_travel(account: Account) -> None:
    account("create table t (x number)")
    account("select x from t at (offset => -60)")


@documented("sql-reference/bind-variables", "bound values of every type")
def test_bound_values(account: Account) -> None:
    values: list[Any] = [
        *(1, -(2**63), 1.5, "it's ? :1", "", True, False, b"\x00\xff"),
        *(Decimal("1.10"), date(2026, 1, 5), time(8, 30, 1)),
        datetime(2026, 1, 5, 8, 30, 0, 123456),
    ]
    assert [account.one("?", value) for value in values] == values
    assert account.one("? is null", None) is True
    account(
        "create table t (n number, f float, s varchar, b boolean, d date, at timestamp_ntz, "
        "x number(10, 2), y binary)"
    )
    row = (
        1,
        1.5,
        "a",
        True,
        date(2026, 1, 5),
        datetime(2026, 1, 5, 8, 30),
        Decimal("1.10"),
        b"\x01",
    )
    account("insert into t values (?, ?, ?, ?, ?, ?, ?, ?)", *row)
    account("insert into t values (?, ?, ?, ?, ?, ?, ?, ?)", *[None] * 8)
    assert account("select * from t order by n") == [row, (None,) * 8]
    cursor = account.connection.cursor()
    cursor.executemany("insert into t (n, at) values (?, ?)", [(2, row[5]), (3, None), (4, row[5])])
    assert cursor.rowcount == 3
    assert account("select n, at from t where n > 1 order by n") == [
        (2, row[5]),
        (3, None),
        (4, row[5]),
    ]
    assert account("select n from t where at = ? and n in (?, ?)", row[5], 2, 4) == [
        (2,),
        (4,),
    ] or [
        (4,),
        (2,),
    ]
    assert account("select dateadd(hour, ?, ?::timestamp_ntz)", 1, datetime(2026, 1, 5)) == [
        (datetime(2026, 1, 5, 1),)
    ]
    assert json.loads(account.one("parse_json(?)", '{"a": 1}')) == {"a": 1}
    account.error("select ? + ?", 1)


@documented("sql-reference/functions-all", "functions that do not exist are errors")
def test_errors_of_names(account: Account) -> None:
    assert_errors(account, ["nope", "count(*) from nowhere"])
