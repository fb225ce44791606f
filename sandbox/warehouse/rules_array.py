"""Functions of arrays and objects, and tests of the type of a VARIANT.

https://docs.snowflake.com/en/sql-reference/functions-semistructured
"""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.as_text import as_variant
from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.expression_type import type_of
from sandbox.warehouse.rewrite import call, cast, context_rule, renamed, rule

# Node: our macro and the arguments it takes, in its order.
_CALLS: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.ArraySize: ("sf_array_size", "this"),
    exp.ArrayToString: ("sf_array_to_string", "this", "expression"),
    exp.ArrayCompact: ("sf_array_compact", "this"),
    exp.ArrayDistinct: ("sf_array_distinct", "this"),
    exp.ArrayAppend: ("sf_array_append", "this", "expression"),
    exp.ArrayPrepend: ("sf_array_prepend", "this", "expression"),
    exp.ArrayContains: ("sf_array_contains", "expression", "this"),
    exp.ArrayPosition: ("sf_array_position", "expression", "this"),
    exp.ArraySlice: ("sf_array_slice", "this", "start", "end"),
    exp.ArrayInsert: ("sf_array_insert", "this", "position", "expression"),
    exp.ArrayRemove: ("sf_array_remove", "this", "expression"),
    exp.ArrayRemoveAt: ("sf_array_remove_at", "this", "position"),
    exp.ArrayReverse: ("sf_array_reverse", "this"),
    exp.ArrayExcept: ("sf_array_except", "this", "expression"),
    exp.ArrayOverlaps: ("sf_arrays_overlap", "this", "expression"),
    exp.ArrayMin: ("sf_array_min", "this"),
    exp.ArrayMax: ("sf_array_max", "this"),
    exp.ToArray: ("sf_to_array", "this"),
    exp.Flatten: ("sf_array_flatten", "this"),
    exp.CheckJson: ("sf_check_json", "this"),
    exp.StripNullValue: ("sf_strip_null", "this"),
    exp.GetIgnoreCase: ("sf_get_ignore_case", "this", "expression"),
    exp.JSONKeys: ("sf_object_keys", "this"),
    exp.Typeof: ("sf_typeof", "this"),
}
_VALUES = frozenset({"sf_array_append", "sf_array_prepend", "sf_array_insert", "sf_array_contains"})
_WANTS_VARIANT = frozenset({"sf_array_contains", "sf_array_position"})
"""Values of text, dates and times are found in an array after a cast only."""
_TESTS = {
    **dict.fromkeys(("IS_INTEGER",), "sf_is_integer"),
    **dict.fromkeys(("IS_DECIMAL", "IS_DOUBLE", "IS_REAL"), "sf_is_number"),
    **dict.fromkeys(("IS_VARCHAR", "IS_CHAR"), "sf_is_text"),
    "IS_BOOLEAN": "sf_is_boolean",
    "IS_ARRAY": "sf_is_array",
    "IS_OBJECT": "sf_is_object",
}
_CONVERSIONS = {
    "AS_ARRAY": "sf_as_array",
    "AS_VARCHAR": "sf_as_text",
    "AS_CHAR": "sf_as_text",
    "AS_BOOLEAN": "sf_as_boolean",
    "AS_INTEGER": "sf_as_integer",
    "AS_DOUBLE": "sf_as_double",
    "AS_REAL": "sf_as_double",
    "TO_OBJECT": "sf_to_object",
}
renamed({**_TESTS, **_CONVERSIONS})


@rule(*_CALLS)
def array_function(node: exp.Expr) -> exp.Expr:
    name, *arguments = _CALLS[type(node)]
    parts = [node.args[argument] for argument in arguments]
    if name in _WANTS_VARIANT and type_of(parts[0]) in {"VARCHAR", "DATE", "TIME", "TIMESTAMP"}:
        raise sql_error(
            f"SQL compilation error:\nInvalid argument types for function '{node.sql_name()}': "
            "cast the value to VARIANT.",
            1044,
            "42P13",
        )
    if name in _VALUES and node.args.get("expression") is not None:
        parts = [as_variant(p) if p is node.args["expression"] else p for p in parts]
    return call(name, *parts)


