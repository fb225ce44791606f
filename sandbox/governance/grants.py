"""Who owns an object and who has been granted what on it.

One record per object, in the catalog of its own database and schema, so that it goes when they go.
An object without a record is owned by the role that may do everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from sandbox.governance import role as roles
from sandbox.governance.role import ACCOUNTADMIN, Role
from sandbox.governance.securable import Securable, of_record
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session

_GRANTS, _FUTURE = "grants", "future grants"


@dataclass(frozen=True)
class Grant:
    """`role` and `by` are roles as `role.shown` writes them; times are UTC."""

    privilege: str
    role: str
    by: str
    at: str
    with_option: bool = False


@dataclass(frozen=True)
class Access:
    """Everything granted on one object."""

    owner: str
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True)
class FutureGrant:
    """What a role gets on each new object of a kind."""

    kind: str
    privilege: str
    role: str
    at: str
    with_option: bool = False


def access(session: Session, securable: Securable) -> Access:
    found = session.catalog.get(session, _GRANTS, securable.record)
    if found is None:
        return Access(roles.shown(ACCOUNTADMIN))
    return _access(found)


def is_known(session: Session, securable: Securable) -> bool:
    """Whether there is a record, so that forgetting it changes something."""
    return session.catalog.get(session, _GRANTS, securable.record) is not None


def owner_of(session: Session, securable: Securable) -> Role:
    return roles.parse(access(session, securable).owner)


def every(session: Session) -> Iterator[tuple[Securable, Access]]:
    """All objects something is known about."""
    for database in ("", *session.account.databases()):
        for record, found in session.catalog.list(session, _GRANTS, database).items():
            yield of_record(record), _access(found)


def put(session: Session, securable: Securable, changed: Access) -> None:
    """Inside `session.ddl()`."""
    session.catalog.put(session, _GRANTS, securable.record, asdict(changed))


def forget(session: Session, securable: Securable) -> None:
    """Inside `session.ddl()`."""
    session.catalog.drop(session, _GRANTS, securable.record)


def give(session: Session, securable: Securable, new: Iterable[Grant]) -> None:
    """Inside `session.ddl()`; a grant given twice keeps its grant option."""
    known = access(session, securable)
    kept = {(g.privilege, g.role): g for g in known.grants}
    for grant in new:
        old = kept.get((grant.privilege, grant.role))
        option = grant.with_option or (old is not None and old.with_option)
        kept[grant.privilege, grant.role] = replace(grant, with_option=option)
    put(session, securable, replace(known, grants=tuple(kept.values())))


def take(
    session: Session, securable: Securable, privileges: Iterable[str] | None, role: Role,
    option_only: bool = False,
) -> None:  # fmt: skip
    """Inside `session.ddl()`; without privileges everything the role has on the object."""
    known, name = access(session, securable), roles.shown(role)
    wanted = None if privileges is None else set(privileges)
    left = []
    for grant in known.grants:
        is_meant = grant.role == name and (wanted is None or grant.privilege in wanted)
        if is_meant and option_only:
            left.append(replace(grant, with_option=False))
        elif not is_meant:
            left.append(grant)
    put(session, securable, replace(known, grants=tuple(left)))


def future(session: Session, container: Securable) -> list[FutureGrant]:
    """What is granted on future objects of a schema or database."""
    found = session.catalog.get(session, _FUTURE, container.record)
    return [FutureGrant(**one) for one in found["grants"]] if found else []


def every_future(session: Session) -> Iterator[tuple[Securable, FutureGrant]]:
    for database in session.account.databases():
        for record, found in session.catalog.list(session, _FUTURE, database).items():
            for one in found["grants"]:
                yield of_record(record), FutureGrant(**one)


def put_future(session: Session, container: Securable, grants: list[FutureGrant]) -> None:
    """Inside `session.ddl()`."""
    definition = {"grants": [asdict(one) for one in grants]}
    session.catalog.put(session, _FUTURE, container.record, definition)


def forget_role(session: Session, role: Role) -> None:
    """A dropped role loses its grants; what it owned goes to the role that may do everything.

    One DDL per object: a transaction cannot change two databases.
    https://docs.snowflake.com/en/sql-reference/sql/drop-role
    """
    name = roles.shown(role)
    for securable, known in list(every(session)):
        owner = session.role if known.owner == name else known.owner
        left = tuple(grant for grant in known.grants if grant.role != name)
        if (owner, left) != (known.owner, known.grants):
            with session.ddl():
                put(session, securable, Access(owner, left))
    for container in {container for container, _ in every_future(session)}:
        kept = [one for one in future(session, container) if one.role != name]
        with session.ddl():
            put_future(session, container, kept)


def system_grants() -> Iterator[tuple[Role, str]]:
    """The privileges on the account that the system's roles have from the start."""
    for name, privileges in roles.SYSTEM_PRIVILEGES.items():
        for privilege in privileges:
            yield ObjectName("", "", name), privilege


def _access(found: dict[str, Any]) -> Access:
    return Access(found["owner"], tuple(Grant(**one) for one in found["grants"]))
