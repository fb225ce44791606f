"""The path of a function called by a qualified name."""

from __future__ import annotations

from sqlglot import exp


def path_of(node: exp.Dot) -> list[exp.Expr]:
    """`a.b.f(x)` as its identifiers and, last, the call."""
    path: list[exp.Expr] = [node.expression]
    inner = node.this
    while isinstance(inner, exp.Dot):
        path.append(inner.expression)
        inner = inner.this
    return [inner, *reversed(path)]
