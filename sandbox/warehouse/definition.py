"""What the definitions of tables and views have in common: options, comments, queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sandbox.warehouse import hook
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.rewrite import Context
from sandbox.warehouse.statement import Reader
from sandbox.warehouse.translation import Translation, parse_text, translate_tree

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

TABLE_OPTIONS = frozenset(
    {"COMMENT", "DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS"}
    | {"CHANGE_TRACKING", "ENABLE_SCHEMA_EVOLUTION", "DEFAULT_DDL_COLLATION"}
)


def read_options(reader: Reader) -> dict[str, object]:
    """Options behind the columns, in any order, with CLUSTER BY."""
    options: dict[str, object] = {}
    while True:
        found = reader.options()
        if reader.accept("CLUSTER BY"):  # one token
            found["CLUSTER_BY"] = reader.parenthesized().rest()
        elif reader.accept("COPY", "GRANTS"):
            continue
        if not found:
            break
        options.update(found)
    for name in options:
        if name not in TABLE_OPTIONS | {"CLUSTER_BY"}:
            raise unsupported(f"option {name}.")
    return options


def translation_of(session: Session, query: str, home: ObjectName | None = None) -> Translation:
    context = Context(session, home, is_protected=home is None)
    tree = parse_text(query)
    if not isinstance(tree, exp.Query):
        raise unsupported(f"a definition that is no query: {query[:40]!r}.")
    translation = translate_tree(tree, context)
    if session.role != hook.ADMIN:
        hook.hooks.access(session, translation, "SELECT")
    return translation


def kind_of(session: Session, name: ObjectName) -> str | None:
    sql = (
        "select 'table' from duckdb_tables() where database_name = $1 and schema_name = $2 "
        "and table_name = $3 union all select 'view' from duckdb_views() "
        "where database_name = $1 and schema_name = $2 and view_name = $3"
    )
    rows = session.run(sql, [name.database, name.schema, name.name])
    return str(rows[0][0]) if rows else None


def comment_of(options: dict[str, object]) -> str | None:
    comment = options.get("COMMENT")
    return None if comment is None else str(comment)
