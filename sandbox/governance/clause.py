"""Finds `with tag (...)` and `with ... policy` in a CREATE and cuts them out of its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot.tokens import Token, TokenType

from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.statement import Reader, Statement

_POLICIES = ("MASKING", "ROW ACCESS")
_REFUSED = ("AGGREGATION", "PROJECTION", "JOIN")
_OPENING, _CLOSING = (TokenType.L_PAREN,), (TokenType.R_PAREN,)


@dataclass
class Clauses:
    """The text of the CREATE without them, and readers placed at what each clause says."""

    text: str = ""
    tags: Reader | None = None
    rows: Reader | None = None
    column_tags: list[tuple[str, Reader]] = field(default_factory=list)
    masks: list[tuple[str, Reader]] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    """Positions of the tokens to leave out."""


def cut_clauses(statement: Statement) -> Clauses | None:
    """None when the statement has none of them."""
    tokens = statement.tokens
    words = [_word(token) for token in tokens]
    if "TAG" not in words and "POLICY" not in words:
        return None
    found = Clauses()
    position, depth, column = 0, 0, ""
    while position < len(tokens):
        if depth == 0 and words[position] == "AS":
            break
        depth += (tokens[position].token_type in _OPENING) - (
            tokens[position].token_type in _CLOSING
        )
        is_start = tokens[position].token_type in _OPENING or words[position] == ","
        if depth == 1 and is_start and position + 1 < len(tokens):
            column = _name(tokens[position + 1])
        end = _clause(statement, words, position, column if depth == 1 else "", found)
        position = end or position + 1
    if not found.spans:
        return None
    found.text = _without(statement.text, tokens, found.spans)
    return found


def _clause(
    statement: Statement, words: Sequence[str], start: int, column: str, found: Clauses
) -> int | None:
    """The position behind the clause that begins here; None when none does."""
    place = start + 1 if words[start] == "WITH" else start
    rest = words[place : place + 3]
    if rest[:1] and rest[0] in _REFUSED and rest[1:2] == ["POLICY"]:
        raise unsupported(f"{rest[0].lower()} policies.")
    tokens, text = statement.tokens, statement.text
    if rest[:2] == ["TAG", "("]:
        end = _closing(tokens, place + 1)
        reader = Reader(text, tokens[: end - 1], place + 2)
        if column:
            found.column_tags.append((column, reader))
        else:
            found.tags = reader
    elif rest[:2] == ["MASKING", "POLICY"]:
        end = _behind_list(tokens, words, place + 2, "USING")
        found.masks.append((column, Reader(text, tokens[:end], place + 2)))
    elif rest == ["ROW", "ACCESS", "POLICY"]:
        end = _behind_list(tokens, words, place + 3, "ON")
        found.rows = Reader(text, tokens[:end], place + 3)
    else:
        return None
    found.spans.append((start, end))
    return end


def _behind_list(tokens: Sequence[Token], words: Sequence[str], place: int, word: str) -> int:
    """Behind a dotted name and `word (...)`, if it is there."""
    place += 1
    while words[place : place + 1] == ["."]:
        place += 2
    if words[place : place + 1] == [word]:
        return _closing(tokens, place + 1)
    return place


def _closing(tokens: Sequence[Token], opening: int) -> int:
    depth = 0
    for position in range(opening, len(tokens)):
        depth += (tokens[position].token_type in _OPENING) - (
            tokens[position].token_type in _CLOSING
        )
        if depth == 0:
            return position + 1
    return len(tokens)


def _without(text: str, tokens: Sequence[Token], spans: Sequence[tuple[int, int]]) -> str:
    pieces, copied = [], 0
    for start, end in spans:
        pieces.append(text[copied : tokens[start].start])
        copied = tokens[end - 1].end + 1
    return "".join(pieces) + text[copied:]


def _word(token: Token) -> str:
    if token.token_type in (TokenType.IDENTIFIER, TokenType.STRING, TokenType.HEREDOC_STRING):
        return ""
    return str(token.text).upper()


def _name(token: Token) -> str:
    quoted = token.token_type is TokenType.IDENTIFIER
    return str(token.text) if quoted else str(token.text).upper()
