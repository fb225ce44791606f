"""The type of an expression, from those of its parts. Types are DuckDB's names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from sqlglot import exp

from sandbox.warehouse.data_type import duckdb_type
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.result_type import ANONYMOUS, FIXED, OF_ARGUMENT, VARIANT_RESULTS

TIMESTAMP, TIMESTAMP_TZ = "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"
INTEGERS = frozenset({"BIGINT", "INTEGER", "HUGEINT", "SMALLINT", "TINYINT"})
_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")
_KEY = "duckdb_type"


def type_of(node: exp.Expr | None) -> str | None:
    """The type found for a node, also after a rule replaced it."""
    return node.meta.get(_KEY) if node is not None else None


def set_type(node: exp.Expr, kind: str | None) -> None:
    if kind is not None:
        node.meta[_KEY] = kind


def scale_of(kind: str | None) -> int | None:
    """Digits behind the point of a NUMBER; None for other types."""
    if kind in INTEGERS:
        return 0
    match = _DECIMAL.fullmatch(kind or "")
    return int(match[2]) if match else None


def divided_scale(scale: int) -> int:
    """https://docs.snowflake.com/en/sql-reference/operators-arithmetic#division"""
    return max(scale, min(scale + 6, 12))


Rule = Callable[[exp.Expr], str | None] | str | None
_rule_of: dict[type[exp.Expr], Rule] = {}


def inferred(node: exp.Expr) -> str | None:
    """The type of anything but a column, whose parts have their types already."""
    kind = type(node)
    if kind not in _rule_of:
        _rule_of[kind] = _find_rule(kind)
    rule = _rule_of[kind]
    return rule(node) if callable(rule) else rule


def _find_rule(kind: type[exp.Expr]) -> Rule:
    """How to find the type of nodes of this class: by a function, always the same, or not."""
    for classes, result in (*_COMPUTED, *FIXED, (VARIANT_RESULTS, "JSON")):
        if issubclass(kind, classes):
            return result
    if issubclass(kind, OF_ARGUMENT):
        return lambda node: type_of(node.this)
    return None


def unified(kinds: Iterable[str | None]) -> str | None:
    """The type of a choice between values; a NULL literal has the type of the others."""
    found = {kind for kind in kinds if kind != '"NULL"'}
    if len(found) == 1:
        return found.pop()
    scales = [scale_of(kind) for kind in found]
    if found and all(scale is not None for scale in scales):
        return f"DECIMAL(38,{max(s for s in scales if s is not None)})"
    if found and all(k == "DOUBLE" or s is not None for k, s in zip(found, scales, strict=True)):
        return "DOUBLE"
    return None


def canonical(kind: str) -> str:
    return {"TIMESTAMPTZ": TIMESTAMP_TZ, "INT": "INTEGER"}.get(kind, kind.replace(", ", ","))


def _cast(node: exp.Expr) -> str | None:
    to = node.args["to"]
    return canonical(duckdb_type(to)) if isinstance(to, exp.DataType) else None


def _chosen(node: exp.Expr) -> str | None:
    return unified(type_of(part) for part in (node.this, *node.expressions))


def _branches(node: exp.Expr) -> str | None:
    return unified((type_of(node.args.get("true")), type_of(node.args.get("false"))))


def _case(node: exp.Expr) -> str | None:
    parts = [branch.args.get("true") for branch in node.args["ifs"]]
    if node.args.get("default") is not None:
        parts.append(node.args["default"])
    return unified(type_of(part) for part in parts)


def _within_group(node: exp.Expr) -> str | None:
    if isinstance(node.this, exp.PercentileCont):
        return _middle(type_of(node.expression.expressions[0].this))
    return type_of(node.this)


def _sum(node: exp.Expr) -> str | None:
    scale = scale_of(type_of(node.this))
    return f"DECIMAL(38,{scale})" if scale is not None else type_of(node.this)


def _quotient(node: exp.Expr) -> str | None:
    kind, other = type_of(node.this), "BIGINT"
    if isinstance(node, exp.Div):
        kind, other = _as_number(node.this), _as_number(node.expression) or ""
    scale = scale_of(kind)
    if "DOUBLE" in (kind, other):
        return "DOUBLE"
    if scale is None or scale_of(other) is None:
        return None
    return f"DECIMAL(38,{divided_scale(scale)})"


