"""Column definitions of CREATE TABLE and of ALTER TABLE ... ADD COLUMN."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sandbox.warehouse.data_type import column_type, parse_type
from sandbox.warehouse.errors import syntax_error, unsupported
from sandbox.warehouse.names import quote
from sandbox.warehouse.rewrite import Context
from sandbox.warehouse.statement import Reader
from sandbox.warehouse.translation import parse_text, translate_tree

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

# sqlglot's tokenizer makes one token of PRIMARY KEY and of FOREIGN KEY.
CONSTRAINTS = ("CONSTRAINT", "PRIMARY KEY", "UNIQUE", "FOREIGN KEY")
_AFTER_TYPE = (
    "NOT",
    "NULL",
    "DEFAULT",
    "COMMENT",
    "PRIMARY KEY",
    "UNIQUE",
    "REFERENCES",
    "COLLATE",
    "CONSTRAINT",
    "AUTOINCREMENT",
    "IDENTITY",
    "WITH",
    "MASKING",
    "TAG",
    "AS",
    "GENERATED",
    "CHECK",
)
_NUMBERS = ("BIGINT", "HUGEINT", "DECIMAL", "DOUBLE")
_LITERALS = (exp.Literal, exp.Boolean, exp.Null)


@dataclass(frozen=True)
class ColumnDefinition:
    """A column as DuckDB is to have it; `default` is an expression in DuckDB's SQL."""

    name: str
    type: str
    declared_type: str
    is_required: bool = False
    default: str | None = None
    comment: str | None = None
    default_text: str | None = None
    """The default as it was written."""
    has_literal_default: bool = True
    identity: tuple[int, int] | None = None
    """Start and step of an AUTOINCREMENT column, whose default is still to be made."""

    @property
    def default_sql(self) -> str:
        return "" if self.default is None else f" default {self.default}"

    @property
    def takes_default(self) -> bool:
        """Whether the default, a literal, is of the column's type, or null."""
        text = (self.default or "null").lower()
        if text == "null":
            return True
        if text.startswith("'"):
            return self.type == "VARCHAR"
        if text in {"true", "false"}:
            return self.type == "BOOLEAN"
        return self.type.startswith(_NUMBERS)

    @property
    def sql(self) -> str:
        required = " not null" if self.is_required else ""
        return f"{quote(self.name)} {self.type}{required}{self.default_sql}"


def read_columns(session: Session, reader: Reader) -> list[ColumnDefinition]:
    """The columns between the parentheses. Keys are read and dropped: Snowflake enforces none."""
    found = []
    for part in reader.split():
        if part.peek() == "CHECK" or (part.peek() == "CONSTRAINT" and part.peek(2) == "CHECK"):
            raise unsupported("check constraints.")
        if part.peek() not in CONSTRAINTS:
            found.append(read_column(session, part))
    return found


def read_column(session: Session, reader: Reader) -> ColumnDefinition:
    """One column, to the end of the reader."""
    name = reader.name()[0]
    declared = reader.until(*_AFTER_TYPE)
    kind = column_type(parse_type(declared)) if declared else "VARCHAR"
    column = ColumnDefinition(name, kind, declared)
    while not reader.at_end:
        column = replace(column, **_option(session, reader))
    if column.identity and column.default_text:
        raise syntax_error("DEFAULT and AUTOINCREMENT exclude each other.")
    return column


def read_default(session: Session, text: str) -> dict[str, Any]:
    """What a default, an expression in Snowflake's SQL, means for a column."""
    tree = parse_text(f"select {text} as x")
    value = tree.selects[0].unalias() if isinstance(tree, exp.Query) else tree
    is_literal = isinstance(value.this if isinstance(value, exp.Neg) else value, _LITERALS)
    if isinstance(value, exp.Column) and value.name.upper() == "NEXTVAL":
        text = f"{session.resolve([part.name.upper() for part in value.parts[:-1]])}.NEXTVAL"
    sql = translate_tree(tree, Context(session)).sql
    return {
        "default": sql.removeprefix("SELECT ").rpartition(" AS ")[0],
        "default_text": text,
        "has_literal_default": is_literal,
    }


def _option(session: Session, reader: Reader) -> dict[str, Any]:
    if reader.accept("NOT", "NULL") or reader.accept("PRIMARY KEY"):
        return {"is_required": True}
    if reader.accept("NULL") or reader.accept("UNIQUE"):
        return {}
    if reader.accept("DEFAULT"):
        return read_default(session, reader.until(*_AFTER_TYPE))
    if reader.accept("COMMENT"):
        reader.accept("=")
        return {"comment": reader.string()}
    if reader.accept("AUTOINCREMENT") or reader.accept("IDENTITY"):
        return {"identity": _start_and_step(reader)}
    if reader.accept("CONSTRAINT"):
        reader.name()
        return {}
    if reader.accept("REFERENCES"):
        reader.name()
        if reader.peek() == "(":
            reader.parenthesized()
        return {}
    raise unsupported(f"column option {reader.rest()!r}.")


def _start_and_step(reader: Reader) -> tuple[int, int]:
    """`(1, 2)` or `start 1 increment 2`, with `[no]order`."""
    start, step = 1, 1
    if reader.peek() == "(":
        start, step = (int(str(value)) for value in reader.parenthesized().values())
    if reader.accept("START"):
        reader.accept("WITH")
        start = int(str(reader.value()))
    if reader.accept("INCREMENT"):
        reader.accept("BY")
        step = int(str(reader.value()))
    if not reader.accept("ORDER"):
        reader.accept("NOORDER")
    return start, step
