"""Grants that a role passed on by its grant option, and that end with it."""

from __future__ import annotations

from collections.abc import Iterable

from snowflake.connector.errors import ProgrammingError

from sandbox.governance import grants
from sandbox.governance import role as roles
from sandbox.governance.grants import Grant
from sandbox.governance.role import Role
from sandbox.governance.securable import Securable
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.session import Session


def take(
    session: Session,
    securable: Securable,
    privileges: Iterable[str] | None,
    role: Role,
    cascades: bool,
) -> None:
    """Inside `session.ddl()`; an error where there are some and the REVOKE does not cascade.

    https://docs.snowflake.com/en/sql-reference/sql/revoke-privilege
    """
    known, grantor = grants.access(session, securable), roles.shown(role)
    if known.owner == grantor:
        return
    wanted = None if privileges is None else set(privileges)
    for grant in known.grants:
        is_meant = wanted is None or grant.privilege in wanted
        if not is_meant or grant.by != grantor or grant.role == grantor:
            continue
        if not cascades:
            raise dependent(securable, grant)
        below = roles.parse(grant.role)
        take(session, securable, [grant.privilege], below, cascades)
        grants.take(session, securable, [grant.privilege], below)


def dependent(securable: Securable, grant: Grant) -> ProgrammingError:
    return sql_error(
        f"SQL execution error: Dependent grant of privilege '{grant.privilege}' on securable "
        f"'{securable.full_name}' to role '{grant.role}' exists. It must be revoked first. More "
        "than one dependent grant may exist: use 'SHOW GRANTS' command to view them. To revoke all "
        "dependent grants while transferring object ownership, use convenience command 'GRANT "
        "OWNERSHIP ON <target_objects> TO <target_role> REVOKE CURRENT GRANTS'.",
        3036,
        "42501",
    )