def _middle(kind: str | None) -> str | None:
    """The median of a NUMBER has three more digits."""
    scale = scale_of(kind)
    return kind if scale is None else f"DECIMAL(38,{scale + 3})"


def _parsed(node: exp.Expr) -> str:
    target = node.args.get("target_type")
    kind = target.this if isinstance(target, exp.DataType) else None
    has_zone = kind in (exp.DataType.Type.TIMESTAMPTZ, exp.DataType.Type.TIMESTAMPLTZ)
    return TIMESTAMP_TZ if has_zone else TIMESTAMP


def _moved(node: exp.Expr) -> str | None:
    kind = type_of(node.this)
    is_part_of_day = node.text("unit").upper().startswith(("HOUR", "MIN", "SEC", "MILLI", "MICRO"))
    if kind == "VARCHAR" or (kind == "DATE" and is_part_of_day and isinstance(node, exp.DateAdd)):
        return TIMESTAMP
    return kind


def _arithmetic(node: exp.Expr) -> str | None:
    left, right = _as_number(node.this), _as_number(node.expression)
    if left == "DATE":
        return "BIGINT" if right == "DATE" else "DATE"
    if "DOUBLE" in (left, right):
        return "DOUBLE"
    one, other = scale_of(left), scale_of(right)
    if one is None or other is None:
        return None
    if one == other == 0:
        return "BIGINT"
    scale = max(one, other)
    if isinstance(node, exp.Mul):
        scale = min(one + other, max(scale, 12))
    return f"DECIMAL(38,{scale})"


def _as_number(node: exp.Expr) -> str | None:
    """Text and VARIANTs count as numbers in arithmetic."""
    kind = type_of(node)
    if kind == "VARCHAR":
        is_literal = isinstance(node, exp.Literal) and node.name.strip(" +-").replace(".", "", 1)
        return literal_type(node.name) if is_literal else "DECIMAL(18,5)"
    return "DOUBLE" if kind == "JSON" else kind


def _literal(node: exp.Expr) -> str:
    return "VARCHAR" if node.is_string else literal_type(node.name)


def literal_type(text: str) -> str:
    """The type of a number as it is written."""
    if "e" in text.lower():
        return "DOUBLE"
    whole, _, fraction = text.partition(".")
    if len(whole) + len(fraction) > 38:
        raise unsupported("numbers of more than 38 digits.")
    return f"DECIMAL({len(whole) + len(fraction)},{len(fraction)})" if fraction else "BIGINT"


_COMPUTED: tuple[tuple[tuple[type[exp.Expr], ...], Rule], ...] = (
    ((exp.Cast,), _cast),
    ((exp.Literal,), _literal),
    ((exp.Null,), '"NULL"'),
    ((exp.Predicate, exp.Connector, exp.Not, exp.Boolean), "BOOLEAN"),
    ((exp.Anonymous,), lambda node: ANONYMOUS.get(node.name.upper())),
    ((exp.Coalesce, exp.Greatest, exp.Least), _chosen),
    ((exp.If, exp.Nvl2), _branches),
    ((exp.Case,), _case),
    ((exp.Avg, exp.Div), _quotient),
    ((exp.Median, exp.PercentileCont), lambda node: _middle(type_of(node.this))),
    ((exp.WithinGroup,), _within_group),
    ((exp.Sum,), _sum),
    ((exp.Add, exp.Sub, exp.Mul, exp.Mod), _arithmetic),
    (
        (exp.CurrentTimestamp,),
        lambda node: TIMESTAMP if node.args.get("sysdate") else TIMESTAMP_TZ,
    ),
    (
        (exp.ConvertTimezone,),
        lambda node: TIMESTAMP if node.args.get("source_tz") is not None else TIMESTAMP_TZ,
    ),
    ((exp.StrToTime,), _parsed),
    ((exp.DateAdd, exp.TimestampTrunc, exp.DateTrunc, exp.TsOrDsAdd), _moved),
)
