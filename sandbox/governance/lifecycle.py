"""Owners, grants, tags and policies follow the objects: created, replaced, renamed, dropped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

from snowflake.connector.errors import ProgrammingError

from sandbox.governance import governed, grants, ownership
from sandbox.governance.governed import Attached, Governed
from sandbox.governance.securable import OF_SCHEMA, Securable, exists, named, object_of
from sandbox.warehouse.hook import ADMIN
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

_FOLLOWED = ("CREATE", "DROP", "ALTER")


@contextmanager
def followed(session: Session, statement: Statement) -> Iterator[None]:
    """Carry the statement out inside; afterwards what is known about its object fits again.

    A transaction of its own, and none where nothing is to be written.
    """
    securable = None
    if statement.verb in _FOLLOWED and not statement.is_temporary:
        securable = _object(session, statement)
    if securable is None or securable.name in session.temporary:
        yield
        return
    was_there = exists(session, securable)
    columns = _columns(session, statement, securable)
    yield
    database = securable.name.database
    if database and not session.account.has_database(database):
        return
    if statement.verb == "CREATE":
        _created(session, statement, securable, was_there)
    elif statement.verb == "DROP":
        if was_there and not exists(session, securable):
            ownership.forget(session, securable)
    elif was_there:
        _altered(session, statement, securable, columns)


def _object(session: Session, statement: Statement) -> Securable | None:
    """What it is about; a form that is not understood here is left to its own handler."""
    try:
        return object_of(session, statement)
    except ProgrammingError:
        if session.role == ADMIN:
            return None
        raise


def _created(session: Session, statement: Statement, securable: Securable, was_there: bool) -> None:
    if not exists(session, securable) or (was_there and "OR REPLACE" not in statement.modifiers):
        return
    if was_there:
        copies = _says(statement, "COPY", "GRANTS") and securable.kind in OF_SCHEMA
        ownership.forget(session, securable, keeps_grants=copies)
        if copies:
            return
    ownership.created(session, securable)
    if securable.kind == "DATABASE":
        public = ObjectName(securable.name.database, "PUBLIC", "")
        ownership.created(session, Securable("SCHEMA", public))


def _altered(
    session: Session, statement: Statement, securable: Securable, before: list[str]
) -> None:
    if _says(statement, "RENAME", "TO") and not exists(session, securable):
        position = [t.text.upper() for t in statement.tokens].index("RENAME") + 2
        parts = Reader(statement.text, statement.tokens, position).name()
        _move(session, securable, named(session, securable.kind, parts))
        return
    known = governed.of(session, securable)
    if not before or known.is_empty:
        return
    after = [name for name, _ in session.table_columns(securable.name.sql)]
    gone = [name for name in before if name not in after]
    new = [name for name in after if name not in before]
    renamed = dict(zip(gone, new, strict=True)) if _says(statement, "RENAME", "COLUMN") else {}
    if gone:
        with session.ddl():
            governed.put(session, securable, _with_columns(known, gone, renamed))


def _move(session: Session, old: Securable, new: Securable) -> None:
    known, held = grants.access(session, old), governed.of(session, old)
    had_grants = grants.is_known(session, old)
    ownership.forget(session, old)
    if had_grants or not held.is_empty:
        with session.ddl():
            if had_grants:
                grants.put(session, new, known)
            governed.put(session, new, held)


def _with_columns(known: Governed, gone: list[str], renamed: dict[str, str]) -> Governed:
    def name(column: str) -> str:
        return renamed.get(column, column)

    def attached(one: Attached) -> Attached:
        return replace(one, columns=tuple(name(column) for column in one.columns))

    left = set(gone) - set(renamed)
    return replace(
        known,
        column_tags={name(c): tags for c, tags in known.column_tags.items() if c not in left},
        masks={name(c): attached(one) for c, one in known.masks.items() if c not in left},
        rows=attached(known.rows) if known.rows else None,
    )


def _columns(session: Session, statement: Statement, securable: Securable) -> list[str]:
    """The columns of a table that is about to be altered."""
    if statement.verb != "ALTER" or securable.kind != "TABLE":
        return []
    return [name for name, _ in session.table_columns(securable.name.sql)]


def _says(statement: Statement, first: str, second: str) -> bool:
    return (first, second) in pairwise(token.text.upper() for token in statement.tokens)