@rule(exp.ArrayConcat)
def array_cat(node: exp.ArrayConcat) -> exp.Expr:
    return call("sf_array_cat", node.this, *node.expressions)


@rule(exp.ArrayIntersect)
def array_intersection(node: exp.ArrayIntersect) -> exp.Expr:
    return call("sf_array_intersection", *node.expressions)


@rule(exp.SortArray)
def array_sort(node: exp.SortArray) -> exp.Expr:
    """Nulls count as the greatest value."""
    is_descending = node.args.get("asc") == exp.false()
    nulls_first = node.args.get("nulls_first")
    if nulls_first is not None and nulls_first != exp.convert(is_descending):
        raise unsupported("array_sort that places nulls elsewhere.")
    return call("sf_array_sort_desc" if is_descending else "sf_array_sort", node.this)


@rule(exp.GenerateSeries)
def array_generate_range(node: exp.GenerateSeries) -> exp.Expr | None:
    if not node.args.get("is_end_exclusive"):
        return None
    step = node.args.get("step") or exp.Literal.number(1)
    return call("sf_array_of_range", node.args["start"], node.args["end"], step)


@rule(exp.Array, exp.ArrayConstructCompact)
def array_construct(node: exp.Expr) -> exp.Expr:
    array = call("json_array", *(as_variant(value) for value in node.expressions))
    is_compact = isinstance(node, exp.ArrayConstructCompact)
    return call("sf_array_compact", array) if is_compact else array


@rule(exp.Struct, exp.JSONObject)
def object_construct(node: exp.Expr) -> exp.Expr:
    """Pairs with a NULL key or, but for `keep_null`, a NULL value are left out."""
    pairs = [(pair.this, pair.expression) for pair in node.expressions]
    keys = exp.Array(expressions=[cast(key, "VARCHAR") for key, _ in pairs])
    values = exp.Array(expressions=[as_variant(value) for _, value in pairs])
    return call("sf_object", keys, values, exp.convert(isinstance(node, exp.JSONObject)))


@rule(exp.ObjectInsert)
def object_insert(node: exp.ObjectInsert) -> exp.Expr:
    value = as_variant(node.args["value"])
    may_update = node.args.get("update_flag") or exp.false()
    return call("sf_object_insert", node.this, node.args["key"], value, may_update)


@rule(exp.Anonymous)
def object_function(node: exp.Anonymous) -> exp.Expr | None:
    name = node.name.upper()
    if name == "OBJECT_DELETE":
        first, *keys = node.expressions
        pairs = [part for key in keys for part in (key, exp.null())]
        return call("sf_object_delete", first, call("json_object", *pairs))
    if name == "OBJECT_PICK":
        first, *keys = node.expressions
        is_array = len(keys) == 1 and isinstance(keys[0], exp.Anonymous)
        picked = (
            call("list_transform", call("sf_array", keys[0]), _text_of_x())
            if is_array
            else (exp.Array(expressions=keys))
        )
        return call("sf_object_pick", first, picked)
    if name in {"AS_NUMBER", "AS_DECIMAL"}:
        first, *size = node.expressions
        given = [part.name for part in size]
        precision, scale = (*given, "38", "0")[:2] if len(given) != 1 else (given[0], "0")
        return cast(call("sf_number_text", first), f"DECIMAL({precision}, {scale})")
    return None


@context_rule(exp.ObjectAgg)
def object_agg(node: exp.ObjectAgg, _context: object) -> exp.Expr:
    """Pairs with a NULL key or value are left out."""
    if isinstance(node.parent, exp.Window):
        raise unsupported("object_agg as a window function.")
    return call("sf_object_agg", node.this, as_variant(node.expression))


@rule(exp.ArrayFilter, exp.Transform)
def higher_order(node: exp.Expr) -> exp.Expr:
    """`filter(array, x -> ...)` and `transform(array, x -> ...)`; x is a VARIANT."""
    name = "list_filter" if isinstance(node, exp.ArrayFilter) else "list_transform"
    return call("to_json", call(name, call("sf_array", node.this), node.expression))


def _text_of_x() -> exp.Expr:
    x = exp.to_identifier("x")
    return exp.Lambda(this=call("sf_text", exp.column("x")), expressions=[x])
