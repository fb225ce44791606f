"""What the tables of the oracle share: a row, and the comparison of times that may be null."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

Row = dict[str, Any]


def is_after(one: dt.datetime | None, other: dt.datetime | None) -> bool:
    """Never true of a time that is null."""
    return one is not None and other is not None and one > other


def extra(fields: Mapping[str, Any], contract: Iterable[str]) -> Row | None:
    """The fields outside the contract; null when there are none."""
    known = set(contract)
    return {name: value for name, value in fields.items() if name not in known} or None


def flagged(fired: Iterable[str], given: Row, required: Iterable[str]) -> str:
    """The flags joined by |, then one for each required column that is null; CLEAN without any."""
    missing = (f"MISSING_{name.upper()}" for name in required if given[name] is None)
    return "|".join((*fired, *missing)) or "CLEAN"
