"""Names of the columns of a result, where the statement gives none: the text of the expression."""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.reader import Reader
from sandbox.warehouse.statement import Statement

_ENDS = (
    *("FROM", "WHERE", "GROUP BY", "HAVING", "QUALIFY", "WINDOW", "ORDER BY", "LIMIT", "FETCH"),
    *("OFFSET", "UNION", "INTERSECT", "EXCEPT", "MINUS", "INTO"),
)


def name_projections(tree: exp.Expr, statement: Statement) -> None:
    """Give the outermost SELECT's expressions their text in upper case as alias."""
    select = tree
    while isinstance(select, exp.SetOperation):
        select = select.this
    if not isinstance(select, exp.Select) or all(map(_has_name, select.expressions)):
        return
    reader = Reader(statement.text, statement.tokens)
    reader.until("SELECT")
    reader.expect("SELECT")
    if not reader.accept("DISTINCT"):
        reader.accept("ALL")
    if reader.accept("TOP"):
        reader.value()
    texts = [part.rest() for part in reader.before(*_ENDS).split()]
    if len(texts) != len(select.expressions):
        return
    for text, projection in zip(texts, select.expressions, strict=True):
        if not _has_name(projection):
            alias = exp.Alias(alias=exp.to_identifier(text.upper(), quoted=True))
            projection.replace(alias)
            alias.set("this", projection)


def _has_name(projection: exp.Expr) -> bool:
    return isinstance(
        projection, exp.Alias | exp.Aliases | exp.Column | exp.Star | exp.Parameter | exp.Columns
    ) or bool(projection.is_star)
