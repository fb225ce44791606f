"""What a role must hold before a statement runs, and what its coming and going means for grants.

For the role that may do everything only statements about objects come this way.
"""

from __future__ import annotations

import re
from itertools import pairwise
from weakref import WeakKeyDictionary

from sandbox.governance import authority, grants, ownership
from sandbox.governance.authority import require
from sandbox.governance.securable import (
    OF_SCHEMA,
    THE_ACCOUNT,
    Securable,
    exists,
    named,
    object_of,
)
from sandbox.governance.shown import with_owner
from sandbox.warehouse import stage, stream
from sandbox.warehouse.definition import kind_of
from sandbox.warehouse.errors import does_not_exist, sql_error
from sandbox.warehouse.hook import ADMIN
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.registry import StatementHandler
from sandbox.warehouse.result import DELETE, INSERT, MERGE, QUERY, UPDATE, Result
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement
from sandbox.warehouse.translation import Translation

_STAGE = re.compile(r"@([\w.\"$]+)")
_ON_STAGE = {
    "PUT": "WRITE", "REMOVE": "WRITE", "RM": "WRITE", "GET": "READ", "LIST": "READ", "LS": "READ",
    "COPY": "READ",
}  # fmt: skip
_INFORMATION = ("INFORMATION_SCHEMA", "_INFORMATION_SCHEMA")
_allowed: WeakKeyDictionary[Session, object] = WeakKeyDictionary()
"""What a session was last allowed: the same statement again asks nothing until the next DDL."""
_CHANGES = {INSERT: "INSERT", UPDATE: "UPDATE", DELETE: "DELETE"}
_MERGES = {"inserted": "INSERT", "updated": "UPDATE", "deleted": "DELETE"}


def run(session: Session, statement: Statement, handler: StatementHandler) -> Result:
    """Carry a statement out if the role may; keep owners and grants in step with the objects."""
    verb = statement.verb
    if verb in ("SHOW", "DESCRIBE", "DESC"):
        if verb != "SHOW" and session.role != ADMIN:
            _check_description(session, statement)
        return with_owner(session, statement, handler(session, statement))
    if session.role != ADMIN:
        _check(session, statement)
    if statement.words[1:2] == ("TASK",):
        _check_task(session, statement)
    if verb not in ("CREATE", "DROP") or statement.is_temporary:
        return handler(session, statement)
    securable = object_of(session, statement)
    was_there = securable is not None and exists(session, securable)
    result = handler(session, statement)
    if securable is not None:
        _follow(session, statement, securable, was_there)
    return result


def access(session: Session, translation: Translation, verb: str) -> None:
    """Raise when the role may not read or change what a query or DML names."""
    if session.role == ADMIN or authority.authority_of(session).is_total:
        return
    asked = (
        *(session.role, session.secondary_roles, session.user, session.warehouse),
        *(translation.reads, translation.target, translation.kind, translation.actions, verb),
        *(session.account.generation, session.temporary_version),
    )
    if _allowed.get(session) != asked or session.in_ddl:
        _check_access(session, translation, verb)
        _allowed[session] = asked


def call(session: Session, key: ObjectName) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/call#access-control-requirements"""
    if session.role != ADMIN:
        require(session, Securable("PROCEDURE", key), "USAGE")


def owner(session: Session, kind: str, name: ObjectName) -> str:
    return grants.access(session, Securable(kind, name)).owner


def relation(session: Session, name: ObjectName) -> Securable:
    """What stands behind a name in a FROM clause."""
    if stream.exists(session, name):
        return Securable("STREAM", name)
    kind = kind_of(session, name)
    if kind is None:
        found = Securable("TABLE", name)
        authority.require_path(session, found)
        raise does_not_exist("Object", name)
    return Securable(kind.upper(), name)


def _check_access(session: Session, translation: Translation, verb: str) -> None:
    target = translation.target
    for name in translation.reads:
        if name not in session.temporary and name.schema not in _INFORMATION:
            require(session, relation(session, name), "SELECT")
            if stream.exists(session, name):
                require(session, relation(session, stream.source_of(session, name)), "SELECT")
    if target is not None and target.database != "temp":
        for privilege in _needed(translation, verb):
            require(session, relation(session, target), privilege)
    if session.warehouse and (translation.reads or target):
        _check_warehouse(session)


def _needed(translation: Translation, verb: str) -> list[str]:
    if verb == "TRUNCATE":
        return ["TRUNCATE"]
    if translation.kind == MERGE:
        return ["SELECT", *(_MERGES[action] for action in translation.actions)]
    if translation.kind == QUERY:
        return []
    needed = [_CHANGES[translation.kind]]
    if translation.before:  # insert overwrite
        needed.append("DELETE")
    return needed


def _check_warehouse(session: Session) -> None:
    found = Securable("WAREHOUSE", ObjectName("", "", str(session.warehouse)))
    if exists(session, found):
        require(session, found, "USAGE")


def _check(session: Session, statement: Statement) -> None:
    if authority.authority_of(session).is_total:
        return
    verb = statement.verb
    if verb == "CREATE":
        _check_creation(session, statement)
    elif verb in ("DROP", "ALTER", "EXECUTE"):
        _check_change(session, statement)
    elif verb == "USE":
        _check_use(session, statement)
    elif verb in _ON_STAGE:
        _check_stage(session, statement)


