"""What is written to a column becomes the column's type, or is an error.

DuckDB knows neither the length of a text nor the digits of a whole number, and takes text for JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import exp

from sandbox.warehouse.data_type import limit_of, parse_type
from sandbox.warehouse.errors import invalid_identifier, sql_error
from sandbox.warehouse.expression_type import TIMESTAMP, TIMESTAMP_TZ, set_type, type_of

if TYPE_CHECKING:
    from sandbox.warehouse.names import ObjectName
    from sandbox.warehouse.session import Session

_BUILT = (exp.ParseJSON, exp.Struct, exp.JSONObject, exp.Array)
"""Functions VALUES does not take: https://docs.snowflake.com/en/sql-reference/sql/insert"""
_WRITTEN = (TIMESTAMP, TIMESTAMP_TZ, "DOUBLE")
"""Types whose text DuckDB writes in another way."""
Limits = dict[str, exp.DataType]


def limits_of(session: Session, table: ObjectName) -> Limits:
    """The columns of a table with a most length or most digits, and their declared types."""
    if table in session.temporary:
        return {}
    declared = (session.catalog.get(session, "table", table) or {}).get("columns", {})
    types = {name: parse_type(text) for name, text in declared.items() if "(" in text}
    types |= {name: parse_type(text) for name, text in declared.items() if text.upper() in _SHORT}
    return {name: kind for name, kind in types.items() if limit_of(kind) is not None}


def coerce(tree: exp.Expr, limits: Limits, columns: list[str]) -> None:
    """Cast what an INSERT, UPDATE or MERGE writes to columns with limits; before types are found.

    `columns` are those of the target in their order.
    """
    if isinstance(tree, exp.Insert):
        for values in _values(tree):
            _refuse_built(values)
        for name in _names(tree):
            if columns and name not in columns:
                raise invalid_identifier(name)
        if limits:
            _coerce_insert(tree, limits, columns)
    elif limits and isinstance(tree, exp.Update):
        _coerce_set(tree.expressions, limits)
    elif limits and isinstance(tree, exp.Merge):
        for when in tree.args["whens"].expressions:
            then = when.args["then"]
            if isinstance(then, exp.Update):
                _coerce_set(then.expressions, limits)
            elif isinstance(then, exp.Insert) and isinstance(then.expression, exp.Tuple):
                named = then.this.expressions if then.this is not None else []
                _coerce_row(then.expression, [c.name for c in named] or columns, limits)


def convert(tree: exp.Expr, columns: list[tuple[str, str]]) -> None:
    """VARIANTs become the type of their column, and what goes to text is written as Snowflake
    writes it; text is no VARIANT. Call it when the types are known.
    """
    types = dict(columns)
    if isinstance(tree, exp.Insert):
        for row in _values(tree):
            for name, value in zip(_names(tree) or types, list(row.expressions), strict=False):
                if isinstance(value, exp.Placeholder) and types.get(name) == TIMESTAMP:
                    value.replace(exp.Cast(this=value.copy(), to=exp.DataType.build(TIMESTAMP)))
        if isinstance(tree.expression, exp.Select):
            _convert_all(_names(tree) or list(types), tree.expression.expressions, types)
    elif isinstance(tree, exp.Update):
        _convert_set(tree.expressions, types)
    elif isinstance(tree, exp.Merge):
        for when in tree.args["whens"].expressions:
            then = when.args["then"]
            if isinstance(then, exp.Update):
                _convert_set(then.expressions, types)
            elif isinstance(then, exp.Insert) and isinstance(then.expression, exp.Tuple):
                named = then.this.expressions if then.this is not None else []
                names = [column.name for column in named] or list(types)
                _convert_all(names, then.expression.expressions, types)


def _convert_set(assignments: list[exp.Expr], types: dict[str, str]) -> None:
    for assignment in assignments:
        if isinstance(assignment, exp.EQ):
            _convert(assignment.expression, types.get(assignment.this.name), assignment.this.name)


def _convert_all(names: list[str], values: list[exp.Expr], types: dict[str, str]) -> None:
    for name, value in zip(names, list(values), strict=False):
        if value.is_star:
            return
        _convert(value.this if isinstance(value, exp.Alias) else value, types.get(name), name)


def _convert(value: exp.Expr, wanted: str | None, name: str) -> None:
    given = type_of(value)
    if wanted == "JSON" and given == "VARCHAR":
        raise sql_error(
            "SQL compilation error:\nExpression type does not match column data type, "
            f"expecting VARIANT but got VARCHAR for column {name}",
            2023,
            "22000",
        )
    differs = wanted is not None and given not in (None, wanted, '"NULL"')
    if differs and (given == "JSON" or (wanted == "VARCHAR" and given in _WRITTEN)):
        kind = exp.DataType.build(str(wanted), dialect="duckdb")
        cast = exp.Cast(this=value.copy(), to=kind)
        set_type(cast.this, given)
        set_type(cast, wanted)
        value.replace(cast)


def _coerce_insert(tree: exp.Insert, limits: Limits, columns: list[str]) -> None:
    names, query = _names(tree) or columns, tree.expression
    if not any(name in limits for name in names):
        return
    for row in _values(tree):
        _coerce_row(row, names, limits)
    if not isinstance(query, exp.Query) or isinstance(query, exp.Values):
        return
    if isinstance(query, exp.Select) and not query.is_star and not query.args.get("distinct"):
        for name, projection in zip(names, query.expressions, strict=False):
            if name in limits:
                value = projection.this if isinstance(projection, exp.Alias) else projection
                value.replace(_cast(value, limits[name]))
        return
    headings = [exp.to_identifier(name, quoted=True) for name in names]
    alias = exp.TableAlias(this=exp.to_identifier("_source", quoted=True), columns=headings)
    fields = [exp.column(heading.copy()) for heading in headings]
    cast = [_cast(f, limits[f.name]) if f.name in limits else f for f in fields]
    outer = exp.Select(
        expressions=[exp.alias_(c, f.name, quoted=True) for c, f in zip(cast, fields, strict=True)]
    )
    query.replace(outer)
    outer.set("from_", exp.From(this=exp.Subquery(this=query, alias=alias)))


def _coerce_set(assignments: list[exp.Expr], limits: Limits) -> None:
    for assignment in assignments:
        if isinstance(assignment, exp.EQ) and (kind := limits.get(assignment.this.name)):
            assignment.set("expression", _cast(assignment.expression, kind))


def _coerce_row(row: exp.Expr, names: list[str], limits: Limits) -> None:
    for name, value in zip(names, list(row.expressions), strict=False):
        if name in limits and value.name.upper() != "DEFAULT":
            value.replace(_cast(value, limits[name]))


def _values(tree: exp.Insert) -> Iterator[exp.Tuple]:
    if isinstance(tree.expression, exp.Values):
        yield from (row for row in tree.expression.expressions if isinstance(row, exp.Tuple))


def _refuse_built(row: exp.Tuple) -> None:
    for value in row.expressions:
        if isinstance(value, _BUILT):
            text = value.sql("snowflake")[:60]
            raise sql_error(
                f"SQL compilation error:\nInvalid expression [{text}] in VALUES clause",
                2014,
                "22000",
            )


def _names(tree: exp.Insert) -> list[str]:
    return [c.name for c in tree.this.expressions] if isinstance(tree.this, exp.Schema) else []


def _cast(value: exp.Expr, kind: exp.DataType) -> exp.Cast:
    return exp.Cast(this=value.copy(), to=kind.copy())


_SHORT = frozenset({"CHAR", "CHARACTER", "NCHAR"})
