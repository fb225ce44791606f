"""Names of objects, folded as Snowflake folds them: unquoted to upper case, quoted as written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.warehouse.errors import sql_error, syntax_error, unsupported


@dataclass(frozen=True, order=True)
class ObjectName:
    """A fully qualified schema object. `str()` is for people, `.sql` for DuckDB."""

    database: str
    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.database}.{self.schema}.{self.name}"

    @property
    def sql(self) -> str:
        return ".".join(map(quote, (self.database, self.schema, self.name)))


def quote(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """A DuckDB string literal; only for definitions, values of users are always bound."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def complete_name(parts: Sequence[str], database: str | None, schema: str | None) -> ObjectName:
    """The full name of a schema object; raises when what is missing is not known."""
    if len(parts) > 3:
        raise unsupported(f"name {'.'.join(parts)} with more than three parts.")
    if len(parts) < 3 and database is None:
        raise sql_error(
            "Cannot perform operation. This session does not have a current database. "
            "Call 'USE DATABASE', or use a qualified name.",
            90105,
            "22000",
        )
    if len(parts) < 2 and schema is None:
        raise sql_error(
            "Cannot perform operation. This session does not have a current schema. "
            "Call 'USE SCHEMA', or use a qualified name.",
            90106,
            "22000",
        )
    place = (database, schema)[: 3 - len(parts)] + tuple(parts)
    return ObjectName(*(str(part) for part in place))


def split_name(text: str) -> tuple[str, ...]:
    """Folded parts of a dotted name: `raw."a.b"` gives `("RAW", "a.b")`."""
    parts: list[str] = []
    rest = text.strip()
    while rest:
        if rest.startswith('"'):
            end = _closing_quote(rest)
            parts.append(rest[1:end].replace('""', '"'))
            rest = rest[end + 1 :]
        else:
            part, dot, tail = rest.partition(".")
            parts.append(part.strip().upper())
            rest = dot + tail
        if rest and not rest.startswith("."):
            raise syntax_error(f"unexpected text in the name {text!r}.")
        rest = rest[1:]
    if not parts or not all(parts):
        raise syntax_error(f"{text!r} is not a name.")
    return tuple(parts)


def _closing_quote(text: str) -> int:
    position = 1
    while True:
        position = text.find('"', position)
        if position < 0:
            raise syntax_error(f"unfinished quoted name {text!r}.")
        if text[position + 1 : position + 2] != '"':
            return position
        position += 2
