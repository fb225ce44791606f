"""What a JSON value means as text, number or time."""

import datetime as dt
import hashlib
import json
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

_WIDE = Context(prec=60)
_NUMBER = re.compile(r" *[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)? *")
_TIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[T ](?P<minute>\d{2}:\d{2})(?P<second>:\d{2}(\.\d{1,9})?)?"
    r"(?P<offset>Z|[+-]\d{2}:?\d{2})?"
)


def payload_hash(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


def parsed(text: str) -> Any:
    """The JSON value, numbers as Decimal or int; raises ValueError when it is no JSON."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refused)


def text(value: Any) -> str | None:
    """Trimmed of blanks; empty is null; a number or boolean as JSON writes it."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip(" ") or None
    return str(value) if isinstance(value, Decimal) else json.dumps(value, separators=(",", ":"))


def number(value: Any, precision: int = 38, scale: int = 0) -> Decimal | None:
    """Rounded half up at that scale; null when it is no number or does not fit."""
    if isinstance(value, bool) or value is None or not _NUMBER.fullmatch(str(value)):
        return None
    exact = Decimal(str(value).strip(" "))
    if abs(exact) >= Decimal(10) ** precision:
        return None
    rounded = exact.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _WIDE)
    return rounded if abs(rounded) < Decimal(10) ** (precision - scale) else None


def time(value: Any) -> dt.datetime | None:
    """Naive UTC time of an ISO-8601 text, UTC without an offset, cut to microseconds; else null."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    offset = (found["offset"] or "+00:00").replace("Z", "+00:00")
    second = (found["second"] or ":00")[: len(":00.000000")]
    try:
        instant = dt.datetime.fromisoformat(f"{found['date']}T{found['minute']}{second}{offset}")
    except ValueError:
        return None
    return instant.astimezone(dt.UTC).replace(tzinfo=None)


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
