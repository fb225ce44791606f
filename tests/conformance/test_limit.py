"""Objects and statements that this product does not use: refused by name, never by accident.

`limits.sql` holds a valid statement of each documentation page. They run on the sandbox only: on an
account some of them would create what costs money.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from snowflake.connector.errors import ProgrammingError
from support.conformance import Account, documented

LIMITS = Path(__file__).with_name("limits.sql").read_text()
_LIMIT = re.compile(r"^-- (?P<label>[^:\n]+): (?P<page>\S+)\n(?P<text>[^;]+);$", re.MULTILINE)

CASES = [
    pytest.param(
        limit["text"], marks=documented(limit["page"], limit["label"], "refused"), id=limit["label"]
    )
    for limit in _LIMIT.finditer(LIMITS)
]


@pytest.mark.sandbox_only
@pytest.mark.parametrize("text", CASES)
def test_what_is_not_carried_out_is_refused(account: Account, text: str) -> None:
    account(text)


@pytest.mark.sandbox_only
def test_a_statement_nobody_knows_is_refused_too(account: Account) -> None:
    with pytest.raises(ProgrammingError, match=r"(?i)frobnicate"):
        account("frobnicate the warehouse")


def test_every_limit_is_tried() -> None:
    assert len(CASES) == LIMITS.count(";\n")
