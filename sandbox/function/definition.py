"""A user-defined function in SQL as the account remembers it, and CREATE FUNCTION.

https://docs.snowflake.com/en/sql-reference/sql/create-function (SQL handler)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlglot import exp

from sandbox.procedure.definition import Argument, canonical_type, signed
from sandbox.warehouse.errors import syntax_error, unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.statement import Reader
from sandbox.warehouse.translation import parse_text

KIND = "function"
_CLAUSES = (
    "COPY", "RETURNS", "LANGUAGE", "COMMENT", "STRICT", "CALLED", "VOLATILE", "IMMUTABLE",
    "MEMOIZABLE", "NOT", "NULL", "AS", "RUNTIME_VERSION", "HANDLER", "PACKAGES", "IMPORTS",
)  # fmt: skip


@dataclass(frozen=True)
class Function:
    """Types as they were written; the signature has their canonical names."""

    name: ObjectName
    arguments: tuple[Argument, ...]
    returns: str
    body: str
    comment: str | None
    created_on: datetime

    @property
    def signature(self) -> str:
        return f"({', '.join(canonical_type(argument.type) for argument in self.arguments)})"

    @property
    def key(self) -> ObjectName:
        """What tells functions of one name apart: the name with the argument types."""
        return signed(self.name, self.signature)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "created_on": self.created_on.isoformat()}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Function:
        return cls(
            **{
                **plain,
                "name": ObjectName(**plain["name"]),
                "arguments": tuple(Argument(**one) for one in plain["arguments"]),
                "created_on": datetime.fromisoformat(plain["created_on"]),
            }
        )


def read_function(reader: Reader, name: ObjectName, now: datetime) -> Function:
    """What follows the name in CREATE FUNCTION; refuses what the sandbox would not carry out."""
    arguments = tuple(_argument(part) for part in reader.parenthesized().split())
    given: dict[str, str] = {}
    while not reader.at_end:
        given.update(_clause(reader))
    for clause in ("RETURNS", "AS"):
        if clause not in given:
            raise syntax_error(f"a function needs {clause}.")
    body = given["AS"].strip().rstrip(";").strip()
    parse_body(body)
    return Function(name, arguments, given["RETURNS"], body, given.get("COMMENT"), now)


def parse_body(body: str) -> exp.Expr:
    """The expression or query of a body, between parentheses."""
    tree = parse_text(f"select ({body})")
    parsed: exp.Expr = tree.expressions[0]
    return parsed.pop()


def _argument(reader: Reader) -> Argument:
    name = reader.name()[0]
    kind = reader.until("DEFAULT")
    canonical_type(kind)
    return Argument(name, kind, reader.rest() if reader.accept("DEFAULT") else None)


def _clause(reader: Reader) -> dict[str, str]:
    if (
        reader.accept("COPY", "GRANTS")
        or reader.accept("CALLED", "ON", "NULL", "INPUT")
        or any(reader.accept(word) for word in ("VOLATILE", "IMMUTABLE", "NOT", "NULL"))
    ):
        return {}
    if reader.accept("RETURNS"):
        if reader.peek() == "TABLE":
            raise unsupported("functions that return a table.")
        kind = reader.until(*_CLAUSES)
        canonical_type(kind)
        return {"RETURNS": kind}
    if reader.accept("LANGUAGE"):
        language = str(reader.value()).upper()
        if language != "SQL":
            raise unsupported(f"functions in language {language}; it runs SQL.")
        return {}
    if reader.accept("COMMENT"):
        reader.expect("=")
        return {"COMMENT": reader.string()}
    if reader.accept("AS"):
        body = reader.string() if reader.at_text else reader.rest()
        reader.end()
        return {"AS": body}
    raise unsupported(f"{reader.peek() or 'this clause'} of a function.")
