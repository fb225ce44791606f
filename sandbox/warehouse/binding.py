"""Bound values that stand for names or options, put into the text of the statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot.tokens import Token, TokenType

from sandbox.warehouse.errors import syntax_error
from sandbox.warehouse.names import split_name

# Statements whose `?` are values of expressions; elsewhere they stand for names and options.
_WITH_VALUES = frozenset(
    ["SELECT", "WITH", "(", "INSERT", "UPDATE", "DELETE", "MERGE", "CALL", "PUT", "GET", "SET"]
)


_CONSTANT = "INFER_SCHEMA"
"""A table function that is answered before the statement runs, so its `?` are put in as well."""


def is_to_resolve(token: Token, first: Token) -> bool:
    if token.token_type is TokenType.PLACEHOLDER:
        return first.text.upper() not in _WITH_VALUES
    return token.token_type is TokenType.VAR and token.text.upper() in ("IDENTIFIER", _CONSTANT)


def resolve_names_and_options(
    text: str, tokens: Sequence[Token], params: tuple[Any, ...] | Mapping[str, Any]
) -> tuple[str, tuple[Any, ...] | Mapping[str, Any]]:
    """`identifier('db.t')` and `identifier(?)` become the name, `option = ?` the option's value.

    https://docs.snowflake.com/en/sql-reference/identifier-literal
    """
    values = list(params) if not isinstance(params, Mapping) else []
    left: list[Any] = []
    pieces: list[str] = []
    copied = 0
    takes_values = tokens[0].text.upper() in _WITH_VALUES and not any(
        token.text.upper() == _CONSTANT for token in tokens
    )
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
