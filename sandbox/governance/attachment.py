"""Setting tags and policies on objects: clauses of ALTER, and of CREATE TABLE, VIEW and others.

They are taken out of the statement before its own handler reads it.
https://docs.snowflake.com/en/sql-reference/sql/alter-table
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sandbox.governance import governed
from sandbox.governance.argument import (
    read_mask,
    read_names,
    read_row_policy,
    read_tags,
    require_columns,
    with_mask,
    with_rows,
    without,
)
from sandbox.governance.authority import missing
from sandbox.governance.clause import Clauses, cut_clauses
from sandbox.governance.governed import Attached, Governed
from sandbox.governance.securable import THE_ACCOUNT, Securable, exists, object_of
from sandbox.warehouse.errors import sql_error, unsupported
from sandbox.warehouse.registry import StatementHandler, clause
from sandbox.warehouse.result import Result, status
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement, read_statement

_TAGGABLE = (
    "account", "table", "view", "schema", "database", "warehouse", "role", "user", "stage",
    "stream", "task", "procedure", "database role", "alert",
)  # fmt: skip
_REFUSED = ("AGGREGATION", "PROJECTION", "JOIN", "PRIVACY", "STORAGE")
_DONE = "Statement executed successfully."

Change = Callable[[Governed], Governed]


@clause(*(f"alter {kind}" for kind in _TAGGABLE))
def alter(session: Session, statement: Statement, _handler: StatementHandler) -> Result | None:
    """None when the ALTER changes something else."""
    if not _may_govern(statement):
        return None
    securable = THE_ACCOUNT if statement.words[1] == "ACCOUNT" else object_of(session, statement)
    if securable is None:
        return None
    reader = _after_name(statement, securable)
    change = _change(session, securable, reader)
    if change is None:
        return None
    reader.end()
    if not exists(session, securable):
        if any(a.text.upper() == "EXISTS" for a in statement.tokens[:5]):
            return status(_DONE)
        raise missing(securable)
    apply(session, securable, change)
    return status(_DONE)


@clause(*(f"create {kind}" for kind in _TAGGABLE if kind != "account"))
def create(session: Session, statement: Statement, handler: StatementHandler) -> Result | None:
    """Run the CREATE without its tags and policies, then set them."""
    found = cut_clauses(statement)
    if found is None:
        return None
    plain = read_statement(found.text, statement.params).with_head(statement.head)
    securable = object_of(session, plain)
    if securable is None:
        return None
    changes = list(_created(session, securable, found))
    was_there = exists(session, securable)
    result = handler(session, plain)
    if not (was_there and "IF NOT EXISTS" in plain.after_head()[0]):
        for change in changes:
            apply(session, securable, change)
    return result


def apply(session: Session, securable: Securable, change: Change) -> None:
    with session.ddl():
        known = governed.of(session, securable)
        governed.put(session, securable, change(known))


def _may_govern(statement: Statement) -> bool:
    words = {token.text.upper() for token in statement.tokens}
    return bool(words & {"TAG", "POLICY", "POLICIES"})


def _after_name(statement: Statement, securable: Securable) -> Reader:
    """A reader of what follows the object's name."""
    length = 1 + len(securable.kind.split())
    _, reader = statement.with_head(length).after_head()
    if securable != THE_ACCOUNT:
        reader.name()
        if securable.kind == "PROCEDURE":
            reader.parenthesized()
    return reader


def _change(session: Session, securable: Securable, reader: Reader) -> Change | None:
    for word in _REFUSED:
        if any(reader.peek(n) == word for n in range(6)):
            raise unsupported(f"{word.lower()} policies.")
    if reader.accept("SET", "TAG"):
        tags = read_tags(session, reader)
        return lambda known: replace(known, tags={**known.tags, **tags})
    if reader.accept("UNSET", "TAG"):
        gone = read_names(session, reader)
        return lambda known: replace(known, tags=without(known.tags, gone))
    if reader.peek() in ("MODIFY", "ALTER"):
        return _columns(session, securable, reader)
    if reader.accept("ADD", "ROW", "ACCESS", "POLICY"):
        attached = read_row_policy(session, securable, reader)
        return lambda known: with_rows(known, attached)
    if reader.accept("DROP", "ALL", "ROW", "ACCESS", "POLICIES"):
        return lambda known: replace(known, rows=None)
    if reader.accept("DROP", "ROW", "ACCESS", "POLICY"):
        return _exchanged(session, securable, reader)
    return None


