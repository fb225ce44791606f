"""From the text of a Snowflake query or DML to the text DuckDB runs, once per text and DDL."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import ErrorLevel, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.errors import SqlglotError, UnsupportedError
from sqlglot.parser import Parser
from sqlglot.tokens import TokenType

from sandbox.warehouse import (
    assignment,
    heading,
    hook,
    inference,
    merge,
    rules_aggregate,
    rules_array,
    rules_flatten,
    rules_json,
    rules_number,
    rules_relation,
    rules_source,
    rules_text,
    rules_time,
    rules_timestamp,
    update,
)
from sandbox.warehouse.errors import syntax_error, unsupported
from sandbox.warehouse.json_paths import share_paths
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.result import DELETE, INSERT, MERGE, QUERY, UPDATE, Column
from sandbox.warehouse.rewrite import Context, prepare, rewrite
from sandbox.warehouse.statement import Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_RULES = (
    rules_source,
    rules_json,
    rules_array,
    rules_flatten,
    rules_time,
    rules_timestamp,
    rules_text,
    rules_number,
    rules_aggregate,
)
_KINDS = {exp.Insert: INSERT, exp.Update: UPDATE, exp.Delete: DELETE, exp.Merge: MERGE}
_KEPT = 512
_cache: OrderedDict[tuple[Any, ...], Translation] = OrderedDict()


@dataclass
class Translation:
    """DuckDB's text and what running it means for streams and tables."""

    sql: str
    kind: int = QUERY
    target: ObjectName | None = None
    reads: frozenset[ObjectName] = frozenset()
    """What it names to read from."""
    streams: dict[str, ObjectName] = field(default_factory=dict)
    relations: dict[str, pa.Table] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    """Statements to run first, in the same transaction."""
    actions: tuple[str, ...] = ()
    """What the clauses of a MERGE do."""
    deleting_once: str | None = None
    """The form of a MERGE whose source may delete a row several times."""
    multi_joined: tuple[str, frozenset[str]] | None = None
    """A query for the rows that an UPDATE takes from several, and the names bound in it."""
    placeholders: tuple[str, ...] = ()
    columns: Sequence[Column] | None = None
    is_constant: bool = True
    """Whether neither the session nor the moment is written into the text."""
    is_cached: bool = False

    @property
    def changes_rows(self) -> bool:
        """Whether rows that were there before are updated or deleted."""
        return (self.kind == MERGE and self.actions != ("inserted",)) or bool(self.before)

    def values(self, statement: Statement) -> dict[str, Any]:
        """The bound values the text still names."""
        if not self.placeholders:
            return {}
        if isinstance(statement.params, dict):
            known = {str(name): value for name, value in statement.params.items()}
        else:
            known = {str(place): value for place, value in enumerate(statement.params, 1)}
        missing = [name for name in self.placeholders if name not in known]
        if missing:
            raise syntax_error(f"Bind variable :{missing[0]} not set.")
        return {name: known[name] for name in self.placeholders}


def translate(session: Session, statement: Statement, describing: bool = False) -> Translation:
    """The translation of one statement; the same text is translated again only after a DDL.

    With `describing`, bound values may be missing: they are null, which changes no column.
    """
    key = (
        statement.text,
        describing and statement.has_placeholders,
        session.database,
        session.schema,
        session.account.generation,
        id(session.account),
        (session.id, session.temporary_version) if session.temporary else None,
        hook.hooks.key(session) if session.account.has_policies else None,
    )
    known = _cache.get(key)
    if known is None:
        tree = parse(statement)
        heading.name_projections(tree, statement)
        if describing and statement.has_placeholders:
            tree = tree.transform(
                lambda node: exp.null() if isinstance(node, exp.Placeholder) else node
            )
        context = Context(session)
        known = translate_tree(tree, context)
        known.is_cached = context.is_constant and not session.in_ddl
        if known.is_cached:
            _cache[key] = known
            while len(_cache) > _KEPT:
                _cache.popitem(last=False)
    if session.role != hook.ADMIN:
        hook.hooks.access(session, known, statement.verb)
    return known


