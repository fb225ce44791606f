"""What the active roles of a session may do.

https://docs.snowflake.com/en/user-guide/security-access-control-overview#active-roles
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from snowflake.connector.errors import ProgrammingError

from sandbox.governance import grants
from sandbox.governance import role as roles
from sandbox.governance.role import ACCOUNTADMIN, Role
from sandbox.governance.securable import THE_ACCOUNT, Securable, exists
from sandbox.warehouse.errors import does_not_exist, sql_error
from sandbox.warehouse.session import Session

_NOT_AUTHORIZED = 3001


@dataclass(frozen=True)
class Authority:
    """`active` are the primary and secondary roles with all they inherit; CREATE asks `primary`."""

    primary: frozenset[Role]
    active: frozenset[Role]

    @property
    def is_total(self) -> bool:
        return ACCOUNTADMIN in self.active


_known: WeakKeyDictionary[Session, tuple[object, Authority]] = WeakKeyDictionary()


def authority_of(session: Session) -> Authority:
    """Worked out once per role and DDL."""
    key = (session.role, session.secondary_roles, session.user, session.account.generation)
    known = _known.get(session)
    if known is None or known[0] != key or session.in_ddl:
        primary = roles.closure(session, [roles.parse(session.role)])
        secondary = (
            roles.closure(session, roles.roles_of_user(session, session.user))
            if session.secondary_roles == "ALL"
            else frozenset()
        )
        known = (key, Authority(primary, primary | secondary))
        _known[session] = known
    return known[1]


def holds(
    session: Session, privileges: Iterable[str], securable: Securable, creating: bool = False
) -> bool:
    """Whether an active role owns the object or has one of the privileges on it."""
    authority = authority_of(session)
    return _hold(
        session, authority.primary if creating else authority.active, privileges, securable
    )


def role_holds(session: Session, role: Role, privilege: str, securable: Securable) -> bool:
    """Whether a role of its own has a privilege, whoever asks."""
    return _hold(session, roles.closure(session, [role]), [privilege], securable)


def _hold(
    session: Session, asked: frozenset[Role], privileges: Iterable[str], securable: Securable
) -> bool:
    if ACCOUNTADMIN in asked:
        return True
    names = {roles.shown(role) for role in asked}
    known = grants.access(session, securable)
    wanted = set(privileges)
    if securable != THE_ACCOUNT and known.owner in names:
        return True
    if any(g.role in names and g.privilege in wanted for g in known.grants):
        return True
    return securable == THE_ACCOUNT and any(
        role in asked and privilege in wanted for role, privilege in grants.system_grants()
    )


def sees(session: Session, securable: Securable) -> bool:
    """Whether an active role has any privilege on the object, or may manage grants."""
    authority = authority_of(session)
    if authority.is_total or holds(session, ["MANAGE GRANTS"], THE_ACCOUNT):
        return True
    names = {roles.shown(role) for role in authority.active}
    known = grants.access(session, securable)
    return known.owner in names or any(grant.role in names for grant in known.grants)


def may_manage(session: Session, securable: Securable) -> bool:
    """Whether grants on the object are this session's to give: the owner's, or MANAGE GRANTS.

    In a managed access schema they are the schema owner's.
    """
    if holds(session, ["MANAGE GRANTS"], THE_ACCOUNT):
        return True
    if is_managed(session, securable.container):
        return holds(session, [], securable.container)
    return holds(session, [], securable)


def is_managed(session: Session, schema: Securable) -> bool:
    definition = session.catalog.get(session, "schema", schema.name) or {}
    return schema.kind == "SCHEMA" and bool(definition.get("managed_access"))


def require(
    session: Session, securable: Securable, *privileges: str, creating: bool = False
) -> None:
    """One of the privileges on the object, or its ownership; the way to it must be open too."""
    require_path(session, securable)
    if holds(session, privileges, securable, creating):
        return
    is_there = exists(session, securable) and sees(session, securable)
    if securable != THE_ACCOUNT and not is_there:
        raise missing(securable)
    raise insufficient(securable)


def require_apply(session: Session, securable: Securable) -> None:
    """APPLY on a tag or policy, or the privilege on the account to apply all of its kind."""
    if not holds(session, [f"APPLY {securable.kind}"], THE_ACCOUNT):
        require(session, securable, "APPLY")


def require_path(session: Session, securable: Securable) -> None:
    """A privilege on the database and USAGE on the schema the object lies in."""
    database = securable.name.database
    if not database or securable.kind == "DATABASE":
        return
    container = securable.container
    above = container.container if container.kind == "SCHEMA" else container
    if not (exists(session, above) and sees(session, above)):
        raise missing(above)
    if container.kind == "SCHEMA" and not (
        exists(session, container) and holds(session, ["USAGE"], container)
    ):
        raise missing(container)


def missing(securable: Securable) -> ProgrammingError:
    kind = securable.kind
    plain = kind in ("DATABASE", "SCHEMA", "ROLE", "USER", "WAREHOUSE", "STAGE")
    return does_not_exist(kind.capitalize() if plain else "Object", securable.full_name)


def insufficient(securable: Securable) -> ProgrammingError:
    """https://docs.snowflake.com/en/user-guide/security-access-control-overview"""
    return sql_error(
        f"SQL access control error:\nInsufficient privileges to operate on "
        f"{securable.kind.lower()} '{securable.short_name or securable.full_name or 'SANDBOX'}'.",
        _NOT_AUTHORIZED,
        "42501",
    )
