"""The text of a value of any type, as Snowflake writes it."""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.expression_type import TIMESTAMP, TIMESTAMP_TZ, set_type, type_of
from sandbox.warehouse.rewrite import call, cast

_MILLISECONDS = "%Y-%m-%d %H:%M:%S.%g"


def as_text(node: exp.Expr) -> exp.Expr:
    """Timestamps with milliseconds, doubles without `.0`, JSON strings without quotes."""
    text = _text(node)
    set_type(text, "VARCHAR")
    return text


def json_text(node: exp.Expr) -> exp.Expr:
    """The text of a JSON value; JSON null is NULL."""
    if is_extract(node):
        return call("json_extract_string", *node.expressions)
    return call("json_extract_string", node, exp.Literal.string("$"))


def as_variant(node: exp.Expr) -> exp.Expr:
    """The JSON of a value of any type; the type of moments is lost, they are text."""
    kind = type_of(node)
    if kind == "JSON":
        return node
    return call("to_json", as_text(node) if kind in (TIMESTAMP, TIMESTAMP_TZ) else node)


def is_extract(node: object) -> bool:
    """Whether a node reads a path of a JSON value."""
    while isinstance(node, exp.Paren):
        node = node.this
    return isinstance(node, exp.Anonymous) and node.name == "json_extract"


def _text(node: exp.Expr) -> exp.Expr:
    kind = type_of(node)
    if kind == "VARCHAR" or isinstance(node, exp.Null):
        return node
    if kind == TIMESTAMP:
        return call("strftime", node, exp.Literal.string(_MILLISECONDS))
    if kind == TIMESTAMP_TZ:
        return call("sf_text_of_tz", node)
    if kind == "JSON":
        return json_text(node.this if isinstance(node, exp.Paren) else node)
    if kind == "BLOB":
        return call("hex", node)
    if kind == "DOUBLE":
        return call("sf_text_of_double", node)
    if kind is None:
        return call("sf_text_of", node)
    return cast(node, "VARCHAR")
