"""VARIANT, OBJECT and ARRAY, which are JSON in DuckDB."""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.as_text import is_extract, json_text
from sandbox.warehouse.data_type import SEMI_STRUCTURED
from sandbox.warehouse.expression_type import type_of
from sandbox.warehouse.rewrite import call, cast, renamed, rule

renamed(
    {
        "ARRAY_CAT": "sf_array_cat",
        "ARRAY_APPEND": "sf_array_append",
        "AS_ARRAY": "sf_as_array",
        "AS_VARCHAR": "sf_as_text",
        "AS_CHAR": "sf_as_text",
    }
)


@rule(exp.ParseJSON)
def parse_json(node: exp.ParseJSON) -> exp.Expr:
    return call("sf_try_parse_json" if node.args.get("safe") else "sf_parse_json", node.this)


@rule(exp.Bracket)
def bracket(node: exp.Bracket) -> exp.Expr | None:
    """`P['a'][0]` is one path into the JSON of P."""
    if len(node.expressions) != 1 or not isinstance(node.expressions[0], exp.Literal):
        return None
    key = node.expressions[0]
    step = key_step(key.name) if key.is_string else f"[{key.name}]"
    return extract(node.this, step)


@rule(exp.JSONExtract)
def json_extract(node: exp.JSONExtract) -> exp.Expr | None:
    """`P:a.b[0]` and `get_path(P, 'a.b')`."""
    path = node.expression
    if not isinstance(path, exp.JSONPath):
        return None
    steps = ""
    for part in path.expressions:
        if isinstance(part, exp.JSONPathKey):
            steps += key_step(str(part.this))
        elif isinstance(part, exp.JSONPathSubscript):
            this = part.this
            steps += f"[{this}]" if isinstance(this, int) else key_step(str(this))
    return extract(node.this, steps)


@rule(exp.GetExtract)
def get(node: exp.GetExtract) -> exp.Expr:
    key = node.expression
    if isinstance(key, exp.Literal):
        return extract(node.this, key_step(key.name) if key.is_string else f"[{key.name}]")
    return call("json_extract", node.this, key)


@rule(exp.Cast, exp.TryCast)
def cast_json(node: exp.Cast) -> exp.Expr | None:
    """To a VARIANT from anything, and from one to text; numbers and times see to themselves."""
    kind, inner = node.to.this, node.this
    if kind in SEMI_STRUCTURED:
        if isinstance(inner, exp.Null) or type_of(inner) == "JSON":
            return None
        return call("to_json", inner)
    if kind is exp.DataType.Type.BOOLEAN and type_of(inner) == "JSON":
        node.set("this", json_text(inner))
    return None


@rule(exp.Anonymous)
def as_object(node: exp.Anonymous) -> exp.Expr | None:
    """Of a text just parsed: its first character tells, and it is parsed once."""
    if node.name.upper() != "AS_OBJECT":
        return None
    value = node.expressions[0]
    is_parsed = isinstance(value, exp.Anonymous) and value.name == "sf_try_parse_json"
    if is_parsed and isinstance(value.expressions[0], exp.Column):
        return call("sf_try_parse_object", value.expressions[0])
    return call("sf_as_object", value)


@rule(exp.Anonymous)
def object_delete(node: exp.Anonymous) -> exp.Expr | None:
    if node.name.upper() != "OBJECT_DELETE":
        return None
    first, *keys = node.expressions
    pairs = [part for key in keys for part in (key, exp.null())]
    return call("sf_object_delete", first, call("json_object", *pairs))


@rule(exp.JSONKeys)
def object_keys(node: exp.JSONKeys) -> exp.Expr:
    return call("sf_object_keys", node.this)


@rule(exp.Struct)
def object_construct(node: exp.Struct) -> exp.Expr:
    """Pairs with a NULL key or value are left out."""
    pairs = [(pair.this, pair.expression) for pair in node.expressions]
    return _object(pairs, keep_nulls=False)


@rule(exp.JSONObject)
def object_construct_keep_null(node: exp.JSONObject) -> exp.Expr:
    return _object([(pair.this, pair.expression) for pair in node.expressions], keep_nulls=True)


@rule(exp.Array)
def array_construct(node: exp.Array) -> exp.Expr:
    return call("json_array", *node.expressions)


@rule(exp.ArraySize)
def array_size(node: exp.ArraySize) -> exp.Expr:
    return call("sf_array_size", node.this)


@rule(exp.ArrayToString)
def array_to_string(node: exp.ArrayToString) -> exp.Expr:
    return call("sf_array_to_string", node.this, node.expression)


@rule(exp.ArrayCompact, exp.ArrayDistinct)
def array_of_array(node: exp.Expr) -> exp.Expr:
    name = "compact" if isinstance(node, exp.ArrayCompact) else "distinct"
    return call(f"sf_array_{name}", node.this)


@rule(exp.ArrayConcat)
def array_cat(node: exp.ArrayConcat) -> exp.Expr:
    return call("sf_array_cat", node.this, *node.expressions)


@rule(exp.ArrayContains)
def array_contains(node: exp.ArrayContains) -> exp.Expr:
    return call("sf_array_contains", node.expression, node.this)


@rule(exp.Typeof)
def typeof(node: exp.Typeof) -> exp.Expr:
    return call("sf_typeof", node.this)


@rule(exp.ToVariant)
def to_variant(node: exp.ToVariant) -> exp.Expr:
    return node.this if type_of(node.this) == "JSON" else call("to_json", node.this)


@rule(exp.EQ, exp.NEQ, exp.GT, exp.LT, exp.GTE, exp.LTE, exp.Like, exp.ILike)
def compare_json(node: exp.Binary) -> None:
    """A VARIANT is compared as the type of the other side."""
    for side, other in (("this", "expression"), ("expression", "this")):
        kind = type_of(node.args[other])
        if type_of(node.args[side]) != "JSON" or kind in (None, "JSON"):
            continue
        text = json_text(node.args[side])
        node.set(side, text if kind == "VARCHAR" else cast(text, kind))


def extract(base: exp.Expr, step: str) -> exp.Expr:
    """One more step; the steps of a chain become one path, so JSON is read once."""
    if is_extract(base) and isinstance(base.expressions[1], exp.Literal):
        path = base.expressions[1].name + step
        return call("json_extract", base.expressions[0], exp.Literal.string(path))
    return call("json_extract", base, exp.Literal.string("$" + step))


def key_step(key: str) -> str:
    return '."' + key.replace('"', '\\"') + '"'


def _object(pairs: list[tuple[exp.Expr, exp.Expr]], keep_nulls: bool) -> exp.Expr:
    keys = exp.Array(expressions=[cast(key, "VARCHAR") for key, _ in pairs])
    values = exp.Array(expressions=[call("to_json", value) for _, value in pairs])
    return call("sf_object", keys, values, exp.convert(keep_nulls))
