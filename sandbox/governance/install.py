"""Importing this module registers the statements of governance and puts its hooks in place."""

from __future__ import annotations

from sandbox.governance import (
    access,
    attachment,
    comment,
    ddl,
    enforcement,
    event_table,
    grant_statement,
    policy_statement,
    protection,
    recorded,
    references,
    role_statement,
    session_role,
    setting,
    show_grants,
    tag,
    user_statement,
)
from sandbox.warehouse.hook import hooks

STATEMENTS = (
    attachment,
    comment,
    ddl,
    event_table,
    grant_statement,
    policy_statement,
    recorded,
    references,
    role_statement,
    session_role,
    setting,
    show_grants,
    tag,
    user_statement,
)

hooks.run = enforcement.run
hooks.access = access.check_access
hooks.call = access.check_call
hooks.owner = access.owner
hooks.log_in = session_role.log_in
hooks.protect = protection.protect
hooks.protect_target = protection.protect_target
hooks.key = protection.key
