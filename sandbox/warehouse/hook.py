"""Where `sandbox.governance` takes part. Without it everything is allowed and nothing is masked.

The warehouse itself knows no privileges and no policies; it only asks at these few places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp

    from sandbox.warehouse.names import ObjectName
    from sandbox.warehouse.registry import StatementHandler
    from sandbox.warehouse.result import Result
    from sandbox.warehouse.rewrite import Context
    from sandbox.warehouse.session import Session
    from sandbox.warehouse.statement import Statement
    from sandbox.warehouse.translation import Translation

ADMIN = "ACCOUNTADMIN"
"""The role that may do everything; nothing is asked for it."""

_OF_OBJECTS = frozenset({"CREATE", "DROP", "ALTER", "SHOW", "DESCRIBE", "DESC", "EXECUTE"})


def _carry_out(session: Session, statement: Statement, handler: StatementHandler) -> Result:
    return handler(session, statement)


def _nothing(*_: object) -> None:
    return None


def _take_role(session: Session, _data: Mapping[str, Any], role: str | None) -> None:
    session.role = role or session.role


class Hooks:
    """What governance puts in the place of the defaults."""

    run: Callable[[Session, Statement, StatementHandler], Result] = staticmethod(_carry_out)
    """Carry out a statement of a role with limits, or one about objects."""
    log_in: Callable[[Session, Mapping[str, Any], str | None], None] = staticmethod(_take_role)
    """Give a new session the user its login names, and the role asked for."""
    access: Callable[[Session, Translation, str], None] = staticmethod(_nothing)
    """Raise when the role may not read or change what a translation names."""
    call: Callable[[Session, ObjectName], None] = staticmethod(_nothing)
    """Raise when the role may not call the procedure with this key."""
    owner: Callable[[Session, str, ObjectName], str] = staticmethod(lambda *_: ADMIN)
    """The role that owns an object of a kind, by the kind's name in SQL."""
    protect: Callable[[exp.Table, ObjectName, Context], None] = staticmethod(_nothing)
    """Put what the policies of a table or view let through in the place of a read of it."""
    protect_target: Callable[[Any, ObjectName, Context], None] = staticmethod(_nothing)
    """The same for the columns of the target that an UPDATE, DELETE or MERGE reads."""
    key: Callable[[Session], object] = staticmethod(_nothing)
    """What the policies' outcome depends on."""


hooks = Hooks()


def run(session: Session, statement: Statement, handler: StatementHandler) -> Result:
    """Carry out a statement; a role with limits, and statements about objects, through the hook."""
    if session.role == ADMIN and statement.verb not in _OF_OBJECTS:
        return handler(session, statement)
    return hooks.run(session, statement, handler)
