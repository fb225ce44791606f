"""Reads the tokens of a statement one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from snowflake.connector.errors import ProgrammingError
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from sandbox.warehouse.errors import syntax_error


class _Tokenizer(Snowflake.Tokenizer):  # type: ignore[misc]
    """Also tokenizes what follows CALL, EXECUTE, SHOW and the like, which sqlglot leaves be."""

    COMMANDS: frozenset[TokenType] = frozenset()
    # `?::` is a bound value and a cast, not the operator of another dialect.
    KEYWORDS: ClassVar = {
        name: kind for name, kind in Snowflake.Tokenizer.KEYWORDS.items() if name != "?::"
    }


_TEXT = frozenset({TokenType.STRING, TokenType.RAW_STRING, TokenType.HEREDOC_STRING})
_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE})
Value = str | int | float | bool | tuple[Any, ...]


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

    def unspaced(self) -> str:
        """The source text up to the next blank: a location such as `@stage/path`."""
        start = self._position
        last = self._next("a location")
        while (token := self._token()) is not None and token.start == last.end + 1:
            last = self._next("a location")
        return self._source(start, self._position)

    def before(self, *words: str) -> Reader:
        """A reader of what is before the first of these words outside parentheses."""
        start = self._position
        self.until(*words)
        return Reader(self._text, self._tokens[start : self._position])

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


@lru_cache(maxsize=256)
def tokenize(text: str) -> tuple[Token, ...]:
    try:
        return tuple(_Tokenizer(dialect=Snowflake()).tokenize(text))
    except SqlglotError as error:
        raise syntax_error(str(error)) from None
