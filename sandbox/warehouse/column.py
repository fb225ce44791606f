"""Column definitions of CREATE TABLE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.warehouse.data_type import duckdb_type, parse_type
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.names import quote
from sandbox.warehouse.rewrite import Context
from sandbox.warehouse.statement import Reader
from sandbox.warehouse.translation import parse_text, translate_tree

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

# sqlglot's tokenizer makes one token of PRIMARY KEY and of FOREIGN KEY.
_CONSTRAINTS = ("CONSTRAINT", "PRIMARY KEY", "UNIQUE", "FOREIGN KEY")
_AFTER_TYPE = (
    "NOT",
    "NULL",
    "DEFAULT",
    "COMMENT",
    "PRIMARY KEY",
    "UNIQUE",
    "REFERENCES",
    "COLLATE",
)
_AFTER_TYPE_ALL = (
    *_AFTER_TYPE,
    "CONSTRAINT",
    "AUTOINCREMENT",
    "IDENTITY",
    "WITH",
    "MASKING",
    "TAG",
)


@dataclass(frozen=True)
class ColumnDefinition:
    """A column as DuckDB is to have it; `default` is an expression in DuckDB's SQL."""

    name: str
    type: str
    declared_type: str
    is_required: bool = False
    default: str | None = None
    comment: str | None = None

    @property
    def default_sql(self) -> str:
        return "" if self.default is None else f" default {self.default}"

    @property
    def sql(self) -> str:
        required = " not null" if self.is_required else ""
        return f"{quote(self.name)} {self.type}{required}{self.default_sql}"


def read_columns(session: Session, reader: Reader) -> list[ColumnDefinition]:
    """The columns between the parentheses. Keys are read and dropped: Snowflake enforces none."""
    return [_column(session, part) for part in reader.split() if part.peek() not in _CONSTRAINTS]


def _column(session: Session, reader: Reader) -> ColumnDefinition:
    name = reader.name()[0]
    declared = reader.until(*_AFTER_TYPE_ALL)
    is_required, default, comment = False, None, None
    while not reader.at_end:
        if reader.accept("NOT", "NULL"):
            is_required = True
        elif reader.accept("NULL") or reader.accept("UNIQUE"):
            continue
        elif reader.accept("PRIMARY KEY"):
            is_required = True
        elif reader.accept("DEFAULT"):
            default = _expression(session, reader.until("NOT", "COMMENT", "PRIMARY KEY", "UNIQUE"))
        elif reader.accept("COMMENT"):
            reader.accept("=")
            comment = reader.string()
        else:
            raise unsupported(f"column option {reader.rest()!r}.")
    kind = duckdb_type(parse_type(declared)) if declared else "VARCHAR"
    return ColumnDefinition(name, kind, declared, is_required, default, comment)


def _expression(session: Session, text: str) -> str:
    sql = translate_tree(parse_text(f"select {text} as x"), Context(session)).sql
    return sql.removeprefix("SELECT ").rpartition(" AS ")[0]
