"""FLATTEN as a table macro.

https://docs.snowflake.com/en/sql-reference/functions/flatten
"""

from __future__ import annotations

import re

from sqlglot import exp

from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.rewrite import call, rule
from sandbox.warehouse.rules_json import extract, key_step


@rule(exp.Explode)
def keep_flatten_input(node: exp.Explode) -> None:
    """Handled with the LATERAL or TABLE around it."""


@rule(exp.Lateral, exp.TableFromRows)
def flatten(node: exp.Expr) -> exp.Expr | None:
    if not isinstance(node.this, exp.Explode):
        return None
    options: dict[str, exp.Expr] = {}
    for argument in (node.this.this, *node.this.expressions):
        named = isinstance(argument, exp.Kwarg)
        options[argument.this.name.upper() if named else "INPUT"] = (
            argument.expression if named else argument
        )
    place = _input_row(node, options["INPUT"])
    return _flattened(options, node.args.get("alias"), place)


def _input_row(node: exp.Expr, value: exp.Expr) -> exp.Expr:
    """SEQ: a number of the row whose value is flattened, where one can be told."""
    column, select = value.find(exp.Column), node.find_ancestor(exp.Select)
    if column is None or select is None:
        return exp.Literal.number(1)
    for source in select.find_all(exp.Table):
        is_table = isinstance(source.this, exp.Identifier) and source.args.get("catalog")
        is_here = source.find_ancestor(exp.Select) is select
        if is_table and is_here and column.table in ("", source.alias_or_name):
            return exp.column("rowid", table=exp.to_identifier(source.alias_or_name, quoted=True))
    if any(c.name == "SEQ" for c in select.find_all(exp.Column)):
        raise unsupported("SEQ of flatten beside anything but a table.")
    return exp.null()


def _flattened(options: dict[str, exp.Expr], alias: exp.Expr | None, place: exp.Expr) -> exp.Expr:
    if left := set(options) - {"INPUT", "OUTER", "PATH", "RECURSIVE", "MODE"}:
        raise unsupported(f"flatten with {sorted(left)}.")
    value, base = options["INPUT"], options["PATH"].name if "PATH" in options else ""
    for key, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", base):
        value = extract(value, key_step(key) if key else f"[{index}]")
    mode = options["MODE"].name.upper() if "MODE" in options else "BOTH"
    is_recursive = "RECURSIVE" in options and options["RECURSIVE"] == exp.true()
    if is_recursive and (options.get("OUTER") == exp.true() or mode != "BOTH"):
        raise unsupported("flatten with recursive beside outer or mode.")
    function = call(
        "sf_flatten_all" if is_recursive else "sf_flatten",
        value,
        exp.Literal.string(base),
        options.get("OUTER", exp.false()),
        exp.convert(mode != "ARRAY"),
        exp.convert(mode != "OBJECT"),
        place,
    )
    return exp.Table(this=function, alias=exp.TableAlias(this=alias.this) if alias else None)
