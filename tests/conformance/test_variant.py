"""VARIANT, OBJECT and ARRAY."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError
from support.conformance import Account, documented
from support.expressions import assert_errors, assert_values

FUNCTIONS = "sql-reference/functions/"
PATHS = "user-guide/querying-semistructured"
DOCUMENT = (
    '{"a": 1, "A": 2, "b": {"c": [10, {"d": "x"}], "odd key": true}, "n": null, '
    '"t": "2026-01-05T08:30:00Z", "q": "it\\\'s", "f": 1.5, "s": "7", "e": ""}'
)


@pytest.fixture
def document(account: Account) -> Account:
    account("create table t (p variant)")
    account(f"insert into t select parse_json('{DOCUMENT}')")
    return account


@documented(PATHS, "paths: dots, brackets, case-sensitive keys")
def test_paths(document: Account) -> None:
    assert_values(
        document,
        {
            "p:a::int": 1,
            "p:A::int": 2,
            "P:a::int": 1,
            "p['a']::int": 1,
            "p:b.c[0]::int": 10,
            "p:b.c[1].d::varchar": "x",
            "p['b']['c'][1]['d']::varchar": "x",
            "p:b['c'][1]:d::varchar": "x",
            'p:b."odd key"::boolean': True,
            "p['b']['odd key']::boolean": True,
            "p:b.C": None,
            "p:nope.deeper[3]": None,
            "p:b.c[9]": None,
            "p:b.c[-1]": None,
            "get_path(p, 'b.c[0]')::int": 10,
            "get(p, 'a')::int": 1,
            "get(p:b:c, 0)::int": 10,
            "get_ignore_case(p:b, 'C')[0]::int": 10,
            "p:a.b": None,
            "t.p:a::int": 1,
        },
        "from t",
    )


@documented(PATHS, "casts of a variant")
def test_variants_are_cast(document: Account) -> None:
    assert_values(
        document,
        {
            "p:a::varchar": "1",
            "p:f::varchar": "1.5",
            "p:q::varchar": "it's",
            "p:s::int": 7,
            "p:s::number(5, 2)": Decimal("7.00"),
            "p:f::float": 1.5,
            "p:f::int": 2,
            "p:t::timestamp_ntz": datetime(2026, 1, 5, 8, 30),
            "p:t::date": date(2026, 1, 5),
            'p:b."odd key"::varchar': "true",
            "p:b::varchar": '{"c":[10,{"d":"x"}],"odd key":true}',
            "p:e::varchar": "",
            "upper(p:q)": "IT'S",
            "p:q || '!'": "it's!",
            "p:a = 1": True,
            "p:a > 0": True,
            "p:s = '7'": True,
            "p:q = 'it\\'s'": True,
            "p:q like 'it%'": True,
            "to_number(p:s)": 7,
            "length(p:q)": 4,
            "coalesce(p:n::varchar, 'none')": "none",
            "iff(p:a = 1, 'one', 'other')": "one",
            "p:b.c[1].d in ('x', 'y')": True,
            "min(p:a::int)": 1,
        },
        "from t",
    )
    assert document.one("p:f = 2 or p:f > 1.6 or p:f in (2, 3) from t") is False
    assert document.one("p:a + 1 from t") == 2
    assert document.one("p:f * 2 from t") == 3
    for wrong in ("p:q::int", "p:t::int", "p:b::int", "p:q::boolean", "p:q::date"):
        document.error(f"select {wrong} from t")


@documented("user-guide/semistructured-considerations", "JSON null beside SQL NULL")
def test_a_json_null_is_a_value(document: Account) -> None:
    assert_values(
        document,
        {
            "p:n is null": False,
            "is_null_value(p:n)": True,
            "is_null_value(p:nope)": None,
            "is_null_value(p:a)": False,
            "p:nope is null": True,
            "p:n::varchar": None,
            "p:n::int": None,
            "p:n::varchar is null": True,
            "typeof(p:n)": "NULL_VALUE",
            "typeof(p:nope)": None,
            "strip_null_value(p:n) is null": True,
            "strip_null_value(p:a)::int": 1,
            "parse_json('null') is null": False,
            "parse_json(null) is null": True,
            "to_variant(null) is null": True,
            "nvl(p:n::varchar, 'x')": "x",
        },
        "from t",
    )


@documented(FUNCTIONS + "parse_json", "parse_json, try_parse_json, check_json")
def test_text_is_parsed(account: Account) -> None:
    many = ", ".join(f'"k{number}": {number}' for number in range(70))
    assert_values(
        account,
        {
            "parse_json('')": None,
            "parse_json('   ')": None,
            "parse_json(null)": None,
            "parse_json('[1, 2]')[1]::int": 2,
            "parse_json('\"x\"')::varchar": "x",
            "try_parse_json('{\"a\": ')": None,
            "try_parse_json('')": None,
            "try_parse_json('[1,]x')": None,
            "try_parse_json('{\"a\": 1}'):a::int": 1,
            'try_parse_json(\'{"a": 1, "a": 2}\')': None,
            'try_parse_json(\'{"a": 1, "A": 2}\'):A::int': 2,
            f"try_parse_json('{{{many}}}'):k69::int": 69,
            f"try_parse_json('{{{many}, \"k3\": 0}}')": None,
            "check_json('{\"a\": 1}')": None,
            "check_json('{\"a\"') is not null": True,
        },
    )
    assert_errors(account, ['parse_json(\'{"a": 1, "a": 2}\')', "parse_json('nope')"])


@documented(FUNCTIONS + "typeof", "typeof")
def test_typeof(account: Account) -> None:
    assert_values(
        account,
        {
            "typeof(parse_json('1'))": "INTEGER",
            "typeof(parse_json('1.5'))": "DECIMAL",
            "typeof(parse_json('1.2e30'))": "DOUBLE",
            "typeof(parse_json('\"a\"'))": "VARCHAR",
            "typeof(parse_json('true'))": "BOOLEAN",
            "typeof(parse_json('[]'))": "ARRAY",
            "typeof(parse_json('{}'))": "OBJECT",
            "typeof(parse_json('null'))": "NULL_VALUE",
            "typeof(null::variant)": None,
            "typeof(to_variant(1.50))": "DECIMAL",
            "typeof(object_construct())": "OBJECT",
        },
    )


@documented(FUNCTIONS + "as", "as_integer, as_varchar, as_object, ...; is_integer, ...")
def test_values_of_a_type(account: Account) -> None:
    assert_values(
        account,
        {
            "as_integer(parse_json('7'))": 7,
            "as_integer(parse_json('\"7\"'))": None,
            "as_varchar(parse_json('\"7\"'))": "7",
            "as_varchar(parse_json('7'))": None,
            "as_char(parse_json('\"x\"'))": "x",
            "as_boolean(parse_json('true'))": True,
            "as_boolean(parse_json('\"true\"'))": None,
            "as_double(parse_json('1.5'))": 1.5,
            "as_number(parse_json('7'), 10, 0)": 7,
            "as_decimal(parse_json('1.25'), 10, 2)": Decimal("1.25"),
            "as_object(parse_json('{\"a\": 1}')):a::int": 1,
            "as_object(parse_json('[1]'))": None,
            "as_array(parse_json('[5]'))[0]::int": 5,
            "as_array(parse_json('{}'))": None,
            "is_integer(parse_json('7'))": True,
            "is_varchar(parse_json('\"7\"'))": True,
            "is_boolean(parse_json('1'))": False,
            "is_array(parse_json('[]'))": True,
            "is_object(parse_json('[]'))": False,
            "is_decimal(parse_json('1.5'))": True,
            "is_double(parse_json('1.5'))": True,
        },
    )


@documented(FUNCTIONS + "object_construct", "object_construct, object_construct_keep_null")
def test_objects_are_built(account: Account) -> None:
    found = account.one("object_construct('a', 1, 'b', 'x', 'c', null, 'd', true, 'e', 1.5)")
    assert json.loads(found) == {"a": 1, "b": "x", "d": True, "e": 1.5}
    found = account.one("object_construct_keep_null('a', 1, 'b', null)")
    assert json.loads(found) == {"a": 1, "b": None}
    assert json.loads(account.one("{'k': 1, 'o': {'n': [1, 2]}}")) == {"k": 1, "o": {"n": [1, 2]}}
    account("create table t (x number(10, 2), y varchar, z timestamp_ntz, d date)")
    account("insert into t values (1.50, null, '2026-01-05 08:30:00', '2026-01-05')")
    assert json.loads(account.one("object_construct(*) from t")) == {
        "X": 1.5,
        "Z": "2026-01-05 08:30:00.000",
        "D": "2026-01-05",
    }
    nested = account.one("object_construct('o', object_construct('p', array_construct(x))) from t")
    assert json.loads(nested) == {"o": {"p": [1.5]}}


@documented(FUNCTIONS + "object_insert", "object_insert, object_delete, object_pick, object_keys")
def test_objects_are_changed(account: Account) -> None:
    values: dict[str, Any] = {
        "object_insert(object_construct('a', 1), 'b', 2)": {"a": 1, "b": 2},
        "object_insert(object_construct('a', 1), 'a', 2, true)": {"a": 2},
        "object_insert(object_construct('a', 1), 'b', null)": {"a": 1},
        "object_insert(object_construct('a', 1), 'b', parse_json('null'))": {"a": 1, "b": None},
        "object_delete(object_construct('a', 1, 'b', 2), 'a')": {"b": 2},
        "object_delete(object_construct('a', 1, 'b', 2), 'a', 'x')": {"b": 2},
        'object_delete(parse_json(\'{"a": {"b": null}, "c": 1}\')::object, \'c\')': {
            "a": {"b": None}
        },
        "object_pick(object_construct('a', 1, 'b', 2, 'c', 3), 'a', 'b')": {"a": 1, "b": 2},
        "object_pick(object_construct('a', 1, 'b', 2), array_construct('b'))": {"b": 2},
        "object_construct('k', to_json(parse_json('{}')))": {"k": "{}"},
    }
    assert {e: json.loads(account.one(e)) for e in values} == values
    assert sorted(json.loads(account.one('object_keys(parse_json(\'{"b": 1, "a": 2}\'))'))) == [
        "a",
        "b",
    ]
    account.error("select object_insert(object_construct('a', 1), 'a', 2)")


ARRAYS: dict[str, Any] = {
    "array_construct(1, 'x', null, true)": [1, "x", None, True],
    "array_construct_compact(1, null, 2)": [1, 2],
    "[1, 2, 3]": [1, 2, 3],
    "array_append(array_construct(1), 2)": [1, 2],
    "array_append(array_construct(1), 'x')": [1, "x"],
    "array_prepend(array_construct(1), 0)": [0, 1],
    "array_cat(array_construct(1), array_construct(2, 3))": [1, 2, 3],
    "array_compact(array_construct(1, null))": [1],
    "array_distinct(array_construct(1, 1))": [1],
    "array_slice(array_construct(0, 1, 2, 3), 0, 2)": [0, 1],
    "array_slice(array_construct(0, 1, 2, 3), 1, -1)": [1, 2],
    "array_slice(array_construct(0, 1, 2), 5, 9)": [],
    "array_insert(array_construct(0, 1), 1, 'x')": [0, "x", 1],
    "array_remove(array_construct(1, 5, 5), 5::variant)": [1],
    "array_remove_at(array_construct(2, 5, 7), 1)": [2, 7],
    "array_sort(array_construct(20, 0, 10))": [0, 10, 20],
    "array_sort(array_construct(20, 0, 10), false)": [20, 10, 0],
    "array_reverse(array_construct(1, 2))": [2, 1],
    "array_intersection(array_construct('A', 'B'), array_construct('B', 'C'))": ["B"],
    "array_except(array_construct('A', 'B'), array_construct('B'))": ["A"],
    "array_generate_range(2, 5)": [2, 3, 4],
    "array_flatten(array_construct(array_construct(1), array_construct(2, 3)))": [1, 2, 3],
    "to_array('a')": ["a"],
    "to_array(parse_json('[1]'))": [1],
    "array_unique_agg(column1) from values (1), (1)": [1],
    "filter(array_construct(1, 5), x -> x > 2)": [5],
    "transform(array_construct(1, 5), x -> x * 2)": [2, 10],
}


@documented("sql-reference/functions-semistructured", "array_append, array_slice, array_sort, ...")
def test_arrays(account: Account) -> None:
    found = {}
    for expression, value in ARRAYS.items():
        try:
            result = account.one(expression)
            if result is None or json.loads(result) != value:
                found[expression] = result
        except (ProgrammingError, ValueError) as error:
            found[expression] = str(error)
    assert not found, "\n".join(f"{e}: {v}" for e, v in found.items())


@documented("sql-reference/functions-semistructured", "array_size, array_contains, array_to_string")
def test_arrays_are_asked(account: Account) -> None:
    assert_values(
        account,
        {
            "array_size(array_construct(1, 2, null))": 3,
            "array_size(parse_json('[1, 2]'))": 2,
            "array_size(parse_json('{}'))": None,
            "array_contains('b'::variant, array_construct('a', 'b'))": True,
            "array_contains(1::variant, array_construct('a', 'b'))": False,
            "array_contains(2, array_construct(1, 2))": True,
            "array_position('b'::variant, array_construct('a', 'b'))": 1,
            "array_position('x'::variant, array_construct('a'))": None,
            "array_to_string(array_construct(1, 'b', true), ',')": "1,b,true",
            "array_to_string(parse_json('[1, null, 2]'), '-')": "1--2",
            "array_min(array_construct(3, 1, 2))::int": 1,
            "array_max(array_construct(3, 1, 2))::int": 3,
            "arrays_overlap(array_construct(1, 2), array_construct(2))": True,
            "array_construct(1, 2)[1]::int": 2,
            "array_construct(1) = array_construct(1)": True,
        },
    )
    assert_errors(account, ["array_contains('b', array_construct('a', 'b'))"])


@documented(FUNCTIONS + "flatten", "flatten: columns, outer, recursive, mode, path")
def test_flatten(document: Account) -> None:
    assert document(
        "select index, key, value::varchar from t, lateral flatten(input => p:b.c) order by index"
    ) == [(0, None, "10"), (1, None, '{"d":"x"}')]
    assert document(
        "select f.key, f.path, f.index from t, lateral flatten(input => t.p:b) as f order by key"
    ) == [("c", "c", None), ("odd key", "['odd key']", None)]
    assert document(
        "select value::int from table(flatten(input => parse_json('[3, 4]'))) order by 1"
    ) == [(3,), (4,)]
    assert document("select count(*) from t, lateral flatten(input => p:nope)") == [(0,)]
    assert document("select count(*) from t, lateral flatten(p:b.c)") == [(2,)]
    assert document(
        "select f.value, f.index, f.key from t, lateral flatten(input => p:nope, outer => true) f"
    ) == [(None, None, None)]
    assert document(
        'select value::int from table(flatten(input => parse_json(\'{"a": 1, "b": [77, 88]}\'), '
        "path => 'b')) order by 1"
    ) == [(77,), (88,)]
    assert document(
        'select path from table(flatten(input => parse_json(\'{"a": 1, "b": [77, 88], '
        '"c": {"d": "X"}}\'), recursive => true)) order by path'
    ) == [("a",), ("b",), ("b[0]",), ("b[1]",), ("c",), ("c.d",)]
    assert document(
        'select key from table(flatten(input => parse_json(\'{"a": 1, "b": [77]}\'), '
        "mode => 'object')) order by key"
    ) == [("a",), ("b",)]
    assert document(
        "select f1.value:d::varchar from t, lateral flatten(input => p:b) f0, "
        "lateral flatten(input => f0.value) f1 where f1.value:d is not null"
    ) == [("x",)]
    document("create table ids (id int, tags array)")
    document(
        "insert into ids select 1, array_construct('a', 'b') union all select 2, [] "
        "union all select 3, null"
    )
    assert document(
        "select id, f.value::varchar from ids, lateral flatten(input => tags, outer => true) f "
        "order by id, f.index"
    ) == [(1, "a"), (1, "b"), (2, None), (3, None)]
    assert document(
        "select id, count(*) from ids, table(flatten(tags)) group by id order by id"
    ) == [(1, 2)]
    assert (
        document(
            "select id, f.seq from ids, lateral flatten(tags) f qualify "
            "row_number() over (partition by f.seq order by f.index) = 1"
        )[0][0]
        == 1
    )


@documented(FUNCTIONS + "array_agg", "array_agg, object_agg: nulls left out")
def test_rows_become_arrays_and_objects(account: Account) -> None:
    account("create table t (g varchar, k varchar, v number)")
    account("insert into t values ('a', 'x', 2), ('a', 'y', 1), ('a', 'z', null)")
    values: dict[str, Any] = {
        "array_agg(v) within group (order by v)": [1, 2],
        "array_agg(k) within group (order by v desc)": ["z", "x", "y"],
        "array_agg(distinct g)": ["a"],
        "object_agg(k, v)": {"x": 2, "y": 1},
        "object_agg(k, v::variant)": {"x": 2, "y": 1},
        "array_agg(object_construct('k', k)) within group (order by k)": [
            {"k": "x"},
            {"k": "y"},
            {"k": "z"},
        ],
    }
    assert {e: json.loads(account.one(f"{e} from t")) for e in values} == values
    assert account("select array_agg(v)::varchar, array_size(array_agg(v)) from t where false") == [
        ("[]", 0)
    ]


@documented(FUNCTIONS + "to_json", "to_json, to_variant, to_object")
def test_to_json(account: Account) -> None:
    assert_values(
        account,
        {
            'to_json(parse_json(\'{"a": [1, 2, "x"]}\'))': '{"a":[1,2,"x"]}',
            "to_json(parse_json('null'))": "null",
            "to_json(null)": None,
            "to_json(to_variant('a'))": '"a"',
            "to_json(array_construct(1.50))": "[1.5]",
            "to_json(to_object(parse_json('{\"a\": 1}')))": '{"a":1}',
            "to_json('a'::variant)": '"a"',
            "to_json(5::variant)": "5",
            "to_json(5::number(3, 0)::variant)": "5",
            "to_json('2026-01-05'::date::variant)": '"2026-01-05"',
        },
    )
    assert_errors(account, ["to_object(parse_json('1'))"])
    assert json.loads(account.one('parse_json(\'{"b": 1, "a": null}\')')) == {"a": None, "b": 1}


@documented("sql-reference/data-types-semistructured", "variants are compared, grouped and ordered")
def test_variants_are_grouped(account: Account) -> None:
    account("create table t (p variant)")
    account(
        'insert into t select parse_json(column1) from values (\'{"k": "a", "n": 2}\'), '
        '(\'{"k": "a", "n": 10}\'), (\'{"k": "b"}\')'
    )
    assert account("select p:k::varchar as k, sum(p:n::int) from t group by k order by k") == [
        ("a", 12),
        ("b", None),
    ]
    assert account("select p:k, count(*) from t group by p:k order by 2 desc")[0] == ('"a"', 2)
    assert account("select p:n::int from t order by p:n::int desc nulls last") == [
        (10,),
        (2,),
        (None,),
    ]
    assert account("select max(p:n::int) from t where p:k = 'a'") == [(10,)]
    assert account(
        "select t1.p:n::int from t t1 join t t2 on t1.p:k = t2.p:k where t2.p:n = 10 order by 1"
    ) == [(2,), (10,)]
    assert account("select p:n::int n from t where p:n > 5 or p:k in ('b') order by n") == [
        (10,),
        (None,),
    ]
