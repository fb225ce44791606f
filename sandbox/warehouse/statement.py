"""A statement read as far as its head, with the tokenizer and not with patterns over raw text.

Comments, quotes, `$$` bodies and `identifier(...)` are therefore told apart as Snowflake does. The
handler of a statement reads what follows the head with a `Reader`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from snowflake.connector.errors import ProgrammingError
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from sandbox.warehouse.errors import syntax_error
from sandbox.warehouse.names import split_name


class _Tokenizer(Snowflake.Tokenizer):  # type: ignore[misc]
    """Also tokenizes what follows CALL, EXECUTE, SHOW and the like, which sqlglot leaves be."""

    COMMANDS: frozenset[TokenType] = frozenset()


_TEXT = frozenset({TokenType.STRING, TokenType.RAW_STRING, TokenType.HEREDOC_STRING})
_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE})
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
# Statements whose `?` are values of expressions; elsewhere they stand for names and options.
_WITH_VALUES = frozenset(
    ["SELECT", "WITH", "(", "INSERT", "UPDATE", "DELETE", "MERGE", "CALL", "PUT", "GET", "SET"]
)

Value = str | int | float | bool | tuple[Any, ...]


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


class Reader:
    """Reads tokens one after the other; every `accept` and `expect` ignores the case of words."""

    def __init__(self, text: str, tokens: Sequence[Token], position: int = 0) -> None:
        self._text = text
        self._tokens = tokens
        self._position = position

    @property
    def position(self) -> int:
        return self._position

    @property
    def at_end(self) -> bool:
        return self._position >= len(self._tokens)

    @property
    def at_text(self) -> bool:
        """Whether a text in quotes is next."""
        token = self._token(0)
        return token is not None and token.token_type in _TEXT

    def peek(self, ahead: int = 0) -> str:
        """The next token in upper case, "" at the end. A quoted name or text is never a word."""
        token = self._token(ahead)
        if token is None or token.token_type in _TEXT or token.token_type is TokenType.IDENTIFIER:
            return ""
        return str(token.text).upper()

    def accept(self, *words: str) -> bool:
        if tuple(self.peek(n) for n in range(len(words))) != words:
            return False
        self._position += len(words)
        return True

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            raise self.unexpected(f"expected {' '.join(words)}")

    def name(self) -> tuple[str, ...]:
        """The folded parts of a dotted name."""
        parts = [self._identifier()]
        while self.accept("."):
            parts.append(self._identifier())
        return tuple(parts)

    def string(self) -> str:
        """A text in quotes or between `$$`."""
        token = self._next("a text")
        if token.token_type not in _TEXT:
            raise self.unexpected("expected a text", -1)
        return str(token.text)

    def value(self) -> Value:
        """A literal, a list in parentheses or a bare word (as written)."""
        if self.peek() == "(":
            return self.parenthesized().values()
        if self.accept("-"):
            return -self._number(self._next("a number").text)
        token = self._next("a value")
        if token.token_type in _TEXT or token.token_type is TokenType.IDENTIFIER:
            return str(token.text)
        if token.token_type is TokenType.NUMBER:
            return self._number(token.text)
        word = str(token.text)
        return {"TRUE": True, "FALSE": False}.get(word.upper(), word)

    def values(self) -> tuple[Value, ...]:
        """Values separated by commas or blanks, to the end; `(a = 1 b = 2)` gives pairs."""
        found: list[Value] = []
        while not self.at_end:
            value = self.value()
            found.append((value, self.value()) if self.accept("=") else value)
            self.accept(",")
        return tuple(found)

    def options(self) -> dict[str, Value]:
        """`name = value` pairs from here on, names in upper case; stops at anything else."""
        found: dict[str, Value] = {}
        while self.peek() and self.peek(1) == "=":
            name = self.peek()
            self._position += 2
            found[name] = self.value()
            self.accept(",")
        return found

    def parenthesized(self) -> Reader:
        """A reader of what is between the next pair of parentheses."""
        self.expect("(")
        start, depth = self._position, 1
        while depth:
            token = self._next("a closing parenthesis")
            depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        return Reader(self._text, self._tokens[start : self._position - 1])

    def split(self, separator: str = ",") -> Iterator[Reader]:
        """Readers of the parts between separators outside parentheses, to the end."""
        start, depth = self._position, 0
        for index in range(self._position, len(self._tokens)):
            token = self._tokens[index]
            depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
            if depth == 0 and token.text == separator and token.token_type not in _TEXT:
                yield Reader(self._text, self._tokens[start:index])
                start = index + 1
        if start < len(self._tokens):
            yield Reader(self._text, self._tokens[start:])
        self._position = len(self._tokens)

    def until(self, *words: str) -> str:
        """The source text before the first of these words outside parentheses (or the end)."""
        start, depth = self._position, 0
        while not self.at_end and not (depth == 0 and self.peek() in words):
            token = self._next("a token")
            depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        return self._source(start, self._position)

    def rest(self) -> str:
        """The source text from here to the end."""
        start, self._position = self._position, len(self._tokens)
        return self._source(start, self._position)

    def end(self) -> None:
        if not self.at_end:
            raise self.unexpected("expected the end of the statement")

    def unexpected(self, why: str, offset: int = 0) -> ProgrammingError:
        token = self._token(offset)
        found = "the end" if token is None else repr(token.text[:40])
        line = token.line if token is not None else self._text.count("\n") + 1
        return syntax_error(f"line {line} unexpected {found}, {why}.")

    def _source(self, start: int, stop: int) -> str:
        if start >= stop:
            return ""
        return self._text[self._tokens[start].start : self._tokens[stop - 1].end + 1]

    def _token(self, ahead: int = 0) -> Token | None:
        index = self._position + ahead
        return self._tokens[index] if 0 <= index < len(self._tokens) else None

    def _next(self, wanted: str) -> Token:
        token = self._token()
        if token is None:
            raise self.unexpected(f"expected {wanted}")
        self._position += 1
        return token

    def _identifier(self) -> str:
        token = self._next("a name")
        if token.token_type is TokenType.IDENTIFIER:
            return str(token.text)
        if token.token_type in _TEXT or not (token.text[:1].isalpha() or token.text[:1] == "_"):
            raise self.unexpected("expected a name", -1)
        return str(token.text).upper()

    @staticmethod
    def _number(text: str) -> int | float:
        return float(text) if "." in text or "e" in text.lower() else int(text)


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
    if any(_is_to_resolve(t, tokens[0]) for t in tokens):
        text, params = _resolve_names_and_options(text, tokens, params)
        tokens = tokenize(text)
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens = tokens[:-1]
    if any(t.token_type is TokenType.SEMICOLON for t in tokens) and not _is_script(tokens):
        raise syntax_error("several statements in one request; send them one by one.")
    words, ends, modifiers = _head(text, tokens)
    return Statement(text, tokens, params, words, modifiers, ends)


def is_empty(statement: Statement) -> bool:
    return not statement.tokens


@lru_cache(maxsize=256)
def tokenize(text: str) -> tuple[Token, ...]:
    try:
        return tuple(_Tokenizer(dialect=Snowflake()).tokenize(text))
    except SqlglotError as error:
        raise syntax_error(str(error)) from None


def _is_script(tokens: Sequence[Token]) -> bool:
    first = tokens[0].text.upper()
    has_body = any(t.text.upper() == "AS" for t in tokens)
    return first in {"BEGIN", "DECLARE", "EXECUTE"} or (first in {"CREATE", "ALTER"} and has_body)


def _is_to_resolve(token: Token, first: Token) -> bool:
    if token.token_type is TokenType.PLACEHOLDER:
        return first.text.upper() not in _WITH_VALUES
    return token.token_type is TokenType.VAR and token.text.upper() == "IDENTIFIER"


def _resolve_names_and_options(
    text: str, tokens: Sequence[Token], params: tuple[Any, ...] | Mapping[str, Any]
) -> tuple[str, tuple[Any, ...] | Mapping[str, Any]]:
    """`identifier('db.t')` and `identifier(?)` become the name, `option = ?` the option's value.

    https://docs.snowflake.com/en/sql-reference/identifier-literal
    """
    values = list(params) if not isinstance(params, Mapping) else []
    left: list[Any] = []
    pieces: list[str] = []
    copied = 0
    takes_values = tokens[0].text.upper() in _WITH_VALUES
    for index, token in enumerate(tokens):
        if token.start < copied:
            continue
        end = _identifier_end(tokens, index)
        is_mark = token.token_type is TokenType.PLACEHOLDER
        if end is not None:
            argument = tokens[index + 2]
            named = argument.token_type is not TokenType.PLACEHOLDER
            name = argument.text if named else str(_next_value(values))
            new = ".".join(_quoted(name))
        elif is_mark and takes_values:
            left.append(_next_value(values))
            continue
        elif is_mark:
            end, new = token.end, _written(_next_value(values))
        else:
            continue
        pieces += [text[copied : token.start], new]
        copied = end + 1
    pieces.append(text[copied:])
    return "".join(pieces), params if isinstance(params, Mapping) else tuple(left + values)


def _identifier_end(tokens: Sequence[Token], index: int) -> int | None:
    """Where a call `identifier(x)` that begins here ends."""
    if tokens[index].token_type is not TokenType.VAR or tokens[index].text.upper() != "IDENTIFIER":
        return None
    after = tokens[index + 1 : index + 4]
    if len(after) < 3 or after[0].text != "(" or after[2].text != ")":
        return None
    return int(after[2].end)


def _next_value(values: list[Any]) -> object:
    if not values:
        raise syntax_error("a value for ? is missing.")
    return values.pop(0)


def _written(value: object) -> str:
    """A bound value as Snowflake writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool | int | float):
        return str(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quoted(name: str) -> list[str]:
    return ['"' + part.replace('"', '""') + '"' for part in split_name(name)]


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
        words.append(word)
        ends.append(reader.position)
    return tuple(words), tuple(ends), frozenset(modifiers)
