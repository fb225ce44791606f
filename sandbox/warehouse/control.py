"""Transactions, the current database and schema, session parameters, harmless no-ops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.warehouse.errors import does_not_exist, sql_error, unsupported
from sandbox.warehouse.names import literal, quote
from sandbox.warehouse.parameter import DEFAULTS
from sandbox.warehouse.registry import function, statement
from sandbox.warehouse.result import OTHER, Result, status
from sandbox.warehouse.statement import Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_DONE = "Statement executed successfully."
VERSION = "9.30.0"


@statement("use database", "use schema", "use")
def use(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    parts = reader.name()
    reader.end()
    is_schema = "SCHEMA" in statement.words[:2] or (statement.head == 1 and len(parts) == 2)
    if not is_schema:
        if not session.account.has_database(parts[0]):
            raise does_not_exist("Database", parts[0])
        session.use(parts[0], "PUBLIC" if _has_schema(session, parts[0], "PUBLIC") else None)
        return status(_DONE, OTHER)
    database = parts[0] if len(parts) == 2 else session.database
    if database is None or not _has_schema(session, database, parts[-1]):
        raise does_not_exist("Schema", ".".join(filter(None, (database, parts[-1]))))
    session.use(database, parts[-1])
    return status(_DONE, OTHER)


@statement("use warehouse")
def use_warehouse(session: Session, statement: Statement) -> Result:
    """There is one engine; the name is kept for `current_warehouse()` and the like."""
    _, reader = statement.after_head()
    session.warehouse = reader.name()[-1]
    return status(_DONE, OTHER)


@statement("alter session")
def alter_session(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    if reader.accept("SET"):
        options = reader.options()
        reader.end()
        for name, value in options.items():
            set_parameter(session, name, value)
    else:
        reader.expect("UNSET")
        for part in reader.split():
            name = part.name()[0]
            session.parameters.unset(name)
            set_parameter(session, name, DEFAULTS.get(name, ""))
    return status(_DONE, OTHER)


def set_parameter(session: Session, name: str, value: object) -> None:
    """Set a session parameter and let it act."""
    session.parameters.set(name, value)
    if name == "AUTOCOMMIT":
        session.commit()
        session.autocommit = bool(value)
    elif name == "TIMEZONE":
        if not session.run("select 1 from pg_timezone_names() where name = ?", [str(value)]):
            session.parameters.unset(name)
            raise sql_error(
                f"SQL compilation error:\ninvalid value [{value}] for parameter 'TIMEZONE'",
                1008,
                "22023",
            )
        session.run(f"set timezone = {literal(str(value))}")


@statement("set")
def set_variable(session: Session, statement: Statement) -> Result:
    """`set x = 1`, or several at once: `set (x, y) = (1, 2)`."""
    _, reader = statement.after_head()
    if reader.peek() == "(":
        names = [part.name()[0] for part in reader.parenthesized().split()]
        reader.expect("=")
        text = reader.parenthesized().rest()
        reader.end()
    else:
        names = [reader.name()[0]]
        reader.expect("=")
        text = reader.rest()
    values = session.execute(f"select {text}", statement.params).rows()[0]
    if len(values) != len(names):
        raise sql_error("SQL compilation error:\nas many values as variables are expected.")
    session.variables.update(zip(names, values, strict=True))
    return status(_DONE, OTHER)


@statement("unset")
def unset_variable(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    session.variables.pop(reader.name()[0], None)
    return status(_DONE, OTHER)


@function("current_database")
def current_database(session: Session, _arguments: list[Any]) -> str | None:
    return session.database


@function("current_schema")
def current_schema(session: Session, _arguments: list[Any]) -> str | None:
    return session.schema


@function("current_warehouse")
def current_warehouse(session: Session, _arguments: list[Any]) -> str | None:
    return session.warehouse


@function("current_role")
def current_role(session: Session, _arguments: list[Any]) -> str:
    return session.role


@function("current_user")
def current_user(session: Session, _arguments: list[Any]) -> str:
    return session.user


@function("current_session")
def current_session(session: Session, _arguments: list[Any]) -> str:
    return str(session.id)


@function("current_account", "current_account_name", "current_organization_name")
def current_account(_session: Session, _arguments: list[Any]) -> str:
    return "SANDBOX"


@function("current_region")
def current_region(_session: Session, _arguments: list[Any]) -> str:
    return "SANDBOX"


@function("current_version")
def current_version(_session: Session, _arguments: list[Any]) -> str:
    return VERSION


@function("last_query_id")
def last_query_id(session: Session, arguments: list[Any]) -> str | None:
    """The last statement's, or with -2, -3, ... an earlier one's.

    https://docs.snowflake.com/en/sql-reference/functions/last_query_id
    """
    place = int(arguments[0]) if arguments else -1
    if place >= 0:
        raise unsupported("last_query_id counted from the begin of the session.")
    return session.query_ids[place] if -place <= len(session.query_ids) else None


@function("system$cancel_all_queries")
def cancel_all_queries(_session: Session, _arguments: list[Any]) -> str:
    """Sent when a Snowpark session closes; its queries have ended by then."""
    return "0 cancelled."


def _has_schema(session: Session, database: str, schema: str) -> bool:
    sql = "select 1 from duckdb_schemas() where database_name = ? and schema_name = ?"
    return bool(session.run(sql, [database, schema])) and schema != "main" and bool(quote(schema))
