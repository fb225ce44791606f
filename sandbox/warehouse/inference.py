"""Types of the expressions of a statement, found from its tables before it is rewritten.

Several functions work differently for different types (text of a timestamp, division of integers,
`dateadd` of a date). Types are DuckDB's names. None is unknown, and then the rules write a macro
that asks DuckDB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlglot import exp

from sandbox.warehouse.errors import invalid_identifier
from sandbox.warehouse.expression_type import inferred, set_type, type_of, unified

_OTHER_SCOPES = frozenset({"with_", "from_", "laterals", "this"})
_FLATTENED = (
    ("SEQ", "BIGINT"),
    ("KEY", "VARCHAR"),
    ("PATH", "VARCHAR"),
    ("INDEX", "BIGINT"),
    ("VALUE", "JSON"),
    ("THIS", "JSON"),
)
Columns = list[tuple[str, str | None]]
TableColumns = Callable[[exp.Table], Columns]


def annotate(tree: exp.Expr, table_columns: TableColumns) -> None:
    """Set the types of all expressions; `table_columns` knows the columns of real tables."""
    _Annotation(table_columns).statement(tree)


@dataclass
class _Scope:
    """The relations a SELECT sees, by alias, and those around it."""

    sources: dict[str, Columns] = field(default_factory=dict)
    outer: _Scope | None = None
    aliases: frozenset[str] = frozenset()
    """What the SELECT calls its projections."""

    def find(self, table: str, name: str) -> str | None:
        """The type of a column. DuckDB would find it in any case, so another case is an error."""
        is_near = False
        scope: _Scope | None = self
        while scope is not None:
            for alias, columns in scope.sources.items():
                if table and alias != table:
                    is_near |= alias.upper() == table.upper()
                    continue
                for column, kind in columns:
                    if column == name:
                        return kind
                    is_near |= column.upper() == name.upper()
            if not table and name in scope.aliases:
                return None
            scope = scope.outer
        if is_near:
            raise invalid_identifier(f"{table}.{name}" if table else name)
        return None


class _Annotation:
    def __init__(self, table_columns: TableColumns) -> None:
        self._table_columns = table_columns

    def statement(self, tree: exp.Expr) -> None:
        if isinstance(tree, exp.Query):
            self._query(tree, {}, None)
            return
        ctes = self._ctes(tree, {}, None)
        scope = _Scope()
        for part in (tree.this, tree.args.get("using"), tree.args.get("from_")):
            for source in part if isinstance(part, list) else [part]:
                self._add_source(source, scope, ctes)
        if isinstance(tree, exp.Insert) and isinstance(tree.expression, exp.Query):
            self._query(tree.expression, ctes, None)
            return
        self._expressions(tree, scope, ctes)

    def _ctes(
        self, node: exp.Expr, known: dict[str, Columns], outer: _Scope | None
    ) -> dict[str, Columns]:
        found = dict(known)
        with_ = node.args.get("with_")
        for cte in with_.expressions if with_ else ():
            if with_.args.get("recursive"):
                found[cte.alias] = []
            columns = self._query(cte.this, found, outer)
            found[cte.alias] = _headed(columns, cte.args.get("alias"))
        return found

    def _query(self, query: exp.Expr, known: dict[str, Columns], outer: _Scope | None) -> Columns:
        if isinstance(query, exp.Subquery):
            return self._query(query.this, self._ctes(query, known, outer), outer)
        ctes = self._ctes(query, known, outer)
        if isinstance(query, exp.SetOperation):
            left = self._query(query.this, ctes, outer)
            right = self._query(query.expression, ctes, outer)
            pairs = zip(left, right, strict=False)
            return [(name, unified((a, b))) for (name, a), (_, b) in pairs]
        if not isinstance(query, exp.Select):
            return []
        scope = _Scope(outer=outer)
        from_ = query.args.get("from_")
        for source in (from_.this if from_ else None, *(query.args.get("laterals") or ())):
            self._add_source(source, scope, ctes)
        self._add_joins(query, scope, ctes)
        scope.aliases = frozenset(p.alias for p in query.expressions if isinstance(p, exp.Alias))
        self._expressions(query, scope, ctes)
        return list(self._projections(query, scope))

    def _add_joins(self, node: exp.Expr, scope: _Scope, ctes: dict[str, Columns]) -> None:
        for join in node.args.get("joins") or ():
            self._add_source(join.this, scope, ctes)
            if not isinstance(node, exp.Select):
                self._expressions(join, scope, ctes)

    def _add_source(self, source: exp.Expr | None, scope: _Scope, ctes: dict[str, Columns]) -> None:
        if isinstance(source, exp.From | exp.Schema):
            source = source.this
        if isinstance(source, exp.Table):
            name = source.name
            plain = ctes.get(name) if not source.args.get("db") else None
            columns = plain if plain is not None else self._table_columns(source)
            scope.sources[source.alias or name] = _headed(columns, source.args.get("alias"))
            self._add_joins(source, scope, ctes)
        elif isinstance(source, exp.Subquery):
            self._add_subquery(source, scope, ctes)
        elif isinstance(source, exp.Values):
            self._values(source, scope, ctes)
        elif isinstance(source, exp.Lateral | exp.TableFromRows):
            self._expressions(source, scope, ctes)
            scope.sources[source.alias] = list(_FLATTENED)

    def _add_subquery(self, source: exp.Subquery, scope: _Scope, ctes: dict[str, Columns]) -> None:
        """`(select ..) as a`, `(table)` or `(a join b)`."""
        alias, inner = source.args.get("alias"), source.this
        name = source.alias or f"_{len(scope.sources)}"
        if isinstance(inner, exp.Select | exp.SetOperation):
            columns = self._query(inner, self._ctes(source, ctes, scope), scope)
            scope.sources[name] = _headed(columns, alias)
        elif alias is None:
            self._add_source(inner, scope, ctes)
        else:
            own = _Scope(outer=scope)
            self._add_source(inner, own, ctes)
            columns = [column for columns in own.sources.values() for column in columns]
            scope.sources[name] = _headed(columns, alias)
        self._add_joins(source, scope, ctes)

    def _values(self, values: exp.Values, scope: _Scope, ctes: dict[str, Columns]) -> None:
        self._expressions(values, scope, ctes)
        rows = [row.expressions for row in values.expressions if isinstance(row, exp.Tuple)]
        kinds = [unified(type_of(cell) for cell in column) for column in zip(*rows, strict=False)]
        columns: Columns = [(f"COLUMN{n}", kind) for n, kind in enumerate(kinds, 1)]
        scope.sources[values.alias] = _headed(columns, values.args.get("alias"))

    def _expressions(self, node: exp.Expr, scope: _Scope, ctes: dict[str, Columns]) -> None:
        """Types of everything in this SELECT; queries inside it are scopes of their own."""
        own: list[exp.Expr] = []
        left_out = _OTHER_SCOPES if isinstance(node, exp.Select | exp.Join) else frozenset()
        todo = [child for name, child in node.args.items() if name not in left_out]
        while todo:
            item = todo.pop()
            if isinstance(item, list):
                todo.extend(item)
            elif isinstance(item, exp.Join):
                todo.extend(child for name, child in item.args.items() if name != "this")
            elif isinstance(item, exp.Query) and not isinstance(item, exp.Table):
                columns = self._query(item, ctes, scope)
                if len(columns) == 1:
                    set_type(item, columns[0][1])
            elif isinstance(item, exp.Expr):
                if isinstance(item, exp.Lambda):
                    _type_parameters(item)
                elif isinstance(item, exp.StarMap):
                    item = _object_of_all(item, scope)
                own.append(item)
                todo.extend(item.args.values())
        for item in reversed(own):
            set_type(item, self._infer(item, scope))

    def _projections(self, select: exp.Select, scope: _Scope) -> Iterable[tuple[str, str | None]]:
        for projection in select.expressions:
            star = projection.this if isinstance(projection, exp.Column) else projection
            if isinstance(star, exp.Star):
                left_out = {e.name for e in star.args.get("except_") or ()}
                table = projection.table if isinstance(projection, exp.Column) else ""
                for alias, columns in scope.sources.items():
                    if not table or table == alias:
                        yield from (c for c in columns if c[0] not in left_out)
            else:
                yield projection.alias_or_name, type_of(projection)

    def _infer(self, node: exp.Expr, scope: _Scope) -> str | None:
        if isinstance(node, exp.Column):
            return scope.find(node.table, node.name)
        return inferred(node)


def _type_parameters(function: exp.Lambda) -> None:
    """The parameters of a function of elements are VARIANTs."""
    names = {parameter.name for parameter in function.expressions}
    for identifier in function.this.find_all(exp.Identifier):
        if identifier.name in names:
            set_type(identifier, "JSON")


def _object_of_all(node: exp.Expr, scope: _Scope) -> exp.Expr:
    """`object_construct(*)` with the columns written out."""
    columns = [
        (
            name,
            exp.column(
                exp.to_identifier(name, quoted=True), table=exp.to_identifier(alias, quoted=True)
            ),
        )
        for alias, columns in scope.sources.items()
        for name, _ in columns
    ]
    pairs = [exp.PropertyEQ(this=exp.Literal.string(n), expression=c) for n, c in columns]
    return node.replace(exp.Struct(expressions=pairs))


def _headed(columns: Columns, alias: exp.Expr | None) -> Columns:
    """The columns under the names an alias gives them."""
    headings = alias.args.get("columns") if alias is not None else None
    if not headings:
        return columns
    kinds = [kind for _, kind in columns] + [None] * len(headings)
    return [(heading.name, kind) for heading, kind in zip(headings, kinds, strict=False)]
