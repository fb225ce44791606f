"""Puts what policies let through in the place of the tables, views and streams a query reads.

A read of a protected table becomes a query of it with masked columns and the rows the row access
policy allows, so that the policy holds wherever a column is used: in the projection, in WHERE, in
joins, in GROUP BY. The role is written into the rewritten statement; the cache of translations
knows it by `key`.
https://docs.snowflake.com/en/user-guide/security-column-intro#masking-policies-at-query-runtime
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlglot import exp

from sandbox.governance import governed
from sandbox.governance.body import Place, policy_expression
from sandbox.governance.governed import Attached
from sandbox.governance.policy import MASKING, ROW_ACCESS, Policy, find_policy
from sandbox.governance.securable import Securable
from sandbox.governance.tag import policies_of
from sandbox.warehouse import stream
from sandbox.warehouse.account import Account
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.rewrite import Context
from sandbox.warehouse.rules_relation import replace_relation
from sandbox.warehouse.session import Session

_INNER = "_protected"
_KINDS = (
    ("VARCHAR", "VARCHAR"), ("DECIMAL", "NUMBER"), ("BIGINT", "NUMBER"), ("INTEGER", "NUMBER"),
    ("HUGEINT", "NUMBER"), ("SMALLINT", "NUMBER"), ("TINYINT", "NUMBER"), ("DOUBLE", "FLOAT"),
    ("FLOAT", "FLOAT"), ("DATE", "DATE"), ("BOOLEAN", "BOOLEAN"), ("JSON", "VARIANT"),
    ("BLOB", "BINARY"), ("TIMESTAMP WITH", "TIMESTAMP_TZ"), ("TIMESTAMP", "TIMESTAMP_NTZ"),
    ("TIME", "TIME"),
)  # fmt: skip
_ALIKE = {"TIMESTAMP_LTZ": "TIMESTAMP_TZ", "OBJECT": "VARIANT", "ARRAY": "VARIANT"}


@dataclass(frozen=True)
class Mask:
    policy: Policy
    columns: tuple[str, ...]
    type: str
    """DuckDB's, of the masked column."""
    tag: ObjectName | None = None


@dataclass(frozen=True)
class Protection:
    """What holds for one table or view."""

    masks: dict[str, Mask]
    rows: tuple[Policy, tuple[str, ...]] | None


_known: WeakKeyDictionary[Account, tuple[int, dict[ObjectName, Protection | None]]] = (
    WeakKeyDictionary()
)


def protect(node: exp.Expr, name: ObjectName, context: Context) -> None:
    """Put what the policies of a table, view or stream let through in its place."""
    session = context.session
    source = stream.source_of(session, name) if stream.exists(session, name) else name
    protection = protection_of(session, source)
    if protection is None:
        return
    alias = node.args.get("alias")
    label = alias.this if alias is not None else exp.to_identifier(name.name, quoted=True)
    columns = list(alias.args.get("columns") or ()) if alias is not None else []
    outer = exp.Subquery(alias=exp.TableAlias(this=label.copy()))
    replace_relation(node, outer)
    is_view = isinstance(node, exp.Subquery)
    inner = exp.TableAlias(this=exp.to_identifier(_INNER, quoted=True))
    inner.set("columns", columns if is_view else [])
    node.set("alias", inner)
    place = Place(source, context.home, _INNER)
    outer.set("this", _query(node, protection, place, context))
    outer.set("alias", exp.TableAlias(this=label, columns=[] if is_view else columns))


def protect_target(tree: exp.Expr, name: ObjectName, context: Context) -> None:
    """The same for the columns of its target that an UPDATE, DELETE or MERGE reads."""
    protection = protection_of(context.session, name)
    if protection is None:
        return
    target = tree.this
    label = target.alias or target.name
    place = Place(name, None, label)
    for column in list(_read_columns(tree)):
        mask = protection.masks.get(column.name)
        if mask is not None and column.table in ("", label):
            column.replace(_masked(mask, place, context))
    if protection.rows is not None:
        allowed = policy_expression(*protection.rows, place, context)
        if isinstance(tree, exp.Merge):
            tree.set("on", exp.and_(exp.paren(tree.args["on"], copy=False), allowed, copy=False))
        else:
            where = tree.args.get("where")
            condition = exp.and_(where.this, allowed, copy=False) if where else allowed
            tree.set("where", exp.Where(this=condition))


