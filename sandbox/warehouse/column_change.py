"""Changes of the columns of a table that keep its rows, and the copies its streams have.

What Snowflake does not let pass is an error here too, however easy it would be for DuckDB.
https://docs.snowflake.com/en/sql-reference/sql/alter-table-column
"""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.warehouse import stream
from sandbox.warehouse.column import ColumnDefinition
from sandbox.warehouse.data_type import duckdb_type, parse_type
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.describe import shown_type
from sandbox.warehouse.errors import does_not_exist, sql_error
from sandbox.warehouse.names import ObjectName, literal, quote

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


@dataclass(frozen=True)
class _Column:
    """A column as the table has it; `default` is DuckDB's text."""

    type: str
    is_required: bool
    default: str | None


class TableColumns:
    """The columns of one table, inside a DDL statement; `save` at its end."""

    def __init__(self, session: Session, name: ObjectName) -> None:
        self.session = session
        self.name = name
        self.place = session.place(name)
        self.definition: dict[str, Any] = {
            "columns": {},
            "defaults": {},
            **(session.catalog.get(session, "table", name) or {}),
        }
        self._copies = stream.copies(session, name)

    def known(self) -> dict[str, _Column]:
        """By name, in the order of the table."""
        rows = self.session.run(f"describe {self.place}")
        return {row[0]: _Column(row[1], row[2] == "NO", row[4]) for row in rows}

    def add(self, column: ColumnDefinition) -> None:
        """Behind the others. Rows that are there get the default, a literal."""
        if column.name in self.known():
            raise sql_error(
                f"SQL compilation error:\ncolumn '{column.name}' already exists", 1430, "42601"
            )
        if column.default is not None and not column.has_literal_default:
            raise sql_error(
                f"SQL compilation error:\nInvalid column default expression "
                f"[{column.default_text}]",
                2263,
                "22000",
            )
        if not column.takes_default:
            raise sql_error(
                "SQL compilation error:\nExpression type does not match column data type, "
                f"expecting {shown_type(column.type, column.declared_type)} for column "
                f"{column.name}",
                2023,
                "22000",
            )
        self._everywhere(f"add column {quote(column.name)} {column.type}{column.default_sql}")
        self.definition["columns"][column.name] = column.declared_type
        self.definition["defaults"][column.name] = column.default_text
        self.definition.setdefault("added", []).append(column.name)
        if column.is_required:
            self.require(column.name)
        if column.comment is not None:
            self.comment(column.name, column.comment)

    def drop(self, column: str) -> None:
        self._existing(column)
        if len(self.known()) == 1:
            raise sql_error(
                f"SQL compilation error:\nCannot drop the only column of table {self.name}.",
                2268,
                "22000",
            )
        self._everywhere(f"drop column {quote(column)}")
        for kept in ("columns", "defaults"):
            self.definition[kept].pop(column, None)

    def rename(self, column: str, new: str) -> None:
        self._existing(column)
        if new in self.known():
            raise sql_error(f"SQL compilation error:\ncolumn '{new}' already exists", 1430, "42601")
        self._everywhere(f"rename column {quote(column)} to {quote(new)}")
        for kept in ("columns", "defaults"):
            if column in self.definition[kept]:
                self.definition[kept][new] = self.definition[kept].pop(column)

    def change_type(self, column: str, declared: str) -> None:
        """Longer texts, other precisions of numbers that hold the values; nothing else."""
        found = self._existing(column)
        kind = duckdb_type(parse_type(declared))
        old = shown_type(found.type, self.definition["columns"].get(column))
        if not _is_allowed(old, shown_type(kind, declared)):
            raise sql_error(
                f"SQL compilation error:\ncannot change column {column} from type {old} to "
                f"{shown_type(kind, declared)}",
                2108,
                "22000",
            )
        self._require_room(column, shown_type(kind, declared))
        if kind != found.type:
            self._everywhere(f"alter column {quote(column)} type {kind}")
        self.definition["columns"][column] = declared

    def require(self, column: str) -> None:
        self._existing(column)
        if self.session.run(f"select 1 from {self.place} where {quote(column)} is null limit 1"):
            raise sql_error(
                f"SQL compilation error:\ncolumn {column} contains null values. Not null "
                "constraint cannot be added.",
                2219,
                "22000",
            )
        self._alter(column, "set not null")

    def allow_null(self, column: str) -> None:
        self._existing(column)
        self._alter(column, "drop not null")

    def drop_default(self, column: str) -> None:
        self._existing(column)
        if column in self.definition.get("added", []) and self.definition["defaults"].get(column):
            raise sql_error(
                f"SQL compilation error:\nUnsupported feature 'Alter Column Drop Default' of "
                f"{column}, which was added with its default.",
                2,
                "0A000",
            )
        self._alter(column, "drop default")
        self.definition["defaults"].pop(column, None)

    def set_default(self, column: str, new: dict[str, Any]) -> None:
        """Only from one sequence to another."""
        default = self._existing(column).default or ""
        if "nextval" not in default or "nextval" not in new["default"]:
            raise sql_error(
                "SQL compilation error:\nUnsupported feature 'Alter Column Set Default'.",
                2,
                "0A000",
            )
        self._alter(column, f"set default {new['default']}")
        self.definition["defaults"][column] = new["default_text"]

    def comment(self, column: str, text: str | None) -> None:
        self._existing(column)
        if self.name not in self.session.temporary:
            self.session.run(f"comment on column {self.place}.{quote(column)} is {literal(text)}")

    def save(self) -> None:
        if self.name not in self.session.temporary:
            self.session.catalog.put(self.session, "table", self.name, self.definition)

    def _existing(self, column: str) -> _Column:
        known = self.known()
        if column not in known:
            raise sql_error(
                f"SQL compilation error:\ncolumn '{column}' does not exist", 904, "42000"
            )
        return known[column]

    def _alter(self, column: str, action: str) -> None:
        self.session.run(f"alter table {self.place} alter column {quote(column)} {action}")

    def _everywhere(self, action: str) -> None:
        for place in (self.place, *self._copies):
            self.session.run(f"alter table {place} {action}")

    def _require_room(self, column: str, shown: str) -> None:
        if not shown.startswith("NUMBER"):
            return
        precision, scale = _numbers(shown)
        limit = 10 ** (precision - scale)
        most = f"select max(abs({quote(column)})) >= {limit} from {self.place}"
        if precision < 38 and self.session.run(most)[0][0]:
            raise sql_error(
                f"SQL compilation error:\ncannot reduce the precision of column {column}: a value "
                "does not fit.",
                2108,
                "22000",
            )


