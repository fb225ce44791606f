"""A statement read as far as its head, with the tokenizer and not with patterns over raw text.

Comments, quotes, `$$` bodies and `identifier(...)` are therefore told apart as Snowflake does. The
handler of a statement reads what follows the head with a `Reader`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot.tokens import Token, TokenType

from sandbox.warehouse import several
from sandbox.warehouse.binding import is_to_resolve, resolve_names_and_options
from sandbox.warehouse.reader import Reader, Value, tokenize

_MODIFIERS = (
    ("OR", "REPLACE"),
    ("OR", "ALTER"),
    ("TEMP",),
    ("TEMPORARY",),
    ("TRANSIENT",),
    ("SCOPED",),
    ("LOCAL",),
    ("GLOBAL",),
    ("VOLATILE",),
    ("SECURE",),
    ("RECURSIVE",),
)
_EXISTENCE = (("IF", "NOT", "EXISTS"), ("IF", "EXISTS"))
_RANDOM_NAME = re.compile(r"SNOWPARK_TEMP_CTE_[0-9A-Z]{10}")
_JOIN_PREFIX = re.compile(r'(?<="[lr])_[0-9a-z]{4}_')
_TRANSFER = re.compile(r"\s*(put|get)\s", re.IGNORECASE)
_DML = re.compile(r"\s*(?:merge|insert|update|delete)\b", re.IGNORECASE)


__all__ = ["Reader", "Statement", "Value", "canonical", "is_empty", "read_statement", "tokenize"]


@dataclass(frozen=True)
class Statement:
    """One statement and its bound values, `identifier(...)` already resolved.

    `words` are the leading words in upper case without the modifiers (`or replace`, `temporary`,
    ...), which are in `modifiers`. `head` is the number of words its handler is registered for.
    """

    text: str
    tokens: tuple[Token, ...]
    params: tuple[Any, ...] | Mapping[str, Any] = ()
    words: tuple[str, ...] = ()
    modifiers: frozenset[str] = frozenset()
    ends: tuple[int, ...] = field(default=(), repr=False)
    head: int = 1

    @property
    def verb(self) -> str:
        return self.words[0] if self.words else ""

    @property
    def is_temporary(self) -> bool:
        return bool(self.modifiers & {"TEMP", "TEMPORARY"})

    @property
    def has_placeholders(self) -> bool:
        return any(token.token_type is TokenType.PLACEHOLDER for token in self.tokens)

    def with_head(self, words: int) -> Statement:
        return replace(self, head=words)

    def after_head(self) -> tuple[frozenset[str], Reader]:
        """The modifiers including `if [not] exists`, and a reader placed after them."""
        reader = Reader(self.text, self.tokens, self.ends[self.head - 1])
        found = {" ".join(words) for words in _EXISTENCE if reader.accept(*words)}
        return self.modifiers | found, reader


def canonical(text: str) -> str:
    """The text with the names Snowpark makes up for it numbered in the order they appear.

    What a procedure sends is then the same text each time, and translated once. Names of columns
    keep theirs in a query, whose result may show them.
    """
    text = _numbered(_RANDOM_NAME, "SNOWPARK_CTE_{}", text)
    if _DML.match(text):
        text = _numbered(_JOIN_PREFIX, "_{:04d}_", text)
    return text


def _numbered(pattern: re.Pattern[str], form: str, text: str) -> str:
    numbers: dict[str, str] = {}
    return pattern.sub(lambda m: numbers.setdefault(m[0], form.format(len(numbers))), text)


def read_statement(text: str, params: tuple[Any, ...] | Mapping[str, Any] = ()) -> Statement:
    """Read the head of the one statement in `text`.

    Raises a syntax error for text that cannot be tokenized and for several statements in one text.
    """
    if transfer := _TRANSFER.match(text):
        # A local path may hold what begins a comment in SQL: `file:///data/*.csv`.
        word = transfer[1].upper()
        return Statement(text, tokenize(word), params, (word,), ends=(1,))
    tokens = tokenize(text)
    if any(is_to_resolve(t, tokens[0]) for t in tokens):
        text, params = resolve_names_and_options(text, tokens, params)
        tokens = tokenize(text)
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens = tokens[:-1]
    if any(t.token_type is TokenType.SEMICOLON for t in tokens):
        found = several.split(text, tokens)
        if len(found) > 1:
            raise several.wrong_number(len(found), 1)
    words, ends, modifiers = _head(text, tokens)
    return Statement(text, tokens, params, words, modifiers, ends)


def is_empty(statement: Statement) -> bool:
    return not statement.tokens


def _head(
    text: str, tokens: Sequence[Token]
) -> tuple[tuple[str, ...], tuple[int, ...], frozenset[str]]:
    """Leading words, the token position after each of them, and the modifiers between them."""
    reader = Reader(text, tokens)
    words: list[str] = []
    ends: list[int] = []
    modifiers: set[str] = set()
    while len(words) < 5 and not reader.at_end:
        if len(words) == 1 and words[0] in {"CREATE", "DROP", "ALTER"}:
            modifier = next((m for m in _MODIFIERS if reader.accept(*m)), None)
            if modifier:
                modifiers.add(" ".join(modifier))
                continue
        word = reader.peek()
        if not word or not (word[0].isalpha() or not words):
            break
        reader.accept(word)
        parts = word.split()  # the tokenizer makes one word of FILE FORMAT
        words += parts
        ends += [reader.position] * len(parts)
    return tuple(words), tuple(ends), frozenset(modifiers)
