"""All consumer groups, by name."""

from __future__ import annotations

import asyncio

from sandbox.kafka.group import Group

_EXPIRY_INTERVAL_SECONDS = 0.1


class Groups:
    """The groups somebody has joined since the broker started."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}

    def __getitem__(self, name: str) -> Group:
        """The group of that name, an empty one if nobody has joined it."""
        return self._groups.get(name) or Group(name)

    def to_join(self, name: str) -> Group:
        """The group of that name, kept from now on."""
        return self._groups.setdefault(name, Group(name))

    def with_members(self) -> set[str]:
        """Names of the groups that have members."""
        return {name for name, group in self._groups.items() if group.members}

    def forget(self, name: str) -> None:
        """Nobody ever joined the group."""
        self._groups.pop(name, None)

    async def expire(self) -> None:
        """Remove silent members, for ever."""
        while True:
            await asyncio.sleep(_EXPIRY_INTERVAL_SECONDS)
            for group in list(self._groups.values()):
                group.expire()
