"""MERGE as one native DuckDB MERGE, hence atomic.

https://docs.snowflake.com/en/sql-reference/sql/merge
"""

# ruff: noqa: S608 - names are quoted by `names.quote`, values are bound
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from sandbox.warehouse.errors import syntax_error
from sandbox.warehouse.names import quote
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
        if when.args.get("source"):
            raise syntax_error("unexpected 'BY': Snowflake knows no WHEN NOT MATCHED BY SOURCE.")
        then = when.args["then"]
        if isinstance(then, exp.Insert):
            found.add("inserted")
            unqualify(then.this)
        elif isinstance(then, exp.Update):
            found.add("updated")
            for assignment in then.expressions:
                unqualify(assignment.this)
        else:
            found.add("deleted")
    return tuple(action for action in ORDER if action in found)


def deleting_once(node: exp.Merge, write: Callable[[exp.Expr], str]) -> str | None:
    """The same MERGE for a source that has several rows that delete one target row.

    That is deterministic and therefore no error, but DuckDB's MERGE refuses it. So the source is
    joined with the target first, and each target row keeps one of the rows that delete it. None
    without a clause that deletes.
    """
    whens = [when for when in node.args["whens"].expressions if when.args.get("matched")]
    deleting = [
        str(number)
        for number, when in enumerate(whens)
        if not isinstance(when.args["then"], exp.Insert | exp.Update)
    ]
    if not deleting:
        return None
    target, source = node.this, node.args["using"]
    row, name = f"{quote(target.alias_or_name)}.rowid", quote(source.alias_or_name)
    clause = " ".join(
        f"when {write(when.args.get('condition') or exp.true())} then {number}"
        for number, when in enumerate(whens)
    )
    is_delete = f'"__clause" in ({", ".join(deleting)})'
    joined = (
        f'select {name}.*, {row} as "__row", case when {row} is null then null {clause} end '
        f'as "__clause" from {write(source)} left join {write(target)} on {write(node.args["on"])}'
    )
    numbered = (
        f'select *, row_number() over (partition by "__row", {is_delete}) as "__nth" '
        f"from ({joined})"
    )
    once = (
        f'select * exclude ("__nth") from ({numbered}) '
        f'where "__row" is null or "__nth" = 1 or not coalesce({is_delete}, false)'
    )
    actions = _clauses(node, whens, write)
    return (
        f'merge into {write(target)} using ({once}) as {name} on {row} = {name}."__row" {actions}'
    )


def unqualify(node: exp.Expr | None) -> None:
    """DuckDB wants bare column names as targets of SET and INSERT."""
    for column in node.find_all(exp.Column) if node is not None else ():
        column.set("table", None)
        column.set("db", None)
        column.set("catalog", None)


def run(
    session: Session, sql: str, values: Params, actions: tuple[str, ...], again: str | None
) -> Result:
    """The counts of a MERGE; `again` is its form from `deleting_once`, for when it is needed."""
    mark = session.mark()
    try:
        return _run(session, sql, values, actions)
    except duckdb.InvalidInputException as error:
        if again is None or "more than once" not in str(error):
            raise
        session.undo(mark)
    return _run(session, again, values, actions)


def inserted(result: Result) -> int:
    names = [column.name for column in result.columns]
    if "number of rows inserted" not in names:
        return 0
    return int(result.rows()[0][names.index("number of rows inserted")])


def _run(session: Session, sql: str, values: Params, actions: tuple[str, ...]) -> Result:
    if len(actions) == 1:
        number = int(session.run(sql, values)[0][0])
        return counts(MERGE, **{f"rows_{actions[0]}": number})
    table = session.fetch(f"{sql} returning merge_action", values).table
    grouped = table.group_by("merge_action").aggregate([([], "count_all")]).to_pylist()
    found = {_ACTIONS[row["merge_action"]]: row["count_all"] for row in grouped}
    return counts(MERGE, **{f"rows_{action}": found.get(action, 0) for action in actions})


def _clauses(node: exp.Merge, matched: list[exp.When], write: Callable[[exp.Expr], str]) -> str:
    """All clauses, those for matched rows by their numbers."""
    others = [when for when in node.args["whens"].expressions if not when.args.get("matched")]
    source = node.args["using"].alias_or_name
    numbered = [*enumerate(matched), *((-1, when) for when in others)]
    return " ".join(_clause(when, number, source, write) for number, when in numbered)


def _clause(when: exp.When, number: int, source: str, write: Callable[[exp.Expr], str]) -> str:
    """A clause for matched rows that asks for its number in the place of its condition."""
    if number < 0:
        return write(when)
    when = when.copy()
    column = exp.column(
        exp.to_identifier("__clause", quoted=True), table=exp.to_identifier(source, quoted=True)
    )
    when.set("condition", exp.EQ(this=column, expression=exp.Literal.number(number)))
    return write(when)