def _exchanged(session: Session, securable: Securable, reader: Reader) -> Change:
    """DROP ROW ACCESS POLICY a [, ADD ROW ACCESS POLICY b ON (..)]"""
    dropped = session.resolve(reader.name())
    new: Attached | None = None
    if reader.accept(","):
        reader.expect("ADD", "ROW", "ACCESS", "POLICY")
        new = read_row_policy(session, securable, reader)

    def change(known: Governed) -> Governed:
        if known.rows is None or known.rows.policy != dropped:
            raise sql_error(
                f"SQL compilation error:\nPolicy {dropped.name} is not attached to "
                f"{securable.full_name}.",
                3008,
                "42601",
            )
        return replace(known, rows=new)

    return change


def _columns(session: Session, securable: Securable, reader: Reader) -> Change | None:
    """`modify column a set ..., column b set ...`; None when it changes types or comments."""
    _ = reader.accept("MODIFY") or reader.accept("ALTER")
    changes: list[Change] = []
    column = ""
    for part in reader.split():
        _ = part.accept("MODIFY") or part.accept("ALTER")
        part.accept("COLUMN")
        if changes and part.peek(1) == "=":  # another tag of the column before
            changes.append(_column_tags(session, column, part))
            continue
        column = part.name()[0]
        change = _column(session, securable, column, part)
        if change is None:
            return None
        changes.append(change)

    def all_of_them(known: Governed) -> Governed:
        for change in changes:
            known = change(known)
        return known

    return all_of_them


def _column(session: Session, securable: Securable, column: str, reader: Reader) -> Change | None:
    if reader.accept("SET", "TAG"):
        return _column_tags(session, column, reader)
    if reader.accept("UNSET", "TAG"):
        gone = read_names(session, reader)
        return lambda known: replace(
            known,
            column_tags={
                **known.column_tags,
                column: without(known.column_tags.get(column, {}), gone),
            },
        )
    if reader.accept("SET", "MASKING", "POLICY"):
        attached = read_mask(session, column, reader)
        forces = reader.accept("FORCE")
        reader.end()
        require_columns(session, securable, attached)
        return lambda known: with_mask(known, column, attached, forces)
    if reader.accept("UNSET", "MASKING", "POLICY"):
        return lambda known: replace(
            known, masks={c: one for c, one in known.masks.items() if c != column}
        )
    return None


def _column_tags(session: Session, column: str, reader: Reader) -> Change:
    tags = read_tags(session, reader)
    return lambda known: replace(
        known,
        column_tags={
            **known.column_tags,
            column: {**known.column_tags.get(column, {}), **tags},
        },
    )


def _created(session: Session, securable: Securable, found: Clauses) -> Iterator[Change]:
    """The changes a CREATE asks for; what they name must be there before it runs."""
    if found.tags is not None:
        tags = read_tags(session, found.tags)
        yield lambda known: replace(known, tags={**known.tags, **tags})
    if found.rows is not None:
        rows = read_row_policy(session, securable, found.rows)
        yield lambda known: with_rows(known, rows)
    for column, reader in found.column_tags:
        yield _column_tags(session, column, reader)
    for column, reader in found.masks:
        yield _created_mask(session, securable, column, read_mask(session, column, reader))


def _created_mask(
    session: Session, securable: Securable, column: str, attached: Attached
) -> Change:
    def change(known: Governed) -> Governed:
        require_columns(session, securable, attached)
        return with_mask(known, column, attached, forces=False)

    return change