def translate_tree(tree: exp.Expr, context: Context) -> Translation:
    """Rewrite a parsed statement and write it down for DuckDB."""
    kind = _KINDS.get(type(tree), QUERY)
    if isinstance(tree, exp.TruncateTable):
        kind, tree = DELETE, exp.Delete(this=tree.expressions[0])
    replaces_rows = bool(tree.args.get("overwrite"))
    prepare(tree, context)
    rules_relation.prepare(tree, context)
    before: tuple[str, ...] = ()
    target_name = None
    if kind != QUERY:
        target = rules_relation.target_table(tree)
        target_name = rules_relation.resolve(target, context)
        if replaces_rows:
            tree.set("overwrite", False)
            before = (_write(exp.Delete(this=target.copy())),)
        if context.session.account.has_policies and kind != INSERT:
            hook.hooks.protect_target(tree, target_name, context)
    if target_name is not None and kind != DELETE:
        _prepare_assignment(tree, context.session, target_name)
    inference.annotate(tree, rules_relation.table_columns(context))
    if target_name is not None and kind != DELETE:
        columns = context.session.table_columns(context.session.place(target_name))
        assignment.convert(tree, columns)
    tree = rewrite(tree, context)
    share_paths(tree)
    actions = merge.prepare(tree) if isinstance(tree, exp.Merge) else ()
    deleting_once = merge.deleting_once(tree, _write) if actions else None
    names = {node.name for node in tree.find_all(exp.Placeholder)}
    return Translation(
        _write(tree),
        kind,
        target_name,
        frozenset(context.reads),
        dict(context.streams),
        dict(context.relations),
        before,
        actions,
        deleting_once,
        update.multi_joined(tree, _write),
        tuple(sorted(names)),
        is_constant=context.is_constant,
    )


def _prepare_assignment(tree: exp.Expr, session: Session, target: ObjectName) -> None:
    names = [name for name, _ in session.table_columns(session.place(target))]
    assignment.coerce(tree, assignment.limits_of(session, target), names)


def parse(statement: Statement) -> exp.Expr:
    """The syntax tree; every `?` has become `:1`, `:2`, ..."""
    text, tokens = statement.text, statement.tokens
    if statement.has_placeholders:
        return parse_text(_numbered(statement))
    return _single(Snowflake().parser(), list(tokens), text)


def parse_text(text: str) -> exp.Expr:
    try:
        tokens = Snowflake().tokenize(text)
    except SqlglotError as error:
        raise syntax_error(str(error)) from None
    return _single(Snowflake().parser(), tokens, text)


def _single(parser: Parser, tokens: list[Any], text: str) -> exp.Expr:
    try:
        tree = parser.parse(tokens, text)[0]
    except SqlglotError as error:
        message = str(error).replace("\x1b[4m", "").replace("\x1b[0m", "")
        raise syntax_error(message) from None
    if tree is None or isinstance(tree, exp.Command):
        raise unsupported(f"statement {text[:60]!r}.")
    return tree


def _numbered(statement: Statement) -> str:
    pieces, copied, number = [], 0, 0
    for token in statement.tokens:
        if token.token_type is TokenType.PLACEHOLDER:
            number += 1
            pieces.append(f"{statement.text[copied : token.start]}:{number}")
            copied = token.end + 1
    return "".join(pieces) + statement.text[copied:]


class _DuckDB(DuckDB):  # type: ignore[misc]
    """NULL is the largest value, as on Snowflake; the account sets DuckDB's default to that."""

    NULL_ORDERING = "nulls_are_large"


def _write(tree: exp.Expr) -> str:
    try:
        return str(
            tree.sql(_DuckDB, unsupported_level=ErrorLevel.IMMEDIATE, comments=False, copy=False)
        )
    except UnsupportedError as error:
        raise unsupported(str(error)) from None
