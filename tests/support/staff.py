"""Roles and users of one case, under names of their own, dropped at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from support.conformance import Account


class Staff:
    """Made by a session that may create roles and users; on an account, ACCOUNTADMIN's."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.admin = account.one("current_role()")
        self.user_name = account.one("current_user()")
        self._made: list[str] = []

    def __enter__(self) -> Self:
        self.account("use secondary roles none")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.account(f"use role {self.admin}")
        for made in reversed(self._made):
            self.account(f"drop {made.partition(' ')[0]} if exists {made.partition(' ')[2]}")

    def role(self, stem: str) -> str:
        """A new role that the session's user can take; it may do nothing yet."""
        name = self.name(stem)
        self.account(f"create role {name}")
        self._made.append(f"role {name}")
        self.account(f'grant role {name} to user "{self.user_name}"')
        warehouse = self.account.one("current_warehouse()")
        if warehouse is not None:
            self.account(f"grant usage on warehouse {warehouse} to role {name}")
        return name

    def visitor(self, stem: str) -> str:
        """A new role with usage on the case's database and schema."""
        name = self.role(stem)
        self.account(f"grant usage on database {self.account.database} to role {name}")
        self.account(f"grant usage on schema {self.account.schema} to role {name}")
        return name

    def user(self, stem: str, properties: str = "") -> str:
        name = self.name(stem)
        self.account(f"create user {name} {properties}")
        self._made.append(f"user {name}")
        return name

    def name(self, stem: str) -> str:
        """A name that no other case uses."""
        return f"{stem}_{self.account.schema}".upper()

    def made(self, kind: str, name: str) -> str:
        """Drop this object of the account at the end, too; `kind` is one word."""
        self._made.append(f"{kind} {name}")
        return name

    @contextmanager
    def acting(self, role: str) -> Iterator[Account]:
        """The session with this role alone."""
        self.account(f"use role {role}")
        try:
            yield self.account
        finally:
            self.account(f"use role {self.admin}")
