"""What Snowpark's local testing mode lacks or gets wrong, and a session with it put right.

Only what the row-by-row cores need; what is left as it is stands in docs/testing.md. Each patch is
tested against the sandbox on the same inputs. A patch keeps `column.index`: a filter leaves gaps,
and a fresh index would put a value into another row.
"""

import datetime as dt
import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import Any

import snowflake.snowpark.mock._functions as mock_functions
import snowflake.snowpark.mock._plan as mock_plan
import snowflake.snowpark.mock._snowflake_data_type as mock_types
from snowflake.snowpark import Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.mock import ColumnEmulator, ColumnType, patch
from snowflake.snowpark.mock._functions import MockedFunctionRegistry
from snowflake.snowpark.types import (
    DataType,
    DecimalType,
    LongType,
    NullType,
    StringType,
    TimestampTimeZone,
    TimestampType,
    VariantType,
)

JSON_NULL = object()
"""A VARIANT that holds JSON's null, which is not null itself."""
EPOCH = dt.datetime(1970, 1, 1)
NUMERIC = (StringType, LongType, DecimalType)
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE | re.ASCII)


@contextmanager
def local_session() -> Iterator[Session]:
    """A Snowpark session in local testing mode, with the patches of this module."""
    session = Session.builder.config("local_testing", True).create()
    yield session
    session.close()
    session._conn.stage_registry._root_dir.cleanup()  # closing leaves it, and Python warns of it


def _column(data: Sequence[Any], like: ColumnEmulator, kind: DataType) -> ColumnEmulator:
    result = ColumnEmulator(data=data, index=like.index, dtype=object)
    result.sf_type = ColumnType(kind, nullable=True)
    return result


def _mapped(column: ColumnEmulator, of: Callable[[Any], Any], kind: DataType) -> ColumnEmulator:
    """The column of `of(value)`, null for null."""
    return _column([None if _is_null(value) else of(value) for value in column], column, kind)


def _is_null(value: Any) -> bool:
    """pandas may hold the nulls of a column as NaN or NaT, which equal not even themselves."""
    return value is None or value != value


# Missing functions.


@patch(F.try_parse_json)
def _try_parse_json(column: ColumnEmulator) -> ColumnEmulator:
    return _mapped(column, _parsed, VariantType())


def _parsed(text: str) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_json)
    except ValueError:
        return None
    return JSON_NULL if value is None else value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


@patch(F.get_path)
def _get_path(column: ColumnEmulator, path: ColumnEmulator) -> ColumnEmulator:
    def value_at(value: Any, path: str) -> Any:
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    found = [value_at(value, of) for value, of in zip(column, path, strict=True)]
    return _column(found, column, VariantType())


@patch(F.as_object)
def _as_object(column: ColumnEmulator) -> ColumnEmulator:
    return _mapped(column, lambda value: value if isinstance(value, dict) else None, VariantType())


@patch(F.object_delete)
def _object_delete(
    column: ColumnEmulator, key: ColumnEmulator, *keys: ColumnEmulator
) -> ColumnEmulator:
    gone = {name for names in (key, *keys) for name in names}
    return _mapped(
        column, lambda value: {k: v for k, v in value.items() if k not in gone}, VariantType()
    )


@patch(F.to_json)
def _to_json(column: ColumnEmulator) -> ColumnEmulator:
    return _mapped(column, _json_text, StringType())


def _json_text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@patch(F.sha2)
def _sha2(column: ColumnEmulator, _bits: ColumnEmulator) -> ColumnEmulator:
    return _mapped(column, lambda text: hashlib.sha256(text.encode()).hexdigest(), StringType())


@patch(F.trim)
def _trim(column: ColumnEmulator, _characters: None = None) -> ColumnEmulator:
    return _mapped(column, lambda text: text.strip(" "), StringType())


@patch(F.rtrim)
def _rtrim(column: ColumnEmulator, characters: ColumnEmulator) -> ColumnEmulator:
    rows = zip(column, characters, strict=True)
    return _column([None if t is None else t.rstrip(c) for t, c in rows], column, StringType())


@patch("nullif")
def _nullif(column: ColumnEmulator, other: ColumnEmulator) -> ColumnEmulator:
    rows = zip(column, other, strict=True)
    return _column([None if v == w else v for v, w in rows], column, column.sf_type.datatype)


@patch("try_to_timestamp_tz")
def _try_to_timestamp_tz(column: ColumnEmulator, _format: ColumnEmulator) -> ColumnEmulator:
    def instant(text: str) -> dt.datetime | None:
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError:
            return None

    return _mapped(column, instant, TimestampType(TimestampTimeZone.TZ))


