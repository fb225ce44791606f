"""A policy's body as an expression over the columns it is set on, for the role that asks.

Functions that ask for the session are answered here, so that the rest of the statement is the same
for everybody with that role.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlglot import exp

from sandbox.governance import governed, grants
from sandbox.governance import role as roles
from sandbox.governance.authority import authority_of
from sandbox.governance.policy import Policy
from sandbox.governance.securable import Securable
from sandbox.warehouse.account import Account
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.registry import find_function
from sandbox.warehouse.rewrite import Context
from sandbox.warehouse.rules_relation import prepare
from sandbox.warehouse.session import Session
from sandbox.warehouse.translation import parse_text

_OF_ROLE = frozenset(
    {"CURRENT_ROLE", "CURRENT_USER", "CURRENT_AVAILABLE_ROLES", "CURRENT_SECONDARY_ROLES",
     "IS_ROLE_IN_SESSION", "IS_DATABASE_ROLE_IN_SESSION", "CURRENT_ROLE_TYPE", "CURRENT_ACCOUNT"}
)  # fmt: skip
_PREFIX = "SYSTEM$GET_TAG_ON_CURRENT_"
_known: WeakKeyDictionary[Account, tuple[int, dict[object, exp.Expr]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Place:
    """Where a policy acts: the protected object, the view that reads it, the name of its columns'
    table in the statement.
    """

    table: ObjectName
    view: ObjectName | None
    label: str


def policy_expression(
    policy: Policy,
    columns: tuple[str, ...],
    place: Place,
    context: Context,
) -> exp.Expr:
    """The body with the columns in the place of the arguments; names in it are resolved where the
    policy is, and nothing it reads is protected.

    One that queries nothing is worked out once per DDL, role, object and column.
    """
    session = context.session
    asked = (session.role, session.secondary_roles, session.user, policy, columns, place)
    known = {} if session.in_ddl else _known_to(session.account)
    if asked in known:
        return known[asked].copy()
    body = _expression(policy, columns, place, context)
    if not body.find(exp.Query):
        known[asked] = body.copy()
    return body


def _known_to(account: Account) -> dict[object, exp.Expr]:
    known = _known.get(account)
    if known is None or known[0] != account.generation:
        known = _known[account] = (account.generation, {})
    return known[1]


def _expression(
    policy: Policy, columns: tuple[str, ...], place: Place, context: Context
) -> exp.Expr:
    session = context.session
    tree = parse_text(f"select {policy.body}")
    inner = Context(session, policy.name, context.streams, context.relations, is_protected=False)
    prepare(tree, inner)
    expression = tree.expressions[0]
    body = exp.Paren(this=expression.this if isinstance(expression, exp.Alias) else expression)
    named = dict(zip(policy.arguments, columns, strict=True))
    for node in list(body.walk()):
        if isinstance(node, exp.Column):
            if not node.table and node.name in named:
                node.replace(_column(place.label, named[node.name]))
        elif isinstance(node, exp.Func):
            answer = _answer(session, node, place, columns[0])
            if answer is not None:
                node.replace(answer)
    return body


def _column(label: str, name: str) -> exp.Column:
    return exp.Column(
        this=exp.to_identifier(name, quoted=True), table=exp.to_identifier(label, quoted=True)
    )


def _answer(session: Session, node: exp.Func, place: Place, column: str) -> exp.Expr | None:
    """A literal, or a comparison of a column with the active roles; None for other functions."""
    name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).upper()
    if name == "CURRENT_DATABASE":
        return exp.Literal.string(place.table.database)
    if name == "CURRENT_SCHEMA":
        return exp.Literal.string(place.table.schema)
    if name in ("INVOKER_ROLE", "IS_GRANTED_TO_INVOKER_ROLE"):
        return _invoker(session, node, name, place)
    if name.startswith(_PREFIX):
        return _tag_value(session, node, name, place, column)
    if name not in _OF_ROLE:
        return None
    arguments = list(node.expressions) if isinstance(node, exp.Anonymous) else []
    if arguments and not isinstance(arguments[0], exp.Literal):
        roles = [role.name for role in authority_of(session).active if not role.database]
        literals = [exp.Literal.string(role) for role in sorted(roles)]
        return exp.In(this=arguments[0], expressions=literals)
    found = find_function(node)
    if found is None:
        return None
    handler, _ = found
    return exp.convert(handler(session, [argument.name for argument in arguments]))


def _invoker(session: Session, node: exp.Func, name: str, place: Place) -> exp.Expr:
    """The view's owner for what a view reads, else the session's role."""
    invoker = session.role
    if place.view is not None:
        invoker = grants.access(session, Securable("VIEW", place.view)).owner
    if name == "INVOKER_ROLE":
        return exp.Literal.string(invoker)
    wanted = roles.account_role(node.expressions[0].name)
    return exp.convert(wanted in roles.closure(session, [roles.parse(invoker)]))


def _tag_value(session: Session, node: exp.Func, name: str, place: Place, column: str) -> exp.Expr:
    kind = kind_of(session, place.table) or "table"
    securable = Securable(kind.upper(), place.table)
    parts = split_name(node.expressions[0].name)
    tag = session.resolve(parts)
    if name.endswith("COLUMN"):
        on_column = governed.tags_of_column(session, securable, column).get(tag)
        value = on_column[0] if on_column else None
    else:
        on_table = governed.tags_of(session, securable).get(tag)
        value = on_table[0] if on_table else None
    return exp.null() if value is None else exp.Literal.string(value)
