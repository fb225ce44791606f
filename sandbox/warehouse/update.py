"""UPDATE, which tells how many of its rows were joined with several.

https://docs.snowflake.com/en/sql-reference/sql/update
"""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from sandbox.warehouse import merge
from sandbox.warehouse.names import quote
from sandbox.warehouse.rewrite import rule


@rule(exp.Update)
def bare_targets(node: exp.Update) -> None:
    """`set t.a = 1` is `set a = 1` for DuckDB."""
    for assignment in node.expressions:
        merge.unqualify(assignment.this)


def multi_joined(
    tree: exp.Expr, write: Callable[[exp.Expr], str]
) -> tuple[str, frozenset[str]] | None:
    """A query for the number of rows that an UPDATE takes from several, and what is bound in it.

    None for an UPDATE without other tables.
    """
    if not isinstance(tree, exp.Update) or tree.args.get("from_") is None:
        return None
    parts = [tree.args["from_"], *([tree.args["where"]] if tree.args.get("where") else [])]
    joined, *where = [write(part) for part in parts]
    row = f"{quote(tree.this.alias_or_name)}.rowid"
    bound = frozenset(node.name for part in parts for node in part.find_all(exp.Placeholder))
    return (
        f"select count(*) from (select {row} {joined} cross join {write(tree.this)} "
        f"{' '.join(where)} group by {row} having count(*) > 1)",
        bound,
    )