def protection_of(session: Session, name: ObjectName) -> Protection | None:
    """The policies of a table or view, its tags' included; worked out once per DDL."""
    account = session.account
    known = _known.get(account)
    if known is None or known[0] != account.generation or session.in_ddl:
        known = (account.generation, {})
        if not session.in_ddl:
            _known[account] = known
    if name not in known[1]:
        known[1][name] = _protection(session, name)
    return known[1][name]


def mask_of(session: Session, securable: Securable, column: str, duckdb_type: str) -> Mask | None:
    """A column's own policy goes before its tags'; of these the nearest tag's holds."""
    own = governed.of(session, securable).masks.get(column)
    if own is not None:
        policy = find_policy(session, MASKING, own.policy)
        return None if policy is None else Mask(policy, own.columns, duckdb_type)
    kind = kind_of_column(duckdb_type)
    names = {name for name, _ in session.table_columns(securable.name.sql)}
    for tag in governed.tags_of_column(session, securable, column):
        for policy in policies_of(session, tag):
            others = policy.arguments[1:]
            if _alike(policy.kinds[0]) == kind and set(others) <= names:
                return Mask(policy, (column, *others), duckdb_type, tag)
    return None


def key(session: Session) -> object:
    """What the outcome of policies depends on."""
    return session.role, session.secondary_roles, session.user


def _protection(session: Session, name: ObjectName) -> Protection | None:
    kind = kind_of(session, name)
    if kind is None:
        return None
    securable = Securable(kind.upper(), name)
    columns = session.table_columns(name.sql)
    found = {column: mask_of(session, securable, column, type_) for column, type_ in columns}
    masks = {column: mask for column, mask in found.items() if mask is not None}
    rows = _rows(session, governed.of(session, securable).rows)
    return Protection(masks, rows) if masks or rows else None


def _rows(session: Session, attached: Attached | None) -> tuple[Policy, tuple[str, ...]] | None:
    if attached is None:
        return None
    policy = find_policy(session, ROW_ACCESS, attached.policy)
    return None if policy is None else (policy, attached.columns)


def kind_of_column(duckdb_type: str) -> str | None:
    """The canonical type by which policies are chosen."""
    for prefix, kind in _KINDS:
        if duckdb_type.startswith(prefix):
            return kind
    return None


def _alike(kind: str) -> str:
    return _ALIKE.get(kind, kind)


def _query(node: exp.Expr, protection: Protection, place: Place, context: Context) -> exp.Select:
    masked = [
        exp.Alias(this=_masked(mask, place, context), alias=exp.to_identifier(column, quoted=True))
        for column, mask in protection.masks.items()
    ]
    star = exp.Star(replace=masked) if masked else exp.Star()
    select = exp.Select(expressions=[star], from_=exp.From(this=node))
    if protection.rows is not None:
        select.set("where", exp.Where(this=policy_expression(*protection.rows, place, context)))
    return select


def _masked(mask: Mask, place: Place, context: Context) -> exp.Expr:
    value = policy_expression(mask.policy, mask.columns, place, context)
    return exp.Cast(this=value, to=exp.DataType.build(mask.type, dialect="duckdb"))


def _read_columns(tree: exp.Expr) -> Iterator[exp.Column]:
    """Columns outside queries of their own, and not the ones that are assigned to."""
    if isinstance(tree, exp.Merge):
        todo = [tree.args["on"]]
        for when in tree.args["whens"].expressions:
            todo.append(when.args.get("condition"))
            then = when.args["then"]
            if isinstance(then, exp.Update):
                todo += [assignment.expression for assignment in then.expressions]
    elif isinstance(tree, exp.Update):
        todo = [assignment.expression for assignment in tree.expressions]
        todo.append(tree.args.get("where"))
    else:
        todo = [tree.args.get("where")]
    for part in todo:
        if part is not None:
            yield from (
                node
                for node in part.walk(prune=lambda n: isinstance(n, exp.Query))
                if isinstance(node, exp.Column)
            )
