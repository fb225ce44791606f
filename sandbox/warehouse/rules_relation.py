"""Names of relations and columns: folded, fully qualified, streams and table functions resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sandbox.warehouse import hook, information_schema, staged_query, stream, view_columns
from sandbox.warehouse.errors import does_not_exist, sql_error, unsupported
from sandbox.warehouse.inference import Columns, TableColumns
from sandbox.warehouse.names import ObjectName, quote, split_name
from sandbox.warehouse.registry import find_table
from sandbox.warehouse.rewrite import Context
from sandbox.warehouse.rewrite import prepare as expand_calls

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


_BEHIND_NAME = ("joins", "laterals", "pivots", "sample")


def target_table(tree: exp.Expr) -> exp.Table:
    """The table a DML changes."""
    target = tree.this
    if isinstance(target, exp.Schema):
        target = target.this
    if not isinstance(target, exp.Table):
        raise unsupported(f"target {target.sql('snowflake')!r}.")
    return target


def prepare(tree: exp.Expr, context: Context) -> None:
    """Before the rules run: name the projections as Snowflake does, and fold all identifiers."""
    _name_projections(tree)
    for identifier in list(tree.find_all(exp.Identifier)):
        if isinstance(identifier.parent, exp.PropertyEQ) and identifier.arg_key == "this":
            identifier.replace(exp.Literal.string(identifier.name))
        else:
            fold(identifier)
    targets = [] if isinstance(tree, exp.Query) else [tree.this]
    for table in list(tree.find_all(exp.Table)):
        if staged_query.is_staged(table):
            staged_query.lend_location(table, context)
            continue
        if isinstance(table.this, exp.DynamicIdentifier):
            _name_by_variable(table, context)
        is_lent = table.name in context.relations
        if isinstance(table.this, exp.Identifier) and not is_lent and not _is_cte(table):
            is_target = any(table is t or table is getattr(t, "this", None) for t in targets)
            _qualify(table, context, is_target)


def table_columns(context: Context) -> TableColumns:
    """What `inference.annotate` needs to know about qualified tables, streams and the like."""
    session = context.session

    def columns(table: exp.Table) -> Columns:
        if not isinstance(table.this, exp.Identifier):
            return []
        name = table.name
        if name in context.streams:
            stream_columns = session.table_columns(
                stream.source_of(session, context.streams[name]).sql
            )
            return [*stream_columns, *stream.METADATA]
        if name in context.relations:
            return [(n, None) for n in context.relations[name].column_names]
        parts = [str(part.name) for part in table.parts]
        found: Columns = list(session.table_columns(".".join(map(quote, parts))))
        if not found and len(parts) == 3:
            _refuse_other_case(session, ObjectName(*parts))
        return found

    return columns


def _refuse_other_case(session: Session, name: ObjectName) -> None:
    """DuckDB would find the table under a name in any case."""
    if session.run(
        "select 1 from duckdb_columns() where lower(database_name) = lower(?) "
        "and lower(schema_name) = lower(?) and lower(table_name) = lower(?) limit 1",
        [name.database, name.schema, name.name],
    ):
        raise does_not_exist("Object", name)


def fold(identifier: exp.Identifier) -> None:
    if not identifier.args.get("quoted"):
        identifier.set("this", identifier.name.upper())
        identifier.set("quoted", True)


def resolve(table: exp.Table, context: Context) -> ObjectName:
    return resolve_parts([part.name for part in table.parts], context)


def resolve_parts(parts: list[str], context: Context) -> ObjectName:
    home = context.home
    if home is not None:
        parts = [home.database, home.schema, home.name][: 3 - len(parts)] + parts
    return context.session.resolve(parts)


def _name_by_variable(table: exp.Table, context: Context) -> None:
    """`identifier($name)`. https://docs.snowflake.com/en/sql-reference/identifier-literal"""
    argument = table.this.this
    if not isinstance(argument, exp.Parameter):
        raise unsupported(f"identifier({argument.sql('snowflake')}).")
    context.is_constant = False
    parts = split_name(str(variable(argument.name, context)))
    for key, part in zip(("this", "db", "catalog"), reversed(parts), strict=False):
        table.set(key, exp.to_identifier(part, quoted=True))


def variable(name: str, context: Context) -> object:
    """The value of a session variable."""
    if name.upper() not in context.session.variables:
        message = f"SQL compilation error:\nSession variable '${name.upper()}' does not exist"
        raise sql_error(message, 904, "42000")
    return context.session.variables[name.upper()]


def _is_cte(table: exp.Table) -> bool:
    if table.args.get("db"):
        return False
    node: exp.Expr | None = table
    while node is not None:
        with_ = node.args.get("with_")
        if with_ and any(cte.alias.upper() == table.name.upper() for cte in with_.expressions):
            return True
        node = node.parent
    return False


