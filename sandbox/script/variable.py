"""Variables of a script, and the texts that name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot.tokens import Token, TokenType

from sandbox.warehouse.result import Result
from sandbox.warehouse.statement import tokenize

_AFTER_A_VALUE = frozenset({TokenType.VAR, TokenType.IDENTIFIER, TokenType.R_PAREN})


@dataclass(frozen=True)
class Variable:
    value: Any
    is_semi_structured: bool = False
    """A VARIANT, OBJECT or ARRAY, whose value is JSON text."""

    @property
    def mark(self) -> str:
        return "parse_json(?)" if self.is_semi_structured else "?"


@dataclass
class Scope:
    """The variables, result sets and exceptions a block sees."""

    outer: Scope | None = None
    variables: dict[str, Variable] = field(default_factory=dict)
    results: dict[str, Result | None] = field(default_factory=dict)
    rows: dict[str, Mapping[str, Variable]] = field(default_factory=dict)
    """What FOR ... IN a cursor stands at, columns by name."""
    exceptions: dict[str, tuple[int, str]] = field(default_factory=dict)

    def find(self, name: str) -> Scope | None:
        """The scope that declares this variable."""
        scope: Scope | None = self
        while scope is not None and name not in scope.variables:
            scope = scope.outer
        return scope

    def variable(self, name: str) -> Variable | None:
        scope = self.find(name)
        return scope.variables[name] if scope else None

    def column(self, row: str, name: str) -> Variable | None:
        scope: Scope | None = self
        while scope is not None:
            if row in scope.rows:
                return scope.rows[row].get(name)
            scope = scope.outer
        return None


def bound(text: str, scope: Scope, in_expression: bool) -> tuple[str, list[Any]]:
    """The text with `?` for each variable, and their values.

    In a statement a variable is written `:name`; in an expression the colon may be left out.
    """
    tokens = tokenize(text)
    pieces: list[str] = []
    values: list[Any] = []
    copied = index = 0
    while index < len(tokens):
        found, length = _reference(tokens, index, scope, in_expression)
        if found is not None:
            pieces += [text[copied : tokens[index].start], found.mark]
            copied = tokens[index + length - 1].end + 1
            values.append(found.value)
        index += max(length, 1)
    return "".join(pieces) + text[copied:], values


def _reference(
    tokens: tuple[Token, ...], index: int, scope: Scope, in_expression: bool
) -> tuple[Variable | None, int]:
    """The variable that these tokens name, and how many of them do."""
    token = tokens[index]
    has_colon = token.token_type is TokenType.COLON
    before = tokens[index - 1] if index else None
    if has_colon:
        is_path = before is not None and before.token_type in _AFTER_A_VALUE
        if is_path and before is not None and before.end + 1 == token.start:
            return None, 1
    elif not in_expression or (before is not None and before.text in (".", ":")):
        return None, 1
    name = index + has_colon
    if name >= len(tokens) or tokens[name].token_type is TokenType.STRING:
        return None, 1
    folded = _folded(tokens[name])
    following = [one.text for one in tokens[name + 1 : name + 3]]
    if following[:1] == ["."] and len(following) == 2:
        column = scope.column(folded, _folded(tokens[name + 2]))
        if column is not None:
            return column, has_colon + 3
    if following[:1] == ["("] and not has_colon:
        return None, 1
    found = scope.variable(folded)
    return found, has_colon + 1 if found is not None else 1


def _folded(token: Token) -> str:
    is_quoted = token.token_type is TokenType.IDENTIFIER
    return str(token.text) if is_quoted else str(token.text).upper()