@patch(F.date_trunc)
def _date_trunc(part: str, column: ColumnEmulator) -> ColumnEmulator:
    """To the hour, or to the microsecond, which Python's times never exceed."""
    if part == "microsecond":
        return column
    if part != "hour":
        raise NotImplementedError(part)
    return _mapped(
        column, lambda at: at.replace(minute=0, second=0, microsecond=0), column.sf_type.datatype
    )


@patch(F.floor)
def _floor(column: ColumnEmulator) -> ColumnEmulator:
    return _mapped(column, math.floor, LongType())


@patch(F.regexp_replace)
def _regexp_replace(
    subject: ColumnEmulator,
    pattern: ColumnEmulator,
    replacement: ColumnEmulator,
    *_: ColumnEmulator,
) -> ColumnEmulator:
    rows = zip(subject, pattern, replacement, strict=True)
    replaced = [None if text is None else re.sub(of, by, text) for text, of, by in rows]
    return _column(replaced, subject, StringType())


def _part_of_date(function: Any, part: str) -> None:
    @patch(function)
    def of(column: ColumnEmulator) -> ColumnEmulator:
        return _mapped(column, lambda at: getattr(at, part), LongType())


for _function, _part in ((F.year, "year"), (F.month, "month"), (F.dayofmonth, "day")):
    _part_of_date(_function, _part)


# Functions that local testing mode has, but that fail on null times or lose the index of a
# filtered column.


@patch(F.date_part)
def _date_part(part: str, column: ColumnEmulator) -> ColumnEmulator:
    if part != "epoch_microsecond":
        raise NotImplementedError(part)
    return _mapped(column, lambda at: (at - EPOCH) // dt.timedelta(microseconds=1), LongType())


@patch(F.iff)
def _iff(
    condition: ColumnEmulator, when_true: ColumnEmulator, otherwise: ColumnEmulator
) -> ColumnEmulator:
    rows = zip(condition, when_true, otherwise, strict=True)
    chosen = [yes if _holds(met) else no for met, yes, no in rows]
    kind = mock_types.get_coerce_result_type(when_true.sf_type, otherwise.sf_type)
    return _column(chosen, condition, kind.datatype)


def _holds(condition: Any) -> bool:
    return condition is not None and bool(condition == True)  # noqa: E712 a NaN is no truth


def _keeping_index(name: str) -> None:
    builtin = MockedFunctionRegistry.get_or_create().get_function(name).impl

    @patch(name)
    def kept(*columns: ColumnEmulator | None) -> ColumnEmulator:
        index = next(column.index for column in columns if column is not None)
        fresh = [None if c is None else c.reset_index(drop=True) for c in columns]
        result = builtin(*fresh)
        result.index = index
        return result


for _name in ("convert_timezone", "endswith", "substring"):
    _keeping_index(_name)


# Casts and CASE are no functions there, so they are put right where they are worked out.


def _cast(
    column: ColumnEmulator, target: ColumnType, try_cast: bool = False
) -> ColumnEmulator | None:
    source, kind = column.sf_type.datatype, target.datatype
    if isinstance(source, NullType):
        return _column(list(column), column, kind)
    if isinstance(source, VariantType) and isinstance(kind, StringType):
        return _mapped(column, lambda v: v if isinstance(v, str) else _json_text(v), kind)
    if isinstance(source, LongType | DecimalType) and isinstance(kind, StringType):
        scale = getattr(source, "scale", 0)
        return _mapped(column, lambda number: f"{Decimal(number):.{scale}f}", kind)
    if isinstance(source, NUMERIC) and isinstance(kind, DecimalType):
        return _mapped(column, lambda given: _rounded(str(given), kind), kind)
    return _builtin_cast(column, target, try_cast)


def _rounded(text: str, kind: DecimalType) -> Decimal | None:
    """Local testing mode goes through a float, which neither keeps digits nor rounds half up."""
    if not NUMBER.fullmatch(text):
        return None
    with localcontext(prec=2 * kind.precision):
        try:
            exact = Decimal(text).quantize(Decimal(1).scaleb(-kind.scale), ROUND_HALF_UP)
        except InvalidOperation:
            return None
    return exact if exact.copy_abs() < 10 ** (kind.precision - kind.scale) else None


_builtin_cast = mock_functions.cast_column_to
mock_functions.cast_column_to = _cast
mock_plan.cast_column_to = _cast


def _inferred(python_type: Any) -> DataType:
    """CASE starts from a column of nulls, which would make every outcome a VARIANT."""
    return NullType() if python_type is type(None) else _builtin_inferred(python_type)


_builtin_inferred = mock_types.infer_sp_type_from_python_type
mock_types.infer_sp_type_from_python_type = _inferred
