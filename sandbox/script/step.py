"""The steps of a script, as they were read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sql:
    """A SQL statement; `:name` stands for a variable."""

    text: str


@dataclass(frozen=True)
class Assign:
    """`name := expression`, with LET and a type where the variable is declared."""

    name: str
    expression: str | None
    type: str | None = None
    declares: bool = False
    is_query: bool = False
    """A CURSOR or RESULTSET: the expression is a query whose rows are kept."""


@dataclass(frozen=True)
class If:
    branches: tuple[tuple[str, tuple[Step, ...]], ...]
    otherwise: tuple[Step, ...]


@dataclass(frozen=True)
class ForRange:
    name: str
    first: str
    last: str
    is_reverse: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class ForRows:
    name: str
    rows: str
    """Name of a cursor or result set."""
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class While:
    """WHILE, LOOP (always true) and REPEAT, which looks behind its first round."""

    condition: str
    steps: tuple[Step, ...]
    until: bool = False


@dataclass(frozen=True)
class Jump:
    """BREAK or CONTINUE."""

    is_break: bool


@dataclass(frozen=True)
class Return:
    expression: str | None
    rows: str | None = None
    """Name of the result set in `return table(...)`."""


@dataclass(frozen=True)
class Raise:
    name: str | None


@dataclass(frozen=True)
class ExecuteImmediate:
    expression: str
    using: tuple[str, ...]


@dataclass(frozen=True)
class DeclaredException:
    """A declared exception."""

    name: str
    number: int
    message: str


@dataclass(frozen=True)
class Block:
    declarations: tuple[Assign | DeclaredException, ...]
    steps: tuple[Step, ...]
    handlers: tuple[tuple[tuple[str, ...], tuple[Step, ...]], ...] = ()
    """Names of exceptions (OTHER for any) and what is done then."""


Step = (
    Sql
    | Assign
    | If
    | ForRange
    | ForRows
    | While
    | Jump
    | Return
    | Raise
    | ExecuteImmediate
    | Block
)
