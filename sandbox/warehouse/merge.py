"""MERGE as one native DuckDB MERGE, hence atomic.

https://docs.snowflake.com/en/sql-reference/sql/merge
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sandbox.warehouse.result import MERGE, Result, counts

if TYPE_CHECKING:
    from sandbox.warehouse.session import Params, Session

# The order in which Snowflake returns the counts of the clauses a MERGE has.
ORDER = ("inserted", "updated", "deleted")
_ACTIONS = {"INSERT": "inserted", "UPDATE": "updated", "DELETE": "deleted"}


def prepare(node: exp.Merge) -> tuple[str, ...]:
    """Give the tree DuckDB's form; returns what its clauses do, in the order of the counts."""
    found = set()
    for when in node.args["whens"].expressions:
        then = when.args["then"]
        if isinstance(then, exp.Insert):
            found.add("inserted")
            _unqualify(then.this)
        elif isinstance(then, exp.Update):
            found.add("updated")
            for assignment in then.expressions:
                _unqualify(assignment.this)
        else:
            found.add("deleted")
    return tuple(action for action in ORDER if action in found)


def run(session: Session, sql: str, values: Params, actions: tuple[str, ...]) -> Result:
    if len(actions) == 1:
        number = int(session.run(sql, values)[0][0])
        return counts(MERGE, **{f"rows_{actions[0]}": number})
    table = session.fetch(f"{sql} returning merge_action", values).table
    grouped = table.group_by("merge_action").aggregate([([], "count_all")]).to_pylist()
    found = {_ACTIONS[row["merge_action"]]: row["count_all"] for row in grouped}
    return counts(MERGE, **{f"rows_{action}": found.get(action, 0) for action in actions})


def inserted(result: Result) -> int:
    names = [column.name for column in result.columns]
    if "number of rows inserted" not in names:
        return 0
    return int(result.rows()[0][names.index("number of rows inserted")])


def _unqualify(node: exp.Expr | None) -> None:
    """DuckDB wants bare column names as targets of SET and INSERT."""
    for column in node.find_all(exp.Column) if node is not None else ():
        column.set("table", None)
        column.set("db", None)
        column.set("catalog", None)
