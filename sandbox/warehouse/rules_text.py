"""Text functions, and the text of values of other types."""

from __future__ import annotations

from sqlglot import exp

from sandbox.warehouse.as_text import as_text
from sandbox.warehouse.data_type import TEXTS
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.expression_type import scale_of, type_of
from sandbox.warehouse.rewrite import call, cast, rule
from sandbox.warehouse.rules_binary import binary_text
from sandbox.warehouse.rules_number import LIMIT
from sandbox.warehouse.rules_timestamp import local, text_in_zone, timed, with_fractions

_FORMATS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MON": "%b",
    "MM": "%m",
    "DD": "%d",
    "DY": "%a",
    "HH24": "%H",
    "HH12": "%I",
    "AM": "%p",
    "PM": "%p",
    "MI": "%M",
    "SS": "%S",
    "FF3": "%g",
    "FF6": "%f",
    "FF9": "%n",
    "FF": "%n",
    "TZHTZM": "%z",
}


@rule(exp.Cast, exp.TryCast)
def text_of(node: exp.Cast) -> exp.Expr | None:
    """Timestamps with milliseconds, doubles without `.0`; what JSON holds without quotes."""
    if node.to.this not in TEXTS:
        return None
    most, safe = node.to.meta.get(LIMIT), "try_" if isinstance(node, exp.TryCast) else ""
    text = text_in_zone(node.this) or as_text(local(node.this))
    if most is not None:
        return call(f"sf_{safe}limited", text, exp.Literal.number(most))
    return None if isinstance(text, exp.Literal | exp.Null) else text


@rule(exp.ToChar)
def to_char(node: exp.ToChar) -> exp.Expr:
    """https://docs.snowflake.com/en/sql-reference/functions/to_char"""
    given = node.args.get("format")
    if given is None:
        return text_in_zone(node.this) or as_text(local(node.this))
    if type_of(node.this) == "BLOB":
        return binary_text(node.this, given)
    if type_of(node.this) == "DOUBLE" or scale_of(type_of(node.this)) is not None:
        raise unsupported("to_char of a number with a format.")
    if not isinstance(given, exp.Literal):
        raise unsupported("to_char with a format that is no literal.")
    if text_in_zone(node.this) is not None and "TZ" in given.name.upper():
        raise unsupported("to_char of an offset.")
    return call("strftime", _moment(node.this), _strftime(given.name))


@rule(exp.TimeToStr)
def time_to_text(node: exp.TimeToStr) -> exp.Expr:
    """`to_char` whose format sqlglot has already made strftime's, but for the quotes."""
    text = with_fractions(node.args["format"].name.replace('"', ""))
    return call("strftime", _moment(node.this), exp.Literal.string(text))


@rule(exp.Concat)
def concat(node: exp.Concat) -> exp.Expr:
    """NULL makes the whole NULL, which DuckDB's concat does not."""
    result: exp.Expr | None = None
    for part in node.expressions:
        text = as_text(local(part))
        result = text if result is None else exp.DPipe(this=result, expression=text)
    return exp.Paren(this=result)


@rule(exp.ConcatWs)
def concat_ws(node: exp.ConcatWs) -> exp.Expr:
    """https://docs.snowflake.com/en/sql-reference/functions/concat_ws: NULL if any part is."""
    separator, *parts = node.expressions
    result: exp.Expr | None = None
    for part in parts:
        text = as_text(local(part))
        if result is not None:
            text = exp.DPipe(
                this=exp.DPipe(this=result, expression=separator.copy()), expression=text
            )
        result = text
    return exp.Paren(this=result)


@rule(exp.DPipe)
def double_pipe(node: exp.DPipe) -> None:
    for side in ("this", "expression"):
        node.set(side, as_text(local(node.args[side])))


@rule(exp.RegexpLike)
def regexp_like(node: exp.RegexpLike) -> exp.Expr:
    """The pattern is anchored at both ends."""
    flags = _flags(node.args.get("flag"))
    return call("regexp_full_match", as_text(node.this), node.expression, *flags)


@rule(exp.RegexpReplace)
def regexp_replace(node: exp.RegexpReplace) -> exp.Expr:
    """All occurrences; `\\1` is a group in the replacement.

    https://docs.snowflake.com/en/sql-reference/functions/regexp_replace
    """
    for name, default in (("position", "1"), ("occurrence", "0")):
        given = node.args.get(name)
        if given is not None and given.name != default:
            raise unsupported(f"regexp_replace with {name} {given.sql()}.")
    replacement = node.args.get("replacement") or exp.Literal.string("")
    letters = "g" + "".join(flag.name for flag in _flags(node.args.get("modifiers")))
    flags = exp.Literal.string(letters.replace("gg", "g"))
    return call("regexp_replace", as_text(node.this), node.expression, replacement, flags)


