"""CREATE, ALTER and DROP STREAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.warehouse import stream, stream_append, stream_delta, stream_state
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.errors import already_exists, does_not_exist, sql_error, unsupported
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.registry import function, statement
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.statement import Reader, Statement
from sandbox.warehouse.stream import KIND

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_OPTIONS = frozenset({"APPEND_ONLY", "SHOW_INITIAL_ROWS", "COMMENT", "INSERT_ONLY"})


@statement("create stream")
def create_stream(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/create-stream"""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    table = _source(session, reader)
    options = _options(reader)
    if name.database != table.database:
        raise unsupported("a stream in another database than its table.")
    with session.ddl([table]):
        if stream.exists(session, name):
            if "IF NOT EXISTS" in modifiers:
                return status(f"{name.name} already exists, statement succeeded.")
            if "OR ALTER" in modifiers:
                return _alter(session, name, table, options)
            if "OR REPLACE" not in modifiers:
                raise already_exists(name)
            _forget(session, name)
        elif session.catalog.get(session, "view", name) or kind_of(session, name):
            raise already_exists(name)
        mode = "APPEND_ONLY" if options.get("APPEND_ONLY") is True else "DEFAULT"
        definition = {
            "table": [table.database, table.schema, table.name],
            "stale": False,
            "comment": options.get("COMMENT", ""),
            "created_on": session.now(),
            "mode": mode,
        }
        session.catalog.put(session, KIND, name, definition)
        store = stream_append if mode == "APPEND_ONLY" else stream_delta
        has_rows = store.create(session, name, table, options.get("SHOW_INITIAL_ROWS") is True)
    if has_rows:
        session.account.announce(frozenset({name}))
    return status(f"Stream {name.name} successfully created.")


@statement("alter stream")
def alter_stream(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-stream"""
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    if reader.accept("UNSET", "COMMENT"):
        comment: object = ""
    else:
        reader.expect("SET")
        options = reader.options()
        if set(options) != {"COMMENT"}:
            raise unsupported(f"alter stream ... set {', '.join(options) or reader.rest()}.")
        comment = options["COMMENT"]
    reader.end()
    with session.ddl():
        found = session.catalog.get(session, KIND, name)
        if found is None:
            if "IF EXISTS" in modifiers:
                return status("Statement executed successfully.")
            raise does_not_exist("Stream", name)
        session.catalog.put(session, KIND, name, {**found, "comment": comment})
    return status("Statement executed successfully.")


@statement("drop stream")
def drop_stream(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    reader.end()
    with session.ddl():
        if not stream.exists(session, name):
            if "IF EXISTS" in modifiers:
                return status("Drop statement executed successfully.")
            raise does_not_exist("Stream", name)
        _forget(session, name)
    return status(f"{name.name} successfully dropped.")


@function("system$stream_has_data")
def stream_has_data(session: Session, arguments: list[object]) -> bool:
    """https://docs.snowflake.com/en/sql-reference/functions/system_stream_has_data"""
    name = session.resolve(split_name(str(arguments[0])))
    if not stream.exists(session, name):
        raise does_not_exist("Stream", name)
    return stream.has_rows(session, name)


def _source(session: Session, reader: Reader) -> ObjectName:
    reader.accept("COPY", "GRANTS")
    if reader.peek() == "CLONE":
        raise unsupported("create stream ... clone.")
    reader.expect("ON")
    if not reader.accept("TABLE"):
        raise unsupported(f"a stream on {reader.rest().split()[0].lower()}s; use a table.")
    table = session.resolve(reader.name())
    if reader.peek() in {"AT", "BEFORE"}:
        raise unsupported("a stream that begins at a point in the past.")
    if table in session.temporary:
        raise unsupported("a stream on a temporary table.")
    if (kind := kind_of(session, table)) != "table":
        if kind is None:
            raise does_not_exist("Table", table)
        raise sql_error(f"SQL compilation error:\n{table} is not a table.", 2203, "42601")
    return table


def _options(reader: Reader) -> dict[str, object]:
    options: dict[str, object] = dict(reader.options())
    if reader.peek() in {"AT", "BEFORE"}:
        raise unsupported("a stream that begins at a point in the past.")
    reader.end()
    for name in options:
        if name not in _OPTIONS:
            raise unsupported(f"stream option {name}.")
    if options.get("INSERT_ONLY") is True:
        raise sql_error(
            "SQL compilation error:\nInsert only streams are supported on external tables only.",
            2,
            "0A000",
        )
    return options


def _alter(
    session: Session, name: ObjectName, table: ObjectName, options: dict[str, object]
) -> Result:
    """Only the comment may differ.

    https://docs.snowflake.com/en/sql-reference/sql/create-stream#create-or-alter-stream
    """
    found = session.catalog.get(session, KIND, name) or {}
    is_append_only = options.get("APPEND_ONLY") is True
    if stream.source_of(session, name) != table or is_append_only != stream.is_append_only(found):
        raise sql_error(
            f"SQL compilation error:\nCREATE OR ALTER STREAM changes only the comment of {name}.",
            2,
            "0A000",
        )
    session.catalog.put(session, KIND, name, {**found, "comment": options.get("COMMENT", "")})
    return status(f"Stream {name.name} successfully altered.")


def _forget(session: Session, name: ObjectName) -> None:
    table = stream.source_of(session, name)
    session.catalog.drop(session, KIND, name)
    stream.forget_rows(session, name)
    stream_state.drop(session, name)
    if not any(
        not stream.is_append_only(session.catalog.get(session, KIND, other) or {})
        for other in stream.of_table(session, table)
    ):
        stream_delta.forget_image(session, table)
