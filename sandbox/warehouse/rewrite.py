"""Rewrites the syntax tree of a Snowflake statement into one that DuckDB understands.

Rules are functions for a node type, registered with `@rule`. They are applied bottom-up, once per
node: a rule sees children that are already rewritten, and what it returns is not visited again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.expression_type import set_type, type_of
from sandbox.warehouse.names import ObjectName

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session


@dataclass
class Context:
    """What the rules know about the statement, and what they find out about it."""

    session: Session
    home: ObjectName | None = None
    """A view whose text this is: names without a schema are looked for beside it."""
    streams: dict[str, ObjectName] = field(default_factory=dict)
    """Stream per marker: the relation that stands for it is put in when the statement runs."""
    relations: dict[str, Any] = field(default_factory=dict)
    """Arrow tables of table functions, by the name they are registered under."""
    is_constant: bool = True
    """Whether the result of the rewrite is the same until the next DDL."""
    reads: set[ObjectName] = field(default_factory=set)
    """Tables, views and streams the statement names itself; not what views read in turn."""
    is_protected: bool = True
    """Whether policies act on what it reads: not for the text of a policy or a new view."""


Rule = Callable[[Any], exp.Expr | None]
ContextRule = Callable[[Any, Context], exp.Expr | None]

Preparation = Callable[[exp.Expr, Context], None]

_preparations: list[Preparation] = []
_rules: dict[type[exp.Expr], list[ContextRule]] = {}


def rule(*kinds: type[exp.Expr]) -> Callable[[Rule], Rule]:
    """Register a rule for exactly these node types; it returns a new node, None for no change."""

    def register(function: Rule) -> Rule:
        def without_context(node: exp.Expr, _context: Context) -> exp.Expr | None:
            return function(node)

        for kind in kinds:
            _rules.setdefault(kind, []).append(without_context)
        return function

    return register


def context_rule(*kinds: type[exp.Expr]) -> Callable[[ContextRule], ContextRule]:
    """Register a rule that needs to know the statement it works on."""

    def register(function: ContextRule) -> ContextRule:
        for kind in kinds:
            _rules.setdefault(kind, []).append(function)
        return function

    return register


def before_rules(function: Preparation) -> Preparation:
    """Register what changes a parsed statement before its names are looked up."""
    _preparations.append(function)
    return function


def prepare(tree: exp.Expr, context: Context) -> None:
    """Let what is registered with `before_rules` change the tree in place."""
    for function in _preparations:
        function(tree, context)


def renamed(functions: dict[str, str]) -> None:
    """Register functions sqlglot has no node for, by upper-case name, with ours that answer."""
    _renamed.update(functions)


def rewrite(root: exp.Expr, context: Context) -> exp.Expr:
    """Apply all rules to the tree, which is changed in place; returns the new root.

    The first rule that returns a node ends the work on the old one. A function that sqlglot does
    not know and no rule answers is refused: DuckDB may have one of that name, Snowflake has not.
    """
    holder = exp.Paren(this=root)
    for node in _bottom_up(root):
        for function in _rules.get(type(node), ()):
            new = function(node, context)
            if new is not None and new is not node:
                set_type(new, type_of(node))
                node.replace(new)
                break
        else:
            if type(node) is exp.Anonymous and not isinstance(node.parent, _ANSWERED_ABOVE):
                raise unsupported(f"function {node.name}.")
    result = holder.this
    result.pop()
    return result


_renamed: dict[str, str] = {}
# What stands around a function that has rules of its own for it.
_ANSWERED_ABOVE = (exp.Dot, exp.TableFromRows, exp.Lateral, exp.Window, exp.WithinGroup)


@rule(exp.Anonymous)
def _rename(node: exp.Anonymous) -> exp.Expr | None:
    name = _renamed.get(node.name.upper())
    return call(name, *node.expressions) if name else None


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """A call of a DuckDB function or of one of our macros."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def cast(node: exp.Expr, duckdb_type: str) -> exp.Cast:
    return exp.Cast(this=node, to=exp.DataType.build(duckdb_type, dialect="duckdb"))


def _bottom_up(root: exp.Expr) -> Iterable[exp.Expr]:
    return list(root.bfs())[::-1]
