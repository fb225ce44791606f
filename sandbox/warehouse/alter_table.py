"""ALTER TABLE. What is about tags and policies is answered by `sandbox.governance`.

https://docs.snowflake.com/en/sql-reference/sql/alter-table
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse import stream
from sandbox.warehouse.column import CONSTRAINTS, read_column, read_default
from sandbox.warehouse.column_change import TableColumns
from sandbox.warehouse.comment import set_comment
from sandbox.warehouse.definition import TABLE_OPTIONS, kind_of
from sandbox.warehouse.errors import already_exists, does_not_exist, sql_error, unsupported
from sandbox.warehouse.names import ObjectName, quote
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Reader, Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


@statement("alter table")
def alter_table(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    is_temporary = name in session.temporary
    with session.ddl([name], is_temporary):
        known = "table" if is_temporary else kind_of(session, name)
        if known is None and "IF EXISTS" in modifiers:
            return status("Statement executed successfully.")
        if known != "table":
            raise does_not_exist("Table", name)
        _alter(session, name, reader)
        reader.end()
    return status("Statement executed successfully.")


def _alter(session: Session, name: ObjectName, reader: Reader) -> None:
    first = (reader.peek(), reader.peek(1))
    if first == ("RENAME", "TO"):
        reader.accept(*first)
        _rename(session, name, session.resolve(reader.name()))
    elif first == ("SWAP", "WITH"):
        reader.accept(*first)
        _swap(session, name, session.resolve(reader.name()))
    elif first[0] in {"ALTER", "MODIFY"}:
        reader.accept(first[0])
        _alter_columns(session, name, reader)
    elif first[0] in {"ADD", "DROP", "RENAME"} and _changes_columns(reader):
        columns = TableColumns(session, name)
        {"ADD": _add, "DROP": _drop, "RENAME": _rename_column}[first[0]](columns, reader)
        columns.save()
    elif first[0] in {"SET", "UNSET", "CLUSTER BY", "SUSPEND", "RESUME"} or (
        first[0] in {"ADD", "DROP"} and first[1] in {*CONSTRAINTS, "CLUSTERING"}
    ):
        _record(session, name, reader)
    else:
        raise unsupported(f"alter table ... {reader.rest()[:60]!r}.")


def _changes_columns(reader: Reader) -> bool:
    """Not `add row access policy`, `drop all ...`, constraints and the like."""
    ahead = (reader.peek(1), reader.peek(2))
    others = {("ROW", "ACCESS"), ("SEARCH", "OPTIMIZATION"), ("DATA", "METRIC"), ("ALL", "ROW")}
    return ahead not in others and ahead[0] not in {*CONSTRAINTS, "CLUSTERING", "STORAGE"}


def _add(columns: TableColumns, reader: Reader) -> None:
    reader.accept("ADD")
    for part in reader.split():
        part.accept("COLUMN")
        unless_known = part.accept("IF", "NOT", "EXISTS")
        column = read_column(columns.session, part)
        if column.identity:
            raise unsupported("alter table ... add column ... autoincrement.")
        if not (unless_known and column.name in columns.known()):
            columns.add(column)


def _drop(columns: TableColumns, reader: Reader) -> None:
    reader.accept("DROP")
    reader.accept("COLUMN")
    if_known = reader.accept("IF", "EXISTS")
    for part in reader.split():
        column = part.name()[0]
        if not part.accept("CASCADE"):
            part.accept("RESTRICT")
        part.end()
        if not if_known or column in columns.known():
            columns.drop(column)


def _rename_column(columns: TableColumns, reader: Reader) -> None:
    reader.expect("RENAME", "COLUMN")
    old = reader.name()[0]
    reader.expect("TO")
    columns.rename(old, reader.name()[0])


def _alter_columns(session: Session, name: ObjectName, reader: Reader) -> None:
    inner = reader.parenthesized() if reader.peek() == "(" else reader
    for part in inner.split():
        part.accept("COLUMN")
        column = part.name()[0]
        columns = TableColumns(session, name)
        _alter_column(session, columns, column, part)
        columns.save()
        part.end()


def _alter_column(session: Session, columns: TableColumns, name: str, reader: Reader) -> None:
    if reader.accept("DROP", "DEFAULT"):
        columns.drop_default(name)
    elif reader.accept("SET", "DEFAULT"):
        columns.set_default(name, read_default(session, reader.rest()))
    elif reader.accept("SET", "NOT", "NULL") or reader.accept("NOT", "NULL"):
        columns.require(name)
    elif reader.accept("DROP", "NOT", "NULL"):
        columns.allow_null(name)
    elif reader.accept("COMMENT"):
        columns.comment(name, reader.string())
    elif reader.accept("UNSET", "COMMENT"):
        columns.comment(name, None)
    elif reader.accept("SET", "DATA", "TYPE") or reader.accept("TYPE"):
        columns.change_type(name, reader.rest())
    elif reader.peek() in {"SET", "UNSET", "DROP", "ADD"}:
        raise unsupported(f"alter column ... {reader.rest()[:60]!r}.")
    else:
        columns.change_type(name, reader.rest())


def _rename(session: Session, name: ObjectName, new: ObjectName) -> None:
    if (name.database, name.schema) != (new.database, new.schema):
        raise unsupported("alter table ... rename to another schema.")
    if new in session.temporary or kind_of(session, new) or stream.exists(session, new):
        raise already_exists(new)
    if name in session.temporary:
        place = session.place(name)
        session.run(f"alter table {place} rename to {quote(str(new))}")
        session.temporary.discard(name)
        session.temporary.add(new)
        return
    session.run(f"alter table {name.sql} rename to {quote(new.name)}")
    stream.table_renamed(session, {name: new})
    definition = session.catalog.get(session, "table", name)
    session.catalog.drop(session, "table", name)
    if definition is not None:
        session.catalog.put(session, "table", new, definition)


def _swap(session: Session, name: ObjectName, other: ObjectName) -> None:
    """Streams on the two become stale.

    https://docs.snowflake.com/en/sql-reference/sql/create-table#usage-notes
    """
    if {name, other} & session.temporary or kind_of(session, other) != "table":
        raise does_not_exist("Table", other)
    if (name.database, name.schema) != (other.database, other.schema):
        raise unsupported("alter table ... swap with a table of another schema.")
    found = {one: session.catalog.get(session, "table", one) for one in (name, other)}
    for one in found:
        stream.table_replaced(session, one)
    session.run(f'alter table {name.sql} rename to "__swapped"')
    session.run(f"alter table {other.sql} rename to {quote(name.name)}")
    between = ObjectName(name.database, name.schema, "__swapped")
    session.run(f"alter table {between.sql} rename to {quote(other.name)}")
    for one, definition in ((name, found[other]), (other, found[name])):
        session.catalog.put(session, "table", one, definition or {})


def _record(session: Session, name: ObjectName, reader: Reader) -> None:
    """Properties, clustering and constraints, which have no effect here but in SHOW."""
    definition = dict(session.catalog.get(session, "table", name) or {})
    if reader.accept("SET"):
        options = dict(reader.options())
        if not options:
            raise unsupported(f"alter table ... set {reader.rest()[:60]!r}.")
        if unknown := set(options) - TABLE_OPTIONS:
            raise unsupported(f"alter table ... set {', '.join(sorted(unknown))}.")
        definition.update(options)
        if "COMMENT" in options:
            set_comment(session, "table", name, str(options["COMMENT"]))
    elif reader.accept("UNSET"):
        for part in reader.split():
            option = part.name()[0]
            if option not in TABLE_OPTIONS:
                raise unsupported(f"alter table ... unset {option}.")
            definition.pop(option, None)
            if option == "COMMENT":
                set_comment(session, "table", name, None)
    elif reader.accept("CLUSTER BY"):
        definition["CLUSTER_BY"] = reader.parenthesized().rest()
    elif reader.accept("DROP", "CLUSTERING", "KEY"):
        definition.pop("CLUSTER_BY", None)
    elif not (reader.accept("SUSPEND", "RECLUSTER") or reader.accept("RESUME", "RECLUSTER")):
        _read_constraint(reader)
    if name not in session.temporary:
        session.catalog.put(session, "table", name, definition)


def _read_constraint(reader: Reader) -> None:
    """Keys are enforced on neither side; CHECK, which Snowflake enforces, is refused."""
    text = reader.rest()
    if " CHECK" in f" {text.upper()}":
        raise unsupported("check constraints.")
    if not text:
        raise sql_error("SQL compilation error:\nsyntax error, nothing to alter.", 1003, "42000")