def _check_task(session: Session, statement: Statement) -> None:
    """The owner of a task that is to run needs EXECUTE TASK on the account.

    https://docs.snowflake.com/en/user-guide/tasks-intro#label-task-security-reqs
    """
    resumes = any(token.text.upper() == "RESUME" for token in statement.tokens[-1:])
    if statement.verb != "EXECUTE" and not (statement.verb == "ALTER" and resumes):
        return
    task = object_of(session, statement)
    if task is None or not exists(session, task):
        return
    owner = grants.owner_of(session, task)
    if not authority.role_holds(session, owner, "EXECUTE TASK", THE_ACCOUNT):
        raise sql_error(
            f"Cannot execute task {task.full_name}: EXECUTE TASK privilege must be granted to "
            f"owner role {owner.name}.",
            91089,
            "42501",
        )


def _check_creation(session: Session, statement: Statement) -> None:
    """The primary role needs CREATE on the container, and to own what it replaces."""
    securable = object_of(session, statement)
    if securable is None or (statement.is_temporary and securable.kind in ("TABLE", "STAGE")):
        if securable is not None:
            authority.require_path(session, securable)
        return
    container = securable.container if securable.name.database else THE_ACCOUNT
    if securable.kind == "DATABASE":
        container = THE_ACCOUNT
    if container.kind == "SCHEMA":
        authority.require_path(session, securable)
    require(session, container, f"CREATE {securable.kind}", creating=True)
    if statement.modifiers & {"OR REPLACE", "OR ALTER"} and exists(session, securable):
        require(session, securable, creating=True)


def _check_change(session: Session, statement: Statement) -> None:
    securable = object_of(session, statement)
    if securable is None:
        if statement.words[:2] == ("ALTER", "ACCOUNT"):
            raise authority.insufficient(THE_ACCOUNT)
        return
    _, reader = statement.with_head(1).after_head()
    text = " ".join(token.text.upper() for token in statement.tokens)
    if "IF EXISTS" in text and not exists(session, securable):
        return
    if statement.verb == "ALTER" and _is_governing(session, securable, text):
        return
    require(session, securable, *_changing(securable, statement.verb, text))
    del reader


def _is_governing(session: Session, securable: Securable, text: str) -> bool:
    """Whether an ALTER sets tags or policies, and the role has the privilege for it."""
    for phrase, privilege in (
        ("MASKING POLICY", "APPLY MASKING POLICY"),
        ("ROW ACCESS POLICY", "APPLY ROW ACCESS POLICY"),
        ("SET TAG", "APPLY TAG"),
    ):
        if phrase in text and securable.kind not in ("MASKING POLICY", "ROW ACCESS POLICY"):
            if authority.holds(session, [privilege], THE_ACCOUNT):
                authority.require_path(session, securable)
                return True
            if "POLICY" in phrase and securable.kind == "TAG":
                raise authority.insufficient(THE_ACCOUNT)
    return False


def _changing(securable: Securable, verb: str, text: str) -> tuple[str, ...]:
    """The privileges that do instead of ownership."""
    words = text.split()
    if securable.kind in ("TASK", "ALERT"):
        operates = verb == "EXECUTE" or words[-1] in ("RESUME", "SUSPEND")
        return ("OPERATE",) if operates else ()
    if securable.kind == "WAREHOUSE":
        return ("OPERATE",) if words[-1] in ("RESUME", "SUSPEND") else ("MODIFY",)
    if securable.kind in ("DATABASE", "SCHEMA", "RESOURCE MONITOR") and verb == "ALTER":
        return ("MODIFY",)
    return ()


def _check_use(session: Session, statement: Statement) -> None:
    words = statement.words
    if words[1:2] in (("ROLE",), ("SECONDARY",)):
        return
    length = 2 if words[1:2] in (("DATABASE",), ("SCHEMA",), ("WAREHOUSE",)) else 1
    parts = Reader(statement.text, statement.tokens, statement.ends[length - 1]).name()
    kind = words[1] if length == 2 else ("SCHEMA" if len(parts) == 2 else "DATABASE")
    require(session, named(session, kind, parts), "USAGE")


def _check_stage(session: Session, statement: Statement) -> None:
    if statement.verb == "COPY":
        _, reader = statement.with_head(2).after_head()
        if reader.peek() != "@" and not reader.at_text:
            target = session.resolve(reader.name())
            if target not in session.temporary:
                require(session, relation(session, target), "INSERT")
    found = _STAGE.search(statement.text)
    if found is None:
        return
    name, _ = stage.split_location(session, f"@{found[1]}")
    if name in session.temporary_stages:
        return
    privileges = [_ON_STAGE[statement.verb]]
    require(session, Securable("STAGE", name), *privileges)


def _check_description(session: Session, statement: Statement) -> None:
    """Any privilege on the object will do."""
    securable = object_of(session, statement)
    if securable is None or securable.kind == "USER":
        return
    if securable.name in session.temporary:
        return
    authority.require_path(session, securable)
    if not exists(session, securable) or not authority.sees(session, securable):
        raise authority.missing(securable)


def _follow(session: Session, statement: Statement, securable: Securable, was_there: bool) -> None:
    """Grants go with a dropped object; a new one has an owner, and what future grants give.

    A transaction of its own, and none where nothing is to be written.
    """
    is_there = exists(session, securable)
    database = securable.name.database
    if database and not session.account.has_database(database):
        return
    if statement.verb == "DROP":
        if was_there and not is_there:
            ownership.forget(session, securable)
        return
    if not is_there or (was_there and "OR REPLACE" not in statement.modifiers):
        return
    if was_there:
        copies = _copies_grants(statement) and securable.kind in OF_SCHEMA
        ownership.forget(session, securable, keeps_grants=copies)
        if copies:
            return
    ownership.created(session, securable)


def _copies_grants(statement: Statement) -> bool:
    words = [token.text.upper() for token in statement.tokens]
    return ("COPY", "GRANTS") in pairwise(words)
