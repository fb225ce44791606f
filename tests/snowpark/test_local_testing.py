"""Each function that our cores use gives the same values in local testing mode and on the sandbox.

So the patches of `support.local_testing` are held to what they stand for. Every case runs over a
filtered frame too: a column that loses its index there puts values into other rows.
"""

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from carefloe.field import NO_NUMBER, NO_TEXT, null_if_empty, time_of
from carefloe.key import date_key, hash_of, instant
from carefloe.silver.patient_flow import meant
from snowflake.snowpark import Column, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, iff, lit
from snowflake.snowpark.types import DataType
from support import edge
from support.frame import AMOUNT, TEXT, TIME, WHOLE, frame, rows_of

GIVEN = col("GIVEN")
PARSED = F.try_parse_json(GIVEN)
OBJECT = F.as_object(PARSED)
JSON_VALUES = {"to_json", "object_delete"}
"""Their blanks and the order of their keys mean nothing."""


@dataclass(frozen=True)
class Inputs:
    """Values of one type, and what is worked out of each of them."""

    name: str
    kind: DataType
    values: list[Any]
    functions: dict[str, Column]


JSON_TEXTS = Inputs(
    "JSON texts",
    TEXT,
    [
        '{"a": {"b": 1}, "c": "é \\" \\\\ "}',
        '{"a": {"b": null}, "d": null}',
        '{"a": "b"}',
        '{"a": 5, "e": [1, {"f": true}]}',
        '{"a": {"b": {"x": "1"}}}',
        '{"a": {"b": "text"}}',
        '{"a": {"b": false}}',
        '{"a": {"b": 1.5}}',
        "{}",
        "[]",
        "null",
        "5",
        '"a"',
        "true",
        "{",
        "",
        "  ",
        None,
    ],
    {
        "is no JSON": PARSED.is_null(),
        "is no object": OBJECT.is_null(),
        "to_json": F.to_json(OBJECT),
        "object_delete": F.to_json(F.object_delete(OBJECT, lit("a"), lit("zz"))),
        "get_path": F.get_path(OBJECT, lit("a.b")).cast("string"),
        "get_path of text": F.get_path(OBJECT, lit("c")).cast("string"),
    },
)
WORDS = Inputs(
    "words",
    TEXT,
    ["", " ", "  a b  ", "a|b||", "||", "Z", "AZ", "2026-01-05T12:00:00+00:00Z", "東京", None],
    {
        "sha2": F.sha2(GIVEN, 256),
        "trim": F.trim(GIVEN),
        "rtrim": F.rtrim(GIVEN, lit("|")),
        "nullif": null_if_empty(GIVEN),
        "iff": iff(col("GIVEN") == lit("Z"), lit("yes"), GIVEN),
        "iff of nulls": iff(GIVEN.is_null(), lit("none"), NO_TEXT),
        "substring": F.substring(GIVEN, lit(1), F.length(GIVEN) - lit(1)),
        "endswith": iff(F.endswith(GIVEN, lit("Z")), lit("yes"), lit("no")),
        "regexp_replace": F.regexp_replace(GIVEN, lit(r"(\d{2})Z$"), lit(r":\1")),
        "case": F.when(GIVEN.is_null(), lit("null")).when(col("GIVEN") == lit("Z"), lit("z")),
        "hash_of": hash_of(GIVEN, lit("x")),
    },
)
DEPARTMENTS = Inputs(
    "departments", TEXT, [given for given, _, _ in edge.DEPARTMENTS], {"meant": meant(GIVEN)}
)
TIME_TEXTS = Inputs(
    "texts of times",
    TEXT,
    [given for given in (*edge.TIMES, *edge.NO_TIMES) if given is None or isinstance(given, str)],
    {"time_of": time_of(GIVEN)},
)
TIMES = Inputs(
    "times",
    TIME,
    [
        dt.datetime(1969, 12, 31, 23, 59, 59, 999_999),
        dt.datetime(1970, 1, 1),
        dt.datetime(2026, 1, 5, 12, 0, 0, 1),
        None,
        dt.datetime(2028, 2, 29),
        dt.datetime(2150, 1, 1),
    ],
    {
        "instant": instant(GIVEN),
        "date_trunc": F.date_trunc("hour", GIVEN),
        "date_key": date_key(GIVEN),
        "iff": iff(col("GIVEN") > lit(dt.datetime(2000, 1, 1)), GIVEN, lit(None)),
        "hash_of": hash_of(instant(GIVEN)),
    },
)
NUMBERS = Inputs(
    "whole numbers",
    WHOLE,
    [0, 7, -7, None, 10**15],
    {
        "text": GIVEN.cast("string"),
        "iff": iff(col("GIVEN") < lit(0), lit(None), GIVEN),
        "hash_of": hash_of(GIVEN),
    },
)
AMOUNTS = Inputs(
    "amounts",
    AMOUNT,
    [Decimal("0.10"), Decimal(7), Decimal("-7.25"), None, Decimal("999999999999.99")],
    {
        "text": GIVEN.cast("string"),
        "hash_of": hash_of(GIVEN),
        "floor": F.floor(GIVEN),
        "rounded": GIVEN.cast("number(18, 1)"),
        "iff of nulls": iff(col("GIVEN") > lit(8), GIVEN, NO_NUMBER),
    },
)
ALL = [JSON_TEXTS, WORDS, DEPARTMENTS, TIME_TEXTS, TIMES, NUMBERS, AMOUNTS]


def outcome(session: Session, inputs: Inputs, filtered: bool) -> dict[Any, dict[str, Any]]:
    """Value of each function, by the place of the given value."""
    given = frame(session, {"PLACE": WHOLE, "GIVEN": inputs.kind}, list(enumerate(inputs.values)))
    kept = given.filter(col("PLACE") % lit(3) != lit(0)) if filtered else given
    named = {f"V{number}": name for number, name in enumerate(inputs.functions)}
    values = zip(named, inputs.functions.values(), strict=True)
    rows = rows_of(kept.select("PLACE", *(value.alias(column) for column, value in values)))
    return {
        row["place"]: {name: _read(name, row[column.lower()]) for column, name in named.items()}
        for row in rows
    }


def _read(name: str, value: Any) -> Any:
    return json.loads(value) if name in JSON_VALUES and value is not None else value


@pytest.mark.parametrize("filtered", [False, True], ids=["whole", "filtered"])
@pytest.mark.parametrize("inputs", ALL, ids=lambda inputs: inputs.name)
def test_each_function_gives_the_same_values(
    local: Session, sandbox: Session, inputs: Inputs, filtered: bool
) -> None:
    here, there = outcome(local, inputs, filtered), outcome(sandbox, inputs, filtered)
    assert len(here) == sum(not filtered or place % 3 > 0 for place in range(len(inputs.values)))
    assert there == here
