"""Tables of expressions and their documented values, compared with their types."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from snowflake.connector.errors import ProgrammingError
from support.conformance import Account


def assert_values(account: Account, expected: Mapping[str, Any], source: str = "") -> None:
    """Each expression has its value; all that differ are listed.

    A Decimal has the scale of the expected one, a float is no Decimal, and a moment with a time
    zone is given by its ISO text. `source` is what follows the expressions, e.g. `from t`.
    """
    pairs = {e: (_found(account, f"{e} {source}"), shown(v)) for e, v in expected.items()}
    wrong = [
        f"{e} is {found}, not {value}" for e, (found, value) in pairs.items() if found != value
    ]
    assert not wrong, "\n".join(wrong)


def assert_errors(account: Account, expressions: list[str]) -> None:
    """Each expression is an error, other than that the sandbox does not know it."""
    found = {e: _found(account, e) for e in expressions}
    wrong = [
        f"{e} gives {x}" for e, x in found.items() if not x.startswith("error: ") or _is_gap(x)
    ]
    assert not wrong, "\n".join(wrong)


def shown(value: Any) -> str:
    """The value as text that tells its type."""
    if isinstance(value, datetime.datetime):
        return f"datetime {value.isoformat()}"
    if isinstance(value, bytes | bytearray):
        return f"bytes {value.hex()}"
    return repr(value)


def _found(account: Account, expression: str) -> str:
    try:
        return shown(account.one(expression))
    except ProgrammingError as error:
        return f"error: {error.msg}"


def _is_gap(text: str) -> bool:
    """Whether the sandbox failed, and not the statement."""
    gaps = ("Unsupported feature in the sandbox", "Internal error", "syntax error")
    return any(gap in text for gap in gaps)
