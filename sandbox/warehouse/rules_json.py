"""VARIANT, OBJECT and ARRAY, which are JSON in DuckDB."""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.as_text import as_variant, is_extract, json_text
from sandbox.warehouse.data_type import SEMI_STRUCTURED
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.expression_type import scale_of, type_of
from sandbox.warehouse.rewrite import call, cast, rule


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
            if isinstance(this, int) and this < 0:
                return cast(exp.null(), "JSON")
            steps += f"[{this}]" if isinstance(this, int) else key_step(str(this))
    return extract(node.this, steps)


@rule(exp.GetExtract)
def get(node: exp.GetExtract) -> exp.Expr:
    key = node.expression
    if isinstance(key, exp.Literal):
        return extract(node.this, key_step(key.name) if key.is_string else f"[{key.name}]")
    return call("json_extract", node.this, key)


@rule(exp.TryCast)
def try_cast(node: exp.TryCast) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/try_cast: of text only."""
    kind = type_of(node.this)
    if kind not in {"VARCHAR", '"NULL"', None}:
        raise sql_error(
            "SQL compilation error:\nFunction TRY_CAST cannot be used with arguments of types "
            f"{kind} and {node.to.sql('duckdb')}",
            1065,
            "22023",
        )


@rule(exp.Cast, exp.TryCast)
def cast_json(node: exp.Cast) -> exp.Expr | None:
    """To a VARIANT from anything, and from one to text; numbers and times see to themselves."""
    kind, inner = node.to.this, node.this
    if kind in SEMI_STRUCTURED:
        return None if isinstance(inner, exp.Null) else as_variant(inner)
    if kind is exp.DataType.Type.BOOLEAN and type_of(inner) in {"JSON", "VARCHAR"}:
        text = json_text(inner) if type_of(inner) == "JSON" else inner
        return call("sf_try_boolean" if isinstance(node, exp.TryCast) else "sf_boolean", text)
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


@rule(exp.ToVariant)
def to_variant(node: exp.ToVariant) -> exp.Expr:
    return as_variant(node.this)


@rule(exp.In)
def json_in(node: exp.In) -> None:
    """A VARIANT is looked for as the type of the values listed."""
    kinds = {type_of(value) for value in node.expressions}
    if type_of(node.this) == "JSON" and len(kinds) == 1 and kinds.isdisjoint({None, "JSON"}):
        node.set("this", _as_kind(node.this, str(kinds.pop())))


@rule(exp.Coalesce, exp.If, exp.Case)
def choose_json(node: exp.Expr) -> None:
    """Beside a VARIANT the other values become VARIANTs too."""
    chosen = _branches(node)
    kinds = {type_of(value) for value in chosen}
    if "JSON" in kinds and kinds - {"JSON", None, '"NULL"'}:
        for value in chosen:
            if type_of(value) not in {"JSON", None, '"NULL"'}:
                value.replace(as_variant(value.copy()))


@rule(exp.EQ, exp.NEQ, exp.GT, exp.LT, exp.GTE, exp.LTE, exp.Like, exp.ILike)
def compare_json(node: exp.Binary) -> None:
    """A VARIANT is compared as the type of the other side."""
    for side, other in (("this", "expression"), ("expression", "this")):
        kind = type_of(node.args[other])
        if type_of(node.args[side]) != "JSON" or kind in (None, "JSON"):
            continue
        node.set(side, _as_kind(node.args[side], kind))


def _as_kind(node: exp.Expr, kind: str) -> exp.Expr:
    """A VARIANT for a comparison; as a number it keeps its fraction."""
    if kind == "VARCHAR":
        return json_text(node)
    return cast(json_text(node), "DOUBLE" if scale_of(kind) is not None else kind)


def extract(base: exp.Expr, step: str) -> exp.Expr:
    """One more step; the steps of a chain become one path, so JSON is read once."""
    if is_extract(base) and isinstance(base.expressions[1], exp.Literal):
        path = base.expressions[1].name + step
        return call("json_extract", base.expressions[0], exp.Literal.string(path))
    return call("json_extract", base, exp.Literal.string("$" + step))


def _branches(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Coalesce):
        return [node.this, *node.expressions]
    if isinstance(node, exp.If):
        found = [node.args.get("true"), node.args.get("false")]
    else:
        found = [branch.args.get("true") for branch in node.args["ifs"]]
        found.append(node.args.get("default"))
    return [value for value in found if value is not None]


def key_step(key: str) -> str:
    return '."' + key.replace('"', '\\"') + '"'
