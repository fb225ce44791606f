"""Whether a text is Snowflake's SQL, as far as two parsers know it."""

from __future__ import annotations

import re
from functools import cache

import sqlglot
from sqlfluff.core import FluffConfig, Linter
from sqlglot import exp
from sqlglot.errors import ParseError

SAME_AS = (
    (r"create or alter (masking|row access) policy", r"create or replace \1 policy"),
    (r"^(grant|revoke) (execute managed alert|modify log level)", r"\1 execute task"),
)
"""What sqlfluff does not know -> a statement that it knows, of the same form."""
KNOWN = re.compile(
    r"create notification integration if not exists \w+\s+type = email\s+enabled = (true|false)"
    r"\s+comment = '[^']+'"
    r"|create or alter alert [\w.]+\s+schedule = '[^']+'\s+comment = '[^']+'\s+"
    r"if\s*\(\s*exists\s*\(.*\)\s*\)\s*then\s.+"
    r"|alter tag [\w.]+ set(,?\s+masking policy [\w.]+(\s+force)?)+",
    re.I | re.S,
)
"""Statements that neither parser knows, as Snowflake's documentation gives them."""


@cache
def unparsable(text: str) -> str:
    """Why it is no Snowflake SQL; empty when it is."""
    try:
        if not isinstance(sqlglot.parse_one(text, read="snowflake"), exp.Command):
            return ""
    except ParseError:
        pass  # sqlglot knows fewer statements than sqlfluff, and says so either way
    if KNOWN.fullmatch(text):
        return ""
    for pattern, known in SAME_AS:
        text = re.sub(pattern, known, text, count=1, flags=re.I)
    violations = _linter().parse_string(f"{text};\n").violations
    return str(violations[0].desc()) if violations else ""


@cache
def _linter() -> Linter:
    return Linter(config=FluffConfig(overrides={"dialect": "snowflake"}))
