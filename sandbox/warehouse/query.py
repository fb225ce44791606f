"""Queries and DML: translated once, then run with the streams they read and feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sandbox.warehouse import merge, stream
from sandbox.warehouse.errors import unsupported
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import find_statement, statement
from sandbox.warehouse.result import (
    COPY,
    DDL,
    DELETE,
    INSERT,
    MERGE,
    QUERY,
    UPDATE,
    Column,
    Result,
    counts,
)
from sandbox.warehouse.statement import Statement, read_statement
from sandbox.warehouse.translation import Translation, translate

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

_COUNTED = {
    INSERT: ("number of rows inserted",),
    UPDATE: ("number of rows updated", "number of multi-joined rows updated"),
    DELETE: ("number of rows deleted",),
}
_READING = frozenset({"SHOW", "DESC", "DESCRIBE", "LIST", "LS"})


@statement("select", "with", "(")
def run_query(session: Session, statement: Statement) -> Result:
    translation = translate(session, statement)
    with relations(session, translation):
        return session.fetch(runnable_sql(session, translation), translation.values(statement))


@statement("insert", "update", "delete", "merge")
def run_dml(session: Session, statement: Statement) -> Result:
    """One atomic statement: rows, the streams it feeds and those it consumes."""
    _refuse_by_name(statement)
    translation = translate(session, statement)
    target = translation.target
    if target is None:
        raise unsupported("insert into several tables.")
    changes = translation.kind in (UPDATE, DELETE) or translation.changes_rows
    locks = set(translation.streams.values())
    if changes or translation.kind == MERGE:
        locks.add(target)
    shared = [target] if stream.of_table(session, target) else []
    with session.dml(locks, shared) as transaction, relations(session, translation):
        transaction.consumed.update(translation.streams.values())
        if changes:
            transaction.queued.update(stream.before_change(session, target))
        mark = stream.last_own_row(session, target)
        result, inserted = _run(session, translation, translation.values(statement))
        if changes:
            fed = stream.after_change(session, target, mark, inserted > 0)
        else:
            fed = stream.after_insert(session, target, mark) if inserted else []
        transaction.fed.update(fed if result.rowcount else ())
    return result


def describe(session: Session, text: str) -> tuple[Sequence[Column], int]:
    """The columns of a statement's result. Only SHOW, DESCRIBE and LIST are run for it."""
    found = read_statement(text)
    _, found = find_statement(found)
    if found.verb in _READING:
        result = session.execute(text)
        return result.columns, result.kind
    if found.verb in {"SELECT", "WITH", "("}:
        return _describe_query(session, found), QUERY
    if found.verb in {"INSERT", "UPDATE", "DELETE", "MERGE"}:
        translation = translate(session, found)
        names = (
            [f"number of rows {action}" for action in translation.actions]
            if translation.kind == MERGE
            else _COUNTED[translation.kind]
        )
        return [Column(name, "fixed", 38, 0) for name in names], translation.kind
    return [Column("status")], COPY if found.verb == "COPY" else DDL


def _describe_query(session: Session, found: Statement) -> Sequence[Column]:
    translation = translate(session, found, describing=True)
    if translation.columns is not None:
        return translation.columns
    with relations(session, translation):
        columns = session.columns_of(runnable_sql(session, translation))
    if translation.is_cached:
        translation.columns = columns
    return columns


def runnable_sql(session: Session, translation: Translation) -> str:
    """The DuckDB text with the relations of the streams as they are now."""
    return _with_streams(session, translation, translation.sql)


def _with_streams(session: Session, translation: Translation, sql: str) -> str:
    for marker, name in translation.streams.items():
        sql = sql.replace(f'"{marker}"', f"({stream.relation_sql(session, name)})")
    return sql


@contextmanager
def relations(session: Session, translation: Translation) -> Iterator[None]:
    """Lend the query the tables that Python answered."""
    with ExitStack() as stack:
        for name, table in translation.relations.items():
            stack.enter_context(session.relation(name, table))
        yield


def _run(session: Session, translation: Translation, values: dict[str, Any]) -> tuple[Result, int]:
    """The result of a DML, and how many rows it inserted."""
    sql = runnable_sql(session, translation)
    if translation.kind == MERGE:
        again = translation.deleting_once
        again = again and _with_streams(session, translation, again)
        result = merge.run(session, sql, values, translation.actions, again)
        return result, merge.inserted(result)
    several = _multi_joined(session, translation, values)
    own = _own_row(session, translation) if translation.before else 0
    affected = int(session.run(sql, values)[0][0])
    for delete in translation.before:
        session.run(f"{delete} where rowid <= {own}")
    result = _counted(translation.kind, affected, several)
    return result, affected if translation.kind == INSERT else 0


def _multi_joined(session: Session, translation: Translation, values: dict[str, Any]) -> int:
    if translation.multi_joined is None:
        return 0
    sql, names = translation.multi_joined
    bound = {name: value for name, value in values.items() if name in names}
    return int(session.run(_with_streams(session, translation, sql), bound)[0][0])


def _own_row(session: Session, translation: Translation) -> int:
    """The last row before an INSERT OVERWRITE, whose query reads what it is about to replace."""
    if translation.target is None:
        return 0
    return stream.last_row(session, session.place(translation.target))


def _refuse_by_name(statement: Statement) -> None:
    words = [token.text.upper() for token in statement.tokens] if statement.verb == "MERGE" else []
    if any(words[place : place + 3] == ["ALL", "BY", "NAME"] for place in range(len(words))):
        raise unsupported("merge ... all by name.")


def _counted(kind: int, affected: int, several: int) -> Result:
    if kind == UPDATE:
        result = counts(kind, rows_updated=affected, **{"multi-joined_rows_updated": several})
        result.rowcount = affected
        return result
    return counts(kind, **{"rows_inserted" if kind == INSERT else "rows_deleted": affected})


def target_of(session: Session, table: exp.Table) -> ObjectName:
    return session.resolve([part.name for part in table.parts])
