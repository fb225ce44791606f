"""Whole tables compared row for row, whatever types the clients give their values."""

import datetime as dt
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

Row = Mapping[str, Any]


def assert_same_rows(name: str, actual: Iterable[Row], expected: Iterable[Row]) -> None:
    """Fail with the rows that only one side has, column by column where one row differs."""
    has, should_have = _counted(actual), _counted(expected)
    surplus, lacking = has - should_have, should_have - has
    if surplus or lacking:
        lines = [f"{name}: {surplus.total()} rows too many, {lacking.total()} rows missing"]
        lines += [f"  too many: {_text(row)}" for row in sorted(surplus, key=str)[:10]]
        lines += [f"  missing:  {_text(row)}" for row in sorted(lacking, key=str)[:10]]
        raise AssertionError("\n".join(lines))


def plain(value: Any) -> Any:
    """The value with one type per meaning: None, str, bool, Decimal, datetime, date or tuple."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, bool | str | dt.datetime | dt.date):
        return value
    if isinstance(value, Mapping | list):
        return json.dumps(value, sort_keys=True, default=float)
    if isinstance(value, tuple):
        return tuple(plain(part) for part in value)
    if hasattr(value, "item"):
        return plain(value.item())
    return Decimal(str(value)).normalize() + 0


def _counted(rows: Iterable[Row]) -> Counter[tuple[tuple[str, Any], ...]]:
    return Counter(
        tuple(sorted((name, plain(value)) for name, value in row.items())) for row in rows
    )


def _text(row: tuple[tuple[str, Any], ...]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row if value is not None)