@rule(exp.RegexpExtract)
def regexp_substr(node: exp.RegexpExtract) -> exp.Expr:
    """NULL without a match. https://docs.snowflake.com/en/sql-reference/functions/regexp_substr"""
    given = {n: node.args.get(n) for n in ("position", "occurrence", "parameters", "group")}
    letters = given["parameters"].name if given["parameters"] is not None else ""
    group = given["group"]
    if group is None or (group.name == "0" and "e" in letters):
        group = exp.Literal.number(1 if "e" in letters else 0)
    flags = exp.Literal.string(letters.replace("e", "").replace("c", ""))
    start = given["position"] or exp.Literal.number(1)
    subject = node.this if start.name == "1" else call("substr", node.this, start)
    found = call("regexp_extract_all", subject, node.expression, group, flags)
    return call("list_extract", found, given["occurrence"] or exp.Literal.number(1))


@rule(exp.RegexpCount)
def regexp_count(node: exp.RegexpCount) -> exp.Expr:
    flags = _flags(node.args.get("parameters")) or [exp.Literal.string("")]
    subject, start = node.this, node.args.get("position")
    if start is not None:
        subject = call("substr", subject, start)
    found = call("regexp_extract_all", subject, node.expression, exp.Literal.number(0), *flags)
    return call("len", found)


@rule(exp.RegexpExtractAll)
def regexp_substr_all(node: exp.RegexpExtractAll) -> exp.Expr:
    left = {name for name, value in node.args.items() if value is not None}
    if left - {"this", "expression", "group"}:
        raise unsupported("regexp_substr_all with more than a pattern.")
    return call("to_json", call("regexp_extract_all", node.this, node.expression))


@rule(exp.StrtokToArray)
def strtok_to_array(node: exp.StrtokToArray) -> exp.Expr:
    return call("sf_tokens", node.this, node.expression or exp.Literal.string(" "))


@rule(exp.Collate)
def collate(_node: exp.Collate) -> exp.Expr:
    raise unsupported("collations.")


@rule(exp.SplitPart)
def split_part(node: exp.SplitPart) -> exp.Expr:
    """Part 0 is part 1; a part that is not there is ''."""
    delimiter, index = node.args["delimiter"], node.args["part_index"]
    if index.name == "0":
        index = exp.Literal.number(1)
    return call("split_part", node.this, delimiter, index)


@rule(exp.Split)
def split(node: exp.Split) -> exp.Expr:
    return call("to_json", call("string_split", node.this, node.expression))


@rule(exp.Upper, exp.Lower)
def changed_case(node: exp.Expr) -> None:
    node.set("this", as_text(node.this))


@rule(exp.Contains)
def contains(node: exp.Contains) -> exp.Expr:
    return call("contains", as_text(node.this), as_text(node.expression))


@rule(exp.Trim)
def trim(node: exp.Trim) -> exp.Expr | None:
    """Blanks only, unless characters are named."""
    position = node.text("position").upper()
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(position, "trim")
    subject = as_text(node.this)
    characters = [node.expression] if node.args.get("expression") else []
    return call(name, subject, *characters)


@rule(exp.Length)
def length(node: exp.Length) -> exp.Expr:
    return call("length", as_text(node.this))


@rule(exp.SHA2)
def sha2(node: exp.SHA2) -> exp.Expr:
    size = node.args.get("length")
    if size is not None and size.name not in {"256", "0"}:
        raise unsupported(f"sha2 of {size.sql()} bits.")
    return call("sha256", as_text(node.this))


@rule(exp.MD5)
def md5(node: exp.MD5) -> exp.Expr:
    return call("md5", as_text(node.this))


def _moment(node: exp.Expr) -> exp.Expr:
    """What DuckDB formats: a TIME on some day."""
    if type_of(node) != "TIME":
        return timed(node)
    day = cast(exp.Literal.string("1970-01-01"), "DATE")
    return exp.Paren(this=exp.Add(this=day, expression=node))


def _flags(node: exp.Expr | None) -> list[exp.Expr]:
    if node is None:
        return []
    letters = node.name.replace("c", "").replace("e", "")
    return [exp.Literal.string(letters)] if letters else []


def _strftime(text: str) -> exp.Expr:
    upper, place, result = text.upper(), 0, ""
    while place < len(text):
        if text[place] == '"':
            end = text.index('"', place + 1)
            result, place = result + text[place + 1 : end], end + 1
            continue
        for name in sorted(_FORMATS, key=len, reverse=True):
            if upper.startswith(name, place):
                result, place = result + _FORMATS[name], place + len(name)
                break
        else:
            if text[place].isalnum() and text[place].upper() != "T":
                raise unsupported(f"date format {text!r}.")
            result, place = result + text[place], place + 1
    return exp.Literal.string(result)
