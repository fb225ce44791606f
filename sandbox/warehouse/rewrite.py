"""Rewrites the syntax tree of a Snowflake statement into one that DuckDB understands.

Rules are functions for a node type, registered with `@rule`. They are applied bottom-up, once per
node: a rule sees children that are already rewritten, and what it returns is not visited again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sandbox.warehouse.names import ObjectName

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


@dataclass
class Context:
    """What the rules know about the statement, and what they find out about it."""

    session: Session
    streams: dict[str, ObjectName] = field(default_factory=dict)
    """Stream per marker: the relation that stands for it is put in when the statement runs."""
    relations: dict[str, Any] = field(default_factory=dict)
    """Arrow tables of table functions, by the name they are registered under."""
    is_constant: bool = True
    """Whether the result of the rewrite is the same until the next DDL."""


Rule = Callable[[Any, Context], exp.Expr | None]

_rules: dict[type[exp.Expr], list[Rule]] = {}


def rule(*kinds: type[exp.Expr]) -> Callable[[Rule], Rule]:
    """Register a rule for exactly these node types. It returns a new node, or None for no change."""

    def register(function: Rule) -> Rule:
        for kind in kinds:
            _rules.setdefault(kind, []).append(function)
        return function

    return register


def rewrite(root: exp.Expr, context: Context) -> exp.Expr:
    """Apply all rules to the tree, which is changed in place; returns the new root."""
    holder = exp.Paren(this=root)
    for node in _bottom_up(root):
        for function in _rules.get(type(node), ()):
            new = function(node, context)
            if new is not None and new is not node:
                node.replace(new)
                break
    result = holder.this
    result.pop()
    return result


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """A call of a DuckDB function or of one of our macros."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def cast(node: exp.Expr, duckdb_type: str) -> exp.Cast:
    return exp.Cast(this=node, to=exp.DataType.build(duckdb_type, dialect="duckdb"))


def _bottom_up(root: exp.Expr) -> Iterable[exp.Expr]:
    return reversed(list(root.bfs()))
