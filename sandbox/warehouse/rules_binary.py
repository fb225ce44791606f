"""BINARY and its text.

https://docs.snowflake.com/en/sql-reference/binary-input-output
"""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.expression_type import type_of
from sandbox.warehouse.rewrite import call, rule

_TO_BINARY = {"HEX": "sf_unhex", "BASE64": "from_base64", "UTF-8": "encode", "UTF8": "encode"}
_FROM_BINARY = {"HEX": "hex", "BASE64": "to_base64", "UTF-8": "decode", "UTF8": "decode"}


@rule(exp.ByteLength)
def octet_length(node: exp.ByteLength) -> exp.Expr:
    return call("octet_length" if type_of(node.this) == "BLOB" else "strlen", node.this)


@rule(exp.ToBinary)
def to_binary(node: exp.ToBinary) -> exp.Expr:
    function = _chosen(_TO_BINARY, node.args.get("format"))
    if node.args.get("safe"):
        if function != "sf_unhex":
            raise unsupported("try_to_binary of anything but hex.")
        function = "sf_try_unhex"
    return call(function, node.this)


@rule(exp.Cast)
def cast_binary(node: exp.Cast) -> exp.Expr | None:
    is_binary = node.to.this in {exp.DataType.Type.VARBINARY, exp.DataType.Type.BINARY}
    return call("sf_unhex", node.this) if is_binary and type_of(node.this) == "VARCHAR" else None


def binary_text(node: exp.Expr, given: exp.Expr | None) -> exp.Expr:
    """`to_char(binary, format)`."""
    return call(_chosen(_FROM_BINARY, given), node)


def _chosen(functions: dict[str, str], given: exp.Expr | None) -> str:
    name = "HEX" if given is None else given.name.upper()
    if name not in functions:
        raise unsupported(f"binary format {name}.")
    return functions[name]