def columns_like(session: Session, source: ObjectName) -> list[ColumnDefinition]:
    """The columns of a table for another one of the same form."""
    if source not in session.temporary and kind_of(session, source) != "table":
        raise does_not_exist("Table", source)
    columns = TableColumns(session, source)
    declared, texts = columns.definition["columns"], columns.definition["defaults"]
    comments = dict(
        session.run(
            "select column_name, comment from duckdb_columns() "
            "where database_name = ? and schema_name = ? and table_name = ?",
            [source.database, source.schema, source.name],
        )
    )
    return [
        ColumnDefinition(
            name=name,
            type=column.type,
            declared_type=declared.get(name, ""),
            is_required=column.is_required,
            default=column.default,
            comment=comments.get(name),
            default_text=texts.get(name),
        )
        for name, column in columns.known().items()
    ]


def _is_allowed(old: str, new: str) -> bool:
    old_kind, new_kind = old.partition("(")[0], new.partition("(")[0]
    if old_kind != new_kind:
        return False
    if old_kind in {"VARCHAR", "BINARY"}:
        return _numbers(old)[0] <= _numbers(new)[0]
    if old_kind == "NUMBER":
        return _numbers(old)[1] == _numbers(new)[1]
    return old == new


def _numbers(shown: str) -> list[int]:
    return [int(part) for part in shown.partition("(")[2].rstrip(")").split(",")]
