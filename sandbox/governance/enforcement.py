"""What a role must hold before a statement about objects runs.

For the role that may do everything only statements about objects come this way.
"""

from __future__ import annotations

import re

from sandbox.governance import authority, grants
from sandbox.governance.access import relation, require_read
from sandbox.governance.authority import require
from sandbox.governance.lifecycle import followed
from sandbox.governance.securable import (
    THE_ACCOUNT,
    Securable,
    exists,
    named,
    object_of,
)
from sandbox.governance.shown import with_owner
from sandbox.warehouse import stage
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.hook import ADMIN
from sandbox.warehouse.registry import StatementHandler
from sandbox.warehouse.result import Result
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Reader, Statement

_STAGE = re.compile(r"@([\w.\"$]+)")
_ON_STAGE = {
    "PUT": "WRITE", "REMOVE": "WRITE", "RM": "WRITE", "GET": "READ", "LIST": "READ", "LS": "READ",
    "COPY": "READ",
}  # fmt: skip
_GOVERNING = (
    ("MASKING POLICY", "APPLY MASKING POLICY"),
    ("ROW ACCESS POLICY", "APPLY ROW ACCESS POLICY"),
    ("SET TAG", "APPLY TAG"),
)


def run(session: Session, statement: Statement, handler: StatementHandler) -> Result:
    """Carry a statement out if the role may; keep owners and grants in step with the objects."""
    is_limited = session.role != ADMIN and not authority.authority_of(session).is_total
    if statement.verb in ("SHOW", "DESCRIBE", "DESC"):
        if statement.verb != "SHOW" and is_limited:
            _check_description(session, statement)
        return with_owner(session, statement, handler(session, statement))
    if is_limited:
        _check(session, statement)
    if statement.words[1:2] == ("TASK",):
        _check_task_owner(session, statement)
    with followed(session, statement):
        return handler(session, statement)


def _check(session: Session, statement: Statement) -> None:
    verb = statement.verb
    if verb == "CREATE":
        _check_creation(session, statement)
    elif verb in ("DROP", "ALTER", "EXECUTE"):
        _check_change(session, statement)
    elif verb == "USE":
        _check_use(session, statement)
    elif verb in _ON_STAGE:
        _check_stage(session, statement)


def _check_task_owner(session: Session, statement: Statement) -> None:
    """The owner of a task that is to run needs EXECUTE TASK on the account.

    https://docs.snowflake.com/en/user-guide/tasks-intro#label-task-security-reqs
    """
    resumes = statement.verb == "ALTER" and statement.tokens[-1].text.upper() == "RESUME"
    if statement.verb != "EXECUTE" and not resumes:
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
    if securable is None:
        return
    container = securable.container if securable.name.database else THE_ACCOUNT
    if container.kind == "SCHEMA":
        authority.require_path(session, securable)
    if not statement.is_temporary:
        require(session, container, f"CREATE {securable.kind}", creating=True)
        if statement.modifiers & {"OR REPLACE", "OR ALTER"} and exists(session, securable):
            require(session, securable, creating=True)
    _check_source(session, statement, securable)


def _check_source(session: Session, statement: Statement, securable: Securable) -> None:
    """A stream, a clone and a table LIKE another need SELECT on what they are made from."""
    words = [token.text.upper() for token in statement.tokens]
    if securable.kind == "STREAM" and "ON" in words:
        position = words.index("ON") + 2
    elif securable.kind == "TABLE" and words[-2:-1] and {"LIKE", "CLONE"} & set(words):
        position = next(n for n, word in enumerate(words) if word in ("LIKE", "CLONE")) + 1
        if "AS" in words[:position]:
            return
    else:
        return
    name = session.resolve(Reader(statement.text, statement.tokens, position).name())
    if name not in session.temporary:
        require_read(session, name)


def _check_change(session: Session, statement: Statement) -> None:
    securable = object_of(session, statement)
    if securable is None:
        if statement.words[:2] == ("ALTER", "ACCOUNT"):
            raise authority.insufficient(THE_ACCOUNT)
        return
    if securable.name in session.temporary or not exists(session, securable):
        return  # its own handler knows what is temporary, and says what is missing
    text = " ".join(token.text.upper() for token in statement.tokens)
    if statement.verb == "ALTER" and _is_governing(session, securable, text):
        return
    require(session, securable, *_instead_of_ownership(securable, statement.verb, text))


def _is_governing(session: Session, securable: Securable, text: str) -> bool:
    """Whether an ALTER sets tags or policies, and the role has the privilege for it."""
    for phrase, privilege in _GOVERNING:
        if phrase not in text or securable.kind in ("MASKING POLICY", "ROW ACCESS POLICY"):
            continue
        if authority.holds(session, [privilege], THE_ACCOUNT):
            authority.require_path(session, securable)
            return True
        if securable.kind == "TAG" and phrase == "MASKING POLICY":
            raise authority.insufficient(THE_ACCOUNT)
    return False


def _instead_of_ownership(securable: Securable, verb: str, text: str) -> tuple[str, ...]:
    last = text.rpartition(" ")[2]
    if securable.kind in ("TASK", "ALERT"):
        return ("OPERATE",) if verb == "EXECUTE" or last in ("RESUME", "SUSPEND") else ()
    if securable.kind == "WAREHOUSE":
        return ("OPERATE",) if last in ("RESUME", "SUSPEND") else ("MODIFY",)
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
    privilege = _ON_STAGE[statement.verb]
    if statement.verb == "COPY":
        _, reader = statement.with_head(2).after_head()
        if reader.peek() == "@" or reader.at_text:
            privilege = "WRITE"
        else:
            target = session.resolve(reader.name())
            if target not in session.temporary:
                require(session, relation(session, target), "INSERT")
    found = _STAGE.search(statement.text)
    if found is None:
        return
    name, _ = stage.split_location(session, f"@{found[1]}")
    if name not in session.temporary_stages:
        require(session, Securable("STAGE", name), privilege)


def _check_description(session: Session, statement: Statement) -> None:
    """Any privilege on the object will do."""
    securable = object_of(session, statement)
    if securable is None or securable.kind == "USER" or securable.name in session.temporary:
        return
    authority.require_path(session, securable)
    if not exists(session, securable) or not authority.sees(session, securable):
        raise authority.missing(securable)
