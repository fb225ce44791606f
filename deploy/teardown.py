"""Takes a deployment back: the database, and what stands beside it in the account."""

from __future__ import annotations

import re

from deploy.account import run
from deploy.definition import ACCOUNT_KINDS, definitions
from deploy.project import Project

_ROLE = re.compile(r"use\s+role\s+(\w+)", re.IGNORECASE)
_MASKED_TAG = re.compile(
    r"alter\s+tag\s+(?:if\s+exists\s+)?([\w.]+)\s+set\s+(masking\s+policy\b.*)", re.I | re.S
)


def drops(project: Project) -> list[str]:
    """The statements that take it back, in the order in which they run.

    Created last, dropped first. The tags lose their policies before: Snowflake drops no database
    whose tag has one.
    """
    created = [
        one
        for one in dict.fromkeys((o.kind, o.name) for o in definitions(project.statements))
        if one[0] in ACCOUNT_KINDS
    ]
    return [
        *_roles(project),
        *_tags_without_policies(project),
        *(f"drop {kind} if exists {name}" for kind, name in reversed(created)),
    ]


def teardown(connection: str, project: Project) -> None:
    """Run them. SnowError when one fails; those before it are done."""
    (databases,) = run(connection, [f"show databases like '{project.database}'"])
    is_there = any(row["name"].lower() == project.database for row in databases)
    gone = [] if is_there else _tags_without_policies(project)
    run(connection, [one for one in drops(project) if one not in gone])


def _roles(project: Project) -> list[str]:
    """The role that makes the account's objects drops them."""
    for statement in project.statements:
        if found := _ROLE.fullmatch(statement.text):
            return [f"use role {found[1]}"]
    return []


def _tags_without_policies(project: Project) -> list[str]:
    """The policies that sql/ sets on tags, taken off again."""
    unset = []
    for statement in project.statements:
        if found := _MASKED_TAG.fullmatch(statement.text):
            names = re.findall(r"masking\s+policy\s+([\w.]+)", found[2], re.I)
            policies = ", ".join(f"masking policy {project.database}.{name}" for name in names)
            unset.append(f"alter tag if exists {project.database}.{found[1]} unset {policies}")
    return unset
