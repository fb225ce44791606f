"""Several statements in one request.

https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-example#label-python-connector-multiple-sql-statements
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from snowflake.connector.errors import ProgrammingError
from sqlglot.tokens import Token, TokenType

from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.reader import tokenize

if TYPE_CHECKING:
    from sandbox.warehouse.result import Result
    from sandbox.warehouse.session import Session

MOST = 50
"""Statements in one request: the account keeps as many results for its clients."""
# BEGIN before one of these opens a transaction and not a block.
_AFTER_BEGIN = frozenset({"", ";", "TRANSACTION", "WORK", "NAME"})
# END before one of these ends no BEGIN or CASE.
_AFTER_END = frozenset({"IF", "FOR", "LOOP", "WHILE", "REPEAT"})


def split(text: str, tokens: Sequence[Token] | None = None) -> list[str]:
    """The statements of a text; semicolons inside a block separate none. Empty ones are left out.

    Raises a syntax error for text that cannot be tokenized.
    """
    tokens = tokenize(text) if tokens is None else tokens
    found: list[str] = []
    start, depth = 0, 0
    for place, token in enumerate(tokens):
        depth += _opens(tokens, place) - _closes(tokens, place, depth)
        ends = token.token_type is TokenType.SEMICOLON and depth == 0
        if ends and not _is_open_declaration(tokens[start:place]):
            found.append(_source(text, tokens[start:place]))
            start = place + 1
    return [part for part in [*found, _source(text, tokens[start:])] if part]


def run(session: Session, text: str, wanted: int) -> list[Result]:
    """Run the statements one after the other; 0 are as many as there are.

    The first that fails ends the request; what ran before stays.
    """
    statements = split(text)
    if wanted and len(statements) != wanted:
        raise wrong_number(len(statements), wanted)
    if len(statements) > MOST:
        raise unsupported(f"more than {MOST} statements in one request.")
    return [session.execute(statement) for statement in statements]


def wrong_number(found: int, wanted: int) -> ProgrammingError:
    return sql_error(
        f"Actual statement count {found} did not match the desired statement count {wanted}.",
        8,
        "0A000",
    )


def _opens(tokens: Sequence[Token], place: int) -> bool:
    word = _word(tokens, place)
    return word == "CASE" or (word == "BEGIN" and _word(tokens, place + 1) not in _AFTER_BEGIN)


def _closes(tokens: Sequence[Token], place: int, depth: int) -> bool:
    is_end = depth > 0 and _word(tokens, place) == "END"
    return is_end and _word(tokens, place + 1) not in _AFTER_END


def _word(tokens: Sequence[Token], place: int) -> str:
    token = tokens[place] if place < len(tokens) else None
    quoted = {TokenType.STRING, TokenType.IDENTIFIER, TokenType.HEREDOC_STRING}
    if token is None or token.token_type in quoted:
        return ""
    return str(token.text).upper()


def _is_open_declaration(tokens: Sequence[Token]) -> bool:
    """DECLARE before its block has begun."""
    words = [_word(tokens, place) for place in range(len(tokens))]
    return "DECLARE" in words and "BEGIN" not in words


def _source(text: str, tokens: Sequence[Token]) -> str:
    return text[tokens[0].start : tokens[-1].end + 1] if tokens else ""