def _qualify(table: exp.Table, context: Context, is_target: bool) -> None:
    session = context.session
    if table.args.get("when") or table.args.get("changes"):
        raise unsupported("time travel (at, before, changes).")
    parts = [str(part.name) for part in table.parts]
    if "INFORMATION_SCHEMA" in parts[:-1]:
        if lend(table, parts, {}, context):
            return
        parts[-2] = information_schema.SCHEMA
    name = resolve_parts(parts, context)
    alias = table.args.get("alias")
    view = session.catalog.get(session, "view", name)
    if not is_target:
        context.reads.add(name)
        if view is not None:
            view_columns.require_same(session, name, view)
    policies = session.account.has_policies and context.is_protected and not is_target
    is_plain = view is None or view.get("is_plain", "query" not in view)
    if view is not None and not is_target and (not is_plain or (policies and "query" in view)):
        expanded = _expand(table, view, name, context)
        if policies:
            hook.hooks.protect(expanded, name, context)
        return
    if stream.exists(session, name) and not is_target:
        marker = f"__stream_{len(context.streams)}__"
        context.streams[marker] = name
        _replace_name(table, [marker], alias, name.name)
    elif name in session.temporary:
        _replace_name(table, ["temp", "main", str(name)], alias, name.name)
    else:
        _replace_name(table, [name.database, name.schema, name.name], alias, None)
    if policies:
        hook.hooks.protect(table, name, context)


def _expand(
    table: exp.Table, view: dict[str, Any], name: ObjectName, context: Context
) -> exp.Subquery:
    """Put the text of a view in its place, because it depends on the session."""
    from sandbox.warehouse.translation import parse_text

    inner = Context(
        context.session,
        name,
        context.streams,
        context.relations,
        is_protected=context.is_protected,
    )
    tree = parse_text(view["query"])
    expand_calls(tree, inner)
    prepare(tree, inner)
    context.is_constant &= bool(view.get("is_plain")) and inner.is_constant
    alias = table.args.get("alias")
    label = alias.this if alias is not None else exp.to_identifier(name.name, quoted=True)
    columns = [exp.to_identifier(heading, quoted=True) for heading in view["headings"]]
    expanded = exp.Subquery(this=tree, alias=exp.TableAlias(this=label, columns=columns))
    replace_relation(table, expanded)
    return expanded


def replace_relation(old: exp.Expr, new: exp.Subquery) -> None:
    """Put a query in the place of a table, with what stands behind the table's name."""
    for part in _BEHIND_NAME:
        if old.args.get(part):
            new.set(part, old.args[part])
            old.set(part, None)
    root = old.root()
    old.replace(new)
    for column in root.find_all(exp.Column):
        # A query has no schema: `schema.name.column` becomes `name.column`.
        if column.args.get("db") and column.table == new.alias:
            column.set("db", None)
            column.set("catalog", None)


def _replace_name(
    table: exp.Table, parts: list[str], alias: exp.Expr | None, alias_name: str | None
) -> None:
    identifiers = [exp.to_identifier(part, quoted=True) for part in parts]
    table.set("this", identifiers[-1])
    table.set("db", identifiers[-2] if len(parts) > 1 else None)
    table.set("catalog", identifiers[-3] if len(parts) > 2 else None)
    if alias is None and alias_name is not None and not isinstance(table.parent, exp.Schema):
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias_name, quoted=True)))


def _name_projections(tree: exp.Expr) -> None:
    """`count(*)` without an alias is a column COUNT(*), as its text in upper case."""
    for select in tree.find_all(exp.Select):
        for projection in select.expressions:
            if isinstance(projection, exp.Alias | exp.Column | exp.Star | exp.Aliases):
                continue
            if projection.is_star or isinstance(projection, exp.Parameter | exp.Columns):
                continue
            text = projection.sql("snowflake").upper()
            alias = exp.Alias(alias=exp.to_identifier(text, quoted=True))
            projection.replace(alias)
            alias.set("this", projection)


def lend(table: exp.Table, parts: list[str], arguments: dict[str, Any], context: Context) -> bool:
    """Answer a relation from the registry; False when nobody registered it."""
    handler = find_table(".".join(parts[-2:]))
    if handler is None:
        return False
    result = handler(context.session, arguments)
    context.is_constant = False
    name = f"__relation_{len(context.relations)}__"
    names = [column.name for column in result.columns]
    context.relations[name] = result.table.rename_columns(names)
    _replace_name(table, [name], table.args.get("alias"), parts[-1])
    return True
