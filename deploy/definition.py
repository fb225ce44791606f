"""What a CREATE statement says of its object, in the form in which the account's answer is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import sqlglot
from sqlglot import exp
from sqlglot.dialects.snowflake import Snowflake

from deploy.project import Statement

ACCOUNT_KINDS = (
    "database",
    "integration",
    "network policy",
    "resource monitor",
    "role",
    "user",
    "warehouse",
)
"""Kinds that live beside the databases: dropping the database leaves them."""

_CREATE = re.compile(
    r"create\s+(?:or\s+(?P<mode>alter|replace)\s+)?(?:(?:secure|transient|recursive)\s+)*"
    r"(?:notification\s+(?=integration)|api\s+(?=integration))?"
    r"(?P<kind>database\s+role|masking\s+policy|row\s+access\s+policy|network\s+(?:rule|policy)"
    r"|resource\s+monitor|event\s+table|file\s+format|\w+)\s+"
    r"(?P<guard>if\s+not\s+exists\s+)?(?P<name>[\w.]+)",
    re.IGNORECASE,
)
_TEXT = r"'((?:[^']|'')*)'"
_DEFAULT_LENGTH = 16777216


@dataclass(frozen=True)
class Column:
    """A column of a table or view; a view's have neither type nor nullability."""

    name: str
    type: str
    is_nullable: bool
    comment: str


@dataclass(frozen=True)
class Definition:
    """An object and the statement that makes it."""

    kind: str
    name: str
    """Lower case, with its schema where it lives in one."""
    mode: str
    """`alter`, `replace`, `if not exists`, or empty for a plain CREATE."""
    statement: Statement

    @property
    def text(self) -> str:
        return self.statement.text

    @cached_property
    def header(self) -> str:
        """The statement up to the query, body or condition."""
        split = {"task": r"\n(?:when|as)\b", "view": r"\nas\b", "alert": r"\nif\b"}
        return re.split(split.get(self.kind, r"\Z"), self.text, maxsplit=1, flags=re.I)[0]

    @property
    def comment(self) -> str:
        """The object's comment, empty when it has none."""
        outside = _without_columns(self.header) if self.kind in ("table", "view") else self.header
        found = re.search(rf"\bcomment\s*=\s*{_TEXT}", outside, re.I)
        return found[1].replace("''", "'") if found else ""

    @property
    def body(self) -> str:
        """The query of a view, what a task, procedure or alert does, what a policy asks."""
        if "policy" in self.kind:
            found = re.search(r"->(.*?)(?:\scomment\s*=.*)?\Z", self.text, re.I | re.S)
            return found[1].strip() if found else ""
        if self.kind == "procedure":
            found = re.search(r"\nas\s*\$\$(.*)\$\$", self.text, re.I | re.S)
            return found[1].strip() if found else ""
        split = {"task": r"\nas\b", "view": r"\nas\b", "alert": r"\nthen\b"}.get(self.kind)
        parts = re.split(split, self.text, maxsplit=1, flags=re.I) if split else ()
        return parts[1].strip() if len(parts) > 1 else ""

    @property
    def condition(self) -> str:
        """The WHEN of a task, the query in an alert's EXISTS; else empty."""
        pattern = {
            "task": r"\nwhen\b(.*?)\nas\b",
            "alert": r"\nif\s*\(\s*exists\s*\((.*?)\)\s*\)\s*\nthen\b",
        }.get(self.kind)
        found = re.search(pattern, self.text, re.I | re.S) if pattern else None
        return found[1].strip() if found else ""

    def option(self, name: str) -> str:
        """The value of `name = value` in the header, lower case and bare; empty when absent."""
        found = re.search(rf"\b{name}\s*=\s*(?:{_TEXT}|([\w.]+))", self.header, re.I)
        return (found[1] or found[2] or "").lower() if found else ""

    @property
    def predecessors(self) -> tuple[str, ...]:
        """The tasks named by AFTER, sorted."""
        found = re.search(r"\n\s*after\s+([\w.]+(?:\s*,\s*[\w.]+)*)", self.header, re.I)
        return tuple(sorted(re.split(r"\s*,\s*", found[1].lower()))) if found else ()

    @property
    def source(self) -> str:
        """The table a stream is on; else empty."""
        found = re.search(r"\bon\s+(?:table|view)\s+([\w.]+)", self.header, re.I)
        return found[1].lower() if found and self.kind == "stream" else ""

    @property
    def arguments(self) -> int:
        """How many a procedure of sql/ takes."""
        found = re.search(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)", self.text)
        listed = re.sub(r"\([^()]*\)", "", found[1]).strip() if found else ""
        return listed.count(",") + 1 if listed else 0

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Those of a table, or those a view names; else none."""
        if self.kind not in ("table", "view"):
            return ()
        created = sqlglot.parse_one(self.text, read="snowflake").find(exp.Schema)
        return tuple(_columns(created.expressions)) if created else ()


def definitions(statements: Iterable[Statement]) -> Iterator[Definition]:
    """The objects that these statements create, in their order."""
    for statement in statements:
        if found := _CREATE.match(statement.text):
            kind = " ".join(found["kind"].lower().split())
            mode = "if not exists" if found["guard"] else (found["mode"] or "").lower()
            yield Definition(kind, found["name"].lower(), mode, statement)


def tokens(text: str) -> list[str]:
    """What the text says, whatever its layout: text in quotes as it is, all else in lower case."""
    quoted = Snowflake.Tokenizer().tokenize(text.strip().removesuffix(";"))
    return [
        f"'{token.text}'" if "STRING" in token.token_type.name else token.text.lower()
        for token in quoted
    ]


def shown_type(text: str) -> str:
    """A type as DESCRIBE tells it, lower case, without its synonyms and defaults."""
    found = re.fullmatch(r"(\w+)\s*(?:\(([\d\s,]*)\))?", text.strip().lower())
    if found is None:
        return text.lower()
    name = _SYNONYMS.get(found[1], found[1])
    sizes = [int(size) for size in (found[2] or "").split(",") if size.strip()]
    if name == "number":
        precision, scale = [*sizes, *(38, 0)[len(sizes) :]]
        return f"number({precision}, {scale})"
    if name == "varchar" and sizes not in ([], [_DEFAULT_LENGTH]):
        return f"varchar({sizes[0]})"
    return name


def _columns(expressions: Iterable[exp.Expression]) -> Iterator[Column]:
    for column in expressions:
        comment = column.find(exp.CommentColumnConstraint)
        written = column.args.get("kind")
        yield Column(
            column.name.lower(),
            shown_type(written.sql("snowflake")) if written else "",
            not any(not null.args.get("allow_null") for null in column.find_all(_NOT_NULL)),
            str(comment.this.this) if comment else "",
        )


_NOT_NULL = exp.NotNullColumnConstraint
_SYNONYMS = {
    "text": "varchar", "string": "varchar", "decimal": "number", "numeric": "number",
    "int": "number", "integer": "number", "bigint": "number", "double": "float",
    "timestampntz": "timestamp_ntz", "timestampltz": "timestamp_ltz",
}  # fmt: skip


def _without_columns(header: str) -> str:
    """The header of a table or view without the list of columns in its first parentheses."""
    start, depth, in_text = header.find("("), 0, False
    if start < 0:
        return header
    for place in range(start, len(header)):
        character = header[place]
        if character == "'":
            in_text = not in_text
        elif not in_text:
            depth += {"(": 1, ")": -1}.get(character, 0)
            if depth == 0:
                return header[:start] + header[place + 1 :]
    return header
